"""Compare the rows of milestones with the milestones of the portal."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.queries import in_batches
from measures.models import Measure, Milestone
from measures.models.milestones import DELAY_MESSAGE
from measures.queries.imports.drafts import ImportPreview, NewMilestone
from measures.queries.imports.subjects import NamedMeasures
from measures.queries.imports.tables import ImportRow, ImportSheet
from measures.queries.imports.values import (
    Unfit,
    fingerprint,
    milestone_texts,
    parse_plain,
    tidy,
)

PLAIN = ("title", "due_on", "forecast_on", "forecast_reason", "done_on")
DERIVED = ("delay", "requirements", "state")


def compare_milestones(sheet: ImportSheet, preview: ImportPreview) -> None:
    """Add the new milestones of `sheet` to `preview`; those of the portal are not changed here."""
    comparison = _Comparison(sheet, preview)
    for row in sheet.rows:
        comparison.compare(row)
        preview.count_row()


class _Comparison:
    def __init__(self, sheet: ImportSheet, preview: ImportPreview) -> None:
        self.sheet, self.preview = sheet, preview
        self.today = local_date(timezone.now())
        self.saved = _milestones_by_key({row.texts.get("key", "") for row in sheet.rows})
        # Only for rows without a key: those of an export name their milestone by its key.
        named = [row for row in sheet.rows if not row.texts.get("key")]
        self.measures = NamedMeasures(preview, named)
        self.known_titles = _titles_of(self.measures.saved_keys)
        self.seen: dict[tuple[int, str], int] = {}

    def refuse(self, row: ImportRow, name: str, reason: str) -> None:
        self.preview.problems.append(self.sheet.problem(row.number, name, reason))

    def compare(self, row: ImportRow) -> None:
        key = row.texts.get("key", "")
        if not key:
            self.add(row)
        elif key not in self.saved:
            reason = _(
                "Zu diesem Schlüssel gibt es keinen Meilenstein mehr. Für einen neuen bleibt er "
                "leer."
            )
            self.refuse(row, "key", reason)
        else:
            self.require_unedited(row, self.saved[key])

    def require_unedited(self, row: ImportRow, milestone: Milestone) -> None:
        now = milestone_texts(milestone)
        present = {name: text for name, text in row.texts.items() if name in now}
        if len(present) == len(now) and fingerprint(present) == row.texts.get("version"):
            return
        for name, text in present.items():
            if tidy(text) != tidy(now[name]):
                reason = _("Diesen Meilenstein ändern Sie auf der Seite seiner Maßnahme.")
                self.refuse(row, name, reason)

    def add(self, row: ImportRow) -> None:
        measure = self.measures.find(row, self.refuse)
        milestone = Milestone()
        values = {name: self.parsed(row, name) for name in PLAIN}
        # Read by the rules of `due_on`; the model fills the baseline itself and offers no form
        # field.
        values["baseline_on"] = self.parsed(row, "due_on", "baseline_on")
        for name, value in values.items():
            setattr(milestone, name, value)
        if row.texts.get("weight"):
            milestone.weight = self.parsed(row, "weight") or 1
        self.read_owner(row, milestone)
        for name in DERIVED:
            if row.texts.get(name):
                self.refuse(row, name, _("Das ergibt sich im Portal und bleibt hier leer."))
        self.check(row, milestone)
        if measure is not None:
            milestone.measure = measure
            self.require_own_title(row, measure, milestone.title)
            self.preview.milestones.append(NewMilestone(milestone, row.number))

    def parsed(self, row: ImportRow, name: str, column: str = "") -> Any:
        text = row.texts.get(column or name, "")
        if column and not text:
            return None
        try:
            return parse_plain(Milestone, name, text)
        except Unfit as error:
            self.refuse(row, column or name, str(error))
            return None

    def read_owner(self, row: ImportRow, milestone: Milestone) -> None:
        text = row.texts.get("owner", "")
        try:
            milestone.owner = self.preview.directory.organisation(text) if text else None
            if text and milestone.owner is None:
                milestone.owner_text = parse_plain(Milestone, "owner_text", text)
        except Unfit as error:
            self.refuse(row, "owner", str(error))

    def check(self, row: ImportRow, milestone: Milestone) -> None:
        due: dt.date | None = milestone.due_on
        is_late = due and milestone.forecast_on and milestone.forecast_on > due
        if is_late and not milestone.forecast_reason:
            self.refuse(row, "forecast_reason", str(DELAY_MESSAGE))
        if milestone.done_on and milestone.done_on > self.today:
            self.refuse(row, "done_on", _("Dieser Tag liegt in der Zukunft."))

    def require_own_title(self, row: ImportRow, measure: Measure, title: str | None) -> None:
        # New measures have no key yet, so the object itself identifies them.
        first = self.seen.setdefault((id(measure), title or ""), row.number)
        if first != row.number:
            reason = _("Diesen Meilenstein nennt schon Zeile %(row)d.") % {"row": first}
            self.refuse(row, "title", reason)
        elif (measure.pk, title) in self.known_titles:
            reason = _("Diese Maßnahme hat schon einen Meilenstein mit diesem Titel.")
            self.refuse(row, "title", reason)


def _milestones_by_key(keys: set[str]) -> dict[str, Milestone]:
    wanted = [int(key) for key in keys if key.isdecimal() and len(key) < 19]
    milestones = Milestone.objects.select_related("owner")
    return {
        str(milestone.pk): milestone
        for batch in in_batches(wanted)
        for milestone in milestones.filter(pk__in=batch)
    }


def _titles_of(pks: list[int]) -> set[tuple[int, str]]:
    return {
        pair
        for batch in in_batches(pks)
        for pair in Milestone.objects.filter(measure__in=batch).values_list("measure_id", "title")
    }
