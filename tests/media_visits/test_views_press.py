import pytest

from core.models import Origin
from media_visits.enums import VisitState
from media_visits.models import Coverage, PressSlot
from media_visits.queries import commitments_of
from outbox.models import Mail
from tests.confirming import confirm, fill_in, press
from tests.media_visits.builders import (
    hidden_version,
    make_coverage,
    make_sector,
    make_slot,
    make_visit,
    text_of,
)
from tests.partners.builders import make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState


def test_slot_is_added_changed_and_removed(signed_in):
    visit = make_visit()
    assert 'value="23.03.2026, 10:00"' in text_of(
        signed_in.get(f"/besuche/{visit.pk}/pressetermin/")
    )

    created = {"kind": "picture", "starts_at": "2026-03-23T10:00"}
    fill_in(signed_in, f"/besuche/{visit.pk}/pressetermin/", created)
    slot = PressSlot.objects.get()
    address = f"/besuche/pressetermine/{slot.pk}/bearbeiten/"
    changed = {"kind": "pool", "starts_at": "2026-03-23T10:30", "capacity": 5}
    fill_in(signed_in, address, changed)
    slot.refresh_from_db()
    assert (slot.kind, slot.capacity) == ("pool", 5)

    page = signed_in.get(f"/besuche/pressetermine/{slot.pk}/entfernen/")
    assert "entfernen?" in text_of(page)
    press(signed_in, page)
    assert not PressSlot.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"starts_at": ""}, "wann der Pressetermin beginnt"),
        ({"starts_at": "9999-12-31T23:59"}, "prüfen Sie das Jahr"),
        ({"be_there_by": "2026-03-23T11:00"}, "„Da sein bis“ muss vor dem Beginn liegen."),
        ({"be_there_by": "2026-03-22T09:00"}, "„Da sein bis“ liegt an einem anderen Tag"),
        (
            {"registration_deadline": "2026-03-24T11:00"},
            "Der Anmeldeschluss muss vor dem Beginn liegen.",
        ),
        ({"starts_at": "28.3.2027, 2:30"}, "Am 28.03.2027 gibt es 02:30 Uhr nicht"),
        ({"capacity": "0"}, "größer als null"),
        ({"capacity": "12,5"}, "Bitte geben Sie eine ganze Zahl ein"),
        ({"capacity": "99999"}, "kleiner oder gleich 32767"),
        ({"kind": "party"}, "keine gültige"),
        (
            {"starts_at": "2026-03-24T10:00"},
            "Der Besuch ist an einem anderen Tag: Mo, 23.03.2026, 10:00–12:00 Uhr.",
        ),
    ],
)
def test_wrong_slot_stays_in_the_form(signed_in, fields, message):
    visit = make_visit()
    values = {"kind": "picture", "starts_at": "2026-03-23T10:00", "meeting_point": "Empfang"}

    response = signed_in.post(f"/besuche/{visit.pk}/pressetermin/", values | fields)

    assert message in text_of(response)
    assert "Empfang" in text_of(response)
    assert not PressSlot.objects.exists()


def test_missing_start_is_named_at_its_field(signed_in):
    visit = make_visit()
    page = text_of(signed_in.get(f"/besuche/{visit.pk}/pressetermin/"))
    assert '<label class="kern-label" for="id_starts_at">Beginn</label>' in page

    response = signed_in.post(
        f"/besuche/{visit.pk}/pressetermin/", {"kind": "picture", "starts_at": ""}
    )

    assert response.context["form"].errors == {
        "starts_at": ["Bitte tragen Sie ein, wann der Pressetermin beginnt."],
    }


def test_slot_that_is_not_public_is_saved_without_a_start(signed_in):
    visit = make_visit()

    values = {"kind": "not_public", "starts_at": ""}

    response = fill_in(signed_in, f"/besuche/{visit.pk}/pressetermin/", values)

    assert response.url == f"/besuche/{visit.pk}/"
    assert visit.press_slots.get().starts_at is None


