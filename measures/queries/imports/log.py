"""The imports of the past, and those that a worker has to go on with."""

from django.db.models import QuerySet

from measures.enums import WRITING_STATES, ImportState
from measures.models import MeasureImport


def last_applied_import() -> MeasureImport | None:
    """Return the import that can be undone, since none that is still applied came later."""
    applied = MeasureImport.objects.filter(state__in=(ImportState.APPLIED, ImportState.UNDOING))
    return applied.order_by("-applied_at", "-pk").first()


def writing_import() -> MeasureImport | None:
    """Return the import that is being applied or undone, or will be next."""
    return MeasureImport.objects.filter(state__in=WRITING_STATES).first()


def unfinished_imports() -> QuerySet[MeasureImport]:
    return MeasureImport.objects.being_worked_on()
