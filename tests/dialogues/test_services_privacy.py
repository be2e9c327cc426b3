"""After the period nothing in the database says who a guest was, and every count is as before."""

import datetime as dt
import json

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count, Sum

from approvals.models import ApprovalRequest, Condition
from core.conflicts import version_of
from core.errors import Refused
from core.folding import fold
from core.history import save_as
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.models import Dialogue, Invitation, Rsvp
from dialogues.queries.people import person_needs
from dialogues.services import (
    close_dialogue,
    document_outcome,
    open_invitation,
    record_held,
    record_rsvp,
    release_invitations,
)
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import announce_visit
from outbox.enums import MailState
from outbox.models import Mail, MailLog
from partners.models import DistributionList, Person
from partners.progress import sections_about
from partners.services import change_person, tidy_people
from partners.services.people import FIELDS
from reminders.models import ReminderLog
from reminders.services import PauseTarget, pause_reminders
from tests.dialogues.builders import DAY, NOW, RSVP_BY, make_dialogue, make_invitation, make_office
from tests.dialogues.test_services_people import token_of
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_draft, make_mail
from tests.partners.builders import make_organisation, make_person
from tests.partners.test_services_merges import merge
from tests.partners.test_services_privacy import erase

pytestmark = pytest.mark.django_db

HELD_AT = DAY + dt.timedelta(days=1)
LATER = HELD_AT + dt.timedelta(days=366)
# What gives the guest away, and the substitute whom nobody knows.
TRACES = (
    "Nachnäme",
    "Vörname",
    "Vörher",
    "gast-neu@",
    "gast-alt@",
    "030 1234567",
    "Leitung Einkauf",
    "Stellvertretüng",
    "vertretung@",
    "Knie",
    "Rückruf",
)


def rows_with_traces() -> list[str]:
    """Return each value in any table in which one of TRACES can be read, whatever its case."""
    needles = {form for trace in TRACES for form in (trace, fold(trace), json.dumps(trace)[1:-1])}
    found = []
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            columns = [column[0] for column in cursor.description]
            found += [
                f"{model._meta.label}.{column}: {value}"
                for row in cursor.fetchall()
                for column, value in zip(columns, row, strict=True)
                if any(needle.lower() in str(value).lower() for needle in needles)
            ]
    return found


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def company():
    return make_organisation("Werk GmbH")


@pytest.fixture
def guest(office, company):
    """Somebody whose entries were merged and corrected, and who was host, guest and told of a
    visit.
    """
    entry = make_person(
        "Nachnäme",
        given_name="Vörname",
        title="Dr.",
        email="gast-alt@example.org",
        phone="030 1234567",
        function="Leitung Einkauf",
        notes="Rückruf nur vormittags",
        organisation=company,
    )
    merge(make_person("Vörher", given_name="Vörname", email="gast-alt@example.org"), entry, office)
    entry.refresh_from_db()
    values = {name: getattr(entry, name) for name in FIELDS} | {
        "email": "gast-neu@büro.example.org"
    }
    call = {"person": entry, "values": values, "version": version_of(entry, FIELDS)}
    return change_person(**call, by=office, now=NOW)[0]


@pytest.fixture
def dialogue(office, company, guest):
    """A closed dialogue with the guest, who sent somebody else in the end."""
    dialogue = make_dialogue(DialogueState.SCHEDULED, host_contact=guest)
    invitation = make_invitation(dialogue, released=False, person=guest)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2, remark="Mein Knie schmerzt")
    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=office, now=NOW)
    invitation.refresh_from_db()
    first = Rsvp(RsvpState.ACCEPTED, party=2, remark="Mein Knie schmerzt", shares_rsvp=True)
    then = Rsvp(
        RsvpState.REPRESENTED,
        substitute_name="Stellvertretüng",
        substitute_function="Leitung Einkauf",
        substitute_email="Vertretung@büro.example.org",
        remark="Rückruf bitte",
    )
    for hours, rsvp in enumerate((first, then), 1):
        call = {"rsvp": rsvp, "channel": RsvpChannel.LINK}
        record_rsvp(invitation=invitation, now=NOW + dt.timedelta(hours=hours), **call)
    Mail.objects.update(state=MailState.SENT, sent_at=NOW)
    # Mails have domains in ASCII, people as they were typed.
    mail = Mail.objects.get(recipient="vertretung@xn--bro-hoa.example.org")
    states = {"from_state": MailState.SENDING, "to_state": MailState.RETRY}
    MailLog.objects.create(mail=mail, at=NOW, note=f"450 <{mail.recipient}> later", **states)
    end_dialogue(dialogue, office)
    return dialogue


