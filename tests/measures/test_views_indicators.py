import datetime as dt
import re
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from core.roles import OFFICE
from measures.models import Indicator, ReportedValue
from tests.confirming import as_shown, fill_in, press
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_report,
    make_target,
    make_value,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
TABLE = """Zeitraum\tWert\tBemerkung
2022\t110
2023\t112,5\tneu gezählt
2024\t1.234,56
2025\t1,234.56
März 2025\tviele
3. Quartal 2025\t9,99
Q3 2025\t10
\t5
2027\t1
"""
PREVIEW = [
    (2, "2022", "110,0 Plätze", "unverändert", ""),
    (3, "2023", "111,0 → 112,5 Plätze", "geändert", ""),
    (4, "2024", "1.234,6 Plätze", "neu", "gerundet angezeigt, genau 1.234,56"),
    (
        5,
        "2025",
        "1,234.56",
        "abgelehnt",
        "Wert: „1,234.56“ hat Komma und Punkt wie im Englischen. Bitte schreiben Sie 1.234,56.",
    ),
    (
        6,
        "März 2025",
        "viele",
        "abgelehnt",
        "Wert: Bitte geben Sie eine Zahl ein, zum Beispiel 12,5 oder 1.000.",
    ),
    (7, "3. Quartal 2025", "10,0 Plätze", "neu", "gerundet angezeigt, genau 9,99"),
    (
        8,
        "Q3 2025",
        "10",
        "abgelehnt",
        "Zeitraum: Der Zeitraum überschneidet sich mit Zeile 7 (3. Quartal 2025).",
    ),
    (9, "", "5", "abgelehnt", "Zeitraum: Es fehlt der Zeitraum."),
    (10, "2027", "1", "abgelehnt", "Zeitraum: Dieser Zeitraum beginnt erst am 01.01.2027."),
]


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def lines_of(response) -> list[tuple]:
    return [
        (line.number, line.period, line.value, line.outcome, line.reason)
        for line in response.context["preview"].lines
    ]


def shown_in(response) -> str:
    return re.search(r'name="shown" value="(\w+)"', response.content.decode())[1]


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


@time_machine.travel(NOW, tick=False)
def test_pasted_table_is_previewed_then_saved(client, office):
    indicator = make_indicator(decimals=1)
    make_value(indicator, "2022", "110", note="geschätzt")
    make_value(indicator, "2023", "111")
    url = reverse("measures:values_paste", args=[indicator.pk])

    preview = client.post(url, {"rows": TABLE})
    assert lines_of(preview) == PREVIEW
    assert "3 Werte übernehmen" in preview.content.decode()
    assert indicator.series.count() == 2

    changed = client.post(
        url, {"rows": TABLE + "2021\t100\n", "shown": shown_in(preview), "save": "1"}
    )
    assert "seit der Vorschau geändert" in changed.content.decode()
    assert indicator.series.count() == 2
    saved = client.post(url, {"rows": TABLE, "shown": shown_in(preview), "save": "1"})

    assert saved["Location"] == indicator.get_absolute_url()
    assert [
        (str(value.period), value.value, value.note)
        for value in indicator.series.order_by("starts_on")
    ] == [
        ("2022", Decimal(110), "geschätzt"),
        ("2023", Decimal("112.5"), "neu gezählt"),
        ("2024", Decimal("1234.56"), ""),
        ("3. Quartal 2025", Decimal("9.99"), ""),
    ]


@time_machine.travel(NOW, tick=False)
def test_rows_of_a_file_stand_in_the_text_after_the_preview(client, office):
    indicator = make_indicator(unit="%")
    book, buffer = Workbook(), BytesIO()
    book.active.append(["Quelle", "Ist", "Jahr"])
    book.active.append(["Amt", 0.125, 2024])
    book.active["B2"].number_format = "0.0%"
    book.save(buffer)
    url = reverse("measures:values_paste", args=[indicator.pk])
    upload = SimpleUploadedFile("werte.xlsx", buffer.getvalue())

    preview = client.post(url, {"rows": "", "file": upload})
    text = preview.context["form"]["rows"].value()
    client.post(url, {"rows": text, "shown": shown_in(preview), "save": "1"})

    assert text == "Quelle\tIst\tJahr\nAmt\t12,5 %\t2024\n"
    assert list(indicator.series.values_list("value", "source")) == [(Decimal("12.5"), "Amt")]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"rows": "2024\t1\n" * 1001}, "Die Tabelle hat mehr als 1000 Zeilen."),
        ({"file": "werte.pdf"}, "„werte.pdf“ kann nicht gelesen werden."),
        ({"rows": "\n"}, "Die Tabelle hat keine Zeile mit Zeitraum und Wert."),
    ],
)
def test_what_cannot_be_read_is_said(client, office, sent, sentence):
    url = reverse("measures:values_paste", args=[make_indicator().pk])
    if "file" in sent:
        sent["file"] = SimpleUploadedFile(sent["file"], b"%PDF-1.7")

    assert sentence in client.post(url, sent).content.decode()


