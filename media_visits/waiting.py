"""What waits for the office, for the start page. The senator's office has its desk for what waits
for a decision.
"""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from core.progress import Waiting
from media_visits.course import office_step_of
from media_visits.models import Visit


def waiting_for_office(visits: Iterable[Visit], today: dt.date) -> list[Waiting]:
    """Return which of `visits` the office must move on, and until when: by the day of the visit, if
    it has one.

    A visit of `today` is still to come, as in the reminders: whether it took place is asked from
    the next day on.
    """
    now = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    steps = [(visit, office_step_of(visit, now)) for visit in visits]
    return [_line(visit, step.action) for visit, step in steps if step and step.route]


def _line(visit: Visit, action) -> Waiting:
    what = _("%(action)s: Besuch bei %(company)s (%(title)s)") % {
        "action": action,
        "company": visit.company_name,
        "title": visit.title,
    }
    return Waiting(_("Geschäftsstelle"), what, visit.get_absolute_url(), visit.starts_on)
