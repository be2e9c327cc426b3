"""What the senator's office is shown of a visit, and which of it the approval is bound to.

Message and sector focus are shown, yet may change; so may meeting point, seats and deadline of a
press slot, which the line *Presse* does not name.
"""

from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import Fact
from media_visits.models import Visit


def _organisation(visit: Visit) -> str:
    """Return the organisation behind a company that is named otherwise."""
    return visit.company.name if visit.company and visit.company.name != visit.company_name else ""


def _press(visit: Visit) -> str:
    return "; ".join(map(str, visit.press_slots.order_by("starts_at", "pk"))) or _(
        "kein Pressetermin"
    )


VISIT_FACTS = (
    Fact(gettext_lazy("Unternehmen"), attrgetter("company_name")),
    Fact(gettext_lazy("Partner"), _organisation),
    Fact(gettext_lazy("Anlass des Besuchs"), attrgetter("title")),
    Fact(gettext_lazy("Termin"), attrgetter("date_text")),
    Fact(gettext_lazy("Adresse"), attrgetter("address")),
    Fact(gettext_lazy("Wer besucht"), attrgetter("visitor")),
    Fact(
        gettext_lazy("Branchenschwerpunkt"),
        lambda visit: ", ".join(sector.name for sector in visit.sectors.order_by("name", "pk")),
        binding=False,
    ),
    Fact(gettext_lazy("Botschaft"), attrgetter("message"), binding=False),
    Fact(gettext_lazy("Presse"), _press),
    Fact(
        gettext_lazy("Veröffentlichung"),
        lambda visit: _("vorgesehen") if visit.to_be_published else _("nein, nur intern"),
    ),
)
