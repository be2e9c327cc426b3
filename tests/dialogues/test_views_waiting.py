"""The waiting list on the guest's page, and where the office rules it."""

import datetime as dt

import pytest
from openpyxl import load_workbook

from core.conflicts import with_version
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState, SeatOfferState
from dialogues.models import Dialogue, Invitation
from dialogues.progress import preparation_of
from dialogues.progress.dialogues import office_next_step
from dialogues.queries import dialogue_history, dialogues_awaiting_office, waiting_list
from dialogues.services import tend_waiting_lists
from outbox.models import Mail
from tests.confirming import press
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    make_dialogue,
    make_full_dialogue,
    make_invitation,
    make_offer,
    make_waiting,
)
from tests.dialogues.pages import BASE, links_of, text_of
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LATER = NOW + dt.timedelta(hours=1)
OFFERED_UNTIL = "Mi, 04.03.2026, 10:00 Uhr"


def choices(response) -> list[str]:
    return [value for value, _label in response.context["form"].fields["rsvp"].choices]


def guests_page(dialogue) -> str:
    return f"{dialogue.get_absolute_url()}gaeste/"


def place_url(invitation, end: str) -> str:
    return f"{BASE}/einladungen/{invitation.pk}/{end}/"


def test_waiting_is_shown_only_where_no_seat_is_left(client):
    dialogue, _seated = make_full_dialogue()
    full = make_invitation(dialogue)
    free = make_invitation(make_dialogue(DialogueState.INVITED, seats=1))

    page = client.get(full.personal_link)

    assert choices(page) == ["tentative", "waiting", "declined"]
    assert "Zurzeit ist kein Platz frei." in text_of(page)
    assert choices(client.get(free.personal_link)) == [
        "accepted",
        "tentative",
        "declined",
        "represented",
    ]


def test_guest_waits_reads_their_place_and_takes_it_back(client):
    dialogue, _seated = make_full_dialogue()
    make_waiting(dialogue, NOW - dt.timedelta(hours=1))
    guest = make_invitation(dialogue)

    joined = client.post(guest.personal_link, {"rsvp": "waiting"}, follow=True)
    left = client.post(guest.personal_link, {"rsvp": "declined"}, follow=True)

    text = text_of(joined)
    assert "Ihre Antwort ist eingegangen. Sie stehen auf der Warteliste an 2. Stelle." in text
    assert "Sie stehen auf der Warteliste an 2. Stelle, mit 1 Person." in text
    assert "Sie können die Warteliste bis zum Tag vor dem Gespräch hier verlassen." in text
    assert "Absage" in text_of(left)
    assert Invitation.objects.get(pk=guest.pk).rsvp == RsvpState.DECLINED


def test_page_opened_before_the_last_seat_went_leads_to_the_waiting_list(client):
    dialogue = make_dialogue(DialogueState.INVITED, seats=1)
    guest = make_invitation(dialogue)
    client.get(guest.personal_link)
    make_invitation(dialogue, RsvpState.ACCEPTED)

    page = client.post(guest.personal_link, {"rsvp": "accepted"}, follow=True)

    assert "Sie stehen auf der Warteliste an 1. Stelle." in text_of(page)


def test_offer_is_shown_and_taken_after_the_deadline_for_replies(client, time_machine):
    dialogue, _seated = make_full_dialogue(seats=2)
    guest = make_waiting(dialogue, NOW)
    time_machine.move_to(dt.datetime(2026, 4, 17, 8, tzinfo=dt.UTC))
    tend_waiting_lists(now=dt.datetime(2026, 4, 17, 8, tzinfo=dt.UTC))

    page = client.get(guest.personal_link)
    with nothing_changes(guest):
        client.get(guest.personal_link)
    done = client.post(guest.personal_link, {"rsvp": "accepted"}, follow=True)

    until = "Für Sie ist 1 Platz zurückgelegt, bis Di, 21.04.2026, 18:00 Uhr."
    assert until in text_of(page)
    assert choices(page) == ["accepted", "declined", "represented"]
    assert "Vielen Dank, Ihre Antwort ist eingegangen." in text_of(done)
    assert Invitation.objects.get(pk=guest.pk).rsvp == RsvpState.ACCEPTED


