"""What people are told of an announced visit, and of its changes."""

import datetime as dt

import pytest
import time_machine

from core.conflicts import version_of
from core.errors import Refused
from media_visits.enums import PressKind, VisitState
from media_visits.mails import untold_changes
from media_visits.models import PressSlot, Visit
from media_visits.services import announce_visit, change_press_slot, change_visit
from media_visits.services.press import SLOT_FIELDS
from media_visits.services.visits import VISIT_FIELDS
from outbox.models import Mail
from outbox.texts import text_of
from partners.models import Deputy
from tests.approvals.builders import NOW, TODAY
from tests.media_visits.builders import STARTS_AT, make_slot, make_visit, send_mails
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def company():
    company = make_organisation("Turbinenbau AG")
    make_person(organisation=company, email="werk@example.org")
    return company


def announce(office, company, **fields):
    """Return a visit that was just announced."""
    visit = make_visit(S.APPROVED, company=company, **fields)
    announce_visit(visit=visit, by=office, now=NOW)
    return Visit.objects.get(pk=visit.pk)


def change_slot(slot, by, *, notify=True, **values):
    version = version_of(PressSlot.objects.get(pk=slot.pk), SLOT_FIELDS)
    change_press_slot(
        slot=slot, values=values, version=version, notify=notify, by=by, now=NOW + HOUR
    )


def change(visit, by, **values):
    version = version_of(Visit.objects.get(pk=visit.pk), VISIT_FIELDS)
    change_visit(visit=visit, values=values, version=version, by=by, now=NOW + HOUR)


def test_announcement_says_all_that_a_journalist_needs(office, company):
    visit = make_visit(
        S.APPROVED,
        company=company,
        title="Rundgang",
        address="Werkstraße 1, 12099 Berlin",
        quote="„Hier entsteht Neues“, sagt die Senatorin",
        participants="Geschäftsführung des Werks\nBetriebsrat",
        contact="Pressestelle, 030 12345",
    )
    make_slot(
        visit,
        kind=PressKind.PICTURE,
        meeting_point="Tor *2*",
        be_there_by=STARTS_AT - HOUR,
        expected_pictures="Blick in die Montage",
        registration_deadline=STARTS_AT - 24 * HOUR,
        capacity=12,
    )
    make_slot(visit, kind=PressKind.NOT_PUBLIC, meeting_point="geheim")

    announce_visit(visit=visit, by=office, now=NOW)

    mail = Mail.objects.get(kind="visit_announced")
    assert mail.subject == "Besuch am Mo, 23.03.2026, 10:00–12:00 Uhr: Turbinenbau AG"
    body = mail.text.partition("\n\n")[2].partition("\n\nMit freundlichen Grüßen")[0]
    assert body == (
        "wir kündigen Ihnen einen Unternehmensbesuch an.\n\n"
        "Turbinenbau AG, Mo, 23.03.2026, 10:00–12:00 Uhr\n\n"
        "Anlass: Rundgang\n\n"
        "„Hier entsteht Neues“, sagt die Senatorin\n\n"
        "Wer besucht: Senatorin\n\n"
        "Außerdem dabei:\nGeschäftsführung des Werks\nBetriebsrat\n\n"
        "Ort: Werkstraße 1, 12099 Berlin\n\n"
        "Pressetermine:\n\n"
        "- Bildtermin 23.03.2026, 10:00 Uhr\n"
        "  - Da sein bis: 23.03.2026, 09:00 Uhr\n"
        "  - Treffpunkt: Tor *2*\n"
        "  - Erwartbare Bilder: Blick in die Montage\n"
        "  - Anmeldung bis: 22.03.2026, 10:00 Uhr\n"
        "  - Plätze: 12\n\n"
        "Kontakt: Pressestelle, 030 12345\n\n"
        "Wird der Besuch verschoben oder abgesagt, sagen wir Ihnen Bescheid."
    )


def test_announcement_leaves_out_what_is_not_known(office, company, settings):
    settings.OFFICE_NAME, settings.OFFICE_PHONE = "Geschäftsstelle", "030 99"
    settings.OFFICE_EMAIL = "geschaeftsstelle@example.org"

    announce(office, company, title="Rundgang", visitor="")

    text = Mail.objects.get(kind="visit_announced").text
    assert "Außerdem dabei" not in text
    assert "„" not in text
    assert "Der Besuch ist nicht presseöffentlich." in text
    assert "Kontakt: Geschäftsstelle, 030 99, geschaeftsstelle@example.org" in text