def test_slot_of_a_visit_taken_over_is_saved_without_a_start(signed_in):
    visit = make_visit(S.HELD, origin=Origin.TAKEN_OVER, starts_at=None, ends_at=None)

    values = {"kind": "word_picture", "starts_at": ""}

    response = fill_in(signed_in, f"/besuche/{visit.pk}/pressetermin/", values)

    assert response.url == f"/besuche/{visit.pk}/"
    assert visit.press_slots.get().starts_at is None


@pytest.fixture
def announced():
    """A slot of an announced visit of which one person knows."""
    visit = make_visit(S.ANNOUNCED, company_text="Turbinenbau AG", title="Rundgang")
    visit.informed.add(make_person("Werksleitung", email="werk@example.org"))
    return make_slot(visit, kind="picture", meeting_point="Tor 1")


SLOT = {"kind": "picture", "starts_at": "2026-03-23T10:00", "meeting_point": "Tor 2"}


def test_change_of_what_was_announced_is_shown_and_mailed(signed_in, announced):
    address = f"/besuche/pressetermine/{announced.pk}/bearbeiten/"

    with nothing_changes(announced, announced.visit):
        page = fill_in(signed_in, address, SLOT)
    for words in (
        "<strong>Wenn Sie nicht „Ohne Benachrichtigung“ wählen: 1 Person wird benachrichtigt.",
        "Werksleitung &lt;werk@example.org&gt;",
        "bisher: Tor 1",
        "jetzt: Tor 2",
        "Ohne Benachrichtigung",
    ):
        assert words in text_of(page), words
    response = press(signed_in, page)

    assert response.url == f"/besuche/{announced.visit_id}/"
    announced.refresh_from_db()
    assert announced.meeting_point == "Tor 2"
    assert mails_written() == [("visit_changed", "werk@example.org")]


def test_change_is_saved_without_telling_anybody(signed_in, announced):
    address = f"/besuche/pressetermine/{announced.pk}/bearbeiten/"

    response = confirm(signed_in, address, SLOT, **{"confirmation-is_silent": "on"})

    announced.refresh_from_db()
    assert announced.meeting_point == "Tor 2"
    assert mails_written() == []
    assert "gespeichert. Niemand wird benachrichtigt." in text_of(signed_in.get(response.url))


def test_page_of_an_announced_visit_offers_only_what_may_change(signed_in, announced):
    page = text_of(signed_in.get(f"/besuche/{announced.visit_id}/"))

    assert f"/besuche/pressetermine/{announced.pk}/bearbeiten/" in page
    assert f"/besuche/pressetermine/{announced.pk}/entfernen/" not in page
    assert f"/besuche/{announced.visit_id}/pressetermin/" not in page


@pytest.mark.parametrize("state", [S.IDEA, S.APPROVED])
def test_page_of_another_visit_offers_everything(signed_in, state):
    slot = make_slot(make_visit(state))

    page = text_of(signed_in.get(f"/besuche/{slot.visit_id}/"))

    assert f"/besuche/pressetermine/{slot.pk}/entfernen/" in page
    assert f"/besuche/{slot.visit_id}/pressetermin/" in page


def test_forms_of_an_announced_visit_say_what_is_fixed(signed_in, announced):
    slot_page = signed_in.get(f"/besuche/pressetermine/{announced.pk}/bearbeiten/")
    visit_page = signed_in.get(f"/besuche/{announced.visit_id}/bearbeiten/")

    assert "Art und Beginn lassen sich nur durch Verschieben ändern" in text_of(slot_page)
    assert (
        "Nur durch Verschieben lassen sich noch ändern: Unternehmen, Partner, Anlass des Besuchs, "
        "Termin, Wer besucht, Zitat, Presse, Veröffentlichung. Die Adresse stand noch nicht in der "
        "Vorlage: Sie können sie eintragen; die Freigabe gilt weiter."
    ) in text_of(visit_page)


