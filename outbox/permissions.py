"""Only the office may use the outbox."""

from django.db.models import Model
from django.utils.translation import gettext as _

from core.roles import is_office, require_office


def can_manage_mails(user) -> bool:
    return is_office(user)


def require_can_manage_mails(by: Model) -> None:
    """Raise NotAllowed unless `by` may release, resend, withdraw and settle mails."""
    require_office(by, _("Nur die Geschäftsstelle darf den Versand ändern."))


def can_edit_wordings(user) -> bool:
    return is_office(user)


def require_can_edit_wordings(by: Model) -> None:
    """Raise NotAllowed unless `by` may change the texts of mails."""
    require_office(by, _("Nur die Geschäftsstelle darf die Texte der E-Mails ändern."))
