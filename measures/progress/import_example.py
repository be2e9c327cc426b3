"""The example of a workbook to import: a small plan of a made-up city, with every sheet."""

import datetime as dt

from django.utils.translation import gettext as _

from core.exports import Sheet
from measures.queries.imports import EXPLANATION, SHEETS

# Columns that the portal fills; a new measure leaves them empty.
PORTAL_ONLY = {"key", "version", "exported_at"}


def example_sheets() -> list[Sheet]:
    """Return the sheets of the example. Its explanation comes first, as people read it first."""
    return [
        Sheet(str(EXPLANATION), [_("Blatt"), _("Spalte"), _("Was hineingehört")], _explanation()),
        _sheet("plan", [_plan()]),
        _sheet("sections", _sections()),
        _sheet("measures", _measures()),
        _sheet("milestones", _milestones()),
        _sheet("indicators", _indicators()),
        _sheet("values", _values()),
    ]


def _sheet(kind: str, rows: list[dict]) -> Sheet:
    columns = _columns(kind)
    return Sheet(
        str(SHEETS[kind].title),
        [str(column.title) for column in columns],
        [[row.get(column.name, "") for column in columns] for row in rows],
    )


def _columns(kind: str) -> list:
    return [
        column
        for column in SHEETS[kind].columns
        if not column.is_read_only and column.name not in PORTAL_ONLY
    ]


def _explanation() -> list[list[str]]:
    hints = _indicator_hints() | {
        ("plan", "title"): _("Nötig. Ein neuer Plan; einen vorhandenen nennt das Blatt nicht."),
        ("plan", "short_title"): _("Nötig. So heißt der Plan in Listen."),
        ("plan", "levels"): _("Die Ebenen von oben nach unten, getrennt durch Semikolon."),
        ("plan", "first_year"): _("Jahr, in dem der Plan beginnt."),
        ("plan", "last_year"): _("Jahr, in dem der Plan endet."),
        ("plan", "adopted_on"): _("Datum, etwa 04.09.2018."),
        ("plan", "predecessor"): _("Der Plan, den dieser fortschreibt; er steht schon im Portal."),
        ("plan", "is_published"): _("ja oder nein; leer heißt nein."),
        ("sections", "number"): _("Nötig. Frei gewählt, jede nur einmal; darauf wird verwiesen."),
        ("sections", "parent"): _("Nr. des Abschnitts darüber; er steht weiter oben im Blatt."),
        ("sections", "level"): _("Nötig. Eine der Ebenen des Plans."),
        ("sections", "code"): _("So wie im Plan, etwa C 1."),
        ("sections", "title"): _("Kennung oder Titel muss es geben."),
        ("sections", "page"): _("Seite, auf der der Abschnitt steht."),
        ("measures", "plan"): _("Leer: der Plan des Blattes „Plan“. Sonst ein Plan im Portal."),
        ("measures", "section"): _("Nr., Kennung oder Titel des Abschnitts."),
        ("measures", "title"): _("Nötig. Im selben Plan jeder Titel nur einmal."),
        ("measures", "lead"): _(
            "Name oder Kurzname einer Organisation unter Partner; anderes bleibt als Text stehen."
        ),
        ("measures", "supporters"): _(
            "Wie bei der Federführung; eine je Zeile oder mit Semikolon."
        ),
        ("measures", "starts_on"): _("Datum, etwa 01.03.2026 oder 1. März 2026."),
        ("measures", "ends_on"): _("Datum, nicht vor dem Beginn."),
        ("measures", "runtime"): _("Was Beginn und Ende nicht sagen, etwa „laufend“."),
        ("measures", "is_lighthouse"): _("ja oder nein; leer heißt nein."),
        ("measures", "is_published"): _("ja oder nein; leer heißt nein."),
        ("measures", "internal_notes"): _("Nur für die Geschäftsstelle sichtbar."),
        ("milestones", "measure"): _("Nötig. Titel oder Kennung der Maßnahme."),
        ("milestones", "title"): _("Nötig."),
        ("milestones", "due_on"): _("Nötig. Datum."),
        ("milestones", "baseline_on"): _("Leer: wie „geplant bis“."),
        ("milestones", "forecast_on"): _("Nur, wenn es anders kommt als geplant."),
        ("milestones", "forecast_reason"): _("Nötig, wenn es später wird als geplant."),
        ("milestones", "done_on"): _("Nur, wenn er erreicht ist."),
        ("milestones", "weight"): _("Zahl von 1 bis 100; leer heißt 1."),
        ("milestones", "owner"): _("Nur, wenn es nicht die Federführung ist."),
    }
    return [
        [str(SHEETS[kind].title), str(column.title), hints.get((kind, column.name), "")]
        for kind in SHEETS
        for column in _columns(kind)
    ]


