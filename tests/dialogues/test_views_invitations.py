"""Releasing invitations, and reminding guests."""

import datetime as dt
import html
import re

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.reminders import RULE
from outbox.models import Mail
from reminders.models import ReminderRule
from tests.confirming import hidden_fields, press
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.dialogues.pages import BASE, links_of, text_of
from tests.outbox.builders import fields_in_state, make_wording
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


def test_preview_shows_mail_entry_and_guests_but_no_personal_link(signed_in):
    host = make_organisation("Messgeräte GmbH")
    dialogue = make_dialogue(
        S.SCHEDULED, title="Wärme", host=host, programme="14:00 Begrüßung\n15:00 Rundgang"
    )
    person = make_person(
        "Leitung", letter_salutation="Sehr geehrte Leitung", email="leitung@example.org"
    )
    invitation = make_invitation(dialogue, released=False, person=person)

    response = signed_in.get(f"{guests_page(dialogue)}versenden/")
    text = text_of(response)

    for words in (
        "1 Einladung versenden",
        "Betreff: Einladung: Wärme, Mi, 22.04.2026, 14:00–16:30 Uhr",
        "Sehr geehrte Leitung,",
        "Ort: Messgeräte GmbH, Werkstraße 1, 12681 Berlin",
        "Teilnahme der Senatorin: ja",
        "14:00 Begrüßung 15:00 Rundgang",
        "Bitte antworten Sie bis zum 15.04.2026.",
        "Einladung beantworten: [persönlicher Link]",
        "Titel Branchengespräch: Wärme",
        "1 Gast Leitung Leitung · leitung@example.org",
    ):
        assert words in text, words
    assert str(response.context["form"].initial["rsvp_by"]) == "2026-04-15"
    assert "/einladung/" not in response.content.decode().replace("/einladungen/", "")
    assert invitation.personal_link not in response.content.decode()


