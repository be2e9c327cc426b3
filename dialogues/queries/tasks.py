"""What waits for the office and for guests, as querysets that the start page merges.

Each has `due_day` (by which it sorts; None: last) and `in_charge` (the account, or None).
"""

import datetime as dt

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncDate

from approvals.enums import GRANTED, ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.dates import local_date
from core.models import Origin
from dialogues.enums import (
    DATED,
    SEATED,
    DialogueState,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)
from dialogues.models import DateOption, Dialogue, DialogueSeries, Invitation, Topic
from dialogues.queries.dialogues import invitation_working_days, total_of
from dialogues.queries.invitations import STILL_THERE, UNSETTLED

S = DialogueState
OFFICE, GUESTS, SENATOR, NOBODY = "office", "guests", "senator", "nobody"
OFFICE_ACTS = (S.PLANNING, S.EXPLORING, S.SCHEDULED, S.INVITED, S.HELD, S.DOCUMENTED)
# Five working days are at least a week. Pages compute the exact day; this one only sorts.
NO_TIME, DAY, WEEK = dt.timedelta(), dt.timedelta(days=1), dt.timedelta(days=7)
NO_DAY = Value(None, output_field=DateField())
NO_ACCOUNT = Value(None, output_field=IntegerField())


def series_awaiting(*states: SeriesState) -> QuerySet[DialogueSeries]:
    """Return the series in `states`. Nobody is in charge of a series."""
    series = DialogueSeries.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=states)
    return series.annotate(due_day=NO_DAY, in_charge=NO_ACCOUNT)


def topics_awaiting_office() -> QuerySet[Topic]:
    states = (TopicState.PROPOSED, TopicState.IN_PROGRESS, TopicState.RETURNED)
    # A cancelled dialogue leaves its topic open for another one.
    planned = Dialogue.objects.filter(topic=OuterRef("pk")).exclude(state=S.CANCELLED)
    waiting = Q(state__in=states) | (Q(state=TopicState.APPROVED) & ~Exists(planned))
    topics = Topic.objects.exclude(origin=Origin.TAKEN_OVER).filter(waiting)
    return topics.annotate(due_day=NO_DAY, in_charge=F("responsible"))


def dialogues_awaiting_office(now: dt.datetime) -> QuerySet[Dialogue]:
    # Five working days are at least a week here, too.
    lead_time = WEEK * (invitation_working_days() or 0) / 5
    return _by_who_acts(now, lead_time).filter(who_acts=OFFICE)


def dialogues_awaiting_guests(now: dt.datetime) -> QuerySet[Dialogue]:
    """Return the dialogues whose guests still have time to reply, and have not all done so."""
    return _by_who_acts(now).filter(who_acts=GUESTS)


def _by_who_acts(now: dt.datetime, lead_time: dt.timedelta = NO_TIME) -> QuerySet[Dialogue]:
    """Return the dialogues in progress with `who_acts`, the side that has to act next. Guests are
    to be invited `lead_time` before the day.
    """
    requests = ApprovalRequest.objects.filter(kind=ApprovalKind.DATES, subject_id=OuterRef("pk"))
    guests = Invitation.objects.active().filter(dialogue=OuterRef("pk"))
    invited = guests.filter(released_round=OuterRef("round"))
    is_ahead = Q(starts_at__gt=now)
    # Once the fixed date has passed, the office has to record or postpone the dialogue, whatever
    # the senator's office still has to decide.
    awaits_decision = Q(is_asked=True) & (~Q(state__in=DATED) | is_ahead)
    is_running = is_ahead & Q(
        state=S.INVITED, is_granted=True, has_consent=True, has_uninvited=False
    )
    needs_approval = Q(state__in=DATED) & (Q(is_granted=False) | Q(has_consent=False))
    # A seat is free for somebody who wanted one.
    offers_seat = Q(wants_seat=True, seats__gt=F("taken"))
    is_running &= ~offers_seat
    dialogues = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=OFFICE_ACTS)
    return dialogues.annotate(
        is_asked=Exists(requests.filter(state=ApprovalState.OPEN)),
        is_granted=Exists(requests.filter(state__in=GRANTED)),
        has_consent=_has_consent(),
        next_option=_next_option(now),
        has_uninvited=Exists(
            guests.exclude(released_round=OuterRef("round")).filter(STILL_THERE | UNSETTLED)
        ),
        wants_seat=Exists(invited.filter(STILL_THERE, seat_wanted_at__isnull=False)),
        taken=total_of(invited.filter(rsvp__in=SEATED), Sum("party")),
        has_unanswered=Exists(invited.filter(STILL_THERE, rsvp=RsvpState.OPEN)),
        has_departed=Exists(invited.filter(rsvp=RsvpState.OPEN).exclude(STILL_THERE)),
        who_acts=Case(
            When(awaits_decision, then=Value(SENATOR)),
            When(
                is_running & Q(has_unanswered=True, rsvp_by__lt=local_date(now)),
                then=Value(OFFICE),
            ),
            When(is_running & Q(has_unanswered=True), then=Value(GUESTS)),
            When(is_running & Q(has_departed=False), then=Value(NOBODY)),
            default=Value(OFFICE),
            output_field=CharField(),
        ),
        due_day=Case(
            When(state=S.HELD, then=TruncDate(F("starts_at") + WEEK)),
            When(is_ahead & needs_approval, then=TruncDate(F("starts_at") - DAY)),
            When(is_ahead & Q(state=S.INVITED), then=F("rsvp_by")),
            When(is_ahead & Q(state=S.SCHEDULED), then=TruncDate(F("starts_at") - lead_time)),
            When(state__in=(S.PLANNING, S.EXPLORING), then=TruncDate(F("next_option") - DAY)),
            When(state=S.DOCUMENTED, then=TruncDate(F("starts_at") + 4 * WEEK)),
            default=TruncDate("starts_at"),
            output_field=DateField(),
        ),
        in_charge=F("responsible"),
    )


def _next_option(now: dt.datetime) -> Subquery:
    """The start of the earliest date ahead that is not ruled out."""
    states = (OptionState.PROPOSED, OptionState.POSSIBLE)
    options = DateOption.objects.filter(
        dialogue=OuterRef("pk"), starts_at__gt=now, state__in=states
    )
    return Subquery(options.order_by("starts_at").values("starts_at")[:1])


def _has_consent() -> Case:
    """The condition of `missing_approval`, as an expression."""
    # One `When` per case: a negated condition would be NULL for a dialogue without a topic.
    return Case(
        When(topic__isnull=True, then=Value(True)),
        When(topic__state=TopicState.APPROVED, topic__series__isnull=True, then=Value(True)),
        When(
            topic__state=TopicState.APPROVED,
            topic__series__state=SeriesState.CONSENTED,
            then=Value(True),
        ),
        default=Value(False),
    )