def test_form_of_an_announced_visit_says_that_a_shown_address_is_fixed(signed_in):
    visit = make_visit(S.ANNOUNCED, address="Werkstraße 1")

    page = text_of(signed_in.get(f"/besuche/{visit.pk}/bearbeiten/"))

    assert "Anlass des Besuchs, Termin, Adresse, Wer besucht" in page
    assert "stand noch nicht in der Vorlage" not in page


def test_going_back_from_the_mails_keeps_the_input(signed_in, announced):
    page = fill_in(signed_in, f"/besuche/pressetermine/{announced.pk}/bearbeiten/", SLOT)

    form = press(signed_in, page, **{"confirmation-back": "1"})

    assert form.context["form"]["meeting_point"].value() == "Tor 2"
    announced.refresh_from_db()
    assert announced.meeting_point == "Tor 1"


def test_somebody_elses_change_is_shown_beside_what_was_confirmed(signed_in, announced):
    address = f"/besuche/pressetermine/{announced.pk}/bearbeiten/"
    page = fill_in(signed_in, address, SLOT)
    confirm(signed_in, address, SLOT | {"meeting_point": "Empfang"})

    response = press(signed_in, page)

    (conflict,) = response.context["form"].conflicts
    assert conflict == ("Treffpunkt", "Empfang", "Tor 2")


def test_lapsing_approval_is_shown_before_it_is_mailed(signed_in, senator):
    slot = make_slot(make_visit(S.APPROVED))
    address = f"/besuche/pressetermine/{slot.pk}/bearbeiten/"

    with nothing_changes(slot, slot.visit):
        page = fill_in(signed_in, address, SLOT)

    assert "senatorin@example.org" in text_of(page)
    assert "Ohne Benachrichtigung" not in text_of(page)
    press(signed_in, page)
    assert ("approval_lapsed", "senatorin@example.org") in mails_written()


@pytest.mark.parametrize("address", ["pressetermine", "pressespiegel"])
def test_what_changed_since_the_question_is_not_removed(signed_in, address):
    record = make_slot(make_visit()) if address == "pressetermine" else make_coverage()
    page = signed_in.get(f"/besuche/{address}/{record.pk}/entfernen/")
    changed = "capacity" if address == "pressetermine" else "tone"
    value = 7 if address == "pressetermine" else "critical"
    type(record).objects.update(**{changed: value})

    with nothing_changes(record):
        press(signed_in, page)


def posted_coverage(**fields):
    values = {
        "medium": "Stadtblatt",
        "publisher": "press",
        "kind": "online",
        "title": "Werk öffnet",
        "url": "https://example.org/a",
        "starts_on": "2026-02-10",
        "precision": "day",
    }
    return values | fields


def test_coverage_is_recorded_from_its_visit(signed_in):
    visit = make_visit(S.HELD, approval=False)
    page = text_of(signed_in.get(f"/besuche/pressespiegel/neu/?besuch={visit.pk}"))
    assert f'<option value="{visit.pk}" selected>' in page

    response = signed_in.post(
        "/besuche/pressespiegel/neu/", posted_coverage(visit=visit.pk, sectors=[make_sector().pk])
    )

    assert response.url == f"/besuche/{visit.pk}/"
    assert visit.coverage.get().sectors.get().name == "Maschinenbau"


@pytest.mark.parametrize("asked", ["", "x", "-1", "²", "9" * 30, "9" * 5000])
def test_visit_that_cannot_be_is_ignored(signed_in, asked):
    response = signed_in.get("/besuche/pressespiegel/neu/", {"besuch": asked})

    assert response.status_code == 200
    assert response.context["form"].initial["visit"] is None


