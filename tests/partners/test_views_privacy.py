"""The pages about deleting personal data, and the file with one person's data."""

import datetime as dt
import json
from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from core.history import save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Rsvp
from dialogues.services import record_rsvp, release_invitations
from outbox.models import Mail
from partners.models import DistributionList, Person, TidyRun
from partners.services import keep_person, tidy_people
from tests.confirming import hidden_fields
from tests.dialogues.builders import RSVP_BY, make_dialogue, make_invitation
from tests.partners.builders import make_organisation, make_person, make_user
from tests.partners.test_services_privacy import NOT_YET, NOW, TODAY, guest_of
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def signed_in(client, office):
    client.force_login(office)
    with time_machine.travel(NOW):
        yield client


@pytest.fixture
def guest():
    return make_person(
        "Nachname",
        given_name="Vorname",
        email="gast@example.org",
        organisation=make_organisation("Werk GmbH"),
        notes="Nur vormittags",
    )


def test_page_shows_who_is_next_and_why(signed_in, guest):
    guest_of(guest, NOT_YET)
    later = make_person("Später")
    guest_of(later, TODAY)

    text = " ".join(signed_in.get("/partner/datenschutz/").text.split())

    assert "Vorname Nachname (Werk GmbH)" in text
    assert "Branchengespräch „Fachkräfte im Maschinenbau“, zuletzt am 03.03.2025" in text
    assert '<td data-label="Ab">03.03.2026</td>' in text
    assert "Später" not in text


def test_page_shows_the_log_and_who_is_kept(signed_in, guest, office):
    keep_person(person=guest, until=TODAY, reason="Klage", by=office, now=NOW)
    guest_of(make_person("Nachbarin"), dt.date(2025, 1, 1))
    tidy_people(now=NOW, by=office)

    text = " ".join(signed_in.get("/partner/datenschutz/").text.split())

    assert "bis 02.03.2026: Klage" in text
    assert f"{office} · Personen anonymisiert: 1" in text
    assert "Nachbarin" not in text


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
@pytest.mark.parametrize("page", ("behalten", "anonymisieren", "daten", ""))
def test_only_the_office_sees_any_of_this(client, guest, role, page):
    user = make_user(role, organisation=guest.organisation)
    client.force_login(user)

    path = f"/partner/personen/{guest.pk}/{page}/" if page else "/partner/datenschutz/"
    assert client.get(path).status_code == 403
    assert "/anonymisieren/" not in client.get(guest.get_absolute_url()).text


def test_somebody_is_kept_and_no_longer(signed_in, guest):
    path = f"/partner/personen/{guest.pk}/behalten/"
    first = hidden_fields(signed_in.get(path))
    typed = first | {"until": "30.6.2026", "reason": "Klage"}

    assert "Wird behalten bis 30.06.2026: Klage" in signed_in.post(path, typed, follow=True).text
    # The page that knows nothing of it does not undo it.
    stale = signed_in.post(path, first | {"until": "1.5.2026", "reason": "Rückfrage"})
    assert "hat diesen Eintrag inzwischen geändert" in stale.text and "Rückfrage" in stale.text

    shown = hidden_fields(signed_in.get(path))
    answer = signed_in.post(path, shown | {"until": "", "reason": "Klage"})
    assert "Bitte nennen Sie Tag und Grund" in answer.text and 'value="Klage"' in answer.text
    signed_in.post(path, shown | {"until": "", "reason": ""})
    guest.refresh_from_db()
    assert guest.kept_until is None


def test_erasing_asks_first_and_says_what_goes(signed_in, guest):
    guest_of(guest, TODAY)
    path = f"/partner/personen/{guest.pk}/anonymisieren/"

    with nothing_changes(guest):
        page = signed_in.get(path)
    assert "von 1 Einladung; die Antwort zählt weiter" in page.text
    assert (
        "Bestehen bleibt in freien Texten der Familienname, wo er allein oder nur mit Frau oder "
        "Herr steht: Er könnte jemand anderen meinen. Bitte sehen Sie selbst nach."
    ) in page.text
    answer = signed_in.post(path, hidden_fields(page), follow=True)

    assert "Die Angaben zur Person sind gelöscht." in answer.text
    page = signed_in.get(guest.get_absolute_url()).text
    assert "nicht mehr aktiv" not in page
    assert "Die Angaben zu dieser Person sind seit dem 02.03.2026 gelöscht." in page
    assert "Vorname" not in page and "bearbeiten/" not in page
    # Lists leave out people who all look alike.
    for path in ("/partner/personen/", guest.organisation.get_absolute_url()):
        assert "Person (gelöscht)" not in signed_in.get(path).text


