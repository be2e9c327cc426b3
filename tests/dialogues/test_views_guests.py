"""The guest list on screen, in Excel and on paper; recording replies, withdrawing invitations."""

import html

import pytest

from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from outbox.enums import MailState
from outbox.models import Mail
from tests.confirming import press, press_button
from tests.dialogues.builders import (
    NOW,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.dialogues.pages import BASE, links_of, text_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


@pytest.mark.parametrize("count", [1, 30])
def test_guest_list_needs_the_same_queries_for_any_number(
    signed_in, office, django_assert_num_queries, count
):
    dialogue = make_released(office, count)

    with django_assert_num_queries(14):
        signed_in.get(guests_page(dialogue))


def test_guest_list_shows_replies_seats_and_mail_states(signed_in, office):
    dialogue = make_released(office, 3)
    Mail.objects.update(state=MailState.SENT, sent_at=NOW)
    first, second, _third = dialogue.invitations.order_by("pk")
    dialogue.invitations.filter(pk=first.pk).update(
        rsvp=RsvpState.ACCEPTED, replied_at=NOW, party=3
    )
    dialogue.invitations.filter(pk=second.pk).update(
        rsvp=RsvpState.REPRESENTED,
        replied_at=NOW,
        substitute_name="Stabsstelle",
        remark="Bis bald",
    )

    text = text_of(response := signed_in.get(guests_page(dialogue)))

    for words in (
        "3 Einladungen 4 von 30 Plätzen belegt · Antwort bis 15.04.2026",
        "1 Zusage 1 vertreten 1 offen",
        "Betrieb 00 Gast 0 3 Personen Zusage versandt 02.03.2026",
        "Stabsstelle in Vertretung für Gast 1 vertreten",
        "Bemerkung: „Bis bald“",
        "Antwort eintragen Einladung erneut senden Persönlichen Link kopieren "
        "Persönlichen Link ersetzen Einladung zurückziehen",
    ):
        assert words in text, words
    assert response.content.decode().count('<tr class="table__more">') == 1


def test_sending_in_progress_shows_counts_and_failures(signed_in, office):
    dialogue = make_released(office, 3)
    mails = list(Mail.objects.order_by("pk"))
    Mail.objects.filter(pk=mails[0].pk).update(state=MailState.SENT, sent_at=NOW)
    Mail.objects.filter(pk=mails[1].pk).update(state=MailState.FAILED)

    running = text_of(signed_in.get(guests_page(dialogue)))
    Mail.objects.filter(pk=mails[2].pk).update(state=MailState.SENT, sent_at=NOW)
    done = text_of(signed_in.get(guests_page(dialogue)))

    assert "Versand läuft 1 von 3 E-Mails sind versandt. 1 ging nicht hinaus." in running
    assert "Versand läuft" not in done
    assert "1 E-Mail konnte nicht versandt werden. Zum Postausgang" in done


def test_sending_to_a_single_guest_is_told_of_one_mail(signed_in, office):
    text = text_of(signed_in.get(guests_page(make_released(office, 1))))

    assert "Versand läuft 0 von 1 E-Mail ist versandt." in text


def test_office_gets_links_to_the_sending_and_its_proof(signed_in, office, client):
    dialogue = make_released(office, 2)
    path = dialogue.get_absolute_url()

    page = signed_in.get(guests_page(dialogue)).content.decode()
    Mail.objects.update(state=MailState.FAILED)
    failed = signed_in.get(guests_page(dialogue)).content.decode()
    client.force_login(make_user(SENATOR_OFFICE))

    assert (
        f'<a href="/postausgang/versand/{Mail.objects.first().batch}/">Versand verfolgen</a>'
        in page
    )
    assert f'<a href="/postausgang/export/?path={path}" download>Nachweis des Versands</a>' in page
    assert f'<a href="/postausgang/?path={path}">Zum Postausgang</a>' in failed
    assert "/postausgang/" not in client.get(guests_page(dialogue)).content.decode()


def test_refused_mail_is_shown_with_its_reason_and_a_way_on(signed_in, office, client):
    dialogue = make_released(office, 1)
    Mail.objects.update(state=MailState.FAILED, last_error="550 unbekannt", kind="dialogue_changed")
    mail = Mail.objects.get()

    page = signed_in.get(guests_page(dialogue))
    client.force_login(make_user(SENATOR_OFFICE))
    others = client.get(guests_page(dialogue))

    words = f"fehlgeschlagen Branchengespräch geändert an {mail.recipient}: 550 unbekannt"
    assert f"{words} E-Mail öffnen" in text_of(page)
    invitation = dialogue.invitations.get()
    for address in (
        mail.get_absolute_url(),
        f"{BASE}/einladungen/{invitation.pk}/erneut-senden/",
        f"{BASE}/einladungen/{invitation.pk}/link/",
        f"{BASE}/einladungen/{invitation.pk}/link/ersetzen/",
    ):
        assert address in links_of(page)
        assert address not in links_of(others)
    assert "550" not in text_of(others)


def test_guest_list_without_mails_offers_no_proof(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    make_invitation(dialogue, released=False)

    assert "Nachweis des Versands" not in text_of(signed_in.get(guests_page(dialogue)))


def test_senators_office_sees_the_list_without_buttons(client):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, person=make_person("Leitung A"))
    make_invitation(dialogue, person=make_person("Leitung B"), released=False)
    client.force_login(make_user(SENATOR_OFFICE))

    text = text_of(client.get(guests_page(dialogue)))

    assert "Leitung A" in text
    for words in ("Leitung B", "Antwort eintragen", "Gäste hinzufügen"):
        assert words not in text, words


def test_observer_sees_numbers_and_no_names(client):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=make_person("Leitung A"), shares_rsvp=True)
    client.force_login(make_user(OBSERVER))

    text = text_of(client.get(guests_page(dialogue)))

    assert "1 Einladung 1 von 30 Plätzen belegt" in text
    assert "Leitung A" not in text


