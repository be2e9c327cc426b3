import datetime as dt
import re

from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind
from approvals.queries import approvals_about
from core.dates import format_day, local_date
from dialogues.enums import DATED
from dialogues.models import DateOption, Dialogue
from dialogues.queries.dialogues import former_spans

DAY_MINUTES = 24 * 60
# `14:00`, and with *Uhr* also `14.00`, `14.00–15.30` and `14`; other numbers are no times.
TIME = re.compile(
    r"(?<![\d.:])(?P<hour>[01]?\d|2[0-3])"
    r"(?:(?P<colon>:)(?P<minute>[0-5]\d)(?![\d:])"
    r"|(?P<dot>\.)(?P<minute_dot>[0-5]\d)(?=\s?(?:[–-]\s?\d{1,2}[.:]\d{2}\s?)?Uhr)"
    r"|(?=\s?(?:[–-]\s?\d{1,2}\s?)?Uhr))"
)


def is_granted(option: DateOption) -> bool:
    """Return whether an approval in force includes the date `option`."""
    approvals = approvals_about(ApprovalKind.DATES, option.dialogue_id).filter(state__in=GRANTED)
    return any(option.pk in approval.chosen for approval in approvals)


def first_fixed_start(dialogues: QuerySet[Dialogue], today: dt.date) -> dt.datetime | None:
    """Return the start of the first fixed date of `dialogues` after `today`, None without one."""
    ahead = dialogues.filter(state__in=DATED, starts_at__date__gt=today)
    return ahead.aggregate(first=Min("starts_at"))["first"]


def latest_decision_on(first: dt.datetime | None) -> dt.date | None:
    """Return the last day to decide on something that the date `first` depends on."""
    return local_date(first) - dt.timedelta(days=1) if first else None


def why_too_late(due_on: dt.date, first: dt.datetime | None) -> str:
    """Return an error message if a decision due on `due_on` is not before the day of `first`."""
    latest_on = latest_decision_on(first)
    if first is None or latest_on is None or due_on <= latest_on:
        return ""
    text = _(
        "Die Entscheidung muss vor dem Tag des Gesprächs (%(day)s) fallen. Bitte wählen Sie eine "
        "frühere Frist."
    )
    return text % {"day": format_day(first)}


def moved_programme(dialogue: Dialogue, option: DateOption) -> str:
    """Return the programme of `dialogue` with its times moved to the date `option`.

    They move by the difference to the start of the former date. Without one, the first time is
    taken for the start if it lies outside `option`. The programme is unchanged if nothing moves.
    """
    start, end = _minutes(option.starts_at), _minutes(option.ends_at)
    spans = former_spans(dialogue)
    if spans:
        former = _minutes(spans[max(spans)][0])
    else:
        first = TIME.search(dialogue.programme)
        former = start if first is None else _minutes_of(first)
        if start <= former <= end:
            return dialogue.programme
    return TIME.sub(lambda match: _moved(match, start - former), dialogue.programme)


def _minutes(moment: dt.datetime) -> int:
    local = timezone.localtime(moment)
    return local.hour * 60 + local.minute


def _minutes_of(match: re.Match[str]) -> int:
    minute = match["minute"] or match["minute_dot"] or "0"
    return int(match["hour"]) * 60 + int(minute)


def _moved(match: re.Match[str], difference: int) -> str:
    hour, minute = divmod((_minutes_of(match) + difference) % DAY_MINUTES, 60)
    if match["colon"] or match["dot"]:
        return f"{hour:02}{match['colon'] or match['dot']}{minute:02}"
    return f"{hour}.{minute:02}" if minute else str(hour)
