import pytest

from core.models import Origin
from media_visits.enums import VisitState
from media_visits.models import Coverage, PressSlot
from tests.media_visits.builders import (
    hidden_version,
    make_coverage,
    make_sector,
    make_visit,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState


def test_slot_is_added_changed_and_removed(signed_in):
    visit = make_visit()
    assert 'value="23.03.2026, 10:00"' in text_of(
        signed_in.get(f"/besuche/{visit.pk}/pressetermin/")
    )

    signed_in.post(
        f"/besuche/{visit.pk}/pressetermin/", {"kind": "picture", "starts_at": "2026-03-23T10:00"}
    )
    slot = PressSlot.objects.get()
    address = f"/besuche/pressetermine/{slot.pk}/bearbeiten/"
    version = hidden_version(signed_in.get(address))
    signed_in.post(
        address,
        {"kind": "pool", "starts_at": "2026-03-23T10:30", "capacity": 5, "version": version},
    )
    slot.refresh_from_db()
    assert (slot.kind, slot.capacity) == ("pool", 5)

    assert "entfernen?" in text_of(signed_in.get(f"/besuche/pressetermine/{slot.pk}/entfernen/"))
    signed_in.post(f"/besuche/pressetermine/{slot.pk}/entfernen/")
    assert not PressSlot.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"starts_at": ""}, "wann der Pressetermin beginnt"),
        ({"starts_at": "9999-12-31T23:59"}, "prüfen Sie das Jahr"),
        ({"be_there_by": "2026-03-23T11:00"}, "Das Eintreffen muss vor dem Beginn liegen."),
        (
            {"registration_deadline": "2026-03-24T11:00"},
            "Der Anmeldeschluss muss vor dem Beginn liegen.",
        ),
        ({"starts_at": "28.3.2027, 2:30"}, "Am 28.03.2027 gibt es 02:30 Uhr nicht"),
        ({"capacity": "0"}, "größer als null"),
        ({"capacity": "12,5"}, "Bitte geben Sie eine ganze Zahl ein"),
        ({"capacity": "99999"}, "kleiner oder gleich 32767"),
        ({"kind": "party"}, "keine gültige"),
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

    response = signed_in.post(
        f"/besuche/{visit.pk}/pressetermin/", {"kind": "not_public", "starts_at": ""}
    )

    assert response.url == f"/besuche/{visit.pk}/"
    assert visit.press_slots.get().starts_at is None


def test_slot_of_a_visit_taken_over_is_saved_without_a_start(signed_in):
    visit = make_visit(S.HELD, origin=Origin.TAKEN_OVER, starts_at=None, ends_at=None)

    response = signed_in.post(
        f"/besuche/{visit.pk}/pressetermin/", {"kind": "word_picture", "starts_at": ""}
    )

    assert response.url == f"/besuche/{visit.pk}/"
    assert visit.press_slots.get().starts_at is None


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


def test_coverage_without_a_visit_leads_to_the_pressespiegel(signed_in):
    assert (
        signed_in.post("/besuche/pressespiegel/neu/", posted_coverage()).url
        == "/besuche/pressespiegel/"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"url": "kein link"}, "gültige"),
        ({"url": "https://example.org/bekannt"}, "schon erfasst"),
        ({"url": "http://www.example.org/bekannt/#mehr"}, "Bitte zuerst ansehen"),
        ({"starts_on": "2026-03-03"}, "in der Zukunft"),
        ({"starts_on": "0026-03-03"}, "prüfen Sie das Jahr"),
        ({"medium": ""}, "zwingend erforderlich"),
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

    signed_in.get(f"/besuche/pressespiegel/{coverage.pk}/entfernen/")
    assert Coverage.objects.exists()
    signed_in.post(f"/besuche/pressespiegel/{coverage.pk}/entfernen/")
    assert not Coverage.objects.exists()
