"""The question every service here asks first."""

from django.utils.translation import gettext as _

from core.errors import NotAllowed
from partners.permissions import can_manage_partners


def require_office(by) -> None:
    """Raise NotEntitled unless `by` belongs to the office."""
    if not can_manage_partners(by):
        raise NotAllowed(_("Organisationen, Personen und Konten pflegt die Geschäftsstelle."))
