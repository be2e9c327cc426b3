import datetime as dt

import pytest

from approvals.enums import ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.models import Origin
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import decide_visit
from tests.approvals.builders import NOW
from tests.confirming import fill_in, hidden_fields, press
from tests.media_visits.builders import (
    STARTS_AT,
    hidden_version,
    make_coverage,
    make_sector,
    make_slot,
    make_visit,
    make_visit_approval,
    posted_visit,
    text_of,
)
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState
ROLES = [SENATOR_OFFICE, PARTNER, OBSERVER]


def test_page_shows_where_a_visit_stands(signed_in, senator):
    visit = make_visit(
        S.APPROVED, company_text="Turbinenbau AG", internal_notes="anrufen", message="Ein Satz"
    )
    make_slot(visit)
    make_coverage(visit=visit, title="Vorbericht")

    page = text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    for words in (
        "Turbinenbau AG",
        "Nächster Schritt",
        "Ankündigen",
        "Verschieben",
        "Absagen",
        "Wort-Bild-Termin",
        "Vorbericht",
        "anrufen",
        "Ein Satz",
        "Verlauf",
    ):
        assert words in page, words


@pytest.mark.parametrize("count", [1, 3])
def test_page_needs_the_same_queries_for_any_amount_of_coverage(
    signed_in, django_assert_max_num_queries, count
):
    visit = make_visit(S.APPROVED)
    for _number in range(count):
        make_slot(visit, starts_at=STARTS_AT + dt.timedelta(hours=_number))
        make_coverage(visit=visit)

    with django_assert_max_num_queries(18):
        signed_in.get(f"/besuche/{visit.pk}/")


@pytest.mark.parametrize("role", ROLES)
def test_internal_notes_are_the_offices_alone(client, role):
    visit = make_visit(S.HELD, is_published=True, internal_notes="streng intern", approval=False)
    client.force_login(make_user(role))

    assert "streng intern" not in text_of(client.get(f"/besuche/{visit.pk}/"))


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_briefing_and_history_are_internal(client, role):
    visit = make_visit(S.HELD, is_published=True, approval=False)
    make_visit_approval(visit, ApprovalState.APPROVED, assessment="heikel")
    client.force_login(make_user(role))

    page = text_of(client.get(f"/besuche/{visit.pk}/"))

    assert "heikel" not in page
    assert "Verlauf" not in page


def test_senators_office_is_led_to_the_desk(client, senator):
    visit = make_visit(S.SUBMITTED)
    client.force_login(senator)

    page = text_of(client.get(f"/besuche/{visit.pk}/"))

    assert f'href="/freigaben/{ApprovalRequest.objects.get().pk}/"' in page
    assert "Entscheiden" in page


def test_visit_taken_over_shows_source_and_doubt_and_no_steps(signed_in):
    visit = make_visit(
        S.HELD,
        origin=Origin.TAKEN_OVER,
        sources=["https://example.org/quelle"],
        doubts="Tag abgeleitet",
        basis={"starts_on": "inferred"},
        press_text="Wort-Bild-Termin",
        approval=False,
    )

    page = text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    for words in ("https://example.org/quelle", "Tag abgeleitet", "erschlossen"):
        assert words in page, words
    for words in ("Nächster Schritt", "Absagen", "keinen Pressetermin"):
        assert words not in page, words


def test_visit_is_created(signed_in):
    response = signed_in.post("/besuche/neu/", posted_visit(sectors=[make_sector().pk]))

    visit = Visit.objects.get()
    assert response.url == f"/besuche/{visit.pk}/"
    assert (visit.state, visit.company_name, visit.starts_at) == (
        S.IDEA,
        "Turbinenbau AG",
        STARTS_AT,
    )
    assert visit.history.latest().history_user.email == "geschaeftsstelle@example.org"


