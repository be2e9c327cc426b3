"""What a page says when it shows measures as they were at the end of a former day."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date, format_day
from measures.models import Plan
from measures.queries import recorded_since

NOT_KEPT = gettext_lazy(
    "Von heute sind auch hier: Namen von Organisationen und wer was sehen darf. Nicht zu sehen "
    "sind Kontakte und was Meilensteine voraussetzten. Die Suche liest die Maßnahmen selbst."
)


def stand_title(day: dt.date) -> str:
    return _("Stand vom %(day)s – nicht der heutige.") % {"day": format_day(day)}


def nothing_then(plan: Plan | None, day: dt.date) -> str:
    """Return why the list of a former day is empty."""
    since = recorded_since(plan) if plan else None
    if since and day < since:
        text = _("Das Portal zeichnet diesen Plan erst seit dem %(since)s auf.")
        return text % {"since": format_date(since)}
    return _("An diesem Tag stand hier keine Maßnahme, die Sie sehen dürfen.")
