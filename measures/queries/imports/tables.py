"""What an uploaded file says: its sheets, their columns and rows, and the cells that are refused.

Nothing here looks at the database. The result is kept as JSON in `MeasureImport.content`.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.utils import get_column_letter

from core.errors import Refused
from core.folding import fold
from core.spreadsheets import Table, TableRow, read_tables

# The header may stand below a title, as in the portal's own exports.
HEADER_WITHIN_ROWS = 15
# How similar a title must be to count as a slip of the one that is meant.
SIMILARITY = 0.75


class Column(NamedTuple):
    """A column: its name in code and its title. What the portal derives is `is_read_only`."""

    name: str
    title: str | Promise
    is_read_only: bool = False
    is_required: bool = False
    other_title: str | Promise = ""


class SheetKind(NamedTuple):
    title: str | Promise
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def titled(self, name: str) -> str:
        return next(str(column.title) for column in self.columns if column.name == name)


SHEETS: Mapping[str, SheetKind] = {
    "plan": SheetKind(
        gettext_lazy("Plan"),
        (
            Column("title", gettext_lazy("Titel"), is_required=True),
            Column("short_title", gettext_lazy("Kurztitel"), is_required=True),
            Column("levels", gettext_lazy("Gliederungsebenen")),
            Column("first_year", gettext_lazy("von")),
            Column("last_year", gettext_lazy("bis")),
            Column("adopted_on", gettext_lazy("Senatsbeschluss vom")),
            Column("predecessor", gettext_lazy("Fortschreibung von")),
            Column("is_published", gettext_lazy("veröffentlicht")),
        ),
    ),
    "sections": SheetKind(
        gettext_lazy("Gliederung"),
        (
            Column("number", gettext_lazy("Nr."), is_required=True),
            Column("parent", gettext_lazy("unter Nr.")),
            Column("level", gettext_lazy("Ebene"), is_required=True),
            Column("code", gettext_lazy("Kennung")),
            Column("title", gettext_lazy("Titel")),
            Column("page", gettext_lazy("Seite im Plan")),
        ),
    ),
    "measures": SheetKind(
        gettext_lazy("Maßnahmen"),
        (
            Column("plan", gettext_lazy("Plan")),
            Column("field", gettext_lazy("Handlungsfeld"), is_read_only=True),
            Column("section", gettext_lazy("Abschnitt")),
            Column("code", gettext_lazy("Kennung")),
            Column(
                "title",
                gettext_lazy("Maßnahme"),
                is_required=True,
                other_title=gettext_lazy("Titel"),
            ),
            Column("description", gettext_lazy("Beschreibung")),
            Column("phase", gettext_lazy("Phase"), is_read_only=True),
            Column("traffic_light", gettext_lazy("Ampel"), is_read_only=True),
            Column("meaning", gettext_lazy("Bedeutung der Ampel"), is_read_only=True),
            Column("reason", gettext_lazy("Grund"), is_read_only=True),
            Column("help", gettext_lazy("Gewünschte Entscheidung oder Hilfe"), is_read_only=True),
            Column("financing", gettext_lazy("Finanzierung"), is_read_only=True),
            Column("status_on", gettext_lazy("Stand vom"), is_read_only=True),
            Column("lead", gettext_lazy("Federführung")),
            Column(
                "supporters",
                gettext_lazy("Unterstützende Akteure"),
                other_title=gettext_lazy("Unterstützende"),
            ),
            Column("sectors", gettext_lazy("Branchen")),
            Column("runtime", gettext_lazy("Laufzeit")),
            Column("starts_on", gettext_lazy("Beginn")),
            Column("ends_on", gettext_lazy("Ende")),
            Column("amount", gettext_lazy("Mittel")),
            Column("is_lighthouse", gettext_lazy("Leuchtturmprojekt")),
            Column("origin", gettext_lazy("Herkunft der Maßnahme"), is_read_only=True),
            Column("status_origin", gettext_lazy("Herkunft des Standes"), is_read_only=True),
            Column("responsible", gettext_lazy("Zuständig"), is_read_only=True),
            Column("is_published", gettext_lazy("veröffentlicht")),
            Column("internal_notes", gettext_lazy("interner Vermerk")),
            Column("key", gettext_lazy("Schlüssel")),
            Column("version", gettext_lazy("Fassung")),
            Column("exported_at", gettext_lazy("exportiert am")),
        ),
    ),
    "milestones": SheetKind(
        gettext_lazy("Meilensteine"),
        (
            Column("plan", gettext_lazy("Plan")),
            Column("code", gettext_lazy("Kennung")),
            Column("measure", gettext_lazy("Maßnahme"), is_required=True),
            Column(
                "title",
                gettext_lazy("Meilenstein"),
                is_required=True,
                other_title=gettext_lazy("Titel"),
            ),
            Column("baseline_on", gettext_lazy("ursprünglich vereinbart")),
            Column("due_on", gettext_lazy("geplant bis"), is_required=True),
            Column("forecast_on", gettext_lazy("voraussichtlich")),
            Column("done_on", gettext_lazy("erreicht am")),
            Column("delay", gettext_lazy("Tage später als vereinbart"), is_read_only=True),
            Column("forecast_reason", gettext_lazy("Grund der Verschiebung")),
            Column("weight", gettext_lazy("Gewicht")),
            Column("owner", gettext_lazy("verantwortlich")),
            Column("requirements", gettext_lazy("setzt voraus"), is_read_only=True),
            Column("state", gettext_lazy("Stand"), is_read_only=True),
            Column("key", gettext_lazy("Schlüssel")),
            Column("version", gettext_lazy("Fassung")),
        ),
    ),
    "indicators": SheetKind(
        gettext_lazy("Indikatoren"),
        (
            Column("plan", gettext_lazy("Plan")),
            Column("code", gettext_lazy("Kennung")),
            Column("measure", gettext_lazy("Maßnahme"), is_required=True),
            Column("title", gettext_lazy("Indikator"), is_required=True),
            Column("unit", gettext_lazy("Einheit"), is_required=True),
            Column("direction", gettext_lazy("Richtung")),
            Column("baseline_value", gettext_lazy("Ausgangswert")),
            Column("baseline_on", gettext_lazy("Ausgangswert vom")),
            Column("targets", gettext_lazy("Ziele")),
            Column("latest", gettext_lazy("Letzter Wert"), is_read_only=True),
            Column("latest_on", gettext_lazy("Letzter Wert vom"), is_read_only=True),
            Column("expected", gettext_lazy("Zielpfad an diesem Tag"), is_read_only=True),
            Column("state", gettext_lazy("Stand"), is_read_only=True),
            Column("ended_on", gettext_lazy("beendet am")),
            Column("ended_reason", gettext_lazy("Grund des Endes")),
            Column("source", gettext_lazy("Quelle")),
            Column("origin", gettext_lazy("Herkunft"), is_read_only=True),
            Column("decimals", gettext_lazy("Nachkommastellen")),
            Column("version", gettext_lazy("Fassung")),
        ),
    ),
    "values": SheetKind(
        gettext_lazy("Werte"),
        (
            Column("plan", gettext_lazy("Plan")),
            Column("code", gettext_lazy("Kennung")),
            Column("measure", gettext_lazy("Maßnahme"), is_required=True),
            Column("indicator", gettext_lazy("Indikator"), is_required=True),
            Column("unit", gettext_lazy("Einheit"), is_read_only=True),
            Column("period", gettext_lazy("Zeitraum")),
            Column("starts_on", gettext_lazy("von")),
            Column("ends_on", gettext_lazy("bis")),
            Column("value", gettext_lazy("Wert"), is_required=True),
            Column("expected", gettext_lazy("Zielpfad"), is_read_only=True),
            Column("note", gettext_lazy("Bemerkung")),
            Column("source", gettext_lazy("Quelle")),
            Column("origin", gettext_lazy("Herkunft"), is_read_only=True),
            Column("version", gettext_lazy("Fassung")),
        ),
    ),
}
EXPLANATION = gettext_lazy("Erläuterung")


class Problem(NamedTuple):
    """Why a row or a cell is refused. `row` is 0 for the whole sheet, `column` may be empty."""

    sheet: str
    row: int
    column: str
    reason: str


class ImportRow(NamedTuple):
    number: int
    texts: dict[str, str]


class ImportSheet(NamedTuple):
    """A sheet of a known kind; `columns` says where each column stands, below row `header`."""

    kind: str
    title: str
    header: int
    columns: dict[str, int]
    rows: list[ImportRow]

    def problem(self, row: int, name: str, reason: str) -> Problem:
        return Problem(self.title, row, self.column_label(name), reason)

    def column_label(self, name: str) -> str:
        """Return `E (Federführung)`, or only the title of a column that the file does not have."""
        title = SHEETS[self.kind].titled(name)
        if name not in self.columns:
            return title
        return f"{get_column_letter(self.columns[name] + 1)} ({title})"


def read_content(file: IO[bytes]) -> dict[str, Any]:
    """Return what `file` says, for `MeasureImport.content`. Raises Refused for files of another
    kind and files without a sheet of measures.
    """
    tables = read_tables(file)
    titles = {key: title for kind in SHEETS for key, title in _titles(kind)}
    known: dict[str, ImportSheet] = {}
    problems: list[Problem] = []
    notes: list[str] = []
    for table in tables:
        # A CSV file and a workbook with one sheet have no title worth reading: "Tabelle1" says
        # nothing.
        kind = "measures" if len(tables) == 1 else titles.get(fold(table.title))
        if kind in known:
            reason = _("Dieses Blatt kommt zweimal vor. Bitte lassen Sie nur eines stehen.")
            problems.append(Problem(table.title, 0, "", reason))
        elif kind:
            sheet = known[kind] = _read_sheet(kind, table, problems, notes)
            problems += _faults(table, sheet)
        elif table.rows and fold(table.title) not in _folded(EXPLANATION):
            notes.append(_("Das Blatt „%(title)s“ wird nicht gelesen.") % {"title": table.title})
    if "measures" not in known:
        raise Refused(
            _("In der Datei fehlt das Blatt „%(title)s“. Sie hat: %(titles)s.")
            % {
                "title": SHEETS["measures"].title,
                "titles": ", ".join(f"„{table.title}“" for table in tables),
            }
        )
    return {"sheets": list(known.values()), "problems": problems, "notes": notes}


def sheets_of(content: Mapping[str, Any]) -> dict[str, ImportSheet]:
    """Return the sheets of `MeasureImport.content` by their kind."""
    sheets = [
        ImportSheet(kind, title, header, columns, [ImportRow(*row) for row in rows])
        for kind, title, header, columns, rows in content.get("sheets", ())
    ]
    return {sheet.kind: sheet for sheet in sheets}


def _folded(*titles: str | Promise) -> set[str]:
    """Return these titles in every language of the interface, folded."""
    found = set()
    for language, _name in settings.LANGUAGES:
        # A file exported by a colleague who uses another language must be read as well.
        with translation.override(language):
            found |= {fold(str(title)) for title in titles if title}
    return found


def _titles(kind: str) -> Iterator[tuple[str, str]]:
    yield from ((folded, kind) for folded in _folded(SHEETS[kind].title))


def _names(kind: str) -> dict[str, str]:
    """Return the name of each column of `kind` by its folded titles."""
    return {
        folded: column.name
        for column in SHEETS[kind].columns
        for folded in _folded(column.title, column.other_title)
    }


def _read_sheet(kind: str, table: Table, problems: list[Problem], notes: list[str]) -> ImportSheet:
    title = table.title or str(SHEETS[kind].title)
    names = _names(kind)
    header = _header_of(table.rows, names)
    if header is None:
        sheet = ImportSheet(kind, title, 0, {}, [])
        wanted = ", ".join(f"„{column.title}“" for column in _required(kind))
        reason = _("Die Zeile mit den Überschriften fehlt. Nötig sind: %(columns)s.")
        problems.append(Problem(title, 0, "", reason % {"columns": wanted}))
        return sheet
    columns = _columns_of(title, header, names, kind, problems, notes)
    if any(column.name not in columns for column in _required(kind)):
        # Each row would lack it as well.
        return ImportSheet(kind, title, header.number, columns, [])
    rows = [
        ImportRow(row.number, {name: _at(row, place) for name, place in columns.items()})
        for row in table.rows
        if row.number > header.number
    ]
    filled = [row for row in rows if any(row.texts.values())]
    return ImportSheet(kind, title, header.number, columns, filled)


def _required(kind: str) -> list[Column]:
    return [column for column in SHEETS[kind].columns if column.is_required]


def _at(row: TableRow, place: int) -> str:
    return row.cells[place] if place < len(row.cells) else ""


def _header_of(rows: Sequence[TableRow], names: Mapping[str, str]) -> TableRow | None:
    """Return the row with the most known titles, at least two or its only one."""
    candidates = [row for row in rows if row.number <= HEADER_WITHIN_ROWS]

    def known(row: TableRow) -> int:
        return sum(fold(cell) in names for cell in row.cells)

    best = max(candidates, key=known, default=None)
    return best if best and (known(best) > 1 or known(best) == sum(map(bool, best.cells))) else None


def _columns_of(
    title: str,
    header: TableRow,
    names: Mapping[str, str],
    kind: str,
    problems: list[Problem],
    notes: list[str],
) -> dict[str, int]:
    """Return where each known column stands; note the others, refuse slips and doubles."""
    columns: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for place, cell in enumerate(header.cells):
        name = names.get(fold(cell))
        if name in columns:
            reason = _("Diese Spalte kommt zweimal vor.")
            problems.append(Problem(title, header.number, _label(place, cell), reason))
        elif name:
            columns[name] = place
        elif cell:
            unknown[cell] = place
    # A misspelt title would otherwise drop a whole column silently; a foreign one is only noted.
    missing = {fold(str(c.title)): c for c in SHEETS[kind].columns if c.name not in columns}
    for cell, place in unknown.items():
        if near := get_close_matches(fold(cell), missing, n=1, cutoff=SIMILARITY):
            reason = _("Diese Spalte ist unbekannt. Gemeint ist vielleicht „%(title)s“.")
            reason %= {"title": missing[near[0]].title}
            problems.append(Problem(title, header.number, _label(place, cell), reason))
        else:
            note = _("Blatt „%(sheet)s“: Die Spalte „%(column)s“ wird nicht gelesen.")
            notes.append(note % {"sheet": title, "column": cell})
    for column in _required(kind):
        if column.name not in columns:
            reason = _("Diese Spalte fehlt.")
            problems.append(Problem(title, header.number, str(column.title), reason))
    return columns


def _label(place: int, title: str) -> str:
    return f"{get_column_letter(place + 1)} ({title})"


def _faults(table: Table, sheet: ImportSheet) -> Iterator[Problem]:
    """Yield the faulty cells of the columns that are read, in the rows below the header."""
    names = {place: name for name, place in sheet.columns.items()}
    for row, place, reason in table.faults:
        if place in names and row >= sheet.header:
            yield sheet.problem(row, names[place], reason)