def end_dialogue(dialogue, office):
    record_held(dialogue=dialogue, by=office, now=HELD_AT)
    dialogue.refresh_from_db()
    outcome = "Dr. Vörname Nachnäme (gast-neu@büro.example.org) bietet Plätze an."
    document_outcome(dialogue=dialogue, outcome=outcome, by=office, now=HELD_AT)
    close_dialogue(dialogue=dialogue, by=office, now=HELD_AT)
    dialogue.refresh_from_db()
    dialogue.internal_notes = "Herr Dr. Vörname Nachnäme, 030 1234567"
    save_as(dialogue, by=office, now=HELD_AT, reason="Mit Vörname Nachnäme besprochen")
    approval = ApprovalRequest.objects.get(kind="dates", subject_id=dialogue.pk)
    approval.snapshot = [["Ansprechperson", "Vörname Nachnäme"]]
    approval.save()
    Condition.objects.create(approval=approval, text="Vörname Nachnäme begrüßt")


@pytest.fixture
def traces_elsewhere(office, company, guest):
    """A distribution list, a visit, reminders, and mails to others that name the guest."""
    distribution_list = DistributionList.objects.create(name="Partner")
    distribution_list.members.add(guest)
    save_as(distribution_list, by=office, now=NOW, reason="1 aufgenommen")
    distribution_list.members.remove(guest)
    visit = make_visit(VisitState.APPROVED, company=company, participants="Vörname Nachnäme")
    announce_visit(visit=visit, by=office, now=NOW)
    outcome = "Vörname Nachnäme führte durch das Werk."
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.DOCUMENTED, outcome=outcome)
    Visit.history.filter(id=visit.pk).update(state=VisitState.DOCUMENTED, history_date=NOW)
    mail = Mail.objects.filter(recipient="gast-neu@xn--bro-hoa.example.org").first()
    ReminderLog.objects.create(
        kind="guests",
        subject_key="invitation:1",
        recipient="gast-neu@büro.example.org",
        date=RSVP_BY,
        step="-3",
        at=NOW,
        mail=mail,
    )
    pause_reminders(
        target=PauseTarget(recipient="gast-neu@büro.example.org"),
        title="Dr. Vörname Nachnäme",
        until_on=None,
        reason="Rückruf: Nachnäme",
        by=office,
        now=NOW,
    )
    other = make_mail(recipient="team@example.org")
    states = {"from_state": MailState.FAILED, "to_state": MailState.WAITING}
    MailLog.objects.create(mail=other, at=NOW, note="Statt gast-neu@büro.example.org", **states)
    make_mail(
        make_draft(event="told"),
        subject="Zusage von Vörname Nachnäme",
        text="Es kommt: Dr. Vörname Nachnäme",
    )
    Mail.objects.update(state=MailState.SENT, sent_at=NOW)
    return visit


def figures():
    """Return what pages count: replies, seats, mails by kind, reminders, and who was told."""
    invitations = Invitation.objects.order_by()
    return (
        sorted(invitations.values_list("dialogue", "rsvp").annotate(Count("pk"), Sum("party"))),
        sorted(Mail.objects.order_by().values_list("kind", "state").annotate(Count("pk"))),
        ReminderLog.objects.count(),
        list(Visit.objects.annotate(told=Count("informed")).values_list("pk", "told")),
        list(Dialogue.objects.values_list("pk", "host", "host_contact", "starts_at")),
        Person.objects.count(),
        list(Invitation.objects.order_by("pk").values_list("person__organisation", "replied_at")),
    )


