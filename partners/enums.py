"""Choices of the partners app, their colours, and the roles in German."""

from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE


class Salutation(models.TextChoices):
    NEUTRAL = "neutral", _("neutral")
    MS = "ms", _("Frau")
    MR = "mr", _("Herr")


class OrganisationKind(models.TextChoices):
    SENATE = "senate", _("Senatsverwaltung")
    DISTRICT = "district", _("Bezirk")
    CHAMBER = "chamber", _("Kammer")
    ASSOCIATION = "association", _("Verband")
    UNION = "union", _("Gewerkschaft")
    AGENCY = "agency", _("Agentur oder Gesellschaft")
    BANK = "bank", _("Förderbank")
    NETWORK = "network", _("Netzwerk")
    UNIVERSITY = "university", _("Hochschule oder Forschung")
    COMPANY = "company", _("Unternehmen")
    PRESS = "press", _("Presse")
    OTHER = "other", _("Sonstige")


class AccountState(models.TextChoices):
    ACTIVE = "active", _("aktiv")
    INVITED = "invited", _("eingeladen")
    CLOSED = "closed", _("deaktiviert")


# Closing an account is normal rather than a problem, hence grey and not red.
ACCOUNT_BADGE_COLOURS = {
    AccountState.ACTIVE: "success",
    AccountState.INVITED: "info",
    AccountState.CLOSED: "muted",
}

# In the display order of check boxes and lists. The title of the senator comes from the settings,
# because it changes with the person in office.
ROLE_LABELS = {
    OFFICE: _("Geschäftsstelle"),
    SENATOR_OFFICE: format_lazy(_("Büro {head}"), head=settings.HEAD_TITLE_GENITIVE),
    PARTNER: _("Partner"),
    OBSERVER: _("Steuerungskreis"),
}


# Begins each line of history about who is in charge. Only insiders read these lines.
RESPONSIBLE_REASON = _("Zuständig:")
NOBODY = _("nicht vergeben")


def role_names(roles: Collection[str], *, is_office_head: bool = False) -> list[str]:
    """Return the German names of `roles` in a fixed order, such as `Geschäftsstelle (Leitung)`."""
    names = {role: str(label) for role, label in ROLE_LABELS.items() if role in roles}
    if is_office_head and OFFICE in names:
        names[OFFICE] = gettext("%(role)s (Leitung)") % {"role": names[OFFICE]}
    return list(names.values())
