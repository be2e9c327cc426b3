"""Dates are proposed three at a time, dropped, submitted, and one of them is fixed."""

import datetime as dt

import pytest
from django.db.models import QuerySet

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from dialogues.enums import (
    DialogueFormat,
    DialogueState,
    OptionState,
    SeriesState,
    TopicState,
)
from dialogues.models import Dialogue
from tests.confirming import as_shown, confirm, fill_in, press, press_button
from tests.dialogues.builders import (
    DAY,
    END,
    NOW,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)
from tests.dialogues.pages import BASE, text_of
from tests.partners.builders import make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
HOUR = dt.timedelta(hours=1)
PROGRAMME = "14:00 Begrüßung\n14:15 Rundgang"
FACTS = {"title": "Wärme", "format": DialogueFormat.ON_SITE, "seats": "30", "senator_attends": "on"}


def three_dates(**changes) -> dict:
    """Return form data with three dates filled in, 14:00 to 16:30 on three days."""
    data = {"date-TOTAL_FORMS": "3", "date-INITIAL_FORMS": "0"}
    for number, day in enumerate(("2026-04-22", "2026-04-23", "2026-04-24")):
        data |= {
            f"date-{number}-day": day,
            f"date-{number}-begins": "14:00",
            f"date-{number}-ends": "16:30",
            f"date-{number}-host_preference": "possible",
        }
    return data | changes


def test_three_dates_are_proposed_at_once(signed_in):
    dialogue = make_dialogue()

    signed_in.post(
        f"{dialogue.get_absolute_url()}termine/",
        three_dates(
            **{
                "date-1-day": "",
                "date-1-begins": "",
                "date-1-ends": "",
                "date-2-host_preference": "preferred",
            }
        ),
    )

    options = dialogue.date_options.order_by("starts_at")
    assert [(option.starts_at, option.ends_at, option.host_preference) for option in options] == [
        (DAY, END, "possible"),
        (DAY + dt.timedelta(days=2), END + dt.timedelta(days=2), "preferred"),
    ]


def test_dates_are_proposed_as_people_type_them(signed_in):
    dialogue = make_dialogue()
    typed = {"date-0-day": "22. April 2026", "date-0-begins": "14 Uhr", "date-0-ends": "16.30"}
    empty = {f"date-{row}-{name}": "" for row in (1, 2) for name in ("day", "begins", "ends")}

    signed_in.post(f"{dialogue.get_absolute_url()}termine/", three_dates(**typed, **empty))

    option = dialogue.date_options.get()
    assert (option.starts_at, option.ends_at) == (DAY, END)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date-2-day": "2026-03-01"}, "Der Termin liegt in der Vergangenheit."),
        ({"date-2-day": "2026-04-22"}, "Dieser Termin ist schon vorgeschlagen."),
        ({"date-2-ends": "13:00"}, "Das Ende muss nach dem Beginn liegen."),
        ({"date-2-day": ""}, "Tag: Bitte nennen Sie den Tag."),
        ({"date-2-day": "28.3.2027", "date-2-begins": "2:30"}, "gibt es 02:30 Uhr nicht"),
        ({"date-2-day": "31.10.2027", "date-2-begins": "2:30"}, "gibt es 02:30 Uhr zweimal"),
        ({"date-2-begins": "mittags"}, "Bitte geben Sie die Uhrzeit so ein: 14:30."),
    ],
)
def test_one_wrong_date_keeps_all_three_in_the_form(signed_in, changes, words):
    dialogue = make_dialogue()

    response = signed_in.post(f"{dialogue.get_absolute_url()}termine/", three_dates(**changes))

    assert words in text_of(response)
    assert 'value="2026-04-23"' in response.content.decode()
    assert dialogue.date_options.count() == 0


def test_empty_form_of_dates_is_refused(signed_in):
    dialogue = make_dialogue()
    empty = {
        name: "" if name[-3:] in ("day", "ins", "nds") else value
        for name, value in three_dates().items()
    }

    assert "Bitte tragen Sie mindestens einen Termin ein." in text_of(
        signed_in.post(f"{dialogue.get_absolute_url()}termine/", empty)
    )


def test_button_drops_a_date(signed_in):
    dialogue = make_dialogue(S.EXPLORING)
    option = make_option(dialogue)
    address = f"{dialogue.get_absolute_url()}termine/{option.pk}/verwerfen/"
    assert address in signed_in.get(dialogue.get_absolute_url()).content.decode()

    press_button(signed_in, dialogue.get_absolute_url(), address)

    option.refresh_from_db()
    assert option.state == OptionState.DROPPED
    assert address not in signed_in.get(dialogue.get_absolute_url()).content.decode()


