"""The three tabs of *Partner*, as far as the role may open them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.permissions import can_see_lists, can_see_people


def tabs_for(user, current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs for the building block of that name; `current` is organisations, people or
    lists.
    """
    items = [("organisations", _("Organisationen"), "partners:list")]
    if can_see_people(user):
        items.append(("people", _("Personen"), "partners:people"))
    if can_see_lists(user):
        items.append(("lists", _("Verteiler"), "partners:lists"))
    return [(label, reverse(name), key == current) for key, label, name in items]
