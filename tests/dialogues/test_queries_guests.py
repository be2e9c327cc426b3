"""The guests of a dialogue."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.queries import DeliveryCounts, GuestSearch, guest_choices, guest_rows, sharing_guests
from outbox.enums import MailState
from outbox.models import Mail
from partners.enums import OrganisationKind
from partners.models import DistributionList, Sector
from tests.dialogues.builders import NOW, make_dialogue, make_invitation, make_released
from tests.outbox.builders import make_draft, make_mail
from tests.partners.builders import make_organisation, make_person

pytestmark = pytest.mark.django_db
S = DialogueState


def test_guest_rows_say_how_the_last_mail_stands(office):
    dialogue = make_released(office, 4)
    mails = list(Mail.objects.filter(kind="invitation").order_by("pk"))
    sent, failed, _waiting, reminded = mails
    for mail in (sent, reminded):
        Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=NOW)
    Mail.objects.filter(pk=failed.pk).update(state=MailState.FAILED)
    later = NOW + dt.timedelta(days=1)
    reminded.pk, reminded.kind, reminded.message_id, reminded.created_at = (
        None,
        "invitation_reminder",
        "<2@x>",
        later,
    )
    reminded.state, reminded.sent_at, reminded.event = MailState.SENT, later, "reminded"
    reminded.save()
    make_invitation(
        dialogue,
        released=False,
        person=make_person("Später", organisation=make_organisation("Zuletzt")),
    )

    rows = guest_rows(dialogue, dialogue.invitations.all())

    assert [(row.mail_text, row.mail_colour) for row in rows] == [
        ("versandt 02.03.2026", ""),
        ("fehlgeschlagen", "danger"),
        ("wartet", "info"),
        ("erinnert 03.03.2026", ""),
        ("noch nicht versandt", ""),
    ]
    assert DeliveryCounts.of(rows) == DeliveryCounts(sent=2, failed=1, total=4)
    assert DeliveryCounts.of(rows).is_under_way


def test_guest_row_shows_the_mail_of_any_kind_that_did_not_go_out(office):
    dialogue = make_released(office, 3)
    Mail.objects.update(state=MailState.SENT, sent_at=NOW)
    first, second, third = dialogue.invitations.select_related("person").order_by("pk")
    later = NOW + dt.timedelta(days=1)
    common = {"path": dialogue.get_absolute_url(), "state": MailState.FAILED}
    changed = make_mail(
        make_draft(subject_key=first.mail_key),
        **common,
        kind="dialogue_changed",
        last_error="550 unbekannt",
    )
    settled = make_mail(make_draft(subject_key=second.mail_key), **common, settled_at=later)
    # To a mailbox that guests share; it is about the dialogue.
    shared = make_mail(
        make_draft(subject_key=f"dialogue:{dialogue.pk}"),
        **common | {"state": MailState.EXPIRED},
        recipient=third.person.email,
    )
    # Sent later, so it would hide the failure.
    make_mail(
        make_draft(subject_key=first.mail_key),
        now=later,
        **common | {"state": MailState.SENT, "sent_at": later},
        kind="invitation_reminder",
    )

    rows = guest_rows(dialogue, dialogue.invitations.all())

    assert [(row.mail, row.mail_text) for row in rows] == [
        (changed, "fehlgeschlagen"),
        (Mail.objects.get(kind="invitation", subject_key=second.mail_key), "versandt 02.03.2026"),
        (shared, "verfallen"),
    ]
    assert rows[0].mail.reason == "550 unbekannt"
    assert settled.settled_at == later
    assert DeliveryCounts.of(rows) == DeliveryCounts(sent=1, failed=2, total=3)


@pytest.mark.parametrize(
    ("states", "sending"),
    [
        (["draft", "withdrawn", "waiting"], DeliveryCounts(sent=0, failed=0, total=1)),
        (["withdrawn", "withdrawn", "failed"], DeliveryCounts(sent=0, failed=1, total=1)),
        (["expired", "failed", "retry"], DeliveryCounts(sent=0, failed=2, total=3)),
    ],
)
def test_delivery_counts_leave_out_drafts_and_withdrawn_mails(office, states, sending):
    dialogue = make_released(office, 3)
    for mail, state in zip(Mail.objects.order_by("pk"), states, strict=True):
        Mail.objects.filter(pk=mail.pk).update(state=state)

    assert DeliveryCounts.of(guest_rows(dialogue, dialogue.invitations.all())) == sending


def test_guest_rows_of_withdrawn_and_former_invitations():
    dialogue = make_dialogue(S.INVITED, round=2)
    make_invitation(dialogue, withdrawn_at=NOW, person=make_person("A"))
    make_invitation(dialogue, released_round=1, person=make_person("B"))
    make_invitation(dialogue, person=make_person("C"))

    rows = guest_rows(dialogue, dialogue.invitations.all())

    assert [row.mail_text for row in rows] == [
        "zurückgezogen 02.03.2026",
        "noch nicht versandt",
        "eingeladen 02.03.2026",
    ]
    assert [row.is_released for row in rows] == [True, False, True]


@pytest.mark.parametrize("count", [1, 30])
def test_guest_rows_need_two_queries(office, django_assert_num_queries, count):
    dialogue = make_released(office, count)

    with django_assert_num_queries(2):
        rows = guest_rows(dialogue, dialogue.invitations.all())
        assert [str(row.invitation.person.organisation) for row in rows][0] == "Betrieb 00"


def test_only_guests_who_come_and_agreed_are_shown_to_others():
    dialogue = make_dialogue(S.INVITED, round=2)
    shown = make_invitation(dialogue, RsvpState.ACCEPTED, shares_rsvp=True)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    make_invitation(dialogue, RsvpState.DECLINED, shares_rsvp=True)
    make_invitation(dialogue, RsvpState.ACCEPTED, shares_rsvp=True, withdrawn_at=NOW)
    make_invitation(dialogue, RsvpState.ACCEPTED, shares_rsvp=True, released_round=1)

    assert list(sharing_guests(dialogue)) == [shown]


def test_choices_of_a_guest_list_are_reachable_and_say_who_is_listed():
    dialogue = make_dialogue(S.SCHEDULED)
    organisation = make_organisation("Öfen GmbH")
    listed = make_person("Leitung", organisation=organisation)
    make_person("Werk", organisation=organisation)
    make_person("Ohne Adresse", organisation=organisation, email="")
    make_person("Ohne Adresse", organisation=make_organisation("Öde GmbH"), email="")
    members = DistributionList.objects.create(name="Alle")
    members.members.add(listed)
    make_invitation(dialogue, person=listed, released=False)

    choices = guest_choices(dialogue, GuestSearch("oef"))

    assert [(choice.name, choice.reach, choice.listed) for choice in choices.organisations] == [
        ("Öfen GmbH", 2, 1)
    ]
    assert [(choice.name, choice.is_listed) for choice in choices.people] == [
        ("Leitung", True),
        ("Werk", False),
    ]
    everything = guest_choices(dialogue, GuestSearch())
    assert [(choice.name, choice.reach) for choice in everything.lists] == [("Alle", 1)]
    assert (list(choices.lists), list(everything.people)) == ([], [])


def test_choices_are_limited_by_sector_kind_and_list():
    dialogue, sector = make_dialogue(S.SCHEDULED), Sector.objects.create(name="Optik")
    company = make_organisation("Linsen GmbH", kind=OrganisationKind.COMPANY)
    company.sectors.add(sector)
    union = make_organisation("Bund", kind=OrganisationKind.UNION)
    employee, member = (make_person(organisation=found) for found in (company, union))
    members = DistributionList.objects.create(name="Alle")
    members.members.add(member)

    def found(**search):
        choices = guest_choices(dialogue, GuestSearch(**search))
        return (list(choices.organisations), list(choices.people))

    assert found(sector=sector) == ([company], [employee])
    assert found(kind=OrganisationKind.UNION) == ([union], [member])
    assert found(list=members) == ([union], [member])
    assert found(sector=sector, kind=OrganisationKind.UNION) == ([], [])
    assert found(sector=sector, words="bund") == ([], [])


@pytest.mark.parametrize("count", [1, 5])
def test_choices_need_the_same_queries_for_any_number(django_assert_num_queries, count):
    dialogue = make_dialogue(S.SCHEDULED)
    for _ in range(count):
        make_person("Gast", organisation=make_organisation())

    with django_assert_num_queries(2):
        choices = guest_choices(dialogue, GuestSearch("gast"))
        assert len(choices.organisations) == 0
        assert [str(person.organisation) != "" for person in choices.people] == [True] * count
