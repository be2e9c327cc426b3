"""The lists: content, search, sorting, counts, export and number of queries."""

import datetime as dt
import re
from io import BytesIO
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from core.models import Precision
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueCategory, DialogueState, RsvpState, SeriesState, TopicState
from dialogues.models import Dialogue
from partners.models import CrossCuttingTheme, Sector
from tests.dialogues.builders import (
    NOW,
    make_dialogue,
    make_invitation,
    make_past,
    make_series,
    make_topic,
)
from tests.dialogues.pages import BASE, text_of, titles_of
from tests.partners.builders import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
EVENT = {"category": DialogueCategory.EVENT, "event_kind": "SKIP, 4. Sitzung"}


def rows_of(response) -> list[list]:
    sheet = load_workbook(BytesIO(response.content)).active
    # Title, source and an empty row stand above the table.
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("address", "queries"), [("", 11), ("themen/", 10), ("reihen/", 6), ("veranstaltungen/", 7)]
)
def test_list_needs_the_same_queries_for_any_number(
    signed_in, django_assert_num_queries, count, address, queries
):
    for number in range(count):
        topic = make_topic(series=make_series())
        topic.sectors.add(Sector.objects.create(name=f"Branche {number}"))
        make_invitation(make_dialogue(S.INVITED, topic=topic))
        make_past(**EVENT)

    with django_assert_num_queries(queries):
        signed_in.get(f"{BASE}/{address}")


def test_dialogues_and_events_are_listed_apart(signed_in):
    make_past("Erstes Gespräch")
    make_past("Sitzung", **EVENT)

    assert titles_of(signed_in.get(f"{BASE}/")) == ["Erstes Gespräch"]
    assert titles_of(signed_in.get(f"{BASE}/veranstaltungen/")) == ["Sitzung"]


def test_filters_narrow_the_list_of_dialogues(signed_in):
    sector, theme = (
        Sector.objects.create(name="Metall"),
        CrossCuttingTheme.objects.create(name="Flächen"),
    )
    host = make_organisation("Öfen & Söhne GmbH")
    topic = make_topic()
    topic.sectors.add(sector, Sector.objects.create(name="Optik"))
    topic.themes.add(theme)
    found = make_dialogue(S.INVITED, title="Wärme für Öfen", topic=topic, host=host)
    for _ in range(2):
        make_invitation(found, RsvpState.ACCEPTED)
    make_past("Anderes")

    for query in (
        "q=oefen",
        "q=waerme+öfen",
        "state=invited",
        "year=2026",
        f"sector={sector.pk}",
        f"theme={theme.pk}",
        f"host={host.pk}",
    ):
        response = signed_in.get(f"{BASE}/?{query}")
        assert titles_of(response) == ["Wärme für Öfen"], query
        assert response.context["page"].object_list[0].seats_taken == 2, query
    assert titles_of(signed_in.get(f"{BASE}/?year=2017")) == ["Anderes"]


def test_invalid_filter_is_ignored(signed_in):
    make_dialogue()

    for query in (
        "sector=abc",
        "sector=999",
        "state=quatsch",
        "year=abc",
        "sort=quatsch",
        "page=999",
    ):
        assert signed_in.get(f"{BASE}/?{query}").status_code == 200, query


def test_dialogues_are_sorted_by_every_column(signed_in):
    make_past("Beta", host_text="Zett")
    make_past("Ähre", starts_on=dt.date(2019, 1, 1), host_text="Aal")
    make_dialogue(title="Cäsar")

    assert titles_of(signed_in.get(f"{BASE}/")) == ["Cäsar", "Ähre", "Beta"]
    assert titles_of(signed_in.get(f"{BASE}/?sort=date")) == ["Beta", "Ähre", "Cäsar"]
    assert titles_of(signed_in.get(f"{BASE}/?sort=title")) == ["Ähre", "Beta", "Cäsar"]
    assert titles_of(signed_in.get(f"{BASE}/?sort=-title")) == ["Cäsar", "Beta", "Ähre"]


