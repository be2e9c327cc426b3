"""Who is in charge of a record, as pages and lists show it."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.html import draw_badge
from partners.enums import NOBODY
from partners.models import Assignable, User
from partners.permissions import can_assign, can_see_responsible
from partners.queries import open_records_in_charge


def account_label(account: User) -> str:
    """Return the name, marked if the account is closed or, as far as `is_office` tells, no longer
    one of the office.
    """
    if not account.is_active:
        return _("%(name)s (Konto deaktiviert)") % {"name": account}
    if not getattr(account, "is_office", True):
        return _("%(name)s (nicht mehr in der Geschäftsstelle)") % {"name": account}
    return str(account)


def responsible_label(record: Assignable) -> str:
    """Return who is in charge, as text. Querysets need `select_related("responsible__person")`."""
    return account_label(record.responsible) if record.responsible else str(NOBODY)


def responsible_note(record: Assignable) -> str | SafeString:
    """Return who is in charge for a cell of a list. Nobody stands out as a badge where work goes
    on.
    """
    if record.responsible:
        return responsible_label(record)
    return draw_badge(NOBODY, "warning") if record.needs_somebody else "–"


def handover_url(account: User) -> str:
    return f"{reverse('partners:handover')}?von={account.pk}"


def open_records_note(account: User) -> str | SafeString:
    """Return what `account` is still in charge of, with the link that hands it over; empty if
    nothing.
    """
    counts = open_records_in_charge(account)
    if not counts:
        return ""
    text = _("%(name)s ist noch zuständig: %(what)s.") % {
        "name": account,
        "what": ", ".join(f"{label} {count}" for label, count in counts.items()),
    }
    return format_html(
        '{} <a href="{}">{}</a>', text, handover_url(account), _("Aufgaben übergeben")
    )


def responsible_facts(record: Assignable, kind: str, user) -> list[tuple[str, SafeString]]:
    """Return *Zuständig* as a line of *Eckdaten*, for the office with the link that changes it.

    Empty for users who may not see it. `kind` is the key registered with `partners.registry`.
    """
    if not can_see_responsible(user):
        return []
    who = format_html("<span>{}</span>", responsible_note(record))
    if can_assign(user):
        label = _("Zuständigkeit ändern") if record.responsible else _("Zuständigkeit vergeben")
        url = reverse("partners:responsible", args=[kind, record.pk])
        who = format_html('{} <a href="{}">{}</a>', who, url, label)
    return [(_("Zuständig"), who)]