def test_coverage_without_a_visit_leads_to_the_pressespiegel(signed_in):
    assert (
        signed_in.post("/besuche/pressespiegel/neu/", posted_coverage()).url
        == "/besuche/pressespiegel/"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "kein link"}, "Bitte geben Sie die Internetadresse so ein"),
        ({"url": "https://example.org/bekannt"}, "schon erfasst"),
        ({"url": "http://www.example.org/bekannt/#mehr"}, "Bitte zuerst ansehen"),
        ({"starts_on": "2026-03-03"}, "in der Zukunft"),
        ({"starts_on": "0026-03-03"}, "prüfen Sie das Jahr"),
        ({"medium": ""}, "Bitte füllen Sie dieses Feld aus."),
    ],
)
def test_wrong_coverage_stays_in_the_form(signed_in, fields, message):
    make_coverage(url="https://example.org/bekannt")

    response = signed_in.post(
        "/besuche/pressespiegel/neu/", posted_coverage(about="Nachbericht") | fields
    )

    assert message in text_of(response)
    assert "Nachbericht" in text_of(response)
    assert Coverage.objects.count() == 1


def test_coverage_that_says_nothing_stays_in_the_form(signed_in):
    response = signed_in.post("/besuche/pressespiegel/neu/", posted_coverage(title="", url=""))

    assert "nennen Sie Überschrift" in text_of(response)
    assert "Stadtblatt" in text_of(response)


def test_coverage_is_changed_and_removed(signed_in):
    coverage = make_coverage()

    address = f"/besuche/pressespiegel/{coverage.pk}/bearbeiten/"
    version = hidden_version(signed_in.get(address))
    signed_in.post(address, posted_coverage(title="Neue Überschrift", version=version))
    assert Coverage.objects.get().title == "Neue Überschrift"

    page = signed_in.get(f"/besuche/pressespiegel/{coverage.pk}/entfernen/")
    assert Coverage.objects.exists()
    press(signed_in, page)
    assert not Coverage.objects.exists()


def test_text_typed_for_a_record_that_a_colleague_removed_is_shown_again(signed_in):
    answer = signed_in.post(
        "/besuche/pressespiegel/4711/bearbeiten/", {"title": "Ein langer Titel", "medium": "Blatt"}
    )

    assert answer.status_code == 404
    for words in ("Ihre Eingabe, nicht gespeichert", "Ein langer Titel"):
        assert words in text_of(answer)


def test_one_press_slot_of_an_announced_visit_is_cancelled(signed_in, announced):
    visit, url = announced.visit, f"/besuche/pressetermine/{announced.pk}/absagen/"
    assert f'href="{url}"' in text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    page = signed_in.get(url)
    assert "Der Besuch ist danach nicht presseöffentlich." in text_of(page)
    assert "Absagen (1 E-Mail)" in text_of(page)
    assert not Mail.objects.exists()
    press(signed_in, page)

    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("visit_changed", "werk@example.org")
    assert (
        "Bildtermin 23.03.2026, 10:00 Uhr\nbisher: findet statt\njetzt: entfällt\n\n"
        "Presse\nbisher: presseöffentlich\njetzt: nicht presseöffentlich"
    ) in mail.text.replace("  \n", "\n")
    assert "Tor 1" not in mail.text
    visit.refresh_from_db()
    assert (visit.state, commitments_of(visit, visit.press_slots.all())[1:]) == (S.ANNOUNCED, [])
    assert visit.history.latest().history_change_reason == (
        "Pressetermin abgesagt: Bildtermin 23.03.2026, 10:00 Uhr"
    )
    detail = text_of(signed_in.get(f"/besuche/{visit.pk}/"))
    assert "entfällt" in detail
    assert "Der Besuch ist nicht presseöffentlich." in detail
    assert "nicht presseöffentlich" in text_of(signed_in.get("/besuche/"))
    with nothing_changes(visit, announced):
        again = signed_in.get(url, follow=True)
        edit = signed_in.get(f"/besuche/pressetermine/{announced.pk}/bearbeiten/", follow=True)
    assert "Dieser Pressetermin ist schon abgesagt." in text_of(again)
    assert "Dieser Pressetermin ist schon abgesagt." in text_of(edit)
