"""What waits for whom, as the start page lists it."""

import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState, SeriesState, TopicState
from dialogues.progress import (
    affirmation_tasks,
    dialogue_tasks,
    guest_tasks,
    series_tasks,
    topic_tasks,
    waiting_for,
)
from dialogues.queries import (
    dialogues_awaiting_guests,
    dialogues_awaiting_office,
    preparations_of,
    series_awaiting,
    topics_awaiting_office,
)
from outbox.models import Mail
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    END,
    NOW,
    RSVP_BY,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_past,
    make_released,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db
S = DialogueState


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), BERLIN)


def office_tasks(now: dt.datetime) -> list[tuple]:
    """Return (who, what, by when) of everything that waits for the office."""
    waiting = (
        (
            series_tasks,
            series_awaiting(SeriesState.AFFIRMED, SeriesState.RETURNED, today=NOW.date()),
        ),
        (topic_tasks, topics_awaiting_office(NOW.date())),
        (dialogue_tasks, dialogues_awaiting_office(now)),
    )
    found = []
    for load, records in waiting:
        pks = list(records.order_by("pk").values_list("pk", flat=True))
        entries = load(pks, now)
        found += [(entries[pk].who, entries[pk].what, entries[pk].due_on) for pk in pks]
    return found


def test_office_sees_everything_it_has_to_do():
    make_series(SeriesState.AFFIRMED, title="Reihe Nord")
    make_series(SeriesState.REQUESTED)
    for state in (TopicState.PROPOSED, TopicState.FOR_APPROVAL, TopicState.REFUSED):
        make_topic(state, title="Neu")
    approved = make_topic(title="Frei")
    make_dialogue(S.CANCELLED, topic=approved)
    make_dialogue(title="Geplant")
    waiting = make_dialogue(S.EXPLORING, title="Wartet")
    make_dates_approval(waiting, make_option(waiting))
    make_invitation(make_dialogue(S.INVITED, title="Läuft"))
    make_dialogue(S.HELD, title="Vorbei")
    make_past()

    assert office_tasks(NOW) == [
        ("Geschäftsstelle", "Zustimmung beantragen: Reihe „Reihe Nord“", None),
        ("Geschäftsstelle", "Über den Vorschlag entscheiden: Thema „Neu“", None),
        ("Geschäftsstelle", "Gespräch planen: Thema „Frei“", None),
        ("Geschäftsstelle", "Termine vorschlagen: Geplant", None),
        ("Geschäftsstelle", "Ergebnis festhalten: Vorbei", dt.date(2026, 4, 29)),
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (noon(RSVP_BY), []),
        (noon(RSVP_BY + dt.timedelta(days=1)), ["Zur Gästeliste: Fachkräfte im Maschinenbau"]),
        (DAY - dt.timedelta(minutes=1), ["Zur Gästeliste: Fachkräfte im Maschinenbau"]),
        (END, ["Als durchgeführt vermerken: Fachkräfte im Maschinenbau"]),
    ],
)
def test_running_invitation_waits_for_the_office_once_guests_are_late(now, expected):
    make_invitation(make_dialogue(S.INVITED))

    assert [what for _who, what, _due_on in office_tasks(now)] == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (noon(RSVP_BY + dt.timedelta(days=1)), []),
        (END, ["Als durchgeführt vermerken: Fachkräfte im Maschinenbau"]),
    ],
)
def test_request_about_the_date_hides_the_dialogue_until_the_day_has_come(now, expected):
    dialogue = make_dialogue(S.INVITED)
    make_dates_approval(dialogue, dialogue.date_options.get())

    assert [what for _who, what, _due_on in office_tasks(now)] == expected


