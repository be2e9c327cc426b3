"""Where a clipping comes from, in one line: a list shows dozens of them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import Origin
from core.templatetags.components import BASIS

register = template.Library()
SURE = ("sourced", "source", "page")


@register.simple_tag
def basis_line(*, obj) -> SafeString:
    """Return the origin of `obj` (a `core.models.Sourced`), what of it is not sourced, and its
    doubts.
    """
    if obj.origin == Origin.ENTERED:
        return SafeString("")
    doubtful = [
        f"{obj._meta.get_field(name).verbose_name}: {BASIS.get(value, value)}"
        for name, value in obj.basis.items()
        if value not in SURE
    ]
    parts = [str(obj.get_origin_display()), *doubtful, *([obj.doubts] if obj.doubts else [])]
    return format_html('<span class="table__note">{}</span>', " · ".join(parts))