@time_machine.travel(NOW, tick=False)
def test_indicator_with_target_and_value_is_entered_and_judged(client, office):
    measure = make_measure()
    client.post(
        reverse("measures:indicator_add", args=[measure.pk]),
        {
            "title": "Ausbildungsplätze",
            "unit": "Plätze",
            "direction": "rising",
            "decimals": "1",
            "baseline_value": "1.000",
            "baseline_on": "31.12.2023",
            "position": "0",
        },
    )
    indicator = Indicator.objects.get()
    client.post(
        reverse("measures:target_add", args=[indicator.pk]),
        {"due_on": "31.12.2025", "value": "1.200,5"},
    )
    add_url = reverse("measures:value_add", args=[indicator.pk])
    refused = client.post(add_url, {"period": "irgendwann", "value": "1,234.56"})
    assert set(refused.context["form"].errors) == {"period", "value"}
    client.post(add_url, {"period": "2025", "value": "1.190"})
    text = client.get(measure.get_absolute_url()).content.decode()

    assert "unter dem Zielpfad" in text.replace("Unter", "unter")
    assert "1.190,0 Plätze am 31.12.2025; nach dem Zielpfad mindestens 1.200,5 Plätze." in text
    value = indicator.series.get()
    url = reverse("measures:value_edit", args=[value.pk])
    assert 'value="2025"' in client.get(url).content.decode()
    client.post(url, {"period": "2025", "value": "1.200,5", "version": version_on(client, url)})
    text = client.get(indicator.get_absolute_url()).content.decode()
    assert "auf Kurs" in text.replace("Auf Kurs", "auf Kurs")
    assert "1.190,0 Plätze → 1.200,5 Plätze" in text


def test_rounded_value_has_the_exact_one_beside_it(client, office):
    indicator = make_indicator()
    make_value(indicator, "2024", "1020.5", note="geschätzt")
    make_value(indicator, "2025", "1021")

    lines = client.get(indicator.get_absolute_url()).context["card"].lines

    assert [(line.value, line.note) for line in lines] == [
        ("1.021 Plätze", ""),
        ("1.021 Plätze", "gerundet angezeigt, genau 1.020,5; geschätzt"),
    ]


def test_series_are_a_drawing_with_a_table(client, office):
    indicator = make_indicator(baseline_value=Decimal(5), baseline_on=dt.date(2023, 12, 31))
    for number in range(3):
        make_value(indicator, str(2023 + number), str(number))
    make_target(indicator, "2026-12-31", "10")

    text = client.get(indicator.get_absolute_url()).content.decode()

    assert text.count('<svg class="chart ') == 2
    assert text.count('class="chart__dot" cx') >= 6
    assert text.count('class="chart__target" d="M') >= 4
    assert "Zielpfad am 31.12.2026: 10 Plätze" in text
    for period in ("2023", "2024", "2025"):
        assert f'<th scope="row">{period}</th>' in text


def test_measure_needs_the_same_queries_for_1_and_10_indicators(client, office):
    measure = make_measure()

    def grow(count):
        for _number in range(count):
            indicator = make_indicator(measure)
            make_value(indicator, "2024", "1")
            make_target(indicator, "2026-12-31", "5")

    grow(1)
    client.get(measure.get_absolute_url())
    with CaptureQueriesContext(connection) as once:
        client.get(measure.get_absolute_url())
    grow(9)
    with CaptureQueriesContext(connection) as many:
        client.get(measure.get_absolute_url())

    assert len(many) == len(once)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("finished", "sentence", "badge"),
    [
        (["2025"], "12 Plätze am 31.12.2025; nach dem Zielpfad mindestens 10 Plätze. ", "auf Kurs"),
        ([], "", "läuft noch"),
    ],
)
def test_running_period_is_called_so_and_not_judged(client, office, finished, sentence, badge):
    indicator = make_indicator()
    make_target(indicator, "2025-12-31", "10")
    for period in finished:
        make_value(indicator, period, "12")
    make_value(indicator, "2026", "3")

    response = client.get(indicator.get_absolute_url())
    card, page = response.context["card"], response.content.decode()

    assert card.sentence == f"{sentence}2026 läuft noch: bisher 3 Plätze."
    assert (card.lines[0].period, card.lines[0].expected) == ("2026 (läuft noch)", "")
    assert f">{badge}<" in card.state
    assert "2026 (läuft noch): 3 Plätze" in card.chart
    # Drawn otherwise, which the legend explains.
    assert card.chart.count("chart__dot--running") == 2
    assert card.chart.count("chart__line--running") == 2 * len(finished)
    assert (card.has_running, "läuft noch\n      </li>" in page) == (True, True)


def report_value(indicator, state: str = "draft") -> ReportedValue:
    """Return what a report in `state` says of `indicator`."""
    return ReportedValue.objects.create(
        report=make_report(indicator.measure, state),
        indicator=indicator,
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2025, 12, 31),
        value=Decimal("135"),
        note="Ohne Teilzeit",
    )


def test_indicator_of_an_accepted_report_is_not_deleted(client, office):
    indicator = make_indicator()
    said = report_value(indicator, "accepted")
    url = reverse("measures:indicator_delete", args=[indicator.pk])
    refusal = (
        "Dieser Indikator steht in einem angenommenen Bericht, der bleibt, wie er ist. Deshalb "
        "lässt er sich nicht löschen. Soll er nicht weiter erhoben werden, beenden Sie ihn bitte."
    )

    asked = client.get(url, follow=True)
    pressed = client.post(as_shown(url, indicator, said), follow=True)

    assert asked.redirect_chain == [(indicator.get_absolute_url(), 302)]
    assert refusal in asked.content.decode()
    assert refusal in pressed.content.decode()
    assert list(ReportedValue.objects.values_list("indicator")) == [(indicator.pk,)]


def test_page_names_the_values_that_leads_reported_before_they_are_lost(client, office):
    indicator = make_indicator()
    url = reverse("measures:indicator_delete", args=[indicator.pk])
    opened_before = client.get(url)
    report_value(indicator)
    line = (
        "Damit geht verloren, was ein Bericht (Entwurf) vom 01.03.2026 dazu sagt: 2025: "
        "135 Plätze (Ohne Teilzeit)"
    )

    late = press(client, opened_before)

    assert "Damit geht verloren" not in opened_before.content.decode()
    assert (late.status_code, Indicator.objects.count()) == (302, 1)
    assert line in client.get(url).content.decode()
    fill_in(client, url)
    assert not Indicator.objects.exists()
