"""The whole life of a dialogue: two calendar parsers read every entry sent, and agree."""

import datetime as dt
import email
import email.policy
import re
from itertools import groupby, pairwise
from typing import NamedTuple

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.enums import Verdict
from approvals.registry import Decision
from core.roles import SENATOR_OFFICE
from core.texts import clean_text
from dialogues.enums import DialogueFormat, DialogueState
from dialogues.mails.dates import entry_text
from dialogues.models import Dialogue
from dialogues.services import (
    add_guests,
    cancel_dialogue,
    change_dialogue,
    create_date_option,
    decide_dates,
    fix_date,
    postpone_dialogue,
    record_rsvp,
    release_invitations,
    renew_date,
    submit_dates,
    withdraw_invitation,
)
from outbox.models import Mail
from outbox.rendering.calendars import CANCEL, PUBLISH, REQUEST
from tests.dialogues.builders import (
    BERLIN,
    BRIEFING,
    DUE_ON,
    MAYBE,
    NO,
    NOW,
    SUBSTITUTE,
    YES,
    make_dialogue,
    make_office,
)
from tests.outbox.builders import fields_in_state
from tests.outbox.calendar_readers import two_readers
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

OFFICE, SENATOR, HOST = "geschaeftsstelle@example.org", "senatorin@example.org", "werk@example.org"
A, B, C, D = (f"{letter}@example.org" for letter in "abcd")
STAND_IN = "stellvertretung@example.org"
NIGHT = dt.datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)  # summer time ends at three o'clock
ODD_TIME = {"weekend-2026-10-25", "hours-2026-10-25T01:30"}
MORNING = dt.datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN)
LATER = dt.datetime(2026, 10, 26, 14, 0, tzinfo=BERLIN)
TITLE = 'Größe, Maß; „Fuß" \\ Ökodesign 🏭 und vieles mehr: ' + "Fachkräftesicherung " * 7
PROGRAMME = (
    "14:00 Begrüßung, Tor 2; bitte Ausweis\r\n\r\n15:00 Gespräch \\ Rundgang 🏭\nEnde: offen "
    + "ü" * 80
)
PLACE = "Halle 2; Tor 3, 12681 Berlin"


@pytest.fixture(scope="module")
def read():
    with two_readers() as read_twice:
        yield read_twice


class Sent(NamedTuple):
    """A mail with the bytes of its two calendar parts and the name of its file."""

    mail: Mail
    alternative: bytes
    attachment: bytes
    method: str
    charset: str
    file_name: str

    @classmethod
    def of(cls, mail: Mail) -> "Sent | None":
        message = email.message_from_string(mail.mime, policy=email.policy.default)
        if "text/calendar" not in mail.mime:
            return None
        [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        [file] = message.iter_attachments()
        parameters = part["Content-Type"].params
        return cls(
            mail,
            part.get_payload(decode=True),
            file.get_payload(decode=True),
            parameters["method"],
            parameters["charset"],
            file.get_filename(),
        )


def date(dialogue, office, senator, starts_at, ends_at):
    """Propose, approve and fix a date."""
    option = create_date_option(
        dialogue=dialogue,
        starts_at=starts_at,
        ends_at=ends_at,
        host_preference="possible",
        by=office,
        now=NOW,
        heeded=ODD_TIME,
    )
    approval = submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
        by=senator,
        now=NOW,
    )
    fix_date(option=option, by=office, now=NOW, heeded=ODD_TIME)


def tell_the_story(office, senator) -> list[list[Sent]]:
    """Perform every action that sends calendar mails; return the mails of each act, in order."""
    host = make_organisation('Maschinen "Süd" GmbH; Werk, Halle')
    dialogue = make_dialogue(
        DialogueState.EXPLORING,
        host=host,
        host_contact=make_person("Werk", email=HOST),
        title=TITLE,
        programme=PROGRAMME,
        place="",
    )
    people = [make_person(f'{address} "Ä, ö;: ß', email=address) for address in (A, B, C, D)]
    invitations = {}

    def invite(expected):
        days = {"rsvp_by": dt.date(2026, 10, 20), "expected": expected}
        release_invitations(dialogue=dialogue, by=office, now=NOW, **days)
        invitations.update(
            {guest.person.email: guest for guest in dialogue.invitations.select_related("person")}
        )

    def rsvp(address, reply, minutes=0):
        record_rsvp(
            invitation=invitations[address], rsvp=reply, now=NOW + dt.timedelta(minutes=minutes)
        )

    def list_and_invite():
        add_guests(dialogue=dialogue, people=people, by=office, now=NOW)
        invite(4)

    def all_reply():
        for address, reply in ((A, YES), (B, SUBSTITUTE), (C, NO), (D, MAYBE)):
            rsvp(address, reply)

    def change():
        values = {"place": PLACE, "format": DialogueFormat.HYBRID}
        values["video_link"] = "https://video.example.org/raum"
        change_dialogue(dialogue=dialogue, values=values, by=office, now=NOW)
        approval = renew_date(
            dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW
        )
        chosen = [option["id"] for option in approval.options]
        decide_dates(
            approval=approval,
            decision=Decision(Verdict.APPROVE, chosen=chosen),
            by=senator,
            now=NOW,
        )

    acts = (
        lambda: date(dialogue, office, senator, NIGHT, MORNING),
        list_and_invite,
        all_reply,
        change,
        lambda: rsvp(B, YES, minutes=1),
        lambda: withdraw_invitation(invitation=invitations[D], by=office, now=NOW),
        lambda: postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW),
        lambda: date(dialogue, office, senator, LATER, LATER + dt.timedelta(hours=2)),
        lambda: invite(3),
        lambda: cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW),
    )
    return [_mails_of(act) for act in acts]