CHANGES = {
    "meeting_point": ("Tor 2", "Treffpunkt", "Werkstor", "Tor 2"),
    "be_there_by": (STARTS_AT - HOUR, "Da sein bis", "keine Angabe", "23.03.2026, 09:00 Uhr"),
    "expected_pictures": ("Halle", "Erwartbare Bilder", "keine Angabe", "Halle"),
    "registration_deadline": (
        STARTS_AT - 24 * HOUR,
        "Anmeldung bis",
        "keine Angabe",
        "22.03.2026, 10:00 Uhr",
    ),
    "capacity": (5, "Plätze", "keine Angabe", "5"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_change_of_a_press_slot_is_told(office, company, field):
    value, label, before, after = CHANGES[field]
    visit = announce(office, company)
    slot = make_slot(visit)
    send_mails()

    change_slot(slot, office, **{field: value})

    mail = Mail.objects.get(kind="visit_changed")
    assert mail.recipient == "werk@example.org"
    assert mail.subject == (
        "Geändert: Besuch bei Turbinenbau AG am Mo, 23.03.2026, 10:00–12:00 Uhr"
    )
    slot_name = "Wort-Bild-Termin 23.03.2026, 10:00 Uhr"
    assert f"{slot_name}: {label}\nbisher: {before}\njetzt: {after}\n" in mail.text


@pytest.mark.parametrize(
    ("field", "label"), [("participants", "Außerdem dabei"), ("contact", "Kontakt")]
)
def test_change_of_an_announced_visit_is_told(office, company, field, label):
    visit = announce(office, company)
    send_mails()

    change(visit, office, **{field: "Betriebsrat"})

    text = Mail.objects.get(kind="visit_changed").text
    assert f"{label}\nbisher: keine Angabe\njetzt: Betriebsrat\n" in text


def test_senators_office_and_its_deputy_are_told_of_a_change(office, senator, company):
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(
        principal=senator.person, deputy=deputy.person, starts_on=TODAY, ends_on=TODAY
    )
    visit = announce(office, company)
    slot = make_slot(visit)
    send_mails()

    change_slot(slot, office, meeting_point="Tor 2")

    assert mails_written("visit_changed") == [
        ("visit_changed", "senatorin@example.org"),
        ("visit_changed", "vertretung@example.org"),
        ("visit_changed", "werk@example.org"),
    ]


def test_decider_who_was_told_anyway_gets_one_mail_of_a_change(office, senator, company):
    senator.person.organisation = company
    senator.person.save()
    visit = announce(office, company)
    slot = make_slot(visit)
    send_mails()

    change_slot(slot, office, meeting_point="Tor 2")

    assert mails_written("visit_changed") == [
        ("visit_changed", "senatorin@example.org"),
        ("visit_changed", "werk@example.org"),
    ]


@pytest.mark.parametrize("field", ["message", "internal_notes"])
def test_change_of_what_was_not_announced_is_not_told(office, company, field):
    visit = announce(office, company)
    send_mails()

    change(visit, office, **{field: "Neu"})

    assert mails_written("visit_changed") == []


def test_quote_is_part_of_the_approval(office, company):
    visit = announce(office, company, quote="Alt")

    with nothing_changes(visit), pytest.raises(Refused, match="Der Besuch ist angekündigt"):
        change(visit, office, quote="Neu")


@pytest.mark.parametrize("state", [S.IDEA, S.SUBMITTED, S.APPROVED])
def test_nobody_is_told_before_the_announcement(office, company, state):
    visit = make_visit(state, company=company)
    slot = make_slot(visit)

    change_slot(slot, office, meeting_point="Tor 2")

    assert mails_written() == []


def test_office_may_tell_nobody_of_a_change(office, company):
    visit = announce(office, company)
    slot = make_slot(visit)
    send_mails()

    change_slot(slot, office, notify=False, meeting_point="Tor 2")

    slot.refresh_from_db()
    assert slot.meeting_point == "Tor 2"
    assert mails_written("visit_changed") == []


def changes_in(mail: Mail) -> list[str]:
    return [line for line in mail.text.splitlines() if line.startswith(("bisher:", "jetzt:"))]


def test_change_that_was_not_mailed_is_told_with_the_next_one(office, company):
    visit = announce(office, company)
    slot = make_slot(visit, meeting_point="Tor 1", capacity=10)
    send_mails()
    change_slot(slot, office, notify=False, meeting_point="Tor 2")
    change_slot(slot, office, notify=False, meeting_point="Tor 3")
    visit.refresh_from_db()
    [untold] = untold_changes(visit)

    change_slot(slot, office, capacity=12)

    visit.refresh_from_db()
    assert (untold.before, untold.after) == ("Tor 1", "Tor 3")
    assert untold_changes(visit) == []
    mail = Mail.objects.get(kind="visit_changed")
    assert changes_in(mail) == ["bisher: Tor 1", "jetzt: Tor 3", "bisher: 10", "jetzt: 12"]


def test_nothing_is_left_to_tell_once_a_silent_change_is_undone(office, company):
    visit = announce(office, company)
    slot = make_slot(visit, meeting_point="Tor 1")
    send_mails()
    change_slot(slot, office, notify=False, meeting_point="Tor 2")

    change_slot(slot, office, meeting_point="Tor 1")

    visit.refresh_from_db()
    assert untold_changes(visit) == []
    assert mails_written("visit_changed") == []


def test_silent_change_replaces_a_change_that_still_waits(office, company):
    visit = announce(office, company)
    slot = make_slot(visit, meeting_point="Tor 1")
    send_mails()
    change_slot(slot, office, meeting_point="Tor 2")

    change_slot(slot, office, notify=False, meeting_point="Tor 3")

    former, mail = Mail.objects.filter(kind="visit_changed").order_by("pk")
    assert (former.state, changes_in(mail)) == ("withdrawn", ["bisher: Tor 1", "jetzt: Tor 3"])


def test_draft_of_an_announcement_that_a_change_replaces_stays_a_draft(office, company):
    visit = announce(office, company)
    slot = make_slot(visit, meeting_point="Tor 1")
    Mail.objects.filter(kind="visit_announced").update(state="draft")

    change_slot(slot, office, notify=False, meeting_point="Tor 2")

    states = set(Mail.objects.filter(kind="visit_announced").values_list("state", flat=True))
    assert states == {"withdrawn", "draft"}


@time_machine.travel(NOW)
def test_page_tells_the_office_what_was_not_mailed(client, office, senator, company):
    visit = announce(office, company)
    change_slot(
        make_slot(visit, meeting_point="Tor 1"), office, notify=False, meeting_point="Tor 2"
    )
    texts = []
    for user in (office, senator):
        client.force_login(user)
        texts.append(client.get(visit.get_absolute_url()).content.decode())

    assert ["Ohne Benachrichtigung geändert" in text for text in texts] == [True, False]
    assert "bisher: Tor 1" in texts[0]


@pytest.mark.parametrize("notify", [True, False])
def test_announcement_that_still_waits_is_replaced(office, company, notify):
    visit = make_visit(S.APPROVED, company=company)
    slot = make_slot(visit)
    announce_visit(visit=visit, by=office, now=NOW)

    change_slot(slot, office, notify=notify, meeting_point="Tor 2")

    mails = Mail.objects.order_by("pk")
    assert [(mail.kind, mail.state) for mail in mails] == [
        ("visit_announced", "withdrawn"),
        ("visit_announced", "waiting"),
    ]
    assert "Treffpunkt: Tor 2" in mails[1].text


def test_people_who_never_got_the_announcement_are_not_told_of_changes(office, company):
    visit = announce(office, company)
    slot = make_slot(visit)
    Mail.objects.update(state="withdrawn")

    change_slot(slot, office, meeting_point="Tor 2")

    assert mails_written("visit_changed") == []
    assert Mail.objects.count() == 1


def test_people_who_left_are_told_of_changes(office, company):
    visit = announce(office, company)
    slot = make_slot(visit)
    send_mails()
    company.people.update(is_active=False)

    change_slot(slot, office, meeting_point="Tor 2")

    assert mails_written("visit_changed") == [("visit_changed", "werk@example.org")]


def test_announcement_promises_only_what_is_always_told():
    body = str(text_of("visit_announced").body)

    assert body.endswith("Wird der Besuch verschoben oder abgesagt, sagen wir Ihnen Bescheid.")
