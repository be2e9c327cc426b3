import datetime as dt
import re

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.enums import GRANTED, ApprovalKind
from approvals.queries import approvals_about
from approvals.registry import Commitment, CommitmentSource
from core.dates import local_date
from dialogues.enums import DATED, PAST, DialogueState, OptionState
from dialogues.models import DateOption, Dialogue
from dialogues.queries.dialogues import former_spans
from dialogues.queries.programme import DAY_MINUTES, programme_items, programme_text

# What begins a line and may be a time or not: `14 Begrüßung`, `10 Betriebe stellen sich vor`.
MAYBE_TIME = re.compile(r"^(?:0?[6-9]|1\d|2[0-3])(?:\.\d\d)?\b(?!\.)", re.MULTILINE)
# `14:00`, and with *Uhr* also `14.00`, `14.00–15.30` and `14`; where a line begins also `14.00` by
# itself. Other numbers are no times.
TIME = re.compile(
    r"(?<![\d.:])(?P<line>(?<![^\n]))?(?P<hour>[01]?\d|2[0-3])"
    r"(?:(?P<colon>:)(?P<minute>[0-5]\d)(?![\d:])"
    r"|(?P<dot>\.)(?P<minute_dot>[0-5]\d)"
    r"(?:(?(line)(?=\s)|(?!))|(?=\s?(?:[–-]\s?\d{1,2}[.:]\d{2}\s?)?Uhr))"
    r"|(?=\s?(?:[–-]\s?\d{1,2}\s?)?Uhr))"
)


def is_granted(option: DateOption) -> bool:
    """Return whether an approval in force includes the date `option`."""
    approvals = approvals_about(ApprovalKind.DATES, option.dialogue_id).filter(state__in=GRANTED)
    return any(option.pk in approval.chosen for approval in approvals)


# Once a date is fixed, the others bind nobody any more; neither does a dialogue that is cancelled.
BINDING = Q(
    state__in=[OptionState.PROPOSED, OptionState.POSSIBLE],
    dialogue__state__in=[DialogueState.PLANNING, DialogueState.EXPLORING],
) | Q(state=OptionState.FIXED, dialogue__state__in=[*DATED, *PAST])


def commitment_of(
    option: DateOption, *, title: str = "", url: str = "", option_id: int | None = None
) -> Commitment:
    """Return whom the date `option` binds."""
    dialogue = option.dialogue
    return Commitment(
        subject=f"dialogue:{dialogue.pk}",
        starts_at=option.starts_at,
        ends_at=option.ends_at,
        binds_senator=dialogue.senator_attends,
        host_id=dialogue.host_id,
        title=title,
        url=url,
        option=option_id,
    )


def commitments_of(dialogue: Dialogue | int) -> list[Commitment]:
    """Return the dates of `dialogue`, or of the one with this key, that bind somebody."""
    options = DateOption.objects.filter(BINDING, dialogue=dialogue).select_related("dialogue")
    return [
        commitment_of(option, option_id=option.pk) for option in options.order_by("starts_at", "pk")
    ]


def commitments_between(start: dt.datetime, end: dt.datetime, user) -> list[Commitment]:
    """Return the dates of dialogues that overlap the time from `start` to `end`, in one query."""
    visible = Dialogue.objects.visible_to(user).filter(pk=OuterRef("dialogue"))
    options = DateOption.objects.filter(BINDING, starts_at__lt=end, ends_at__gt=start)
    options = options.select_related("dialogue").annotate(is_visible=Exists(visible))
    return [
        commitment_of(option, title=_titled(option), url=option.dialogue.get_absolute_url())
        if option.is_visible
        else commitment_of(option)
        for option in options
    ]


def _titled(option: DateOption) -> str:
    dialogue = option.dialogue
    if option.state == OptionState.FIXED:
        return f"{dialogue} ({dialogue.get_state_display()})"
    return _("%(dialogue)s (Terminvorschlag)") % {"dialogue": dialogue}


COMMITMENTS = CommitmentSource(of_subject=commitments_of, between=commitments_between)


def first_fixed_start(dialogues: QuerySet[Dialogue], today: dt.date) -> dt.datetime | None:
    """Return the start of the first fixed date of `dialogues` after `today`, None without one."""
    ahead = dialogues.filter(state__in=DATED, starts_at__date__gt=today)
    return ahead.aggregate(first=Min("starts_at"))["first"]


def first_start_of(today: dt.date, **condition) -> Subquery:
    """Return an annotation: the start of the first fixed date after `today` of the dialogues that
    meet `condition`.
    """
    ahead = Dialogue.objects.filter(state__in=DATED, starts_at__date__gt=today, **condition)
    return Subquery(ahead.order_by("starts_at").values("starts_at")[:1])


def latest_decision_on(first: dt.datetime | None) -> dt.date | None:
    """Return the day by which to decide on something that the date `first` depends on, the one
    before it, which is over if `first` is today. The form of a submission accepts the day itself as
    well.
    """
    return local_date(first) - dt.timedelta(days=1) if first else None


def moved_programme(dialogue: Dialogue, option: DateOption) -> str:
    """Return the programme of `dialogue` with its times moved to the date `option`.

    Items keep their distance from the start. Times in the text of an older programme, without
    items, move by the difference to the start of the former date. Without one, the first time is
    taken for the start if it lies outside `option`. The programme is unchanged if nothing moves,
    and if a line begins with a number that may be a time: moving only some would be wrong.
    """
    if items := programme_items(dialogue):
        return programme_text(items, timezone.localtime(option.starts_at).time())
    lines = MAYBE_TIME.finditer(dialogue.programme)
    if not all(TIME.match(dialogue.programme, line.start()) for line in lines):
        return dialogue.programme
    start, end = _minutes(option.starts_at), _minutes(option.ends_at)
    spans = former_spans(dialogue)
    if spans:
        former = _minutes(spans[max(spans)][0])
    else:
        first = TIME.search(dialogue.programme)
        former = start if first is None else _minutes_of(first)
        if start <= former <= end:
            return dialogue.programme
    # Otherwise `9:00` became `09:00`, as if it had moved.
    if start == former:
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
