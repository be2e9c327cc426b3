import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits.enums import PressKind, VisitState
from tests.media_visits.builders import (
    STARTS_AT,
    make_coverage,
    make_sector,
    make_slot,
    make_visit,
    text_of,
    titles_shown,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState
QUERIES_OF_LIST = 11
QUERIES_OF_COVERAGE = 9


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_the_same_queries_for_any_number(signed_in, django_assert_num_queries, count):
    for number in range(count):
        visit = make_visit(S.HELD, approval=False)
        make_slot(visit)
        visit.sectors.add(make_sector(f"Branche {number}"))

    with django_assert_num_queries(QUERIES_OF_LIST):
        signed_in.get("/besuche/")


@pytest.mark.parametrize("count", [1, 3])
def test_pressespiegel_needs_the_same_queries_for_any_number(
    signed_in, django_assert_num_queries, count
):
    for number in range(count):
        coverage = make_coverage(visit=make_visit(S.HELD, approval=False))
        coverage.sectors.add(make_sector(f"Branche {number}"))

    with django_assert_num_queries(QUERIES_OF_COVERAGE):
        signed_in.get("/besuche/pressespiegel/")


def test_visits_are_filtered(signed_in):
    company = make_organisation("Öfen & Söhne GmbH")
    found = make_visit(S.HELD, company=company, title="Gefunden", approval=False)
    found.sectors.add(make_sector("Metall"))
    make_slot(found, kind=PressKind.POOL)
    make_slot(found, kind=PressKind.POOL, starts_at=STARTS_AT + dt.timedelta(hours=1))
    other = make_visit(
        S.IDEA, title="Andere", starts_at=dt.datetime(2025, 5, 5, 8, tzinfo=dt.UTC), ends_at=None
    )
    other.sectors.add(make_sector("Chemie/Pharma"))

    for query in (
        "q=oefen",
        "q=SÖHNE+gefunden",
        f"sector={make_sector('Metall').pk}",
        "state=held",
        "press=pool",
        "year=2026",
        f"company={company.pk}",
    ):
        assert titles_shown(signed_in.get(f"/besuche/?{query}")) == ["Gefunden"], query
    assert titles_shown(signed_in.get("/besuche/?q=nichts")) == []


def test_unknown_filter_values_are_ignored(signed_in):
    make_visit()

    for query in (
        "sector=abc",
        "sector=999",
        "state=quatsch",
        "year=1",
        "page=99",
        "page=x",
        "sort=quatsch",
        "company=x",
    ):
        assert signed_in.get(f"/besuche/?{query}").status_code == 200, query


def test_visits_are_sorted_the_latest_first_and_undated_last(signed_in):
    make_visit(title="spät", company_text="B")
    make_visit(
        title="früh", company_text="A", starts_at=STARTS_AT - dt.timedelta(days=9), ends_at=None
    )
    make_visit(title="offen", company_text="C", starts_at=None, ends_at=None)

    assert titles_shown(signed_in.get("/besuche/")) == ["spät", "früh", "offen"]
    assert titles_shown(signed_in.get("/besuche/?sort=date")) == ["früh", "spät", "offen"]
    assert titles_shown(signed_in.get("/besuche/?sort=company")) == ["früh", "spät", "offen"]
    assert titles_shown(signed_in.get("/besuche/?sort=-company")) == ["offen", "spät", "früh"]


def test_long_list_is_cut_into_pages(signed_in):
    for number in range(51):
        make_visit(title=f"Rundgang {number}", company_text="Werk")

    first, second = signed_in.get("/besuche/"), signed_in.get("/besuche/?page=2")

    assert (len(titles_shown(first)), len(titles_shown(second))) == (50, 1)
    assert set(titles_shown(first)) & set(titles_shown(second)) == set()


def test_empty_lists_say_what_to_do(client, signed_in):
    assert "Legen Sie eine Idee an" in text_of(signed_in.get("/besuche/"))
    assert "Kein Besuch passt" in text_of(signed_in.get("/besuche/?q=x"))
    assert "Noch ist kein Pressebericht erfasst." in text_of(
        signed_in.get("/besuche/pressespiegel/")
    )


def test_export_holds_everything_that_is_shown_of_a_visit(signed_in):
    visit = make_visit(
        S.HELD,
        approval=False,
        title="=Rundgang",
        company_text="Werk Süd",
        address="Werkstraße 1",
        participants="Betriebsrat",
        message="Ein Satz",
        quote="„Neu“",
        contact="Pressestelle",
        outcome="Fläche gesucht",
    )
    visit.sectors.add(make_sector())
    make_slot(visit, capacity=5)
    make_visit(title="Andere")

    response = signed_in.get("/besuche/export/?state=held")

    book = load_workbook(BytesIO(response.content))
    (title, *_rest), (source, *_rest), _empty, header, *rows = book.active.values
    name = response["Content-Disposition"].partition("filename=")[2].strip('"')
    assert name == "Unternehmensbesuche Masterplan Industriestadt Berlin 2026-03-02.xlsx"
    assert title == "Unternehmensbesuche: Liste"
    assert source.endswith("· Stand: 02.03.2026")
    assert [dict(zip(header, row, strict=True)) for row in rows] == [
        {
            "Unternehmen": "Werk Süd",
            "Anlass": "=Rundgang",
            "Termin": "Mo, 23.03.2026, 10:00–12:00 Uhr",
            "Tag": dt.datetime(2026, 3, 23),
            "Stand": "durchgeführt",
            "Wer besucht": "Senatorin",
            "Außerdem dabei": "Betriebsrat",
            "Adresse": "Werkstraße 1",
            "Branche": "Maschinenbau",
            "Botschaft": "Ein Satz",
            "Zitat": "„Neu“",
            "Presse": "Wort-Bild-Termin 23.03.2026, 10:00 Uhr, Treffpunkt: Werkstor, Plätze: 5",
            "Kontakt": "Pressestelle",
            "Ergebnis": "Fläche gesucht",
            "Herkunft": "im Portal erfasst",
            "Zuständig": "nicht vergeben",
        }
    ]


@pytest.mark.parametrize("count", [1, 5])
def test_export_needs_the_same_queries_for_any_number(signed_in, django_assert_num_queries, count):
    for _number in range(count):
        make_slot(make_visit(S.HELD, approval=False))

    with django_assert_num_queries(8):
        signed_in.get("/besuche/export/")


def test_pressespiegel_is_filtered(signed_in):
    visit = make_visit(S.HELD, approval=False)
    found = make_coverage(
        title="Gefunden", medium="Funk", kind="radio", tone="critical", visit=visit
    )
    found.sectors.add(make_sector())
    make_coverage(title="Andere", starts_on=dt.date(2019, 5, 1), kind="online")

    for query in (
        "q=gefund",
        "medium=Funk",
        "kind=radio",
        "tone=critical",
        "year=2026",
        "linked=visit",
        f"sector={make_sector().pk}",
    ):
        assert titles_shown(signed_in.get(f"/besuche/pressespiegel/?{query}")) == ["Gefunden"], (
            query
        )
    assert titles_shown(signed_in.get("/besuche/pressespiegel/?linked=free")) == ["Andere"]


@pytest.mark.parametrize(
    ("role", "sees"), [(OFFICE, True), (SENATOR_OFFICE, True), (OBSERVER, False), (PARTNER, False)]
)
def test_press_tone_is_internal(client, role, sees):
    make_coverage(visit=make_visit(S.HELD, is_published=True, approval=False), tone="critical")
    client.force_login(make_user(role))

    assert ("kritisch" in text_of(client.get("/besuche/pressespiegel/"))) == sees
    rows = list(
        load_workbook(BytesIO(client.get("/besuche/pressespiegel/export/").content)).active.values
    )
    assert ("kritisch" in rows[4]) == sees
