"""The imports of the past."""

from measures.enums import ImportState
from measures.models import MeasureImport


def last_applied_import() -> MeasureImport | None:
    """Return the import that can be undone, since none that is still applied came later."""
    applied = MeasureImport.objects.filter(state=ImportState.APPLIED)
    return applied.order_by("-applied_at", "-pk").first()
