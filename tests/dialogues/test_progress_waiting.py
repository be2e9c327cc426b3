"""What waits for whom, as the start page lists it."""

import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState, SeriesState, TopicState
from dialogues.progress import waiting_for
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
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = DialogueState


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), BERLIN)


def test_office_sees_everything_it_has_to_do(office):
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

    entries = waiting_for(office, NOW)

    assert [(entry.who, entry.what, entry.due_on) for entry in entries] == [
        ("Geschäftsstelle", "Ergebnis festhalten: Vorbei", dt.date(2026, 4, 29)),
        ("Geschäftsstelle", "Zustimmung zur Reihe „Reihe Nord“ beantragen", None),
        ("Geschäftsstelle", "Über den Themenvorschlag „Neu“ entscheiden", None),
        ("Geschäftsstelle", "Gespräch zum Thema „Frei“ planen", None),
        ("Geschäftsstelle", "Termine vorschlagen: Geplant", None),
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
def test_running_invitation_waits_for_the_office_once_guests_are_late(office, now, expected):
    make_invitation(make_dialogue(S.INVITED))

    assert [entry.what for entry in waiting_for(office, now)] == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (noon(RSVP_BY + dt.timedelta(days=1)), []),
        (END, ["Als durchgeführt vermerken: Fachkräfte im Maschinenbau"]),
    ],
)
def test_request_about_the_date_hides_the_dialogue_until_the_day_has_come(office, now, expected):
    dialogue = make_dialogue(S.INVITED)
    make_dates_approval(dialogue, dialogue.date_options.get())

    assert [entry.what for entry in waiting_for(office, now)] == expected


@pytest.mark.parametrize("count", [1, 3])
def test_waiting_needs_the_same_queries_for_any_number(office, django_assert_num_queries, count):
    for _ in range(count):
        make_invitation(make_dialogue(S.SCHEDULED), released=False)
        make_topic(TopicState.PROPOSED)
    assert office.roles == {OFFICE}

    with django_assert_num_queries(5):
        assert len(waiting_for(office, NOW)) == 2 * count


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
