"""Compare the rows of measures with the measures of the portal."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.folding import fold
from core.queries import in_batches
from measures.enums import Phase
from measures.models import Measure, Plan, PlanSection
from measures.models.measures import RUNTIME_MESSAGE
from measures.queries.imports.drafts import FieldChange, ImportPreview, MeasureChange, NewMeasure
from measures.queries.imports.tables import SHEETS, ImportRow, ImportSheet
from measures.queries.imports.values import (
    ANSWER_FIELDS,
    EDITABLE,
    LINKS,
    PLAIN_FIELDS,
    READ_ONLY,
    Directory,
    Unfit,
    find_section,
    fingerprint,
    links_of,
    parse_answer,
    parse_lead,
    parse_plain,
    parse_sectors,
    parse_supporters,
    read_only_texts,
    texts_of,
    tidy,
    yes_or_no,
)

# How an export marks a text that does not fit into a cell (`core.exports`).
CUT = "… [gekürzt; vollständig im Portal]"
MAX_CONFLICTS = 200  # a form of more is too long to decide


def compare_measures(sheet: ImportSheet, preview: ImportPreview) -> None:
    """Add what the rows of `sheet` say to `preview`."""
    comparison = _Comparison(sheet, preview)
    for row in sheet.rows:
        comparison.compare(row)
        preview.count_row()
    if len(preview.conflicts) > MAX_CONFLICTS:
        reason = _(
            "Bei %(count)d Maßnahmen hat jemand dasselbe geändert. Bitte exportieren Sie die Liste "
            "noch einmal, und tragen Sie Ihre Änderungen dort ein."
        )
        reason %= {"count": len(preview.conflicts)}
        preview.problems.append(sheet.problem(0, "title", reason))


class _Comparison:
    """The measures that the rows name, and what has been read so far."""

    def __init__(self, sheet: ImportSheet, preview: ImportPreview) -> None:
        self.sheet, self.preview, self.directory = sheet, preview, preview.directory
        # All at once: one query per row would take minutes for a plan of a thousand measures.
        keys = {row.texts.get("key", "") for row in sheet.rows}
        self.measures = _measures_by_key(key for key in keys if key.isdecimal())
        self.titles = _known_titles(row.texts.get("title", "") for row in sheet.rows)
        self.seen_keys: dict[str, int] = {}
        self.seen_titles: dict[tuple[Any, str], int] = {}
        self.bases = _bases(sheet.rows, self.measures, self.directory)

    def refuse(self, row: ImportRow, name: str, reason: str) -> None:
        self.preview.problems.append(self.sheet.problem(row.number, name, reason))

    def compare(self, row: ImportRow) -> None:
        if not row.texts.get("title"):
            self.refuse(row, "title", _("Der Titel fehlt."))
            return
        key = row.texts.get("key", "")
        if key and key in self.seen_keys:
            reason = _("Dieselbe Maßnahme steht schon in Zeile %(row)d.")
            self.refuse(row, "title", reason % {"row": self.seen_keys[key]})
        elif not key:
            self.add(row)
        elif measure := self.measures.get(key):
            self.change(row, measure)
        else:
            reason = _("Zu diesem Schlüssel gibt es keine Maßnahme. Für eine neue bleibt er leer.")
            self.refuse(row, "key", reason)
        self.seen_keys.setdefault(key, row.number)

    def add(self, row: ImportRow) -> None:
        measure = Measure(phase=Phase.NOT_STARTED)
        plan = self.plan_of(row)
        values: dict[str, Any] = {}
        for name in EDITABLE:
            found = self.parsed(row, name, row.texts.get(name, ""), plan)
            values |= found[1] if found else {}
        self.refuse_status(row, measure)
        links = {name: values.pop(name, []) for name in LINKS}
        for name, value in values.items():
            setattr(measure, name, value)
        if plan is None:
            return
        measure.plan = plan
        self.require_own_title(row, plan, measure.title)
        self.require_order(row, measure.starts_on, measure.ends_on)
        self.preview.created.append(NewMeasure(measure, row.number, links))

    def change(self, row: ImportRow, measure: Measure) -> None:
        now = texts_of(measure, self.directory, links_of(measure))
        version, _sign, unedited = row.texts.get("version", "").partition("-")
        # Without a known former state, each difference may be somebody else's change.
        base = now if version == fingerprint(now) else self.bases.get(measure.pk, {})
        self.refuse_changed_status(row, measure, unedited)
        change = MeasureChange(measure, row.number)
        for name in EDITABLE:
            if name in self.sheet.columns:
                self.compare_field(row, name, now, base, change)
        said = {name: value for part in change.changes for name, value in part.values.items()}
        title = said.get("title", measure.title)
        if title != measure.title:
            self.require_own_title(row, measure.plan, title, measure)
        self.seen_titles.setdefault((measure.plan_id, title), row.number)
        days = (said.get(name, getattr(measure, name)) for name in ("starts_on", "ends_on"))
        self.require_order(row, *days)
        if change.changes or change.conflicts:
            self.preview.changed.append(change)
        else:
            self.preview.unchanged += 1

    def compare_field(
        self,
        row: ImportRow,
        name: str,
        now: Mapping[str, str],
        base: Mapping[str, str],
        change: MeasureChange,
    ) -> None:
        typed, saved = tidy(row.texts[name]), tidy(now[name])
        # A cut text is what the export could fit into a cell; taking it over would cut the
        # original.
        if typed == saved or typed.endswith(CUT):
            return
        # LibreOffice drops tabs when it saves an .ods file.
        if "\t" in now[name] and typed == tidy(now[name].replace("\t", "")):
            return
        if name in base and typed == tidy(base[name]):
            return  # somebody else changed it, the file did not
        if name == "plan":
            reason = _("Eine Maßnahme bleibt in ihrem Plan („%(plan)s“).") % {"plan": now[name]}
            self.refuse(row, name, reason)
            return
        # Compared once more as parsed: "1.5.2026" and "01.05.2026" are no change.
        found = self.parsed(row, name, row.texts[name], change.measure.plan)
        if found is None or tidy(found[0]) in (saved, tidy(base.get(name, saved))):
            return
        label = str(SHEETS["measures"].titled(name))
        difference = FieldChange(name, label, now[name], found[0], found[1])
        is_own = name in base and tidy(base[name]) == saved
        (change.changes if is_own else change.conflicts).append(difference)

    def parsed(
        self, row: ImportRow, name: str, text: str, plan: Plan | None
    ) -> tuple[str, dict[str, Any]] | None:
        """Return `text` as the sheet writes it and the values of the model, None if refused."""
        try:
            return _parse(name, text, self.directory) or self.parsed_section(row, text, plan)
        except Unfit as error:
            self.refuse(row, name, str(error))
            return None

    def parsed_section(
        self, row: ImportRow, text: str, plan: Plan | None
    ) -> tuple[str, dict[str, Any]]:
        if not text or plan is None:
            return "", {"section": None}
        field = row.texts.get("field", "")
        if plan is self.preview.plan:
            section = self.new_section(text)
        else:
            section = self.directory.section(text, plan, field)
        return section.label, {"section": section}

    def new_section(self, text: str) -> PlanSection:
        sections = self.preview.sections
        return sections.get(text) or find_section(text, sections.values(), {}, "")

    def plan_of(self, row: ImportRow) -> Plan | None:
        """Return the plan of a new measure, None if that is not to be found."""
        text, own = row.texts.get("plan", ""), self.preview.plan
        if own and fold(text) in ("", fold(own.title), fold(own.short_title)):
            return own
        if not text:
            self.refuse(row, "plan", _("Zu welchem Plan gehört die neue Maßnahme?"))
            return None
        try:
            return self.directory.plan(text)
        except Unfit as error:
            self.refuse(row, "plan", str(error))
            return None

    def refuse_status(self, row: ImportRow, measure: Measure) -> None:
        """Refuse what the file says of a new measure in columns that the portal fills."""
        own = {"phase": measure.get_phase_display(), "origin": measure.get_origin_display()}
        for name in READ_ONLY:
            text = row.texts.get(name, "")
            # The Handlungsfeld may tell sections of the same name apart.
            if text and name not in ("field", "responsible") and text != own.get(name):
                self.refuse(row, name, _status_sentence(name))

    def refuse_changed_status(self, row: ImportRow, measure: Measure, unedited: str) -> None:
        present = {name: row.texts[name] for name in READ_ONLY if name in self.sheet.columns}
        if len(present) == len(READ_ONLY) and fingerprint(present) == unedited:
            return
        now = read_only_texts(measure, self.directory)
        for name, text in present.items():
            if tidy(text) != tidy(now[name]) and not text.endswith(CUT):
                self.refuse(row, name, _status_sentence(name))

    def require_own_title(
        self, row: ImportRow, plan: Plan, title: str, measure: Measure | None = None
    ) -> None:
        first = self.seen_titles.setdefault((plan.pk, title), row.number)
        if first != row.number:
            reason = _("Diesen Titel hat in diesem Plan schon Zeile %(row)d.") % {"row": first}
            self.refuse(row, "title", reason)
        elif (plan.pk, title) in self.titles:
            reason = _(
                "In diesem Plan gibt es schon eine Maßnahme mit diesem Titel. Vorhandene ändern "
                "Sie mit dem Excel-Export der Liste, in dem ihr Schlüssel steht."
            )
            self.refuse(row, "title", reason)

    def require_order(
        self, row: ImportRow, starts_on: dt.date | None, ends_on: dt.date | None
    ) -> None:
        if starts_on and ends_on and ends_on < starts_on:
            self.refuse(row, "ends_on", str(RUNTIME_MESSAGE))


def _status_sentence(name: str) -> str:
    if name == "responsible":
        return _("Die Zuständigkeit vergeben Sie in der Liste oder auf der Seite der Maßnahme.")
    if name == "field":
        return _("Das Handlungsfeld ergibt sich aus dem Abschnitt.")
    return _("Das kommt aus Statusberichten und lässt sich hier nicht ändern.")


def _parse(name: str, text: str, directory: Directory) -> tuple[str, dict[str, Any]] | None:
    """Return text and values of every column but plan and section."""
    if name == "plan":
        return text, {}
    if name == "lead":
        return parse_lead(text, directory)
    if name == "supporters":
        return parse_supporters(text, directory)
    if name == "sectors":
        return parse_sectors(text, directory)
    if name in ANSWER_FIELDS:
        answer = parse_answer(text)
        return yes_or_no(answer), {name: answer}
    if name in PLAIN_FIELDS:
        value = parse_plain(Measure, name, text)
        shown = f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else value or ""
        return shown, {name: value}
    return None


def _measures_by_key(keys: Iterable[str]) -> dict[str, Measure]:
    # Longer numbers are no keys, and no column holds them.
    wanted = [int(key) for key in keys if len(key) < 19]
    measures = Measure.objects.select_related("plan", "section", "lead", "responsible__person")
    return {
        str(measure.pk): measure
        for batch in in_batches(wanted)
        for measure in measures.filter(pk__in=batch).prefetch_related(*LINKS)
    }


def _known_titles(titles: Iterable[str]) -> set[tuple[int, str]]:
    return {
        pair
        for batch in in_batches(sorted(set(titles)))
        for pair in Measure.objects.filter(title__in=batch).values_list("plan_id", "title")
    }


def _bases(
    rows: Iterable[ImportRow], measures: Mapping[str, Measure], directory: Directory
) -> dict[int, dict[str, str]]:
    """Return what the columns said at the time of the export, of measures changed since then.

    A state is used only if it is the one that the row carries the fingerprint of.
    """
    exported: dict[dt.datetime, dict[int, str]] = {}
    for row in rows:
        measure = measures.get(row.texts.get("key", ""))
        moment = _moment(row.texts.get("exported_at", ""))
        if measure is None or moment is None:
            continue
        version = row.texts.get("version", "").partition("-")[0]
        if version != fingerprint(texts_of(measure, directory, links_of(measure))):
            exported.setdefault(moment, {})[measure.pk] = version
    return {
        pk: texts
        for moment, versions in exported.items()
        for pk, texts in _texts_at(moment, list(versions), directory).items()
        if fingerprint(texts) == versions[pk]
    }


def _texts_at(
    moment: dt.datetime, pks: list[int], directory: Directory
) -> dict[int, dict[str, str]]:
    latest: dict[int, Any] = {}
    for batch in in_batches(pks):
        records = Measure.history.filter(id__in=batch, history_date__lte=moment)
        for record in records.order_by("history_date", "history_id"):
            latest[record.id] = record
    numbers = [record.history_id for record in latest.values()]
    links = {name: _links_in_history(name, numbers, directory) for name in LINKS}
    return {
        pk: texts_of(
            record,
            directory,
            {name: links[name].get(record.history_id, []) for name in LINKS},
        )
        for pk, record in latest.items()
    }


def _links_in_history(name: str, numbers: list[int], directory: Directory) -> dict[int, list[int]]:
    """Return what these records of history were related to by the field `name`."""
    through = Measure.history.model._meta.get_field(f"historicalmeasure_{name}").related_model
    other = Measure._meta.get_field(name).m2m_reverse_field_name()
    known = directory.organisations if name == "supporters" else directory.sectors
    found: dict[int, list[int]] = {}
    for batch in in_batches(numbers):
        rows = through.objects.filter(history_id__in=batch)
        for number, key in rows.values_list("history_id", f"{other}_id"):
            if key in known:
                found.setdefault(number, []).append(key)
    return found


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