def test_guest_whose_offer_lapsed_reads_how_to_wait_again(client):
    dialogue, _seated = make_full_dialogue()
    guest = make_waiting(dialogue, None)

    text = text_of(client.get(guest.personal_link))

    assert "Der angebotene Platz ist nicht mehr für Sie zurückgelegt." in text
    assert "an 0. Stelle" not in text


def test_offer_is_a_task_of_a_guest_with_an_account(client):
    user = make_user(PARTNER)
    dialogue, _seated = make_full_dialogue(seats=2)
    make_offer(make_waiting(dialogue, NOW, person=user.person))
    client.force_login(user)

    start, page = client.get("/"), client.get(dialogue.get_absolute_url())

    assert f"Angebotenen Platz annehmen oder ablehnen: {dialogue.title}" in text_of(start)
    assert f"Für Sie ist 1 Platz zurückgelegt, bis {OFFERED_UNTIL}" in text_of(page)


def test_office_sees_offers_queue_and_who_let_one_lapse(signed_in):
    dialogue, _seated = make_full_dialogue(seats=4)
    make_offer(make_waiting(dialogue, NOW, person=make_person("Gast A")))
    make_waiting(dialogue, LATER, person=make_person("Gast C"))
    first = make_person("Gast B", email="b@example.org", phone="030 1234")
    make_waiting(dialogue, NOW, person=first, party=3)
    lapsed = make_waiting(dialogue, None, person=make_person("Gast D"))
    make_offer(lapsed, SeatOfferState.LAPSED)

    text = text_of(signed_in.get(guests_page(dialogue)))

    start = text.index("Warteliste 2 Plätze sind frei.")
    card = text[start : text.index("5 Einladungen")]
    assert "Wer vorn steht, braucht 3 Plätze; bis dahin rückt niemand nach." in card
    assert "Freie Plätze bietet das Portal der Reihe nach an." in card
    assert f"angeboten am 02.03.2026, 10:00 Uhr, gilt bis {OFFERED_UNTIL}" in card
    assert "3 Personen · seit 02.03.2026, 10:00 Uhr · b@example.org · 030 1234" in card
    assert card.index("Gast A") < card.index("1. ") < card.index("Gast B") < card.index("Gast C")
    assert card.index("Gast C") < card.index("Nicht mehr in der Reihe") < card.index("Gast D")
    assert "Frühere Angebote" in card
    assert "5 Einladungen 1 von 4 Plätzen belegt, 1 angeboten" in text


def test_office_offers_a_seat_after_seeing_the_mail(signed_in):
    dialogue, _seated = make_full_dialogue(seats=2)
    guest = make_waiting(dialogue, NOW, person=make_person("Leitung A", email="a@example.org"))
    url = place_url(guest, "platz")
    assert url in links_of(signed_in.get(guests_page(dialogue)))

    page = signed_in.get(url)
    done = text_of(signed_in.get(press(signed_in, page).url))

    assert "Leitung A" in text_of(page)
    assert "Für Sie zurückgelegt: 1 Platz" in page.content.decode()
    assert "Der Platz ist angeboten." in done
    assert mails_written() == [("seat_offered", "a@example.org")]


def test_seat_is_offered_only_while_enough_are_free(signed_in):
    dialogue, _seated = make_full_dialogue()
    guest = make_waiting(dialogue, NOW)
    url = place_url(guest, "platz")

    page = signed_in.get(guests_page(dialogue))
    refused = text_of(signed_in.get(url, follow=True))

    assert url not in links_of(page)
    assert "Für diesen Gast sind nicht genug Plätze frei." in refused


