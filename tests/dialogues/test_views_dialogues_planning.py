"""Planning a dialogue, recording its host's reply, calling it off, and closing it."""

import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from dialogues.enums import DialogueFormat, DialogueState, HostReply, RsvpState
from dialogues.models import Dialogue
from tests.confirming import confirm, fill_in, press, press_button
from tests.dialogues.builders import (
    DAY,
    make_dialogue,
    make_invitation,
    make_topic,
)
from tests.dialogues.pages import text_of, version_in
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
FACTS = {"title": "Wärme", "format": DialogueFormat.ON_SITE, "seats": "30", "senator_attends": "on"}


def test_note_is_saved_without_dropping_a_contact_who_left(signed_in):
    contact = make_person("Werksleitung", is_active=False, email="")
    host = make_organisation("Messgeräte GmbH", is_active=False)
    dialogue = make_dialogue(host=host, host_contact=contact)

    signed_in.post(
        f"{dialogue.get_absolute_url()}bearbeiten/",
        {**FACTS, "host": host.pk, "host_contact": contact.pk, "internal_notes": "Anrufen"},
    )

    dialogue.refresh_from_db()
    assert (dialogue.internal_notes, dialogue.host, dialogue.host_contact) == (
        "Anrufen",
        host,
        contact,
    )


@pytest.mark.parametrize("host", ["abc", "1.5", "\0", "9" * 30])
def test_host_that_cannot_be_one_is_refused_at_the_field(signed_in, host):
    topic = make_topic(title="Wärme")

    page = signed_in.post(f"{topic.get_absolute_url()}gespraech/", {**FACTS, "host": host})

    assert "host" in page.context["form"].errors
    assert not Dialogue.objects.exists()


def test_planning_starts_from_an_approved_topic(signed_in):
    topic = make_topic(title="Wärme")
    host = make_organisation()
    assert (
        signed_in.get(f"{topic.get_absolute_url()}gespraech/").context["form"].initial["title"]
        == "Wärme"
    )

    signed_in.post(f"{topic.get_absolute_url()}gespraech/", {**FACTS, "host": host.pk})

    dialogue = Dialogue.objects.get()
    assert (dialogue.topic, dialogue.host, dialogue.host_reply, dialogue.state) == (
        topic,
        host,
        HostReply.OPEN,
        S.PLANNING,
    )


def test_second_of_two_changes_shows_both_versions_and_loses_nothing(signed_in):
    dialogue = make_dialogue(title="Alt", place="Tor 1")
    address = f"{dialogue.get_absolute_url()}bearbeiten/"
    version = version_in(signed_in.get(address))
    Dialogue.objects.filter(pk=dialogue.pk).update(place="Tor 2")
    mine = {**FACTS, "host": dialogue.host_id, "place": "Tor 3"}

    with nothing_changes(dialogue):
        response = signed_in.post(address, {**mine, "version": version})
    signed_in.post(address, {**mine, "version": version_in(response)})

    assert "Tor 2" in text_of(response)
    assert "Tor 3" in response.content.decode()
    dialogue.refresh_from_db()
    assert (dialogue.title, dialogue.place) == ("Wärme", "Tor 3")


def test_fewer_seats_than_taken_are_refused_at_the_form(signed_in):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=3)
    address = f"{dialogue.get_absolute_url()}bearbeiten/"
    values = {
        **FACTS,
        "title": dialogue.title,
        "seats": "2",
        "host": dialogue.host_id,
        "rsvp_by": "2026-04-15",
    }

    text = text_of(
        signed_in.post(address, values | {"version": version_in(signed_in.get(address))})
    )

    assert (
        "Es sind schon 3 Plätze belegt oder angeboten; weniger Plätze sind nicht möglich." in text
    )


def edit(client, dialogue, **fields):
    """Post the form as rendered, with `fields` changed; return the page that follows."""
    address = f"{dialogue.get_absolute_url()}bearbeiten/"
    values = {
        "title": dialogue.title,
        "format": dialogue.format,
        "place": dialogue.place,
        "seats": dialogue.seats,
        "host": dialogue.host_id,
        "senator_attends": "on",
        "rsvp_by": dialogue.rsvp_by or "",
    }
    return client.post(
        address, values | {"version": version_in(client.get(address))} | fields, follow=True
    )


