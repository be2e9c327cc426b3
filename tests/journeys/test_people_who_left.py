"""Whoever has left gets no new mail, except that what they were told of a date no longer holds
(docs/adr/0023).
"""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.roles import OBSERVER, OFFICE
from dialogues.enums import DialogueState
from dialogues.services import (
    cancel_dialogue,
    change_dialogue,
    postpone_dialogue,
    record_rsvp,
    release_invitations,
    withdraw_invitation,
)
from media_visits.enums import VisitState
from media_visits.services import announce_visit, cancel_visit, change_visit, postpone_visit
from media_visits.services.visits import VISIT_FIELDS
from outbox.models import Mail, MailLog
from outbox.services import enqueue_mails
from outbox.texts import Placeholder, all_texts, placeholders_of
from partners.models import Person, User
from partners.services import change_person, deactivate_account
from partners.services.people import FIELDS, dependents_of_person
from reminders.planning import plan_day
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.media_visits.builders import make_visit, send_mails
from tests.outbox.builders import make_account_mail, make_draft, make_mail, make_recipient
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=2)

# What still reaches whom: somebody whose account was closed, and somebody who left altogether.
NOBODY, CLOSED_ACCOUNT, WHO_LEFT = set(), {"closed account"}, {"closed account", "left"}
REACHES = {
    "approval_asked": NOBODY,
    "approval_decided": NOBODY,
    "approval_lapsed": NOBODY,
    "approval_withdrawn": NOBODY,
    "barrier_reported": WHO_LEFT,  # to the mailbox of the office
    "condition_met": NOBODY,
    "date_fixed": CLOSED_ACCOUNT,
    "deputy_arranged": NOBODY,
    "deputy_ended": NOBODY,
    "dialogue_cancelled": WHO_LEFT,
    "dialogue_changed": WHO_LEFT,
    "dialogue_changed_info": WHO_LEFT,
    "dialogue_postponed": WHO_LEFT,
    "invitation": CLOSED_ACCOUNT,
    "invitation_reminder": CLOSED_ACCOUNT,
    "invitation_withdrawn": WHO_LEFT,
    "lead_reminded": NOBODY,
    "link_replaced": CLOSED_ACCOUNT,
    "need_answered": NOBODY,
    "need_changed": CLOSED_ACCOUNT,
    "need_moved": CLOSED_ACCOUNT,
    "need_recorded": CLOSED_ACCOUNT,
    "notice_bundle": NOBODY,
    "reminder_digest": NOBODY,
    "report_accepted": NOBODY,
    "report_accepted_otherwise": NOBODY,
    "report_asked": NOBODY,
    "report_completed": NOBODY,
    "report_due": CLOSED_ACCOUNT,
    "report_link_replaced": CLOSED_ACCOUNT,
    "report_requested": NOBODY,
    "report_returned": NOBODY,
    "report_submitted": NOBODY,
    "round_changed": NOBODY,
    "rsvp_confirmed": CLOSED_ACCOUNT,
    "seat_offer_ended": CLOSED_ACCOUNT,
    "seat_offered": CLOSED_ACCOUNT,
    "substitute_named": CLOSED_ACCOUNT,
    "topic_decided": NOBODY,
    "topic_declined": NOBODY,
    "topic_proposed": NOBODY,
    "topic_taken_up": NOBODY,
    "visit_announced": CLOSED_ACCOUNT,
    "visit_cancelled": WHO_LEFT,
    "visit_changed": WHO_LEFT,
    "visit_moved": NOBODY,
    "visit_postponed": WHO_LEFT,
}


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


def leave(person: Person, office) -> None:
    """Set `person` to *nicht mehr aktiv* as the office does."""
    person = Person.objects.get(pk=person.pk)
    values = {name: getattr(person, name) for name in FIELDS} | {"is_active": False}
    given = {"version": version_of(person, FIELDS), "by": office, "now": LATER}
    heeded = [concern.key for concern in dependents_of_person(person)]
    change_person(person=person, values=values, heeded=heeded, **given)


def kinds_of_portal() -> list[str]:
    return [text.kind for text in all_texts() if not text.kind.startswith("test_")]


def test_the_table_has_every_kind_of_mail():
    assert sorted(REACHES) == kinds_of_portal()


def write_every_kind(email: str, **fields) -> None:
    """Queue a mail of each kind to `email`."""
    for kind in kinds_of_portal():
        mail = make_mail(make_draft(to=make_recipient(email=email)), now=NOW)
        Mail.objects.filter(pk=mail.pk).update(kind=kind, **fields)


def kinds_waiting() -> set[str]:
    states = ("waiting", "draft", "retry")
    return set(Mail.objects.filter(state__in=states).values_list("kind", flat=True))


@pytest.mark.parametrize("state", ["waiting", "draft", "retry"])
def test_mails_to_a_closed_account_are_withdrawn(office, state):
    account = make_user(OBSERVER, email="konto@example.org")
    write_every_kind("konto@example.org", state=state)
    make_account_mail(to=make_recipient(email="konto@example.org"))

    deactivate_account(account=account, by=office, now=LATER)

    assert kinds_waiting() == {kind for kind, whom in REACHES.items() if "closed account" in whom}