def test_nothing_in_the_database_says_who_the_guest_was(guest, dialogue, traces_elsewhere):
    before = figures()
    tables = {found.split(":")[0] for found in rows_with_traces()}

    done = tidy_people(now=LATER)

    assert rows_with_traces() == []
    assert figures() == before
    assert guest.pk in done["anonymised"]
    # The test would prove nothing if the names had not been everywhere before.
    assert len(tables) >= 45
    outcome = Dialogue.objects.get().outcome
    assert outcome == "(gelöscht) ((gelöscht)) bietet Plätze an."


def test_on_request_nothing_is_left_the_day_after(guest, dialogue, traces_elsewhere, office):
    others = Invitation.objects.exclude(person=guest)
    Invitation.history.filter(id__in=others.values("pk")).update(remark="")
    others.update(remark="")

    erase(guest, office, HELD_AT + dt.timedelta(days=1))

    assert rows_with_traces() == []


def test_personal_links_lead_nowhere_afterwards(guest, dialogue):
    invitation = Invitation.objects.get(person=guest)
    token = token_of(invitation)
    assert open_invitation(token) == invitation

    tidy_people(now=LATER)

    with pytest.raises(Refused, match="Dieser Link gilt nicht mehr"):
        open_invitation(token)


@pytest.fixture
def represented():
    """An invitation whose guest is represented by somebody at a mailbox."""
    return make_invitation(
        make_dialogue(DialogueState.INVITED),
        RsvpState.REPRESENTED,
        substitute_name="Stellvertretung",
        substitute_email="Empfang@büro.example.org",
    )


@pytest.mark.parametrize(("others", "count"), [(0, 1), (1, 0)])
def test_export_names_a_substitute_only_at_an_address_of_their_own(represented, others, count):
    person = make_person("Leitung", email="empfang@xn--bro-hoa.example.org")
    for _other in range(others):
        make_person("Einkauf", email="empfang@büro.example.org")

    sections = {section.title: section.rows for section in sections_about(person)}

    assert len(sections.get("Als Vertretung genannt", [])) == count


def test_everybody_at_the_mailbox_of_a_substitute_is_needed(represented):
    addresses = ("empfang@büro.example.org", "empfang@xn--bro-hoa.example.org")
    sharing = [make_person("Leitung", email=email) for email in addresses]

    needs = list(person_needs(Person.objects.filter(email__in=addresses)))

    why = f"Branchengespräch „{represented.dialogue.title}“"
    assert sorted(need[:2] for need in needs) == sorted((person.pk, why) for person in sharing)


def test_replies_of_people_who_stay_lose_their_details(guest, dialogue):
    DistributionList.objects.create(name="Partner").members.add(guest)
    mails = Mail.objects.filter(recipient="gast-neu@xn--bro-hoa.example.org").count()

    done = tidy_people(now=LATER)

    invitation = Invitation.objects.get(person=guest)
    assert (guest.pk in done["anonymised"], done["replies"]) == (False, [dialogue.pk])
    assert invitation.person.name == "Dr. Vörname Nachnäme"
    assert (invitation.rsvp, invitation.substitute_name) == ("represented", "Person (gelöscht)")
    assert (invitation.remark, invitation.substitute_email) == ("", "")
    left = [row for row in rows_with_traces() if "tretüng" in row or "vertretung@" in row]
    assert left == []
    # Proof of what the guest was sent stays.
    assert Mail.objects.filter(recipient="gast-neu@xn--bro-hoa.example.org").count() == mails
    assert tidy_people(now=LATER)["replies"] == []


def test_details_stay_while_the_matter_is_fresh(guest, dialogue):
    assert tidy_people(now=HELD_AT + dt.timedelta(days=364)) == {
        "anonymised": [],
        "deleted": [],
        "put_off": [],
        "replies": [],
        "barriers": [],
    }
    assert Invitation.objects.get(person=guest).remark == "Rückruf bitte"