def test_partner_sees_guests_who_agreed_and_their_own_organisation(client):
    partner = make_user(PARTNER)
    dialogue = make_dialogue(S.INVITED)
    colleague = make_person("Kollegium", organisation=partner.person.organisation)
    make_invitation(dialogue, RsvpState.TENTATIVE, person=partner.person)
    make_invitation(dialogue, RsvpState.DECLINED, person=colleague)
    seen = make_person("Offen", organisation=make_organisation("Zange GmbH"))
    make_invitation(dialogue, RsvpState.ACCEPTED, person=seen, shares_rsvp=True)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=make_person("Verdeckt"))
    make_invitation(
        dialogue, RsvpState.DECLINED, person=make_person("Verhindert"), shares_rsvp=True
    )
    client.force_login(partner)

    text = text_of(client.get(guests_page(dialogue)))

    assert "Kollegium Absage" in text
    assert "Wer teilnimmt Zange GmbH Offen" in text
    for words in ("Verdeckt", "Verhindert", "Plätzen belegt"):
        assert words not in text, words


@pytest.mark.parametrize(("is_invited", "is_named"), [(True, True), (False, False)])
def test_observer_who_is_also_a_partner_sees_counts_and_guests_who_agreed(
    client, is_invited, is_named
):
    both, dialogue = make_user(PARTNER, OBSERVER), make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=make_person("Leitung A"), shares_rsvp=True)
    if is_invited:
        make_invitation(dialogue, person=both.person)
    client.force_login(both)

    text = text_of(client.get(guests_page(dialogue)))

    assert "1 von 30 Plätzen belegt" in text
    assert ("Wer teilnimmt Leitung A" in text, "Leitung A" in text) == (is_named, is_named)


def test_host_sees_guests_who_agreed(client):
    host = make_user(PARTNER)
    dialogue = make_dialogue(S.INVITED, host=host.person.organisation)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=make_person("Leitung A"), shares_rsvp=True)
    client.force_login(host)

    assert "Wer teilnimmt Leitung A" in text_of(client.get(guests_page(dialogue)))


def test_office_enters_a_reply_given_by_phone(signed_in):
    invitation = make_invitation(person=make_person("Leitung A", email="a@example.org"))
    address = f"{BASE}/einladungen/{invitation.pk}/eintragen/"

    refused = text_of(signed_in.post(address, {"rsvp": "represented", "remark": "Lange getippt"}))
    values = {"rsvp": "represented", "substitute_name": "Stabsstelle", "party": "2"}
    asked = signed_in.post(address, values)
    assert (mails_written(), "E-Mail an 1 Adresse" in text_of(asked)) == ([], True)
    press(signed_in, asked)

    invitation.refresh_from_db()
    assert "Bitte nennen Sie, wer Sie vertritt." in refused and "Lange getippt" in refused
    assert (invitation.rsvp, invitation.substitute_name, invitation.party, invitation.channel) == (
        "represented",
        "Stabsstelle",
        2,
        "office",
    )


def test_withdrawing_asks_for_confirmation_and_mails_the_guest(signed_in):
    invitation = make_invitation(person=make_person("Leitung A", email="a@example.org"))
    address = f"{BASE}/einladungen/{invitation.pk}/zurueckziehen/"
    asked = signed_in.get(address)
    assert "1 Person wird benachrichtigt." in text_of(asked)
    assert "Leitung A <a@example.org>" in html.unescape(text_of(asked))
    assert "wir müssen unsere Einladung" in text_of(asked)
    # A withdrawal is never silent.
    assert "Ohne Benachrichtigung" not in text_of(asked)

    text = text_of(signed_in.get(press(signed_in, asked).url))

    invitation.refresh_from_db()
    assert invitation.withdrawn_at == NOW
    assert "zurückgezogen 02.03.2026" in text
    assert mails_written() == [("invitation_withdrawn", "a@example.org")]


def test_guest_without_invitation_is_removed_without_mail(signed_in):
    dialogue = make_dialogue(S.SCHEDULED)
    invitation = make_invitation(dialogue, released=False)
    address = f"{BASE}/einladungen/{invitation.pk}/streichen/"
    assert address in signed_in.get(guests_page(dialogue)).content.decode()

    press_button(signed_in, guests_page(dialogue), address)

    assert dialogue.invitations.count() == 0
    assert mails_written() == []


def test_page_links_to_its_exports(signed_in):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue)

    links = links_of(signed_in.get(guests_page(dialogue)))

    for end in ("export/", "drucken/", "zusammenstellen/"):
        assert f"{guests_page(dialogue)}{end}" in links, end


@pytest.mark.parametrize(
    ("state", "fields", "is_offered"),
    [
        (S.INVITED, {}, True),
        (S.HELD, {}, True),
        (S.DOCUMENTED, {}, False),
        (S.EXPLORING, {}, False),
        (S.INVITED, {"released_round": 2}, False),
        (S.INVITED, {"withdrawn_at": NOW}, False),
    ],
)
def test_reply_is_entered_only_where_it_is_accepted(signed_in, state, fields, is_offered):
    invitation = make_invitation(make_dialogue(state), **fields)
    url = f"{BASE}/einladungen/{invitation.pk}/eintragen/"

    page = signed_in.get(guests_page(invitation.dialogue))
    form = signed_in.get(url)

    assert (url in links_of(page)) is is_offered
    assert form.status_code == (200 if is_offered else 302)