def test_empty_list_says_what_to_do(signed_in):
    assert "Ein Gespräch beginnt mit einem freigegebenen Thema." in text_of(
        signed_in.get(f"{BASE}/")
    )
    assert "Kein Gespräch passt zu dieser Auswahl." in text_of(signed_in.get(f"{BASE}/?q=nichts"))
    assert "Noch ist kein Thema vorgeschlagen." in text_of(signed_in.get(f"{BASE}/themen/"))
    assert "Noch gibt es keine Reihe." in text_of(signed_in.get(f"{BASE}/reihen/"))
    assert "Es sind keine früheren Veranstaltungen übernommen." in text_of(
        signed_in.get(f"{BASE}/veranstaltungen/")
    )


@pytest.mark.parametrize(
    ("role", "seen"), [(OFFICE, True), (SENATOR_OFFICE, True), (OBSERVER, True), (PARTNER, False)]
)
def test_partners_do_not_see_counts_of_replies(client, role, seen):
    user = make_user(role)
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, RsvpState.ACCEPTED, person=user.person, party=4)
    client.force_login(user)

    page = client.get(f"{BASE}/")
    export = rows_of(client.get(f"{BASE}/export/"))

    assert ("4 von 30 Plätzen" in text_of(page)) is seen
    assert ("Ihre Antwort" in text_of(page)) is not seen
    assert ("Zusagen" in export[0]) is seen


def test_export_contains_the_filtered_dialogues(signed_in):
    host = make_organisation("Messgeräte GmbH")
    dialogue = make_dialogue(S.INVITED, title="=Wärme", host=host, seats=12)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=2)
    make_invitation(dialogue)
    make_past("Anderes")

    response = signed_in.get(f"{BASE}/export/?state=invited")

    name = unquote(response["Content-Disposition"])
    assert "Branchengespräche Masterplan Industriestadt Berlin 2026-03-02.xlsx" in name
    assert rows_of(response) == [
        [
            "Gespräch",
            "Reihe",
            "Termin",
            "Gastgeber",
            "Ort",
            "Format",
            "Stand",
            "Ergebnis",
            "Einladungen",
            "Zusagen",
            "Vorbehalt",
            "Absagen",
            "belegt",
            "Plätze",
            "Zuständig",
        ],
        [
            "=Wärme",
            "Reihe 2026",
            "Mi, 22.04.2026, 14:00–16:30 Uhr",
            "Messgeräte GmbH",
            "Werkstraße 1, 12681 Berlin",
            "vor Ort",
            "eingeladen",
            None,
            2,
            1,
            0,
            0,
            2,
            12,
            "nicht vergeben",
        ],
    ]


def test_export_contains_the_filtered_events(signed_in):
    make_past(
        "Fachkräfte",
        host_text="Senatskanzlei",
        place="Rotes Rathaus",
        participants_text="Mitglieder",
        **EVENT,
    )

    assert rows_of(signed_in.get(f"{BASE}/veranstaltungen/export/"))[1] == [
        "Fachkräfte",
        "SKIP, 4. Sitzung",
        "23.10.2017",
        "Senatskanzlei",
        "Rotes Rathaus",
        "Mitglieder",
        None,
    ]


def test_days_are_shown_as_they_are_known(signed_in):
    make_past("A", starts_on=dt.date(2018, 11, 1), precision=Precision.MONTH)
    make_past("B", starts_on=None, precision=Precision.UNKNOWN)

    text = text_of(signed_in.get(f"{BASE}/"))

    assert "November 2018" in text
    assert "Datum nicht belegt" in text


