"""How the office that decides is called."""

from django.conf import settings
from django.utils.translation import gettext as _


def senator_office_name() -> str:
    """Return how the office of the head of the house is called, `Büro der Senatorin`."""
    return _("Büro %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}