def _mails_of(act) -> list[Sent]:
    before = set(Mail.objects.values_list("pk", flat=True))
    act()
    mails = Mail.objects.exclude(pk__in=before).order_by("recipient", "pk")
    mails.update(**fields_in_state("sent"))
    return [sent for mail in mails if (sent := Sent.of(mail))]


@pytest.fixture(scope="module")
def story(django_db_setup, django_db_blocker):
    """The mails sent, act by act. Built once for all tests; nothing stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        acts = tell_the_story(make_office(), make_user(SENATOR_OFFICE, email=SENATOR))
        transaction.set_rollback(True)
    return acts


@pytest.fixture
def entries(story):
    """All mails of the story, in order."""
    return [sent for act in story for sent in act]


def off(sequence, *addresses):
    return [(address, CANCEL, "CANCELLED", "NEEDS-ACTION", sequence) for address in addresses]


def published(status, sequence):
    return [(address, PUBLISH, status, "", sequence) for address in (SENATOR, HOST)]


EXPECTED = [
    published("CONFIRMED", 1),
    [(address, REQUEST, "CONFIRMED", "NEEDS-ACTION", 1) for address in (A, B, C, D)],
    [
        (A, REQUEST, "CONFIRMED", "ACCEPTED", 1),
        (B, CANCEL, "", "NEEDS-ACTION", 2),
        (C, CANCEL, "", "NEEDS-ACTION", 2),
        (D, REQUEST, "CONFIRMED", "TENTATIVE", 1),
        (STAND_IN, REQUEST, "CONFIRMED", "NEEDS-ACTION", 2),
    ],
    [
        (A, REQUEST, "CONFIRMED", "ACCEPTED", 2),
        (D, REQUEST, "CONFIRMED", "TENTATIVE", 2),
        (STAND_IN, REQUEST, "CONFIRMED", "NEEDS-ACTION", 3),
        *published("CONFIRMED", 2),
    ],
    [(B, REQUEST, "CONFIRMED", "ACCEPTED", 4), (STAND_IN, CANCEL, "", "NEEDS-ACTION", 4)],
    [(D, CANCEL, "", "NEEDS-ACTION", 3)],
    [*off(3, A), *off(5, B), *off(4, C), *published("CANCELLED", 3)],
    published("CONFIRMED", 4),
    [
        (A, REQUEST, "CONFIRMED", "NEEDS-ACTION", 4),
        (B, REQUEST, "CONFIRMED", "NEEDS-ACTION", 6),
        (C, REQUEST, "CONFIRMED", "NEEDS-ACTION", 5),
    ],
    [*off(5, A), *off(7, B), *off(6, C), *published("CANCELLED", 5)],
]


def test_both_parsers_read_the_expected_entry(story, read):
    for act, expected in zip(story, EXPECTED, strict=True):
        assert sorted(_in_short(sent, read) for sent in act) == sorted(expected)


def _in_short(sent: Sent, read) -> tuple:
    facts = read(sent.alternative.decode())
    assert facts["method"] == sent.method
    people = facts["attendees"]
    assert [person["address"] for person in people] == (
        [] if sent.method == PUBLISH else [f"mailto:{_to(sent)}"]
    )
    partstat = people[0]["partstat"] if people else ""
    return _to(sent), facts["method"], facts["status"], partstat, facts["sequence"]


def _to(sent: Sent) -> str:
    return sent.mail.recipient


def test_all_entries_are_one_event_of_the_office_at_its_real_time(story, read):
    uids = set()
    first = (NIGHT.timestamp(), MORNING.timestamp())
    second = (LATER.timestamp(), LATER.timestamp() + 2 * 3600)
    assert first[1] - first[0] == 3 * 3600

    for number, act in enumerate(story):
        for sent in act:
            facts = read(sent.alternative.decode())
            uids.add(facts["uid"])
            assert (facts["start"], facts["end"]) == (first if number < 7 else second)
            assert facts["organizer"]["address"] == f"mailto:{OFFICE}"
            title = facts["title"].removeprefix("Entfällt: ")
            assert title.startswith('Branchengespräch: Größe, Maß; „Fuß" \\ Ökodesign 🏭')
            assert facts["title"].startswith("Entfällt: ") == (
                sent.method == PUBLISH and number in (6, 9)
            )
            assert facts["description"].endswith(
                "14:00 Begrüßung, Tor 2; bitte Ausweis\n15:00 Gespräch \\ Rundgang 🏭\nEnde: offen "
                + "ü" * 80
            )
            assert facts["place"].startswith('Maschinen "Süd" GmbH; Werk, Halle')
            assert facts["place"].endswith(PLACE) == (number > 2)
    [uid] = uids
    assert re.fullmatch(r"dialogue-\d+@localhost", uid)


def test_sequence_never_falls_and_rises_around_every_cancellation(entries, read):
    received = sorted(
        ((_to(sent), sent.method, read(sent.alternative.decode())["sequence"]) for sent in entries),
        key=_whose,
    )

    for _address, group in groupby(received, key=_whose):
        for (_to_one, former, before), (_to_same, method, after) in pairwise(group):
            assert after > before if CANCEL in (former, method) else after >= before


def _whose(entry: tuple) -> str:
    return entry[0]


def test_alternative_and_file_are_the_same_bytes_under_a_plain_name(entries):
    for sent in entries:
        assert sent.alternative == sent.attachment
        assert (sent.charset, sent.alternative.count(b"\r\n")) == (
            "utf-8",
            sent.alternative.count(b"\n"),
        )
        assert all(len(line) <= 75 for line in sent.alternative.split(b"\r\n"))
        name = sent.file_name
        assert (name.isascii(), name.endswith(".ics"), len(name) <= 64) == (True, True, True)
        assert name.removeprefix("entfaellt-").startswith(
            "branchengespraech-groesse-mass-fuss-oekodesign"
        )


def test_entry_contains_neither_a_personal_link_nor_another_address(entries):
    secrets = [sent.mail.secret for sent in entries if sent.mail.has_personal_link]
    tokens = {secret.rstrip("/").rpartition("/")[2] for secret in secrets}
    # One token per guest; the part after the colon depends on the time of signing.
    assert len({token.partition(":")[0] for token in tokens}) == 4
    everybody = (OFFICE, SENATOR, HOST, STAND_IN, A, B, C, D)

    for sent in entries:
        text = sent.alternative.decode().replace("\r\n ", "")
        assert "/einladung/" not in text
        assert not any(token in text for token in tokens)
        assert {address for address in everybody if f":{address}" in text} <= {OFFICE, _to(sent)}


def test_every_kind_of_mail_that_carries_an_entry_was_read(entries):
    assert {sent.mail.kind for sent in entries} == {
        "rsvp_confirmed",
        "date_fixed",
        "dialogue_cancelled",
        "dialogue_changed",
        "dialogue_changed_info",
        "dialogue_postponed",
        "invitation",
        "invitation_withdrawn",
        "substitute_named",
    }


@pytest.mark.parametrize("length", [255, 256, 1000])
def test_link_of_a_video_conference_is_never_cut(read, length):
    link = f"https://video.example.org/{'x' * length}"[:length]
    dialogue = Dialogue(
        pk=12,
        title="Wärme",
        format=DialogueFormat.DIGITAL,
        video_link=link,
        starts_at=NIGHT,
        ends_at=MORNING,
    )

    facts = read(entry_text(dialogue, now=NOW, method=PUBLISH))

    assert link in (facts["place"], facts["description"].removeprefix("Videokonferenz: "))


SIGNS = st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(',;:\\"\n\r\t äöüß🏭'))


@given(
    title=st.text(SIGNS, max_size=250), programme=st.text(SIGNS), place=st.text(SIGNS, max_size=250)
)
@settings(deadline=None, max_examples=80)
def test_any_text_of_a_dialogue_reaches_the_calendar(read, title, programme, place):
    dialogue = Dialogue(
        pk=12, title=title, programme=programme, place=place, starts_at=NIGHT, ends_at=MORNING
    )

    facts = read(entry_text(dialogue, now=NOW, method=PUBLISH))

    assert facts["title"].startswith("Branchengespräch:")
    assert len(facts["title"]) <= 255
    assert facts["description"].split() == clean_text("\n".join(programme.splitlines())).split()
    assert (facts["start"], facts["end"]) == (NIGHT.timestamp(), MORNING.timestamp())