@pytest.mark.parametrize(("count", "people"), [(0, "erfährt 1 Person"), (2, "erfahren 3 Personen")])
def test_form_says_before_saving_how_many_will_be_notified(signed_in, senator, count, people):
    dialogue = make_dialogue(S.INVITED)
    for _i in range(count):
        make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.DECLINED)

    text = text_of(signed_in.get(f"{dialogue.get_absolute_url()}bearbeiten/"))

    assert (
        f"Was sich an Ort oder Videokonferenz ändert, {people} per E-Mail mit "
        "neuem "
        "Kalendereintrag. Gegebene Antworten gelten weiter. Erlischt durch eine Änderung die "
        "Freigabe, geht noch "
        "nichts hinaus: Die Gäste erfahren davon, sobald das Büro zugestimmt hat."
    ) in text


@pytest.mark.parametrize("state", [S.PLANNING, S.EXPLORING])
def test_form_has_no_warning_before_a_date_is_fixed(signed_in, senator, state):
    text = text_of(signed_in.get(f"{make_dialogue(state).get_absolute_url()}bearbeiten/"))

    assert "per E-Mail" not in text


def test_form_has_no_warning_when_nobody_would_be_notified(signed_in):
    text = text_of(signed_in.get(f"{make_dialogue(S.SCHEDULED).get_absolute_url()}bearbeiten/"))

    assert "per E-Mail" not in text


def test_saving_says_how_many_are_notified(signed_in, senator):
    dialogue = make_dialogue(S.INVITED, programme="14:00 Begrüßung\n14:15 Rundgang")
    make_invitation(dialogue, RsvpState.ACCEPTED)

    asked = edit(signed_in, dialogue, place="Halle 2")
    assert mails_written() == []
    text = text_of(signed_in.get(press(signed_in, asked).url))

    assert "2 Personen werden benachrichtigt." in text_of(asked)
    assert "Halle 2" in text_of(asked)
    assert "Die Angaben sind gespeichert. 2 Personen werden benachrichtigt." in text
    assert [kind for kind, _to in mails_written()] == ["dialogue_changed", "dialogue_changed_info"]


def test_change_of_place_can_be_saved_without_notification(signed_in, senator):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED)

    asked = edit(signed_in, dialogue, place="Halle 2")
    done = press(signed_in, asked, **{"confirmation-is_silent": "on"})

    assert "Ohne Benachrichtigung" in text_of(asked)
    text = text_of(signed_in.get(done.url))
    assert "Die Angaben sind gespeichert. Niemand wird benachrichtigt." in text
    dialogue.refresh_from_db()
    assert (dialogue.place, mails_written()) == ("Halle 2", [])


def test_guests_wait_for_the_approval_and_the_page_says_so_before_and_after_saving(
    signed_in, senator
):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED)
    later = "Die Gäste erfahren davon, sobald das Büro zugestimmt hat."

    with nothing_changes(dialogue):
        asked = text_of(edit(signed_in, dialogue, title="Neu"))
    approval = ApprovalRequest.objects.get(kind="dates", subject_id=dialogue.pk)
    told = edit(signed_in, dialogue, title="Neu", lapse=f"approved-{approval.pk}")
    # Whoever takes part in an approval always learns that it lapses.
    assert "Ohne Benachrichtigung" not in text_of(told)
    saved = text_of(signed_in.get(press(signed_in, told).url))

    assert later in asked
    assert "per E-Mail mit neuem" not in asked
    assert f"Die Angaben sind gespeichert. {later}" in saved
    assert "gehen keine neuen Einladungen hinaus. Die Gäste erfahren davon" in saved
    assert [kind for kind, _to in mails_written()] == ["approval_lapsed", "approval_lapsed"]


def test_saving_says_when_nobody_is_notified(signed_in, senator):
    dialogue = make_dialogue(S.INVITED, programme="14:00 Begrüßung\n14:15 Rundgang")
    make_invitation(dialogue, RsvpState.ACCEPTED)

    text = text_of(edit(signed_in, dialogue, seats="31"))

    assert "Die Angaben sind gespeichert." in text
    dialogue.refresh_from_db()
    assert (dialogue.seats, dialogue.sequence) == (31, 1)
    assert mails_written() == []