@pytest.mark.parametrize("what", ["termine", "einladungen"])
def test_dialogue_is_locked_before_its_dates_and_guests(signed_in, monkeypatch, what):
    """As every service does, or two requests could wait for each other."""
    dialogue = make_dialogue(S.SCHEDULED if what == "einladungen" else S.EXPLORING)
    if what == "einladungen":
        shown = make_invitation(dialogue, released=False)
        url = f"{BASE}/einladungen/{shown.pk}/streichen/"
    else:
        shown = make_option(dialogue)
        url = f"{dialogue.get_absolute_url()}termine/{shown.pk}/verwerfen/"
    shown.refresh_from_db()
    locked, lock = [], QuerySet.select_for_update

    def noted(rows, *args, **kwargs):
        locked.append(rows.model)
        return lock(rows, *args, **kwargs)

    monkeypatch.setattr(QuerySet, "select_for_update", noted)
    signed_in.post(as_shown(url, shown))

    assert locked == [Dialogue, Dialogue, type(shown)]


def test_dates_under_decision_cannot_be_dropped(signed_in):
    dialogue = make_dialogue(S.EXPLORING)
    option = make_option(dialogue)
    make_dates_approval(dialogue, option)
    address = f"{dialogue.get_absolute_url()}termine/{option.pk}/verwerfen/"

    assert address not in signed_in.get(dialogue.get_absolute_url()).content.decode()
    with nothing_changes(option):
        response = signed_in.post(as_shown(address, option), follow=True)

    assert "Warten Sie die Antwort ab." in text_of(response)


def test_dates_are_submitted_with_a_briefing(signed_in, senator):
    dialogue = make_dialogue(S.EXPLORING)
    option = make_option(dialogue)
    page = signed_in.get(f"{dialogue.get_absolute_url()}termine/vorlegen/")
    assert (
        "Vorgelegt werden: Mi, 22.04.2026, 14:00–16:30 Uhr (für den Gastgeber möglich)"
        in text_of(page)
    )
    assert (
        page.context["form"].initial["vote"]
        == "Zustimmung zu einem oder mehreren der Termine, Teilnahme der Senatorin"
    )

    signed_in.post(
        f"{dialogue.get_absolute_url()}termine/vorlegen/",
        {"vote": "Zustimmung", "due_on": "2026-03-09"},
    )

    approval = ApprovalRequest.objects.get(kind="dates")
    assert [entry["id"] for entry in approval.options] == [option.pk]
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_only_granted_dates_can_be_fixed(signed_in, senator):
    dialogue = make_dialogue(
        S.EXPLORING, host_contact=make_person("Werksleitung", email="werk@example.org")
    )
    granted = make_option(dialogue, OptionState.POSSIBLE)
    other = make_option(
        dialogue, OptionState.IMPOSSIBLE, starts_at=DAY.replace(day=23), ends_at=END.replace(day=23)
    )
    make_dates_approval(dialogue, granted, state="approved")
    address = f"{dialogue.get_absolute_url()}termine/festlegen/"
    page = text_of(signed_in.get(address))
    assert "Bevor eine Nachricht hinausgeht, sehen Sie, wer sie bekommt." in page
    assert "Do, 23.04.2026" not in page

    with nothing_changes(dialogue):
        assert "Bitte" in text_of(signed_in.post(address, {"option": other.pk}))
    confirm(signed_in, address, {"option": granted.pk})

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at) == (S.SCHEDULED, DAY)
    assert mails_written() == [
        ("date_fixed", "senatorin@example.org"),
        ("date_fixed", "werk@example.org"),
    ]


@pytest.mark.parametrize("state", [S.EXPLORING, S.SCHEDULED, S.INVITED])
def test_button_withdraws_the_approval_request_for_dates(signed_in, senator, state):
    dialogue = make_dialogue(state)
    option = dialogue.date_options.first() or make_option(dialogue)
    approval = make_dates_approval(dialogue, option)
    address = f"{dialogue.get_absolute_url()}termine/zurueckziehen/"
    assert address in signed_in.get(dialogue.get_absolute_url()).content.decode()

    with nothing_changes(dialogue, approval):
        asked = signed_in.get(address)
        assert "1 Person wird benachrichtigt." in text_of(asked)
    assert press(signed_in, asked).status_code == 302

    approval.refresh_from_db()
    assert (approval.state, mails_written()) == (
        "withdrawn",
        [("approval_withdrawn", "senatorin@example.org")],
    )
    assert address not in signed_in.get(dialogue.get_absolute_url()).content.decode()
    with nothing_changes(dialogue, approval):
        assert "liegt kein Termin zur Freigabe vor" in text_of(signed_in.post(address, follow=True))


@pytest.mark.parametrize(
    ("days", "suggested"),
    [
        (21, dt.date(2026, 3, 9)),
        # A Monday: the last working day before it is a Friday.
        (7, dt.date(2026, 3, 6)),
        (1, dt.date(2026, 3, 2)),
        (0, dt.date(2026, 3, 2)),
    ],
)
def test_suggested_deadline_is_before_the_earliest_date(signed_in, days, suggested):
    exploring = make_dialogue(S.EXPLORING)
    for later in (days + 3, days):
        start = NOW + dt.timedelta(days=later, hours=1)
        make_option(exploring, starts_at=start, ends_at=start + dt.timedelta(hours=1))

    response = signed_in.get(f"{exploring.get_absolute_url()}termine/vorlegen/")

    assert response.context["form"].initial["due_on"] == suggested