def test_form_says_that_one_of_two_fields_names_the_company(signed_in):
    page = text_of(signed_in.get("/besuche/neu/"))

    assert (
        "Eines von beiden ist nötig: die Auswahl hier oder der Freitext im nächsten Feld." in page
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"company_text": ""}, "wählen Sie ein Unternehmen"),
        ({"title": ""}, "Bitte füllen Sie dieses Feld aus."),
        ({"ends_at": "2026-03-23T10:00"}, "nach dem Beginn"),
        ({"starts_at": "morgen"}, "Bitte geben Sie Datum und Uhrzeit so ein: 18.06.2019, 14:30."),
        ({"starts_at": "0001-01-01T00:00"}, "prüfen Sie das Jahr"),
        ({"starts_at": "28.3.2027, 2:30"}, "Am 28.03.2027 gibt es 02:30 Uhr nicht"),
        ({"ends_at": "31.10.2027, 2:30"}, "Am 31.10.2027 gibt es 02:30 Uhr zweimal"),
        ({"starts_at": "23.3.2026"}, "Bitte geben Sie auch die Uhrzeit ein"),
        ({"starts_at": ""}, "nach dem Beginn"),
    ],
)
def test_wrong_facts_stay_in_the_form(signed_in, fields, message):
    response = signed_in.post("/besuche/neu/", posted_visit(visitor="Staatssekretariat", **fields))

    assert response.status_code == 200
    assert message in text_of(response)
    assert "Staatssekretariat" in text_of(response)
    assert not Visit.objects.exists()


def test_form_sent_twice_makes_one_visit(signed_in):
    signed_in.post("/besuche/neu/", posted_visit())

    response = signed_in.post("/besuche/neu/", posted_visit())

    assert "Diesen Besuch gibt es schon" in text_of(response)
    assert Visit.objects.count() == 1


def test_conflict_shows_both_versions_and_then_lets_the_typed_one_win(signed_in):
    visit = make_visit(company_text="Turbinenbau AG", company=None, title="Rundgang")
    address = f"/besuche/{visit.pk}/bearbeiten/"
    shown = hidden_version(signed_in.get(address))
    signed_in.post(address, posted_visit(title="Fassung eins", version=shown))

    response = signed_in.post(address, posted_visit(title="Fassung zwei", version=shown))

    assert "hat diesen Eintrag inzwischen geändert" in text_of(response)
    (conflict,) = response.context["form"].conflicts
    assert conflict == ("Anlass des Besuchs", "Fassung eins", "Fassung zwei")
    assert "Beide Fassungen" in text_of(response)
    assert 'value="Fassung zwei"' in text_of(response)
    signed_in.post(address, posted_visit(title="Fassung zwei", version=hidden_version(response)))
    assert Visit.objects.get().title == "Fassung zwei"


def test_editing_an_approved_visit_warns(signed_in):
    visit = make_visit(S.APPROVED)

    assert "erlischt die Freigabe" in text_of(signed_in.get(f"/besuche/{visit.pk}/bearbeiten/"))


def test_address_is_added_to_an_announced_visit_without_telling_anybody(signed_in):
    visit = make_visit(S.ANNOUNCED, company=None, company_text="Turbinenbau AG", title="Rundgang")
    visit.informed.add(make_person("Werksleitung", email="werk@example.org"))
    url = f"/besuche/{visit.pk}/bearbeiten/"

    asked = fill_in(signed_in, url, posted_visit(address="Werkstraße 1"))

    assert "1 Person wird benachrichtigt." in text_of(asked)
    assert "jetzt: Werkstraße 1" in text_of(asked)
    press(signed_in, asked, **{"confirmation-is_silent": "on"})
    visit.refresh_from_db()
    assert (visit.address, visit.state, mails_written()) == ("Werkstraße 1", S.ANNOUNCED, [])
    page = text_of(signed_in.get(visit.get_absolute_url()))
    assert "Ohne Benachrichtigung geändert" in page


