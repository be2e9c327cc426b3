"""Mails about a change to a dated dialogue: which changes count, and who is mailed."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.enums import BEFORE_THE_DAY, DialogueFormat, DialogueState, RsvpState
from dialogues.mails import addressees_of_cancellation, addressees_of_change, changes_between
from dialogues.mails.dialogues import FACTS_FOR_GUESTS
from dialogues.models import Dialogue
from dialogues.services import cancel_dialogue, change_dialogue, postpone_dialogue
from outbox.models import Mail
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    NOW,
    RSVP_BY,
    TODAY,
    make_dialogue,
    make_invitation,
)
from tests.dialogues.messages import calendar_of, guest_of
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
A = RsvpState
LINK = "https://video.example.org/raum"


def change(dialogue, by, now=NOW, *, notify=True, **values):
    return change_dialogue(dialogue=dialogue, values=values, by=by, now=now, notify=notify)


def make_guest(dialogue, name, rsvp=A.OPEN, **fields):
    return make_invitation(
        dialogue, rsvp, person=make_person(name.title(), email=f"{name}@example.org"), **fields
    )


@pytest.fixture
def dialogue(senator):
    """An inviting dialogue with a host and guests: one per reply, one withdrawn, one not yet
    invited.
    """
    dialogue = make_dialogue(
        DialogueState.INVITED, host_contact=make_person(email="werk@example.org")
    )
    make_guest(dialogue, "offen")
    make_guest(dialogue, "zusage", A.ACCEPTED)
    make_guest(dialogue, "vorbehalt", A.TENTATIVE)
    make_guest(dialogue, "absage", A.DECLINED)
    make_guest(dialogue, "vertreten", A.REPRESENTED)
    make_guest(dialogue, "gestrichen", A.ACCEPTED, withdrawn_at=NOW)
    make_guest(dialogue, "gelistet", released=False)
    return dialogue


GUESTS = ["offen@example.org", "vorbehalt@example.org", "zusage@example.org"]
OTHERS = ["senatorin@example.org", "stellvertretung@example.org", "werk@example.org"]


def test_change_is_mailed_to_everybody_who_holds_an_entry_and_nobody_else(office, dialogue):
    rsvps = list(
        dialogue.invitations.order_by("pk").values_list("pk", "rsvp", "replied_at", "revision")
    )

    update = change(dialogue, office, place="Halle 2")

    assert update.notified == 6
    assert mails_written() == [
        *(("dialogue_changed", address) for address in GUESTS),
        *(("dialogue_changed_info", to) for to in OTHERS),
    ]
    dialogue.refresh_from_db()
    assert (dialogue.place, dialogue.sequence, dialogue.state) == (
        "Halle 2",
        2,
        DialogueState.INVITED,
    )
    assert (
        dialogue.history.first().history_change_reason == "Geändert: Ort; 6 Personen benachrichtigt"
    )
    assert (
        list(
            dialogue.invitations.order_by("pk").values_list("pk", "rsvp", "replied_at", "revision")
        )
        == rsvps
    )


@pytest.mark.parametrize(
    ("address", "method", "partstat"),
    [
        ("offen@example.org", "REQUEST", "NEEDS-ACTION"),
        ("zusage@example.org", "REQUEST", "ACCEPTED"),
        ("vorbehalt@example.org", "REQUEST", "TENTATIVE"),
        ("stellvertretung@example.org", "REQUEST", "NEEDS-ACTION"),
        ("werk@example.org", "PUBLISH", ""),
        ("senatorin@example.org", "PUBLISH", ""),
    ],
)
def test_new_entry_replaces_the_former_one_and_keeps_the_reply(
    office, dialogue, address, method, partstat
):
    change(dialogue, office, place="Halle 2", programme="14:00 Begrüßung")

    entry = calendar_of(Mail.objects.get(recipient=address, kind__startswith="dialogue_changed"))
    assert (entry.method, entry.partstat, entry.sequence) == (method, partstat, 2)
    assert entry.uid == f"dialogue-{dialogue.pk}@localhost"
    assert entry.attendee == (address if method == "REQUEST" else "")
    assert entry.title == "Branchengespräch: Fachkräfte im Maschinenbau"
    assert entry.place.endswith(", Halle 2")
    assert entry.starts_at == DAY


def test_mail_shows_the_former_and_the_new_value(office, dialogue):
    host = dialogue.host.name

    change(
        dialogue,
        office,
        place="Halle 2",
        programme="14:00 Begrüßung\r\n14:15 Rundgang",
        video_link=LINK,
    )

    mail = Mail.objects.get(recipient="zusage@example.org")
    assert mail.subject == f"Geändert: {dialogue.title}, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert (
        f"Ort\nbisher: {host}, Werkstraße 1, 12681 Berlin\njetzt: {host}, Halle 2\n\n"
        f"Videokonferenz\nbisher: keine Angabe\njetzt: {LINK}\n\n"
        "Programm\nbisher: keine Angabe\njetzt: 14:00 Begrüßung · 14:15 Rundgang\n\n"
        "Ihre Antwort (Zusage) gilt weiter. Bis zum 15.04.2026 können Sie sie über den Link "
        "ändern. "
        "Der Kalendereintrag in dieser E-Mail ersetzt den bisherigen."
    ) in mail.text
    assert guest_of(mail.text) == dialogue.invitations.get(person__email="zusage@example.org")
    entry = calendar_of(mail).text.replace("\r\n ", "")
    assert rf"DESCRIPTION:Videokonferenz: {LINK}\n14:00 Begrüßung\n14:15 Rundgang" in entry
    assert (
        "Bitte antworten Sie bis zum 15.04.2026"
        in Mail.objects.get(recipient="offen@example.org").text
    )
    substitute = Mail.objects.get(recipient="stellvertretung@example.org")
    assert (substitute.has_personal_link, guest_of(substitute.text)) == (False, None)


def test_after_the_deadline_the_mail_does_not_ask_for_a_reply(office, dialogue):
    change(dialogue, office, now=dt.datetime(2026, 4, 16, 8, 0, tzinfo=BERLIN), place="Halle 2")

    for mail in Mail.objects.filter(kind="dialogue_changed"):
        assert "15.04.2026" not in mail.text


@pytest.mark.parametrize(
    "fields",
    [
        {"seats": 99},
        {"internal_notes": "Parkplatz sperren"},
        {"rsvp_by": RSVP_BY + dt.timedelta(days=1)},
        {"programme": "14:00 Begrüßung\r\n\r\n 14:15 Rundgang "},
    ],
)
def test_change_that_does_not_matter_to_guests_is_not_mailed(office, dialogue, fields):
    Dialogue.objects.filter(pk=dialogue.pk).update(programme="14:00 Begrüßung\n14:15 Rundgang")

    assert change(dialogue, office, **fields).notified == 0

    dialogue.refresh_from_db()
    [(name, value)] = fields.items()
    assert (getattr(dialogue, name), dialogue.sequence) == (value, 1)
    assert dialogue.history.first().history_change_reason == "Angaben geändert"
    assert mails_written("dialogue_changed", "dialogue_changed_info") == []


def test_writing_out_the_hosts_address_is_not_a_change(office, senator):
    host = make_organisation(street="Werkstraße 1", postcode="12681", city="Berlin")
    dialogue = make_dialogue(DialogueState.INVITED, host=host, place="")

    assert change(dialogue, office, place=host.postal_address).notified == 0
    assert change(dialogue, office, place="Tor 2").notified == 1


def test_facts_for_guests_are_those_that_can_be_held_back():
    assert [str(label) for label, _read in FACTS_FOR_GUESTS] == [
        "Titel",
        "Format",
        "Teilnahme der Senatorin",
        "Ort",
        "Videokonferenz",
        "Programm",
    ]


def test_dialogue_that_becomes_digital_names_its_link_once(office, dialogue):
    before = Dialogue.objects.get(pk=dialogue.pk)
    after = Dialogue.objects.get(pk=dialogue.pk)
    after.format, after.place, after.video_link = DialogueFormat.DIGITAL, "", LINK

    changes = changes_between(before, after)

    assert [(change.label, change.after) for change in changes] == [
        ("Format", "digital"),
        ("Ort", ""),
        ("Videokonferenz", LINK),
    ]


@pytest.mark.parametrize("state", BEFORE_THE_DAY)
def test_change_before_a_date_is_fixed_is_not_mailed(office, senator, state):
    dialogue = make_dialogue(state, host_contact=make_person(email="werk@example.org"))

    notified = change(dialogue, office, place="Halle 2").notified

    dated = state in (DialogueState.SCHEDULED, DialogueState.INVITED)
    assert notified == (2 if dated else 0)
    assert mails_written() == (
        [
            ("dialogue_changed_info", "senatorin@example.org"),
            ("dialogue_changed_info", "werk@example.org"),
        ]
        if dated
        else []
    )


def test_change_after_the_beginning_is_not_mailed(office, dialogue):
    assert change(dialogue, office, now=DAY, place="Halle 2").notified == 0

    assert mails_written() == []


def test_each_mailed_change_raises_the_sequence(office, dialogue):
    for place in ("Halle 2", "Halle 3", "Halle 2"):
        change(dialogue, office, place=place)

    mails = Mail.objects.filter(recipient="zusage@example.org").order_by("pk")
    assert [calendar_of(mail).sequence for mail in mails] == [2, 3, 4]


def test_guest_of_a_former_date_is_not_mailed(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED, round=2)
    make_invitation(dialogue, A.ACCEPTED, released_round=1)

    change(dialogue, office, place="Halle 2")

    assert mails_written() == [("dialogue_changed_info", senator.email)]


def test_guest_passes_the_change_on_to_a_substitute_without_an_address(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_guest(
        dialogue, "gast", A.REPRESENTED, substitute_email="", substitute_name="Frau Vertretung"
    )

    change(dialogue, office, place="Halle 2")

    mail = Mail.objects.get(recipient="gast@example.org")
    assert "Bitte geben Sie die Änderung an Ihre Vertretung weiter: Frau Vertretung." in mail.text
    assert "Kalendereintrag" not in mail.text
    assert calendar_of(mail) is None


def test_address_listed_twice_is_mailed_once_about_its_own_invitation(office, senator):
    contact = make_person(email="beide@example.org")
    dialogue = make_dialogue(DialogueState.INVITED, host_contact=contact)
    make_invitation(dialogue, A.REPRESENTED, substitute_email="Beide@example.org", revision=3)
    own = make_invitation(dialogue, A.ACCEPTED, person=contact)

    addressees = {
        entry.to.email.lower(): entry for entry in addressees_of_change(dialogue, today=TODAY)
    }

    entry = addressees["beide@example.org"]
    assert (entry.method, entry.invitation, entry.partstat, entry.revision) == (
        "REQUEST",
        own,
        "ACCEPTED",
        3,
    )
    assert [to.to.email for to in addressees_of_cancellation(dialogue, today=TODAY)].count(
        "beide@example.org"
    ) == 1


def make_shared_mailbox(dialogue):
    """Add two guests at one address, with different replies, and return it."""
    for name, rsvp in (("Leitung A", A.ACCEPTED), ("Leitung B", A.OPEN)):
        person = make_person(name, email="werk@example.org")
        make_invitation(dialogue, rsvp, person=person)
    return "werk@example.org"


def test_shared_mailbox_gets_a_change_once_naming_both(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    mailbox = make_shared_mailbox(dialogue)

    change(dialogue, office, place="Halle 2")

    mail = Mail.objects.get(recipient=mailbox)
    assert (mail.kind, mail.recipient_name) == ("dialogue_changed_info", "Leitung A und Leitung B")
    assert (
        "Diese E-Mail gilt für Leitung A und Leitung B.\n\n"
        "Leitung A: Ihre Antwort (Zusage) gilt weiter. Bis zum 15.04.2026 können Sie sie über den "
        "Link der eigenen Einladung ändern.\n\n"
        "Leitung B: Bitte antworten Sie bis zum 15.04.2026 über den Link der eigenen Einladung."
    ) in mail.text
    # The link of one guest would let them reply for the other.
    assert (mail.has_personal_link, guest_of(mail.text)) == (False, None)
    assert calendar_of(mail).attendee == mailbox


@pytest.mark.parametrize("act", [postpone_dialogue, cancel_dialogue])
def test_shared_mailbox_is_told_once_that_the_date_is_off_naming_both(office, senator, act):
    dialogue = make_dialogue(DialogueState.INVITED)
    mailbox = make_shared_mailbox(dialogue)

    act(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    mail = Mail.objects.get(recipient=mailbox)
    assert "Diese E-Mail gilt für Leitung A und Leitung B." in mail.text
    assert mail.recipient_name == "Leitung A und Leitung B"
    assert mail.text.count("laden wir Sie erneut ein.") == (act is postpone_dialogue)


def test_guests_of_the_same_name_are_told_apart_by_their_organisations(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    for name, rsvp in (("Nord", A.ACCEPTED), ("Ost", A.OPEN)):
        organisation = make_organisation(name)
        person = make_person("Leitung", email="werk@example.org", organisation=organisation)
        make_invitation(dialogue, rsvp, person=person)

    change(dialogue, office, place="Halle 2")

    mail = Mail.objects.get(recipient="werk@example.org")
    assert mail.recipient_name == "Leitung (Nord) und Leitung (Ost)"
    assert "Leitung (Nord): Ihre Antwort (Zusage) gilt weiter." in mail.text
    assert "Leitung (Ost): Bitte antworten Sie bis zum 15.04.2026" in mail.text


def test_outlooks_at_one_address_name_one_person_each(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_shared_mailbox(dialogue)
    substitute = {"substitute_name": "Leitung C", "substitute_email": "werk@example.org"}
    make_invitation(dialogue, A.REPRESENTED, person=make_person(), **substitute)

    postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    text = Mail.objects.get(recipient="werk@example.org").text
    assert "Für Leitung A: Sobald ein neuer Termin feststeht, laden wir Sie erneut ein." in text
    assert "Für Leitung B: Sobald ein neuer Termin feststeht, laden wir Sie erneut ein." in text
    assert "Für Leitung C: " in text
    assert "Für Leitung A und" not in text


def test_greeting_names_everybody_at_the_address(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    for name, salutation in (("Alt", "ms"), ("Berg", "mr")):
        make_invitation(
            dialogue,
            person=make_person(name, email="werk@example.org", salutation=salutation),
        )

    change(dialogue, office, place="Halle 2")

    text = Mail.objects.get(recipient="werk@example.org").text
    assert text.startswith("Sehr geehrte Frau Alt, sehr geehrter Herr Berg,")


def test_account_without_an_address_does_not_block_a_change(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, A.ACCEPTED, person=make_person(email=""))

    assert change(dialogue, office, place="Halle 2").notified == 1


def test_change_costs_the_same_queries_for_any_number_of_guests(office, senator):
    costs, _roles = [], office.roles
    for count in (1, 3, 20):  # SQLite inserts about 30 mails per statement
        dialogue = make_dialogue(DialogueState.INVITED)
        for _i in range(count):
            make_invitation(dialogue, A.ACCEPTED)
        with CaptureQueriesContext(connection) as queries:
            assert change(dialogue, office, place="Halle 2").notified == count + 1
        costs.append(len(queries))

    assert costs == [costs[0]] * 3


def test_change_without_notification_is_recorded_and_mailed_to_nobody(office, dialogue):
    update = change(dialogue, office, place="Halle 2", notify=False)

    assert (update.notified, mails_written()) == (0, [])
    dialogue.refresh_from_db()
    assert (dialogue.place, dialogue.sequence) == ("Halle 2", 2)
    assert dialogue.history.first().history_change_reason == "Geändert: Ort; ohne Benachrichtigung"
