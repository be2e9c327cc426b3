"""The facts of a visit that the senator's office sees, and those that bind the approval.

Message and sectors are shown but may change. So may meeting point, seats and deadline of a press
slot, because the line *Presse* does not contain them.
"""

from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.registry import Fact
from media_visits.models import Visit


def _press(visit: Visit) -> str:
    # In a fixed order, because another order would count as a change and let the approval lapse.
    slots = visit.press_slots.order_by("starts_at", "pk")
    return "; ".join(map(str, slots)) or _("kein Pressetermin")


VISIT_FACTS = (
    Fact(gettext_lazy("Unternehmen"), attrgetter("company_name")),
    Fact(gettext_lazy("Partner"), attrgetter("partner_name")),
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