def _indicator_hints() -> dict[tuple[str, str], str]:
    return {
        ("indicators", "measure"): _("Nötig. Titel oder Kennung der Maßnahme."),
        ("indicators", "title"): _("Nötig. Was gezählt wird."),
        ("indicators", "unit"): _("Nötig, etwa Plätze, % oder ha."),
        ("indicators", "direction"): _("steigend oder fallend; leer heißt steigend."),
        ("indicators", "baseline_value"): _("Zahl, mit dem Tag daneben."),
        ("indicators", "targets"): _("Eines je Zeile oder mit Semikolon: 31.12.2030: 150."),
        ("indicators", "ended_on"): _(
            "Nur, wenn er nicht mehr erhoben wird, mit dem Grund daneben."
        ),
        ("indicators", "decimals"): _("Leer: so viele, wie die Zahlen daneben haben."),
        ("values", "measure"): _("Nötig. Titel oder Kennung der Maßnahme."),
        ("values", "indicator"): _("Nötig. Ein Indikator der Maßnahme."),
        ("values", "period"): _("Nötig, etwa 2026, 3. Quartal 2026 oder 30.06.2026."),
        ("values", "starts_on"): _("Statt des Zeitraums: sein erster Tag."),
        ("values", "ends_on"): _("Statt des Zeitraums: sein letzter Tag."),
        ("values", "value"): _("Nötig. Zahl ohne Einheit."),
    }


def _plan() -> dict:
    return {
        "title": _("Masterplan Industriestadt Musterstadt 2027–2031"),
        "short_title": _("MPI Musterstadt 2027–2031"),
        "levels": _("Handlungsfeld; Themencluster"),
        "first_year": 2027,
        "last_year": 2031,
        "adopted_on": dt.date(2026, 11, 3),
        "is_published": _("nein"),
    }


def _sections() -> list[dict]:
    field, cluster = _("Handlungsfeld"), _("Themencluster")
    return [
        {
            "number": 1,
            "level": field,
            "code": "A",
            "title": _("Flächen und Infrastruktur"),
            "page": 12,
        },
        {"number": 2, "parent": 1, "level": cluster, "code": "A 1", "title": _("Gewerbeflächen")},
        {"number": 3, "parent": 1, "level": cluster, "code": "A 2", "title": _("Verkehr")},
        {"number": 4, "level": field, "code": "B", "title": _("Fachkräfte")},
        {"number": 5, "parent": 4, "level": cluster, "code": "B 1", "title": _("Ausbildung")},
    ]


def _measures() -> list[dict]:
    return [
        {
            "section": 2,
            "code": "A 1.1",
            "title": _("Flächen für die Industrie ankaufen"),
            "description": _("Die Stadt kauft Grundstücke, bevor sie anders genutzt werden."),
            "lead": "IHK Berlin",
            "supporters": _("Bezirke; Wirtschaftsförderung"),
            "runtime": _("laufend"),
            "starts_on": dt.date(2027, 1, 1),
            "amount": _("2,5 Mio. Euro"),
            "is_lighthouse": _("ja"),
            "is_published": _("nein"),
        },
        {
            "section": 3,
            "code": "A 2.1",
            "title": _("Güterverkehr auf die Schiene verlagern"),
            "lead": _("diverse Verwaltungen"),
            "starts_on": dt.date(2027, 4, 1),
            "ends_on": dt.date(2029, 12, 31),
            "is_published": _("nein"),
        },
        {
            "section": 5,
            "code": "B 1.1",
            "title": _("Ausbildung im Verbund ausbauen"),
            "lead": "IHK Berlin",
            "starts_on": dt.date(2027, 8, 1),
            "is_published": _("nein"),
            "internal_notes": _("Zahlen vor der Veröffentlichung prüfen."),
        },
    ]


def _milestones() -> list[dict]:
    return [
        {
            "measure": "A 1.1",
            "title": _("Kriterien für den Ankauf stehen fest"),
            "due_on": dt.date(2027, 6, 30),
            "weight": 1,
        },
        {
            "measure": "A 1.1",
            "title": _("Erste Fläche ist gekauft"),
            "due_on": dt.date(2028, 3, 31),
            "weight": 3,
        },
        {
            "measure": "B 1.1",
            "title": _("Zehn Betriebe bilden gemeinsam aus"),
            "due_on": dt.date(2028, 9, 1),
            "weight": 2,
            "owner": _("Wirtschaftsförderung"),
        },
    ]


def _indicators() -> list[dict]:
    return [
        {
            "measure": "A 1.1",
            "title": _("Angekaufte Flächen"),
            "unit": "ha",
            "direction": _("steigend"),
            "baseline_value": 0,
            "baseline_on": dt.date(2026, 12, 31),
            "targets": "31.12.2029: 20; 31.12.2031: 40",
            "source": _("Liegenschaftskataster"),
        }
    ]


def _values() -> list[dict]:
    return [
        {"measure": "A 1.1", "indicator": _("Angekaufte Flächen"), "period": "2025", "value": 2.5}
    ]