def test_saving_in_planning_says_only_that_it_is_saved(signed_in, senator):
    text = text_of(edit(signed_in, make_dialogue(S.PLANNING), place="Halle 2"))

    assert "Die Angaben sind gespeichert." in text
    assert "benachrichtigt" not in text


@pytest.mark.parametrize("state", [S.HELD, S.DOCUMENTED, S.CLOSED, S.CANCELLED])
def test_facts_cannot_be_changed_after_the_day(signed_in, state):
    dialogue = make_dialogue(state)

    response = signed_in.get(f"{dialogue.get_absolute_url()}bearbeiten/", follow=True)

    assert response.redirect_chain == [(dialogue.get_absolute_url(), 302)]
    assert (f"Im Stand „{state.label}“ lassen sich die Angaben nicht mehr ändern.") in text_of(
        response
    )


def test_reply_of_the_host_is_recorded(signed_in):
    dialogue = make_dialogue(host_reply=HostReply.OPEN)
    address = f"{dialogue.get_absolute_url()}gastgeber/"
    assert str(signed_in.get(address).context["form"].initial["replied_on"]) == "2026-03-02"

    signed_in.post(
        address, {"reply": "accepted", "replied_on": "2026-03-01", "note": "telefonisch"}
    )

    dialogue.refresh_from_db()
    assert (dialogue.host_reply, dialogue.host_replied_on, dialogue.host_note) == (
        HostReply.ACCEPTED,
        dt.date(2026, 3, 1),
        "telefonisch",
    )


def test_reply_of_the_host_needs_a_host(signed_in):
    dialogue = make_dialogue(host=None, host_reply=HostReply.OPEN)

    response = signed_in.get(f"{dialogue.get_absolute_url()}gastgeber/", follow=True)

    assert response.redirect_chain == [(f"{dialogue.get_absolute_url()}bearbeiten/", 302)]
    assert "Bitte tragen Sie zuerst den Gastgeber ein." in text_of(response)


@pytest.mark.parametrize(
    ("page", "state", "sentence"),
    [
        ("gastgeber", S.SCHEDULED, "lässt sich die Antwort des Gastgebers nicht mehr ändern."),
        ("termine/erneut-vorlegen", S.EXPLORING, "Erneut vorgelegt wird nur ein Termin, der"),
        ("gaeste/zusammenstellen", S.EXPLORING, "Gäste werden eingeladen, wenn der Termin fest"),
        ("gaeste/versenden", S.HELD, "Gäste werden eingeladen, wenn der Termin feststeht."),
    ],
)
def test_page_leads_back_with_the_reason_when_its_service_would_refuse(
    signed_in, page, state, sentence
):
    dialogue = make_dialogue(state)

    response = signed_in.get(f"{dialogue.get_absolute_url()}{page}/", follow=True)

    assert response.redirect_chain == [(dialogue.get_absolute_url(), 302)]
    assert sentence in text_of(response)


@pytest.mark.parametrize(
    ("act", "state", "kind"),
    [
        ("verschieben", S.EXPLORING, "dialogue_postponed"),
        ("absagen", S.CANCELLED, "dialogue_cancelled"),
    ],
)
def test_confirmation_names_how_many_are_notified(signed_in, senator, act, state, kind):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, person=make_person("Leitung A", email="a@example.org"))
    make_invitation(dialogue, released=False)
    address = f"{dialogue.get_absolute_url()}{act}/"

    page = text_of(signed_in.get(address))
    with nothing_changes(dialogue):
        signed_in.post(address, {"reason": " "})
    asked = fill_in(signed_in, address, {"reason": "Der Betrieb baut um."})
    assert mails_written(kind) == []
    assert "Der Betrieb baut um." in text_of(asked)
    # Neither a new date nor a cancellation is ever silent.
    assert "Ohne Benachrichtigung" not in text_of(asked)
    press(signed_in, asked)

    assert "2 Personen werden benachrichtigt:" in page
    assert "Leitung A (a@example.org)" in page
    assert "Weiter zur Vorschau" in page
    label = "Verschieben" if act == "verschieben" else "Absagen"
    assert f"{label} (2 E-Mails)" in text_of(asked)
    dialogue.refresh_from_db()
    assert dialogue.state == state
    assert mails_written(kind) == [(kind, "a@example.org"), (kind, "senatorin@example.org")]