def test_preview_names_guests_without_an_address_before_anything_is_sent(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    person = make_person("Leitung", email="", organisation=make_organisation("Werk AG"))
    make_invitation(dialogue, released=False, person=person)
    make_invitation(dialogue, released=False)

    page = text_of(signed_in.get(f"{guests_page(dialogue)}versenden/"))

    assert "Ohne E-Mail-Adresse: Leitung (Werk AG). Tragen Sie die Adresse nach" in page


def test_release_sends_the_number_on_the_button(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    for letter in "ab":
        make_invitation(dialogue, released=False, person=make_person(email=f"{letter}@example.org"))
    address = f"{guests_page(dialogue)}versenden/"

    response = signed_in.post(address, {"rsvp_by": "2026-04-10", "expected": "2"}, follow=True)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.rsvp_by) == (S.INVITED, dt.date(2026, 4, 10))
    assert response.redirect_chain == [(guests_page(dialogue), 302)]
    assert "2 Einladungen sind auf dem Weg. Versand verfolgen" in text_of(response)
    [batch] = set(Mail.objects.values_list("batch", flat=True))
    assert f"/postausgang/versand/{batch}/" in links_of(response)
    assert mails_written() == [("invitation", "a@example.org"), ("invitation", "b@example.org")]


def test_list_that_changed_meanwhile_is_shown_again(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    for _ in range(2):
        make_invitation(dialogue, released=False)
    address = f"{guests_page(dialogue)}versenden/"

    with nothing_changes(dialogue):
        response = signed_in.post(address, {"rsvp_by": "2026-04-10", "expected": "1"})

    assert "2 Einladungen wären zu senden. Bitte prüfen Sie noch einmal." in text_of(response)
    assert 'name="expected" value="2"' in response.content.decode()
    assert 'value="2026-04-10"' in response.content.decode()


def test_reply_day_on_a_weekend_is_asked_about_first(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    make_invitation(dialogue, released=False)
    address, typed = f"{guests_page(dialogue)}versenden/", {"rsvp_by": "2026-04-11"}

    with nothing_changes(dialogue):
        asked = signed_in.post(address, typed | {"expected": "1"})
    press(signed_in, asked, **typed)

    assert "Der 11.04.2026 ist ein Samstag." in text_of(asked)
    assert "Noch ist nichts versandt." in text_of(asked)
    assert "Trotzdem einladen" in text_of(asked)
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.rsvp_by) == (S.INVITED, dt.date(2026, 4, 11))


@pytest.mark.parametrize(
    ("rsvp_by", "words"),
    [
        ("2026-03-01", "muss zwischen heute und dem Gespräch liegen"),
        ("2026-04-23", "muss zwischen heute und dem Gespräch liegen"),
        ("9999-12-31", "Bitte prüfen Sie das Jahr."),
        ("", "Bitte füllen Sie dieses Feld aus."),
    ],
)
def test_invalid_reply_day_sends_nothing(signed_in, rsvp_by, words):
    dialogue = make_dialogue(S.SCHEDULED)
    invitation = make_invitation(dialogue, released=False)

    with nothing_changes(dialogue, invitation):
        response = signed_in.post(
            f"{guests_page(dialogue)}versenden/", {"rsvp_by": rsvp_by, "expected": "1"}
        )

    assert words in text_of(response)


def test_release_without_guests_redirects(signed_in):
    dialogue = make_dialogue(S.INVITED)

    assert (
        "Es ist keine Einladung zu senden: Die Liste ist leer, oder alle darauf sind schon"
        in text_of(signed_in.get(f"{guests_page(dialogue)}versenden/", follow=True))
    )


def test_reminding_names_the_guests_and_happens_once_a_day(signed_in):
    dialogue = make_dialogue(S.INVITED)
    silent = make_person(
        "Leitung A", email="a@example.org", organisation=make_organisation("Zange GmbH")
    )
    make_invitation(dialogue, person=silent)
    make_invitation(dialogue, RsvpState.DECLINED)
    address = f"{guests_page(dialogue)}erinnern/"

    asked = signed_in.get(address)
    press(signed_in, asked)
    again = text_of(signed_in.get(address, follow=True))

    assert "1 Person wird benachrichtigt." in text_of(asked)
    assert "Leitung A <a@example.org>" in html.unescape(text_of(asked))
    assert "wurde heute schon erinnert oder ist pausiert" in again
    assert mails_written() == [("invitation_reminder", "a@example.org")]


def test_reminding_nobody_redirects_with_the_reason(signed_in):
    for dialogue, sentence in (
        (make_dialogue(S.PLANNING), "Erinnert wird nur, solange Einladungen laufen."),
        (make_invitation(rsvp=RsvpState.ACCEPTED).dialogue, "Alle Gäste haben geantwortet."),
    ):
        page = text_of(signed_in.get(f"{guests_page(dialogue)}erinnern/", follow=True))

        assert sentence in page


def test_reply_day_of_sent_invitations_cannot_be_moved_forward(signed_in):
    dialogue = make_dialogue(S.INVITED)
    address = f"{dialogue.get_absolute_url()}bearbeiten/"
    values = {"title": dialogue.title, "format": "on_site", "seats": "30", "host": dialogue.host_id}
    values["senator_attends"] = "on"

    for rsvp_by in ("", "2026-04-23"):
        with nothing_changes(dialogue):
            assert signed_in.post(address, values | {"rsvp_by": rsvp_by}).status_code == 200
    signed_in.post(address, values | {"rsvp_by": "2026-04-20"})

    dialogue.refresh_from_db()
    assert (RSVP_BY, dialogue.rsvp_by) == (dt.date(2026, 4, 15), dt.date(2026, 4, 20))


def test_release_and_reminder_say_that_their_mails_wait(signed_in):
    for kind in ("invitation", "invitation_reminder"):
        make_wording(kind, subject="", body="", needs_release=True)
    dialogue = make_dialogue(S.SCHEDULED)
    make_invitation(dialogue, released=False)
    note = (
        "Diese E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie dort "
        "versendet."
    )
    address = f"{guests_page(dialogue)}versenden/"

    before = text_of(signed_in.get(address))
    sent = text_of(
        signed_in.post(address, {"rsvp_by": RSVP_BY.isoformat(), "expected": 1}, follow=True)
    )
    Mail.objects.update(**fields_in_state("sent"))
    asked = signed_in.get(f"{guests_page(dialogue)}erinnern/")
    press(signed_in, asked)

    assert note in before
    assert f"1 Einladung ist geschrieben. {note}" in sent
    assert "1 E-Mail wartet als Entwurf im Postausgang" in text_of(asked)
    assert set(Mail.objects.values_list("kind", "state")) == {
        ("invitation", "sent"),
        ("invitation_reminder", "draft"),
    }


def test_preview_shows_the_wording_of_the_office(signed_in):
    make_wording(
        "invitation",
        subject="Kommen Sie: {dialogue}",
        body="bitte kommen Sie.\n\n[Antworten]({link})",
    )
    dialogue = make_dialogue(S.SCHEDULED, title="Wärme")
    make_invitation(dialogue, released=False)

    text = text_of(signed_in.get(f"{guests_page(dialogue)}versenden/"))

    assert "Betreff: Kommen Sie: Wärme" in text
    assert "bitte kommen Sie. Antworten: [persönlicher Link]" in text


def test_preview_says_when_guests_are_reminded_by_the_rule_in_force(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    make_invitation(dialogue, released=False)
    address = f"{guests_page(dialogue)}versenden/"
    note = "Erinnerung an alle, die noch nicht geantwortet haben: "
    assert f"{note}5 und 2 Arbeitstage vorher." in text_of(signed_in.get(address))

    ReminderRule.objects.create(key=RULE.key, steps=[["5", -4]])

    assert f"{note}4 Arbeitstage vorher." in text_of(signed_in.get(address))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        # The deadline for replies is today, or too near for what is left of the schedule.
        (2, "Bis zum 02.03.2026 geht keine Erinnerung mehr hinaus."),
        (9, "Bis zum 04.03.2026 geht keine Erinnerung mehr hinaus."),
        (14, "Erinnerung an alle, die noch nicht geantwortet haben: 5 und 2 Arbeitstage vorher."),
    ],
)
def test_preview_promises_no_reminder_for_which_no_time_is_left(signed_in, days, words):
    start = NOW + dt.timedelta(days=days)
    dialogue = make_dialogue(S.SCHEDULED, starts_at=start, ends_at=start + dt.timedelta(hours=2))
    make_invitation(dialogue, released=False)

    assert words in text_of(signed_in.get(f"{guests_page(dialogue)}versenden/"))


def test_invitation_is_sent_again_after_its_mail_was_shown(signed_in):
    invitation = make_invitation(person=make_person("Leitung", email="neu@example.org"))
    url = f"{BASE}/einladungen/{invitation.pk}/erneut-senden/"

    page, other_tab = signed_in.get(url), signed_in.get(url)
    assert "An: neu@example.org" in text_of(page)
    assert "1 Person wird benachrichtigt." in text_of(page)
    assert mails_written() == []
    done = press(signed_in, page)

    assert done.url == guests_page(invitation.dialogue)
    assert mails_written() == [("invitation", "neu@example.org")]
    with nothing_changes(invitation):
        again = press(signed_in, other_tab)
    assert "oder sie wurde schon einmal geschrieben." in text_of(again)
    assert press(signed_in, again).url == done.url


@pytest.mark.parametrize("keeps", [False, True])
def test_office_decides_whether_a_link_at_another_address_stays_valid(signed_in, office, keeps):
    dialogue = make_released(office, 1)
    invitation = dialogue.invitations.get()
    Mail.objects.update(**fields_in_state("sent", recipient="falsch@example.org"))
    sent = Mail.objects.get()
    url = f"{BASE}/einladungen/{invitation.pk}/erneut-senden/"

    asked = signed_in.get(url)
    assert "Der persönliche Link ging bisher an: falsch@example.org" in text_of(asked)
    page = signed_in.post(url, hidden_fields(asked) | ({"keep_link": "on"} if keeps else {}))
    note = "Der bisherige Link gilt weiter." if keeps else "Der bisherige Link wird ersetzt."
    assert note in text_of(page)
    press(signed_in, page)

    assert Mail.objects.count() == 2
    assert signed_in.get(sent.secret).status_code == (200 if keeps else 404)


def test_link_is_shown_once_after_the_office_asked_for_it(signed_in, office):
    invitation = make_invitation()
    url = f"{BASE}/einladungen/{invitation.pk}/link/"

    asked = signed_in.get(url)
    shown = signed_in.post(url, hidden_fields(asked))

    assert "/einladung/" not in asked.content.decode()
    [address] = re.findall(r"http://localhost:8000(/\S+/einladung/[^<]+)<", shown.content.decode())
    assert shown["Cache-Control"] == "no-store"
    assert signed_in.get(address).status_code == 200
    assert invitation.history.first().history_user == office
    history = signed_in.get(f"{BASE}/{invitation.dialogue_id}/verlauf/")
    assert "Persönlichen Link angezeigt" in text_of(history)
    assert "/einladung/" not in history.content.decode()


@pytest.mark.parametrize(
    ("pressed", "mails"), [({}, ["link_replaced"]), ({"confirmation-is_silent": "on"}, [])]
)
def test_leaked_link_is_replaced_with_or_without_a_mail(signed_in, client, pressed, mails):
    invitation = make_invitation()
    leaked = invitation.personal_link

    page = signed_in.get(f"{BASE}/einladungen/{invitation.pk}/link/ersetzen/")
    assert "Neuer persönlicher Link" in text_of(page)
    assert signed_in.get(leaked).status_code == 200
    press(signed_in, page, **pressed)

    assert list(Mail.objects.values_list("kind", flat=True)) == mails
    closed = client.get(leaked)
    assert closed.status_code == 404
    assert "Dieser Link gilt nicht mehr" in text_of(closed)
    assert "So erreichen Sie die Geschäftsstelle:" in text_of(closed)


def test_list_with_other_guests_is_shown_again(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    seen = make_invitation(dialogue, released=False)
    address = f"{guests_page(dialogue)}versenden/"
    shown = hidden_fields(signed_in.get(address))
    # As many as before, but somebody else.
    seen.delete()
    make_invitation(dialogue, released=False)

    with nothing_changes(dialogue):
        response = signed_in.post(address, {**shown, "rsvp_by": "2026-04-10"})

    assert "Das Gespräch oder die Gästeliste hat sich inzwischen geändert." in text_of(response)
    assert 'value="2026-04-10"' in response.content.decode()
    press(signed_in, response, rsvp_by="2026-04-10")
    assert [kind for kind, _address in mails_written()] == ["invitation"]


def test_link_that_a_colleague_replaced_meanwhile_stays(signed_in):
    invitation = make_invitation()
    url = f"{BASE}/einladungen/{invitation.pk}/link/ersetzen/"
    pages = [signed_in.get(url), signed_in.get(url)]

    answers = [press(signed_in, page) for page in pages]

    invitation.refresh_from_db()
    assert invitation.link_version == 2
    assert list(Mail.objects.values_list("kind", flat=True)) == ["link_replaced"]
    assert "inzwischen" in text_of(signed_in.get(answers[1].url))


def test_typed_reply_day_waits_for_signing_in_again(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    make_invitation(dialogue, released=False)

    page = signed_in.get(f"{guests_page(dialogue)}versenden/").content.decode()

    assert re.search(
        r'<form class="form card" method="post" data-submit-once[^>]* data-restore', page
    )


@pytest.mark.parametrize("is_active", [True, False])
def test_only_guests_who_have_not_left_are_invited_again(signed_in, is_active):
    dialogue = make_dialogue(S.INVITED)
    invitation = make_invitation(dialogue, person=make_person("Leitung", is_active=is_active))

    links = links_of(signed_in.get(f"{dialogue.get_absolute_url()}gaeste/"))

    is_offered = f"{BASE}/einladungen/{invitation.pk}/erneut-senden/" in links
    assert is_offered == is_active