def test_topics_are_filtered_by_state_sector_and_words(signed_in):
    topic = make_topic(title="Lärm im Hof", proposed_at=NOW)
    topic.sectors.add(sector := Sector.objects.create(name="Metall"))
    make_topic(TopicState.PROPOSED, title="Anderes")

    for query in ("q=laerm", "state=approved", f"sectors={sector.pk}"):
        assert titles_of(signed_in.get(f"{BASE}/themen/?{query}")) == ["Lärm im Hof"], query
    assert rows_of(signed_in.get(f"{BASE}/themen/export/?q=laerm"))[1][3:] == [
        "Reihe 2026",
        "Metall",
        None,
        "freigegeben",
        None,
        "nicht vergeben",
    ]


def test_series_show_their_state_and_numbers(signed_in):
    topic = make_topic(series=make_series(title="Reihe Nord"))
    make_dialogue(topic=topic)
    make_series(SeriesState.REFUSED, title="Reihe Süd")

    listed = signed_in.get(f"{BASE}/reihen/").context["page"].object_list

    assert [
        (series.title, series.topic_count, series.dialogue_count, series.badge_colour)
        for series in listed
    ] == [
        ("Reihe Süd", 0, 0, "danger"),
        ("Reihe Nord", 1, 1, "success"),
    ]


@pytest.mark.parametrize(
    ("role", "header", "row"),
    [
        (
            OFFICE,
            ["Themen", "Gespräche", "Zuständig"],
            [1, 1, "nicht vergeben"],
        ),
        (OBSERVER, [], []),
    ],
)
def test_export_contains_the_filtered_series_as_far_as_the_page_shows_them(
    client, role, header, row
):
    make_dialogue(topic=make_topic(series=make_series(title="Reihe Nord", description="Netze")))
    make_series(title="Reihe Süd")
    client.force_login(make_user(role))

    page = client.get(f"{BASE}/reihen/?q=nord").content.decode()
    rows = rows_of(client.get(f"{BASE}/reihen/export/?q=nord"))

    assert f"{BASE}/reihen/export/?q=nord" in page
    assert rows == [
        ["Reihe", "Zeitraum", "Worum es geht", "Stand", *header],
        ["Reihe Nord", "2026", "Netze", "zugestimmt", *row],
    ]


def test_long_list_has_pages(signed_in):
    for number in range(51):
        make_past(f"Gespräch {number:02}")

    first, second = (
        signed_in.get(f"{BASE}/?q=gespraech"),
        signed_in.get(f"{BASE}/?q=gespraech&page=2"),
    )

    assert (len(titles_of(first)), len(titles_of(second))) == (50, 1)
    assert "51 Einträge" in text_of(first)
    assert re.search(r'form="ticked"[^>]*name="page"\s+value="2"', first.content.decode())


def test_ticks_stay_while_filters_and_pages_change(signed_in):
    for number in range(51):
        make_past(f"Gespräch {number:02}")
    shown, other = Dialogue.objects.order_by("title")[0], Dialogue.objects.order_by("title")[50]
    query = f"gespraech={shown.pk}&gespraech={other.pk}"

    page = signed_in.get(f"{BASE}/?q=gespraech&sort=title&{query}").content.decode()
    found = signed_in.get(f"{BASE}/?q=nichts&{query}").content.decode()

    box = 'type="checkbox" form="ticked" name="gespraech"'
    assert f'<input {box} value="{shown.pk}" checked>' in page
    assert page.count(" checked>") == 1
    hidden = '<input type="hidden" name="gespraech" value="{}">'
    # In the form that filters, and in the one that turns pages and acts.
    assert page.count(hidden.format(other.pk)) == 2
    assert hidden.format(shown.pk) not in page
    assert 'hx-include="[form=ticked]"' in page
    assert "Angekreuzte, auch 1 auf einer anderen Seite:" in page
    assert page.count('<input type="hidden" name="q" value="gespraech">') == 1
    # Nothing found: the ticks wait in the form that filters.
    assert [found.count(hidden.format(pk)) for pk in (shown.pk, other.pk)] == [1, 1]
