"""Changes made without a mail: who does not know of them, and when they are told."""

import datetime as dt

import pytest
import time_machine

from core.roles import OBSERVER, OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.services import change_dialogue, postpone_dialogue
from dialogues.services.announcements import untold_changes
from outbox.enums import MailState
from outbox.models import Mail
from tests.dialogues.builders import DAY, NOW, make_dialogue, make_invitation, make_released
from tests.dialogues.messages import calendar_of
from tests.dialogues.pages import text_of
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
CHANGE_MAILS = ("dialogue_changed", "dialogue_changed_info")
HOUR = dt.timedelta(hours=1)
OLD_PLACE = "Werkstraße 1, 12681 Berlin"
SILENT = "Ohne Benachrichtigung geändert"


@pytest.fixture
def dialogue():
    """A dialogue with one guest who accepted."""
    dialogue = make_dialogue(DialogueState.INVITED, programme="14:00 Begrüßung")
    person = make_person("Gast", email="gast@example.org")
    make_invitation(dialogue, RsvpState.ACCEPTED, person=person)
    return dialogue


@pytest.fixture
def edit(dialogue, office):
    """A function that changes the dialogue, each time one hour later."""
    now = NOW

    def edit(*, notify=True, **values):
        nonlocal now
        now += HOUR
        update = change_dialogue(
            dialogue=dialogue, values=values, by=office, now=now, notify=notify
        )
        dialogue.refresh_from_db()
        return update

    return edit


def changes_in(mail: Mail) -> list[str]:
    return [line for line in mail.text.splitlines() if line.startswith(("bisher:", "jetzt:"))]


def mails_to(address: str) -> list[Mail]:
    return list(Mail.objects.filter(recipient=address).exclude(state="withdrawn").order_by("pk"))


def test_silent_change_is_named_in_the_next_mail(dialogue, edit):
    host = dialogue.host.name
    edit(place="Halle 2", notify=False)
    assert mails_written(*CHANGE_MAILS) == []

    edit(programme="15:00 Begrüßung")

    [mail] = mails_to("gast@example.org")
    assert changes_in(mail) == [
        f"bisher: {host}, {OLD_PLACE}",
        f"jetzt: {host}, Halle 2",
        "bisher: 14:00 Begrüßung",
        "jetzt: 15:00 Begrüßung",
    ]
    assert calendar_of(mail).place == f"{host}, Halle 2"
    assert untold_changes(dialogue, NOW) == []


def test_two_silent_changes_are_told_as_one(dialogue, edit):
    edit(place="Halle 2", notify=False)
    edit(place="Halle 3", notify=False)

    [change] = untold_changes(dialogue, NOW)
    edit(programme="15:00 Begrüßung")

    host = dialogue.host.name
    assert change == ("Ort", f"{host}, {OLD_PLACE}", f"{host}, Halle 3")
    [mail] = mails_to("gast@example.org")
    assert changes_in(mail)[:2] == [f"bisher: {host}, {OLD_PLACE}", f"jetzt: {host}, Halle 3"]


@pytest.mark.parametrize("notify", [True, False])
def test_nothing_is_left_to_tell_once_a_silent_change_is_undone(dialogue, edit, notify):
    edit(place="Halle 2", notify=False)

    assert edit(place=OLD_PLACE, notify=notify).notified == 0

    assert (untold_changes(dialogue, NOW), mails_written(*CHANGE_MAILS)) == ([], [])
    edit(programme="15:00 Begrüßung")
    [mail] = mails_to("gast@example.org")
    assert changes_in(mail) == ["bisher: 14:00 Begrüßung", "jetzt: 15:00 Begrüßung"]