def test_cancelling_in_planning_notifies_nobody(signed_in):
    dialogue = make_dialogue()

    address = f"{dialogue.get_absolute_url()}absagen/"

    assert "Es wird niemand benachrichtigt" in text_of(signed_in.get(address))

    confirm(signed_in, address, {"reason": "Kein Betrieb gefunden."})
    dialogue.refresh_from_db()
    assert dialogue.state == S.CANCELLED
    assert mails_written() == []


@pytest.mark.parametrize(
    ("contact", "reply", "words"),
    [
        (None, "accepted", "hat zugesagt, dort bekommt aber niemand eine E-Mail."),
        ({"is_active": False}, "accepted", "hat zugesagt, dort bekommt aber niemand eine E-Mail."),
        ({"email": ""}, "accepted", "hat zugesagt, dort bekommt aber niemand eine E-Mail."),
        (None, "open", "Ist dort schon angefragt, sagen Sie bitte selbst Bescheid."),
        (None, "declined", ""),
        ({"email": "werk@example.org"}, "accepted", ""),
    ],
)
def test_cancelling_says_that_the_office_has_to_tell_the_host(signed_in, contact, reply, words):
    person = make_person(**contact) if contact else None
    dialogue = make_dialogue(
        host=make_organisation("Werk AG"), host_reply=reply, host_contact=person
    )
    address = f"{dialogue.get_absolute_url()}absagen/"

    pages = [signed_in.get(address), fill_in(signed_in, address, {"reason": "Streik"})]

    for page in map(text_of, pages):
        assert words in page
        assert ("Werk AG" in page) == bool(words)
    is_unknown = "bisher weiß außerhalb der Geschäftsstelle niemand davon" in text_of(pages[0])
    assert is_unknown == (reply == "declined")


@pytest.mark.parametrize("act", ["absagen", "verschieben"])
def test_guests_without_an_address_are_named_before_the_date_is_given_up(signed_in, act):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, "accepted", person=make_person("Leitung Werk", email=""))
    make_invitation(dialogue, "accepted", person=make_person("Fachbereich", email="f@example.org"))
    address = f"{dialogue.get_absolute_url()}{act}/"

    pages = [signed_in.get(address), fill_in(signed_in, address, {"reason": "Streik"})]

    for page in map(text_of, pages):
        assert "Ohne E-Mail-Adresse, bitte selbst Bescheid sagen: Leitung Werk." in page


def test_dialogue_is_held_documented_and_closed(signed_in, office, time_machine):
    dialogue = make_dialogue(S.INVITED)
    address = dialogue.get_absolute_url()
    assert "Das Gespräch hat noch nicht begonnen." in text_of(
        signed_in.post(f"{address}durchgefuehrt/", follow=True)
    )

    time_machine.move_to(DAY + dt.timedelta(days=1))
    signed_in.force_login(office)
    asked = text_of(signed_in.get(f"{address}durchgefuehrt/"))
    assert "Danach lässt sich das Gespräch weder ändern noch verschieben oder absagen." in asked
    dialogue.refresh_from_db()
    assert dialogue.state == S.INVITED
    signed_in.post(f"{address}durchgefuehrt/")
    signed_in.post(f"{address}ergebnis/", {"outcome": "Drei Bedarfe aufgenommen."})
    assert "Ergebnis Drei Bedarfe aufgenommen." in text_of(signed_in.get(address))
    press_button(signed_in, address, f"{address}abschliessen/")

    dialogue.refresh_from_db()
    assert dialogue.state == S.CLOSED
    text = text_of(signed_in.get(address))
    assert "Nächster Schritt" not in text
    assert "Bearbeiten" not in text
    assert "Ergebnis berichtigen" in text
    assert "Drei Bedarfe aufgenommen." in signed_in.get(f"{address}ergebnis/").content.decode()
    signed_in.post(f"{address}ergebnis/", {"outcome": "Vier Bedarfe aufgenommen."})
    assert "Ergebnis Vier Bedarfe aufgenommen." in text_of(signed_in.get(address))