@pytest.mark.parametrize(
    ("fields", "tasks", "counts"),
    [
        ({"state": "draft"}, ["Einladungen freigeben: Fachkräfte im Maschinenbau"], (1, 1)),
        ({"state": "withdrawn"}, ["Einladungen freigeben: Fachkräfte im Maschinenbau"], (1, 1)),
        ({"state": "failed", "attempts": 1}, [], (0, 2)),
        ({"state": "waiting"}, [], (0, 2)),
    ],
)
def test_invitation_that_never_went_out_waits_for_the_office_and_not_for_the_guest(
    office, fields, tasks, counts
):
    dialogue = make_released(office, 2)
    Mail.objects.filter(pk=Mail.objects.earliest("pk").pk).update(**fields)

    assert [what for _who, what, _due_on in office_tasks(NOW)] == tasks
    assert list(dialogues_awaiting_guests(NOW)) == ([] if tasks else [dialogue])
    preparation = preparations_of([dialogue], NOW)[dialogue.pk]
    assert (preparation.unsent, preparation.unanswered) == counts


def uninvited():
    make_invitation(make_dialogue(S.INVITED), released=False)


def lapsed():
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue)
    ApprovalRequest.objects.update(state="lapsed", lapse_reason="Ort")


def topic_reopened():
    make_invitation(make_dialogue(S.INVITED, topic=make_topic(TopicState.IN_PROGRESS)))


def series_lapsed():
    series = make_series(SeriesState.AFFIRMED)
    make_invitation(make_dialogue(S.INVITED, topic=make_topic(series=series)))


def everybody_replied():
    make_invitation(make_dialogue(S.INVITED), RsvpState.TENTATIVE)


def guest_left_without_reply():
    make_invitation(make_dialogue(S.INVITED), person=make_person(is_active=False))


def guest_left_before_release():
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    make_invitation(dialogue, released=False, person=make_person(is_active=False))


def without_topic():
    make_dialogue(S.PLANNING, topic=None)


@pytest.mark.parametrize(
    ("make", "office_waits", "guests_wait"),
    [
        (uninvited, True, False),
        (lapsed, True, False),
        (topic_reopened, True, False),
        (series_lapsed, True, False),
        (everybody_replied, False, False),
        (guest_left_without_reply, True, False),
        (guest_left_before_release, False, False),
        (without_topic, True, False),
        (lambda: make_invitation(make_dialogue(S.INVITED)), False, True),
        (lambda: make_dialogue(S.SCHEDULED), True, False),
        (lambda: make_dialogue(S.DOCUMENTED), True, False),
        (lambda: make_dialogue(S.CLOSED), False, False),
        (lambda: make_dialogue(S.CANCELLED), False, False),
        (make_past, False, False),
    ],
)
def test_dialogue_waits_for_one_side_at_a_time(make, office_waits, guests_wait):
    make()

    assert dialogues_awaiting_office(NOW).exists() is office_waits
    assert dialogues_awaiting_guests(NOW).exists() is guests_wait


def test_guests_who_owe_a_reply_are_counted():
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue)
    make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.ACCEPTED)

    [entry] = guest_tasks([dialogue.pk], NOW).values()

    assert (entry.who, entry.what, entry.due_on) == (
        "2 Gäste",
        "Einladung beantworten: Fachkräfte im Maschinenbau",
        RSVP_BY,
    )


def test_proposed_series_waits_to_be_affirmed():
    series = make_series(SeriesState.PROPOSED, title="Reihe Nord")

    [entry] = affirmation_tasks([series.pk], NOW).values()

    assert (entry.who, entry.what) == (
        "Verwaltung und Partner",
        "Reihe „Reihe Nord“ bekräftigen",
    )