def test_guests_invited_since_know_the_change_from_their_invitation(dialogue, edit):
    edit(place="Halle 2", notify=False)
    later = make_person("Später", email="spaeter@example.org")
    make_invitation(dialogue, person=later, released_at=NOW + 1.5 * HOUR)
    edit(place="Halle 3", notify=False)

    edit(programme="15:00 Begrüßung")

    host = dialogue.host.name
    [mail] = mails_to("spaeter@example.org")
    assert changes_in(mail)[:2] == [f"bisher: {host}, Halle 2", f"jetzt: {host}, Halle 3"]
    [mail] = mails_to("gast@example.org")
    assert changes_in(mail)[0] == f"bisher: {host}, {OLD_PLACE}"


def test_change_undone_is_told_to_those_invited_in_between(dialogue, edit):
    edit(place="Halle 2", notify=False)
    later = make_person("Später", email="spaeter@example.org")
    make_invitation(dialogue, person=later, released_at=NOW + 1.5 * HOUR)

    assert edit(place=OLD_PLACE).notified == 1

    assert mails_written(*CHANGE_MAILS) == [("dialogue_changed", "spaeter@example.org")]


def test_silent_change_replaces_mails_that_still_wait(dialogue, edit):
    edit(place="Halle 2")
    edit(programme="15:00 Begrüßung")

    edit(place="Halle 3", notify=False)

    host = dialogue.host.name
    [mail] = mails_to("gast@example.org")
    assert changes_in(mail) == [
        f"bisher: {host}, {OLD_PLACE}",
        f"jetzt: {host}, Halle 3",
        "bisher: 14:00 Begrüßung",
        "jetzt: 15:00 Begrüßung",
    ]
    assert calendar_of(mail).sequence == dialogue.sequence


def test_draft_that_a_silent_change_replaces_stays_a_draft(office):
    dialogue = make_released(office, 2)
    first, second = Mail.objects.filter(kind="invitation").order_by("pk")
    Mail.objects.filter(pk=first.pk).update(state=MailState.DRAFT)

    change_dialogue(
        dialogue=dialogue, values={"place": "Halle 2"}, by=office, now=NOW + HOUR, notify=False
    )

    written = Mail.objects.filter(kind="invitation").exclude(state=MailState.WITHDRAWN)
    assert dict(written.values_list("recipient", "state")) == {
        first.recipient: MailState.DRAFT,
        second.recipient: MailState.WAITING,
    }
    assert all("Halle 2" in mail.text for mail in written)


def test_silent_change_leaves_mails_alone_that_were_sent(dialogue, edit):
    edit(place="Halle 2")
    Mail.objects.update(state=MailState.SENT, sent_at=NOW, attempts=1)

    edit(place="Halle 3", notify=False)

    assert mails_written(*CHANGE_MAILS) == [("dialogue_changed", "gast@example.org")]


def test_silent_change_replaces_invitations_that_still_wait(office):
    dialogue = make_released(office, 1)
    [former] = Mail.objects.filter(kind="invitation")

    change_dialogue(
        dialogue=dialogue, values={"place": "Halle 2"}, by=office, now=NOW + HOUR, notify=False
    )

    former.refresh_from_db()
    assert former.state == MailState.WITHDRAWN
    [mail] = mails_to(former.recipient)
    assert (mail.kind, "Halle 2" in mail.text) == ("invitation", True)


def test_postponing_forgets_what_was_not_told(office, dialogue, edit):
    edit(place="Halle 2", notify=False)

    postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW + 2 * HOUR)

    dialogue.refresh_from_db()
    assert dialogue.announced_changes == []


@pytest.mark.parametrize(("role", "is_told"), [(OFFICE, True), (OBSERVER, False)])
@time_machine.travel(NOW)
def test_page_tells_the_office_what_guests_do_not_know(client, dialogue, edit, role, is_told):
    edit(place="Halle 2", notify=False)
    client.force_login(make_user(role))

    text = text_of(client.get(dialogue.get_absolute_url()))

    assert (SILENT in text) == is_told
    assert (OLD_PLACE in text) == is_told


def test_nothing_is_untold_once_the_day_has_come(dialogue, edit):
    edit(place="Halle 2", notify=False)

    assert untold_changes(dialogue, DAY + HOUR) == []
