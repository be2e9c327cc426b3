"""The progress bar and the next step of dialogues, for each role."""

import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from core.models import Origin
from core.progress import NextStep, OpenPoint
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import (
    DIALOGUE_BADGE_COLOURS,
    HOST_REPLY_BADGE_COLOURS,
    OPTION_BADGE_COLOURS,
    RSVP_BADGE_COLOURS,
    SERIES_BADGE_COLOURS,
    TOPIC_BADGE_COLOURS,
    DialogueState,
    HostReply,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)
from dialogues.models import Dialogue
from dialogues.progress import (
    dialogue_actions,
    dialogue_next_step,
    dialogue_progress,
    preparation_of,
    release_label,
)
from dialogues.queries import NextReminder, Preparation, preparations_of
from tests.dialogues.builders import (
    DAY,
    NOW,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = DialogueState


def current(steps) -> str:
    """Return the label of the current step, or an empty string."""
    return "".join(step.label for step in steps if step.status == "current")


@pytest.mark.parametrize(
    ("state", "host_reply", "label", "done"),
    [
        (S.PLANNING, HostReply.OPEN, "Antwort des Gastgebers offen", 1),
        (S.PLANNING, HostReply.DECLINED, "Gastgeber gesucht", 1),
        (S.EXPLORING, HostReply.ACCEPTED, "Termin in Abstimmung", 2),
        (S.SCHEDULED, HostReply.ACCEPTED, "Einladung in Vorbereitung", 3),
        (S.INVITED, HostReply.ACCEPTED, "Einladung läuft", 3),
        (S.HELD, HostReply.ACCEPTED, "Ergebnis offen", 5),
        (S.DOCUMENTED, HostReply.ACCEPTED, "", 6),
        (S.CLOSED, HostReply.ACCEPTED, "", 6),
    ],
)
def test_progress_bar_follows_the_state(state, host_reply, label, done):
    steps = dialogue_progress(make_dialogue(state, host_reply=host_reply))

    assert current(steps) == label
    assert sum(step.status == "done" for step in steps) == done
    assert len(steps) == 6


def test_progress_bar_without_a_host_says_one_is_sought():
    assert (
        current(dialogue_progress(make_dialogue(host=None, host_reply=HostReply.OPEN)))
        == "Gastgeber gesucht"
    )


def test_cancelled_and_imported_dialogues_have_no_progress_bar():
    assert dialogue_progress(make_dialogue(S.CANCELLED)) == []
    assert dialogue_progress(Dialogue(state=S.HELD, origin=Origin.TAKEN_OVER)) == []


def office_step(dialogue, now=NOW, **preparation) -> NextStep | None:
    return dialogue_next_step(dialogue, make_user(OFFICE), Preparation(**preparation), now)


@pytest.mark.parametrize(
    ("fields", "preparation", "action", "route"),
    [
        ({"host": None, "host_reply": "open"}, {}, "Gastgeber eintragen", "bearbeiten/"),
        ({"host_reply": "open"}, {}, "Antwort des Gastgebers vermerken", "gastgeber/"),
        ({"host_reply": "declined"}, {}, "Anderen Gastgeber eintragen", "bearbeiten/"),
        ({}, {}, "Termine vorschlagen", "termine/"),
        ({}, {"proposed": 3}, "Termine zur Freigabe vorlegen", "termine/vorlegen/"),
        ({}, {"proposed": 1, "possible": 2}, "Termin festlegen", "termine/festlegen/"),
    ],
)
def test_next_step_leads_to_a_fixed_date(fields, preparation, action, route):
    dialogue = make_dialogue(**fields)

    step = office_step(dialogue, **preparation)

    assert (step.action, step.url, step.post) == (
        action,
        f"/branchengespraeche/{dialogue.pk}/{route}",
        False,
    )
    assert step.who == "Geschäftsstelle"


@pytest.mark.parametrize(
    ("state", "preparation", "action", "route", "post"),
    [
        (S.SCHEDULED, {}, "Gästeliste zusammenstellen", "gaeste/zusammenstellen/", False),
        (S.SCHEDULED, {"to_invite": 24}, "24 Einladungen versenden", "gaeste/versenden/", False),
        (
            S.INVITED,
            {"to_invite": 1, "invited": 5},
            "1 Einladung versenden",
            "gaeste/versenden/",
            False,
        ),
        (
            S.INVITED,
            {"unanswered": 3, "reminder": NextReminder(by_hand=True)},
            "Jetzt erinnern",
            "gaeste/erinnern/",
            False,
        ),
        (S.HELD, {}, "Ergebnis festhalten", "ergebnis/", False),
        (S.DOCUMENTED, {}, "Abschließen", "abschliessen/", True),
    ],
)
def test_next_step_leads_from_the_date_to_the_end(state, preparation, action, route, post):
    dialogue = make_dialogue(state)

    step = office_step(dialogue, **preparation)

    assert (step.action, step.url, step.post) == (
        action,
        f"/branchengespraeche/{dialogue.pk}/{route}",
        post,
    )


def test_next_step_says_how_many_are_reminded_and_when():
    reminder = NextReminder(dt.date(2026, 4, 8))

    step = office_step(make_dialogue(S.INVITED), invited=5, unanswered=3, reminder=reminder)

    assert step.text == (
        "3 Gäste haben noch nicht geantwortet. Die Erinnerung geht am Mi, 08.04.2026 hinaus."
    )
    assert step.due_on == dt.date(2026, 4, 15)


@pytest.mark.parametrize(
    ("reminder", "text"),
    [
        (NextReminder(), "1 Gast hat noch nicht geantwortet."),
        (
            NextReminder(dt.date(2026, 4, 8), is_paused=True),
            "1 Gast hat noch nicht geantwortet. Die Erinnerung ist pausiert.",
        ),
    ],
)
def test_paused_or_missing_reminder_is_not_promised(reminder, text):
    assert (
        office_step(make_dialogue(S.INVITED), invited=1, unanswered=1, reminder=reminder).text
        == text
    )


@pytest.mark.parametrize("reminder", [NextReminder(), NextReminder(dt.date(2026, 4, 8))])
def test_reminding_is_no_next_step_while_the_portal_does_it_or_just_did(reminder):
    dialogue, user = make_dialogue(S.INVITED), make_user(OFFICE)
    preparation = Preparation(invited=1, unanswered=1, reminder=reminder)

    step = dialogue_next_step(dialogue, user, preparation, NOW)
    actions = dialogue_actions(dialogue, user, preparation, step, NOW)

    assert (step.action, step.url) == ("", "")
    assert ("Jetzt erinnern", "secondary") in [(item.label, item.variant) for item in actions]


def test_reminding_is_offered_once(office):
    dialogue, preparation = (
        make_dialogue(S.INVITED),
        Preparation(unanswered=1, reminder=NextReminder(by_hand=True)),
    )

    step = dialogue_next_step(dialogue, office, preparation, NOW)
    actions = dialogue_actions(dialogue, office, preparation, step, NOW)

    assert step.action == "Jetzt erinnern"
    assert "Jetzt erinnern" not in [item.label for item in actions]


@pytest.mark.parametrize(
    ("state", "unanswered", "day"),
    [(S.INVITED, 0, NOW), (S.SCHEDULED, 0, NOW), (S.INVITED, 1, NOW.replace(month=4, day=16))],
)
def test_nobody_is_reminded_who_replied_or_is_late(office, state, unanswered, day):
    dialogue, preparation = make_dialogue(state), Preparation(unanswered=unanswered)

    actions = dialogue_actions(dialogue, office, preparation, None, day)

    assert "Jetzt erinnern" not in [item.label for item in actions]


@pytest.mark.parametrize("count", [1, 2])
def test_tentative_guests_are_named_although_all_replied(count):
    step = office_step(make_dialogue(S.INVITED), invited=5, tentative=count)

    assert step.text == (
        f"Alle Gäste haben geantwortet, {count} davon mit Vorbehalt. Fragen Sie dort noch einmal "
        "nach. Das Gespräch findet am Mi, 22.04.2026 statt."
    )
    assert (step.action, step.due_on) == ("Zur Gästeliste", dt.date(2026, 4, 22))


def test_after_the_deadline_the_office_asks_the_guests():
    step = office_step(
        make_dialogue(S.INVITED), now=NOW.replace(month=4, day=16), invited=5, unanswered=1
    )

    assert (
        step.text == "1 Gast hat bis zum 15.04.2026 nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antwort ein."
    )
    assert step.action == "Zur Gästeliste"


def test_next_step_has_no_button_once_all_have_replied():
    step = office_step(make_dialogue(S.INVITED), invited=5)

    assert step.text == "Alle Gäste haben geantwortet. Das Gespräch findet am Mi, 22.04.2026 statt."
    assert (step.action, step.url) == ("", "")


@pytest.mark.parametrize("state", [S.SCHEDULED, S.INVITED])
def test_next_step_changes_once_the_dialogue_begins(state):
    step = office_step(make_dialogue(state), now=DAY, to_invite=2)
    assert step.action == "Als durchgeführt vermerken"


@pytest.mark.parametrize("state", [S.CLOSED, S.CANCELLED])
def test_closed_and_cancelled_dialogues_have_no_next_step(state):
    assert office_step(make_dialogue(state)) is None


def test_imported_dialogues_have_no_next_step():
    dialogue = Dialogue(pk=1, state=S.HELD, origin=Origin.TAKEN_OVER)

    assert office_step(dialogue) is None


def open_approval(**fields) -> ApprovalRequest:
    return ApprovalRequest(
        pk=7, state="open", due_on=dt.date(2026, 3, 6), options=[{"id": 1}, {"id": 2}], **fields
    )


def test_submitted_dates_wait_for_the_senators_office():
    dialogue = make_dialogue(S.EXPLORING)

    page = "/freigaben/7/"
    briefing = OpenPoint("Was vorgelegt ist, zeigt die Vorlage.", "Vorlage ansehen", page)

    for role, action, url, points in (
        (OFFICE, "", "", (briefing,)),
        (SENATOR_OFFICE, "Entscheiden", page, ()),
    ):
        step = dialogue_next_step(
            dialogue, make_user(role), Preparation(approval=open_approval(), proposed=2), NOW
        )
        assert step == NextStep(
            "2 Termine liegen zur Freigabe vor.",
            "Büro der Senatorin",
            dt.date(2026, 3, 6),
            action,
            url,
            points=points,
        )


@pytest.mark.parametrize("state", [S.SCHEDULED, S.INVITED])
def test_open_request_does_not_block_a_dialogue_that_has_begun(state):
    dialogue = make_dialogue(state)

    assert office_step(dialogue, approval=open_approval()).who == "Büro der Senatorin"
    step = office_step(dialogue, now=DAY, approval=open_approval())
    assert step.action == "Als durchgeführt vermerken"


def test_next_step_says_why_dates_were_refused():
    approval = ApprovalRequest(pk=7, state="returned", comment="Nicht im April.")

    step = office_step(make_dialogue(S.EXPLORING), approval=approval)

    assert (
        step.text
        == "Die Termine wurden nicht freigegeben: „Nicht im April.“ Schlagen Sie andere vor."
    )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
@pytest.mark.parametrize("state", [S.PLANNING, S.SCHEDULED, S.HELD, S.DOCUMENTED])
def test_only_the_office_gets_the_button(role, state):
    step = dialogue_next_step(make_dialogue(state), make_user(role), Preparation(), NOW)

    assert (step.action, step.url) == ("", "")


def test_label_of_the_release_counts_invitations():
    assert [release_label(count) for count in (1, 24)] == [
        "1 Einladung versenden",
        "24 Einladungen versenden",
    ]


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (SERIES_BADGE_COLOURS, SeriesState),
        (TOPIC_BADGE_COLOURS, TopicState),
        (DIALOGUE_BADGE_COLOURS, DialogueState),
        (HOST_REPLY_BADGE_COLOURS, HostReply),
        (OPTION_BADGE_COLOURS, OptionState),
        (RSVP_BADGE_COLOURS, RsvpState),
    ],
)
def test_every_state_has_a_badge_colour(table, states):
    assert set(table) == set(states)