@pytest.mark.parametrize("state", ["waiting", "draft", "retry"])
def test_mails_to_somebody_who_left_are_withdrawn_with_a_reason(office, state):
    person = make_person("Leitung Werk", email="gast@example.org")
    write_every_kind("gast@example.org", state=state)

    leave(person, office)

    assert kinds_waiting() == {kind for kind, whom in REACHES.items() if "left" in whom}
    assert set(MailLog.objects.values_list("note", "to_state", "by")) == {
        ("Leitung Werk ist nicht mehr aktiv.", "withdrawn", office.pk)
    }


def test_no_kind_is_written_to_somebody_who_left_but_the_kept_promises(office):
    drafts = []
    for text in all_texts():
        values = {name: _example(entry) for name, entry in placeholders_of(text).items()}
        values = {name: values[name] for name in text.placeholders}
        to = make_recipient(has_left=True)
        drafts.append(make_draft(kind=text.kind, to=to, values=values))

    enqueue_mails(drafts, now=NOW)

    written = set(Mail.objects.values_list("kind", flat=True))
    assert written == {kind for kind, whom in REACHES.items() if "left" in whom}


def _example(placeholder: Placeholder) -> str:
    return str(placeholder.example)


def test_colleagues_at_the_same_address_keep_their_mails(office):
    leaving, staying = (make_person(name, email="post@example.org") for name in ("Eins", "Zwei"))
    for person in (leaving, staying):
        make_mail(make_draft(to=make_recipient(email="post@example.org", name=person.name)))

    leave(leaving, office)

    states = Mail.objects.order_by("pk").values_list("recipient_name", "state")
    assert list(states) == [("Eins", "withdrawn"), ("Zwei", "waiting")]


def test_mails_to_the_address_of_a_closed_account_are_withdrawn_when_its_person_leaves(office):
    person = make_person(email="person@example.org", organisation=make_organisation())
    account = make_user(OBSERVER, email="konto@example.org", person=person)
    make_mail(make_draft(to=make_recipient(email="konto@example.org")))
    User.objects.filter(pk=account.pk).update(is_active=False)

    leave(person, office)

    assert Mail.objects.get().state == "withdrawn"


# Each returns the person who was told and a function for each event that follows.


def told_of_dialogue(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    invitation = make_invitation(dialogue, released=False)
    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=office, now=NOW)
    given = {"dialogue": dialogue, "by": office, "now": LATER}
    return invitation.person, {
        "cancel": lambda: cancel_dialogue(reason="Streik", **given),
        "postpone": lambda: postpone_dialogue(reason="Streik", **given),
        "change": lambda: change_dialogue(values={"place": "Halle 2"}, **given),
    }


def told_of_visit(office):
    visit = make_visit(VisitState.APPROVED)
    person = make_person(organisation=visit.company)
    visit = announce_visit(visit=visit, by=office, now=NOW)
    given = {"visit": visit, "by": office, "now": LATER}
    return person, {
        "cancel": lambda: cancel_visit(reason="Streik", **given),
        "postpone": lambda: postpone_visit(reason="Streik", **given),
        "change": lambda: change_visit(
            values={"contact": "Pressestelle"}, version=version_of(visit, VISIT_FIELDS), **given
        ),
    }


EVENTS = [
    (told_of_dialogue, "cancel", "dialogue_cancelled"),
    (told_of_dialogue, "postpone", "dialogue_postponed"),
    (told_of_dialogue, "change", "dialogue_changed"),
    (told_of_visit, "cancel", "visit_cancelled"),
    (told_of_visit, "postpone", "visit_postponed"),
    (told_of_visit, "change", "visit_changed"),
]


@pytest.mark.parametrize(("tell", "event", "kind"), EVENTS)
def test_whoever_was_told_of_a_date_is_told_that_it_no_longer_holds(office, tell, event, kind):
    person, events = tell(office)
    send_mails()
    leave(person, office)

    events[event]()

    assert mails_written(kind) == [(kind, person.email)]
    text = Mail.objects.get(kind=kind).text
    assert "erneut ein" not in text
    assert "hören Sie von uns" not in text


@pytest.mark.parametrize(("tell", "event", "kind"), EVENTS)
def test_whoever_was_never_told_of_a_date_is_not_told_of_its_end(office, tell, event, kind):
    person, events = tell(office)
    leave(person, office)

    events[event]()

    assert mails_written(kind) == []


def test_guests_who_left_are_neither_invited_nor_reminded(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    first, second = (make_invitation(dialogue, released=False) for _number in range(2))
    leave(second.person, office)

    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=office, now=NOW)

    assert mails_written("invitation") == [("invitation", first.person.email)]
    send_mails()
    leave(first.person, office)
    days = [RSVP_BY - dt.timedelta(days=count) for count in range(10)]
    assert [plan_day(day, now=LATER).mails for day in days] == [[]] * 10


def test_guests_who_left_are_told_that_the_invitation_is_withdrawn(office):
    invitation = make_invitation()
    record_rsvp(invitation=invitation, rsvp=YES, now=NOW)
    leave(invitation.person, office)

    withdraw_invitation(invitation=invitation, by=office, now=LATER)

    to = [to for kind, to in mails_written() if kind == "invitation_withdrawn"]
    assert to == [invitation.person.email]