def test_clash_of_a_visit_is_shown_and_overruled(signed_in):
    make_visit(S.ANNOUNCED, company_text="Pumpenwerk", title="Gießerei", approval=False)
    typed = posted_visit(message="Ein Satz")

    warned = signed_in.post("/besuche/neu/", typed)

    [concern] = warned.context["form"].concerns
    assert (concern.label, concern.text) == (
        "Pumpenwerk: Gießerei (angekündigt)",
        "Mo, 23.03.2026, 10:00–12:00 Uhr, zur selben Zeit (auch ein Termin der Senatorin)",
    )
    page = text_of(warned)
    assert "Trotzdem speichern" in page and "Ein Satz" in page
    assert "Noch nicht gespeichert" in page and "Bitte prüfen Sie" not in page
    assert Visit.objects.count() == 1

    heeded = warned.context["form"]["heeded"].value()
    signed_in.post("/besuche/neu/", typed | {"heeded": heeded})

    visit = Visit.objects.get(title="Rundgang")
    assert concern.label in text_of(signed_in.get(visit.get_absolute_url()))


def test_changed_date_of_an_approved_visit_warns_of_holiday_and_lapse_once_each(signed_in):
    visit = make_visit(S.APPROVED, company=None, company_text="Turbinenbau AG", title="Rundgang")
    url = f"/besuche/{visit.pk}/bearbeiten/"
    moved = {"starts_at": "2026-04-03T10:00", "ends_at": "2026-04-03T12:00"}

    lapsing = fill_in(signed_in, url, posted_visit(**moved))
    warned = signed_in.post(url, posted_visit(**moved) | hidden_fields(lapsing))
    confirmed = signed_in.post(url, posted_visit(**moved) | hidden_fields(warned))
    press(signed_in, confirmed)

    assert [concern.label for concern in lapsing.context["form"].concerns] == []
    assert [str(concern) for concern in warned.context["form"].concerns] == [
        "Feiertag: Fr, 03.04.2026 ist in Berlin ein gesetzlicher Feiertag (Karfreitag)."
    ]
    visit.refresh_from_db()
    assert (visit.state, visit.starts_on) == (S.IDEA, dt.date(2026, 4, 3))


def test_change_that_moves_nothing_asks_nothing(signed_in):
    make_visit(S.ANNOUNCED, approval=False)
    visit = make_visit(company=None, company_text="Turbinenbau AG", title="Rundgang")

    fill_in(signed_in, f"/besuche/{visit.pk}/bearbeiten/", posted_visit(message="Ein Satz"))

    visit.refresh_from_db()
    assert visit.message == "Ein Satz"


@pytest.mark.parametrize("step", ["lapse", "mails"])
def test_approval_given_after_the_page_of_its_end_is_kept(signed_in, senator, step):
    visit = make_visit(S.SUBMITTED, company=None, company_text="Turbinenbau AG", title="Rundgang")
    url = f"/besuche/{visit.pk}/bearbeiten/"
    shown = fill_in(signed_in, url, posted_visit(title="Neu"))
    if step == "mails":
        shown = signed_in.post(url, posted_visit(title="Neu") | hidden_fields(shown))
    approval = ApprovalRequest.objects.get()
    decision = Decision(Verdict.APPROVE, "")
    decide_visit(approval=approval, decision=decision, by=senator, now=NOW)
    approval.refresh_from_db()
    visit.refresh_from_db()

    with nothing_changes(visit, approval):
        again = signed_in.post(url, posted_visit(title="Neu") | hidden_fields(shown))

    page = text_of(again)
    assert "Das ist inzwischen freigegeben. Bitte prüfen Sie noch einmal." in page
    assert 'value="Neu"' in page
    # Confirmed once more, it is the office's choice.
    told = signed_in.post(url, posted_visit(title="Neu") | hidden_fields(again))
    press(signed_in, told)
    approval.refresh_from_db()
    assert approval.state == ApprovalState.LAPSED