# The day by which the database sorts is the one that pages show, but for working days.
@pytest.mark.parametrize(
    ("state", "released", "now", "day"),
    [
        (S.PLANNING, True, NOW, None),
        (S.INVITED, False, NOW, RSVP_BY),
        (S.INVITED, True, noon(RSVP_BY + dt.timedelta(days=1)), RSVP_BY),
        (S.INVITED, True, END, DAY.date()),
        (S.HELD, True, END, dt.date(2026, 4, 29)),
    ],
)
def test_database_sorts_by_the_deadline_of_the_next_step(state, released, now, day):
    dialogue = make_dialogue(state)
    make_invitation(dialogue, released=released)

    found = dialogues_awaiting_office(now).get()

    assert (found.due_day, dialogue_tasks([dialogue.pk], now)[dialogue.pk].due_on) == (day, day)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("load", "make", "queries"),
    [
        (series_tasks, lambda: make_series(SeriesState.AFFIRMED), 2),
        (affirmation_tasks, lambda: make_series(SeriesState.PROPOSED), 1),
        (topic_tasks, lambda: make_topic(TopicState.IN_PROGRESS), 2),
        (dialogue_tasks, lambda: make_dialogue(S.SCHEDULED), 4),
        (dialogue_tasks, lambda: make_dialogue(S.HELD), 3),
        (guest_tasks, lambda: make_dialogue(S.INVITED), 3),
    ],
)
def test_lines_need_the_same_queries_for_any_number(
    django_assert_num_queries, count, load, make, queries
):
    pks = [make().pk for _ in range(count)]

    with django_assert_num_queries(queries):
        assert len(load(pks, NOW)) == count


def test_partner_is_shown_open_invitations_and_drafts():
    partner = make_user(PARTNER)
    mine = make_invitation(person=partner.person)
    make_invitation(make_dialogue(S.INVITED), RsvpState.ACCEPTED, person=partner.person)
    make_invitation(
        make_dialogue(S.INVITED, rsvp_by=NOW.date() - dt.timedelta(days=1)), person=partner.person
    )
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    make_invitation(person=colleague.person)
    make_topic(TopicState.DRAFT, proposed_by=colleague)
    draft = make_topic(TopicState.DRAFT, title="Energie", proposed_by=partner)

    entries = waiting_for(partner, NOW)

    assert [(entry.what, entry.url, entry.due_on) for entry in entries] == [
        (
            "Einladung beantworten: Fachkräfte im Maschinenbau",
            f"/branchengespraeche/einladungen/{mine.pk}/antwort/",
            RSVP_BY,
        ),
        ("Themenvorschlag fertigstellen: Energie", draft.get_absolute_url(), None),
    ]


def test_office_finds_its_own_drafts_among_its_tasks():
    office = make_user(OFFICE)
    make_topic(TopicState.DRAFT, title="Energie", proposed_by=office)
    make_topic(TopicState.DRAFT, proposed_by=make_user(OFFICE))

    assert [entry.what for entry in waiting_for(office, NOW)] == [
        "Themenvorschlag fertigstellen: Energie"
    ]


def test_drafts_of_closed_accounts_wait_for_their_organisation():
    former = make_user(PARTNER, is_active=False)
    make_topic(TopicState.DRAFT, title="Energie", proposed_by=former)
    colleague = make_user(PARTNER, organisation=former.person.organisation)

    [entry] = waiting_for(colleague, NOW)
    assert entry.what == "Themenvorschlag fertigstellen: Energie"


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER])
def test_every_invited_role_is_shown_its_invitation(role):
    guest = make_user(role)
    make_invitation(person=guest.person)
    make_invitation()

    assert [(entry.what, entry.due_on) for entry in waiting_for(guest, NOW)] == [
        ("Einladung beantworten: Fachkräfte im Maschinenbau", RSVP_BY)
    ]


def test_draft_of_a_deputyship_that_ended_does_not_wait():
    partner = make_user(PARTNER)
    make_topic(TopicState.DRAFT, proposed_by=partner, organisation_id=make_organisation().pk)

    assert waiting_for(partner, NOW) == []


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER])
def test_others_are_shown_nothing(role):
    make_topic(TopicState.PROPOSED)
    make_dialogue()

    assert waiting_for(make_user(role), NOW) == []