@pytest.mark.parametrize("path", ["themen/%(topic)d/vorlegen", "reihen/%(series)d/zustimmung"])
def test_topic_and_series_are_decided_on_before_a_dialogue_in_them(signed_in, path):
    series = make_series(SeriesState.CONSENTED if "themen" in path else SeriesState.AFFIRMED)
    topic = make_topic(TopicState.IN_PROGRESS, series=series)
    for day in (5, 4):
        start = NOW + dt.timedelta(days=day)
        make_dialogue(S.SCHEDULED, topic=topic, starts_at=start, ends_at=start + HOUR)
    make_dialogue(S.CANCELLED, topic=topic, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    address = f"{BASE}/{path}/" % {"topic": topic.pk, "series": series.pk}

    response = signed_in.get(address)
    values = {"vote": "Zustimmung", "due_on": "2026-03-06"}
    with nothing_changes(topic, series):
        refused = signed_in.post(address, values)
    signed_in.post(address, values | {"due_on": "2026-03-05"})

    assert response.context["form"].initial["due_on"] == dt.date(2026, 3, 5)
    assert refused.context["form"].errors["due_on"] == [
        "Die Entscheidung muss vor dem Tag selbst fallen (Fr, 06.03.2026). Bitte wählen "
        "Sie eine frühere Frist."
    ]
    assert ApprovalRequest.objects.open().get().due_on == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    ("state", "page"), [(S.EXPLORING, "vorlegen"), (S.SCHEDULED, "erneut-vorlegen")]
)
def test_deadline_after_the_dates_is_an_error_of_its_field(signed_in, senator, state, page):
    dialogue = make_dialogue(state)
    if not dialogue.starts_at:
        make_option(dialogue)
    values = {"vote": "Zustimmung", "due_on": "2026-04-22"}

    with nothing_changes(dialogue):
        response = signed_in.post(f"{dialogue.get_absolute_url()}termine/{page}/", values)

    assert response.context["form"].errors == {
        "due_on": [
            "Die Entscheidung muss vor dem Tag selbst fallen (Mi, 22.04.2026). Bitte wählen "
            "Sie eine frühere Frist."
        ]
    }


@pytest.mark.parametrize(
    ("state", "next_step", "beside"),
    [
        (ApprovalState.LAPSED, "Termin erneut vorlegen", ["Verschieben", "Absagen"]),
        (ApprovalState.RETURNED, "Termin erneut vorlegen", ["Verschieben", "Absagen"]),
        (ApprovalState.REFUSED, "Gespräch verschieben", ["Termin erneut vorlegen", "Absagen"]),
    ],
)
def test_next_step_is_not_repeated_among_the_actions(signed_in, state, next_step, beside):
    dialogue = make_dialogue(S.SCHEDULED)
    lapse = (
        {"lapsed_at": NOW, "lapse_reason": "geändert: Format"}
        if state == ApprovalState.LAPSED
        else {}
    )
    ApprovalRequest.objects.filter(subject_id=dialogue.pk, kind=ApprovalKind.DATES).update(
        state=state, comment="Bitte später.", **lapse
    )

    response = signed_in.get(dialogue.get_absolute_url())

    assert response.context["box"].action == next_step
    assert [button.label for button in response.context["actions"]] == beside


@pytest.mark.parametrize(
    ("ticked", "programme"),
    [({"moves_programme": "on"}, "09:00 Begrüßung\n09:15 Rundgang"), ({}, PROGRAMME)],
    ids=["moved", "kept"],
)
def test_programme_moves_with_the_date_if_the_office_says_so(signed_in, senator, ticked, programme):
    dialogue = make_dialogue(S.EXPLORING, programme=PROGRAMME)
    nine = DAY.replace(hour=9)
    option = make_option(
        dialogue, OptionState.POSSIBLE, starts_at=nine, ends_at=nine + dt.timedelta(hours=2)
    )
    make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)
    address = f"{dialogue.get_absolute_url()}termine/festlegen/"

    text = text_of(signed_in.get(address))
    asked = fill_in(signed_in, address, {"option": option.pk} | ticked)
    assert mails_written() == []
    press(signed_in, asked)

    assert "Bisher: „14:00 Begrüßung · 14:15 Rundgang“." in text
    assert "09:00–11:00 Uhr: „09:00 Begrüßung · 09:15 Rundgang“." in text
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.programme) == (S.SCHEDULED, programme)


def test_programme_that_fits_is_not_asked_about(signed_in):
    dialogue = make_dialogue(S.EXPLORING, programme=PROGRAMME)
    option = make_option(dialogue, OptionState.POSSIBLE)
    make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)

    text = text_of(signed_in.get(f"{dialogue.get_absolute_url()}termine/festlegen/"))

    assert "Uhrzeiten im Programm" not in text