def test_office_ends_an_offer_after_seeing_the_mail(signed_in):
    dialogue, _seated = make_full_dialogue(seats=2)
    guest = make_waiting(dialogue, NOW, person=make_person(email="a@example.org"))
    make_offer(guest)
    url = place_url(guest, "platz/beenden")
    assert url in links_of(signed_in.get(guests_page(dialogue)))

    done = text_of(signed_in.get(press(signed_in, signed_in.get(url)).url))

    assert "Das Angebot ist beendet." in done
    assert mails_written() == [("seat_offer_ended", "a@example.org")]


def test_office_changes_the_order(signed_in):
    dialogue, _seated = make_full_dialogue()
    guests = [make_waiting(dialogue, NOW + dt.timedelta(hours=hour)) for hour in range(3)]

    url = with_version(place_url(guests[2], "an-den-anfang"), guests[2])
    done = signed_in.post(url, follow=True)
    guests[1].refresh_from_db()
    signed_in.post(with_version(place_url(guests[1], "vorziehen"), guests[1]))

    assert "ist vorgezogen." in text_of(done)
    assert list(waiting_list(dialogue)) == [guests[2], guests[1], guests[0]]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("end", ["platz", "platz/beenden", "vorziehen", "an-den-anfang"])
def test_only_the_office_rules_the_waiting_list(client, role, end):
    dialogue, _seated = make_full_dialogue(seats=2)
    guest = make_waiting(dialogue, NOW)
    client.force_login(make_user(role))

    with nothing_changes(guest):
        response = client.post(place_url(guest, end))

    assert response.status_code in (403, 404)
    assert "In der Reihe" not in text_of(client.get(guests_page(dialogue)))


def test_office_is_asked_only_where_the_portal_does_not_offer(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)
    assert not dialogues_awaiting_office(NOW).exists()

    Dialogue.objects.update(offers_seats=False)

    dialogue.refresh_from_db()
    assert list(dialogues_awaiting_office(NOW)) == [dialogue]
    step = office_next_step(dialogue, preparation_of(dialogue, NOW), NOW)
    assert (step.text, step.action, step.due_on) == (
        "1 Gast steht auf der Warteliste. 1 Platz ist frei.",
        "Platz anbieten",
        RSVP_BY,
    )


def test_offered_seat_is_not_free_for_the_next_step(office):
    dialogue, _seated = make_full_dialogue(seats=2, offers_seats=False)
    make_offer(make_waiting(dialogue, NOW))
    make_waiting(dialogue, LATER)

    assert not dialogues_awaiting_office(NOW).exists()
    assert preparation_of(dialogue, NOW).seats_left == 0


def test_export_says_the_place_and_the_offer(signed_in, tmp_path):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_offer(make_waiting(dialogue, NOW, person=make_person("Gast A")))
    make_waiting(dialogue, LATER, person=make_person("Gast B"))
    path = tmp_path / "gaeste.xlsx"

    path.write_bytes(signed_in.get(f"{guests_page(dialogue)}export/").content)

    rows = [list(row) for row in load_workbook(path).active.iter_rows(values_only=True)]
    header = next(row for row in rows if "Warteliste" in row)
    column = header.index("Warteliste")
    values = [row[column] for row in rows[rows.index(header) + 1 :] if row[column]]
    assert sorted(values) == ["1", "angeboten bis 04.03.2026"]


def test_history_names_the_portal_as_who_offered(office):
    dialogue, _seated = make_full_dialogue(seats=2)
    make_waiting(dialogue, NOW)
    tend_waiting_lists(now=NOW)

    entry = next(entry for entry in dialogue_history(dialogue, office) if "Platz" in entry.what)

    assert (entry.who, entry.what) == ("Portal", "Platz angeboten bis Mi, 04.03.2026, 18:00 Uhr")
    assert Mail.objects.get(kind="seat_offered").text