def test_host_is_named_while_its_reply_is_awaited():
    dialogue = make_dialogue(host=make_organisation("Messgeräte GmbH"), host_reply=HostReply.OPEN)

    assert office_step(dialogue).text == (
        "Messgeräte GmbH ist als Gastgeber vorgesehen. Fragen Sie dort an; das Portal schreibt den "
        "Betrieb nicht an."
    )


def test_preparation_counts_dates_ahead_and_guests():
    dialogue = make_dialogue(S.INVITED)
    make_option(dialogue, starts_at=DAY + dt.timedelta(days=1), ends_at=DAY + dt.timedelta(days=2))
    make_option(
        dialogue,
        OptionState.POSSIBLE,
        starts_at=DAY + dt.timedelta(days=2),
        ends_at=DAY + dt.timedelta(days=3),
    )
    make_option(dialogue, starts_at=NOW, ends_at=NOW + dt.timedelta(hours=1))
    make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    make_invitation(dialogue, released=False)
    make_invitation(dialogue, withdrawn_at=NOW)
    granted = dialogue.date_options.get(state=OptionState.FIXED)

    preparation = preparation_of(dialogue, NOW)

    assert preparation._replace(approval=None, granted=None) == Preparation(
        proposed=1,
        possible=1,
        first_proposed=DAY + dt.timedelta(days=1),
        first_possible=DAY + dt.timedelta(days=2),
        to_invite=1,
        invited=2,
        unanswered=1,
        seats_left=29,
        reminder=NextReminder(dt.date(2026, 4, 8)),
    )
    assert preparation.granted.chosen == [granted.pk]


def test_preparation_contains_the_latest_request():
    dialogue = make_dialogue(S.EXPLORING)
    approval = make_dates_approval(dialogue, make_option(dialogue))

    preparation = preparation_of(dialogue, NOW)

    assert (preparation.approval, preparation.granted) == (approval, None)


@pytest.mark.parametrize("count", [1, 3])
def test_preparations_need_the_same_queries_for_any_number(django_assert_num_queries, count):
    dialogues = [make_invitation(make_dialogue(S.INVITED)).dialogue for _ in range(count)]

    with django_assert_num_queries(2):
        assert len(preparations_of(dialogues, NOW)) == count