@pytest.mark.parametrize(
    ("state", "advice", "page"),
    [
        (DialogueState.INVITED, "Ziehen Sie die Einladung zurück", "gaeste/"),
        (DialogueState.HELD, "Schließen Sie das Branchengespräch ab.", ""),
    ],
)
def test_erasing_names_what_to_do_first_while_a_matter_needs_the_person(
    signed_in, guest, state, advice, page
):
    guest_of(guest, TODAY, state)
    dialogue = guest.invitations.get().dialogue
    path = f"/partner/personen/{guest.pk}/anonymisieren/"

    for answer in (signed_in.get(path), signed_in.post(path, {"version": "x"})):
        assert (
            "werden noch gebraucht. Bevor sie sich löschen lassen, ist dies zu tun" in answer.text
        )
        assert f"Branchengespräch „{dialogue.title}“" in answer.text
        assert advice in answer.text
        assert (
            f'<p class="rows__title"><a href="{dialogue.get_absolute_url()}{page}">' in answer.text
        )
    assert Person.objects.get(pk=guest.pk).anonymised_at is None


def test_what_changed_after_the_page_is_shown_again(signed_in, guest):
    path = f"/partner/personen/{guest.pk}/anonymisieren/"
    answer = signed_in.post(path, {"version": "veraltet"})

    assert "Zu dieser Person hat sich inzwischen etwas geändert." in answer.text
    assert Person.objects.get(pk=guest.pk).name == "Vorname Nachname"
    assert not TidyRun.objects.exists()


@pytest.fixture
def known(guest, office):
    """The guest with a history, a list, a mail with a personal link, and somebody else's reply."""
    guest.phone = "030 1234567"
    save_as(guest, by=office, now=NOW, reason="Angaben geändert")
    DistributionList.objects.create(name="Partner").members.add(guest)
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    invitation = make_invitation(dialogue, released=False, person=guest)
    make_invitation(dialogue, RsvpState.ACCEPTED, remark="Meine Sache", person=make_person("Fremd"))
    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=office, now=NOW)
    invitation.refresh_from_db()
    rsvp = Rsvp(RsvpState.ACCEPTED, remark="Ich komme gern")
    record_rsvp(invitation=invitation, rsvp=rsvp, now=NOW)
    return invitation


def test_file_has_everything_about_the_person_and_nothing_about_others(signed_in, known, office):
    answer = signed_in.get(f"/partner/personen/{known.person_id}/daten/?format=json")

    data = json.loads(answer.content)["Angaben"]
    assert data["Angaben zur Person"][0]["Telefon"] == "030 1234567"
    assert data["Angaben zur Person"][0]["interner Vermerk"] == "Nur vormittags"
    assert [line["Was"] for line in data["Verlauf der Angaben"][1:]] == ["Angaben geändert"]
    assert data["Verteiler"] == [{"Name": "Partner"}]
    [reply] = data["Einladungen und Antworten"]
    assert (reply["Antwort"], reply["Nachricht an die Geschäftsstelle"]) == (
        "Zusage",
        "Ich komme gern",
    )
    mail, confirmation = data["E-Mails an die Person"]
    assert (mail["An"], mail["Betreff"][:10]) == ("gast@example.org", "Einladung:")
    assert "Angemeldet: 1 Person" in confirmation["Text"]
    text = answer.content.decode()
    assert "Meine Sache" not in text and "Fremd" not in text and str(office) not in text
    for mail in Mail.objects.filter(recipient="gast@example.org"):
        assert mail.secret and mail.secret not in text
    assert answer["Content-Disposition"].startswith('attachment; filename="Angaben-Person-')


def test_excel_file_has_a_sheet_for_each_part(signed_in, known):
    answer = signed_in.get(f"/partner/personen/{known.person_id}/daten/")

    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames[:2] == ["Angaben zur Person", "Verlauf der Angaben"]
    values = [cell.value for row in book["Angaben zur Person"].rows for cell in row]
    assert "gast@example.org" in values
