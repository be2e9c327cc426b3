"""The measures that rows of milestones and indicators name."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from core.folding import fold
from core.queries import in_batches
from measures.models import Measure
from measures.queries.imports.drafts import ImportPreview
from measures.queries.imports.tables import ImportRow


class NamedMeasures:
    """The new measures of a file and the saved ones that `rows` name."""

    def __init__(self, preview: ImportPreview, rows: Iterable[ImportRow]) -> None:
        self.new: dict[str, list[Measure]] = defaultdict(list)
        for new in preview.created:
            for name in {new.measure.title, new.measure.code} - {""}:
                self.new[fold(name)].append(new.measure)
        self.saved = _measures_titled([row.texts.get("measure", "") for row in rows])

    @property
    def saved_keys(self) -> list[int]:
        return [measure.pk for named in self.saved.values() for measure in named]

    def find(self, row: ImportRow, refuse: Callable[[ImportRow, str, str], None]) -> Measure | None:
        """Return the measure that `row` names by title or code: one of the file, or a saved one."""
        text = row.texts.get("measure", "")
        plan = fold(row.texts.get("plan", ""))
        saved = [
            measure
            for measure in self.saved.get(fold(text), [])
            if not plan or plan in (fold(measure.plan.title), fold(measure.plan.short_title))
        ]
        # The file first: an office that imports a plan means the measures it has just written down.
        found = self.new.get(fold(text)) or saved
        if len(found) == 1:
            return found[0]
        if not found:
            reason = _("Eine Maßnahme „%(title)s“ steht weder in der Datei noch im Portal.")
        else:
            reason = _("„%(title)s“ heißen mehrere Maßnahmen. Bitte nennen Sie auch den Plan.")
        refuse(row, "measure", reason % {"title": text})
        return None


def _measures_titled(titles: list[str]) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = defaultdict(list)
    for batch in in_batches(sorted(set(titles))):
        measures = Measure.objects.select_related("plan").filter(title__in=batch)
        for measure in measures:
            found[fold(measure.title)].append(measure)
    return found
