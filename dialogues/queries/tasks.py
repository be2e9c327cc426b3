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
    INVITE_WORKING_DAYS,
    DialogueState,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)
from dialogues.models import DateOption, Dialogue, DialogueSeries, Invitation, Topic
from dialogues.queries.dates import first_start_of
from dialogues.queries.dialogues import total_of
from dialogues.queries.invitations import (
    HOLDS_SEATS,
    IS_ACTIVE,
    IS_OUT,
    TO_BE_OFFERED_BY_HAND,
    UNSETTLED,
)

S = DialogueState
OFFICE, GUESTS, SENATOR, NOBODY = "office", "guests", "senator", "nobody"
OFFICE_ACTS = (S.PLANNING, S.EXPLORING, S.SCHEDULED, S.INVITED, S.HELD, S.DOCUMENTED)
# Five working days are at least a week. Pages compute the exact day; this one only sorts.
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
# By default; the office may change the rule.
LEAD_TIME = WEEK * INVITE_WORKING_DAYS / 5


def series_awaiting(*states: SeriesState, today: dt.date) -> QuerySet[DialogueSeries]:
    """Return the series in `states`."""
    series = DialogueSeries.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=states)
    first = first_start_of(today, topic__series=OuterRef("pk"))
    return _due_before(series, first).annotate(in_charge=F("responsible"))


def _due_before(records: QuerySet, first: Subquery) -> QuerySet:
    """Add `due_day`: a decision is needed before the first dialogue, if that is dated."""
    return records.annotate(first_start=first).annotate(due_day=TruncDate(F("first_start") - DAY))


def topics_awaiting_office(today: dt.date) -> QuerySet[Topic]:
    states = (TopicState.PROPOSED, TopicState.IN_PROGRESS, TopicState.RETURNED)
    # A cancelled dialogue leaves its topic open for another one.
    planned = Dialogue.objects.filter(topic=OuterRef("pk")).exclude(state=S.CANCELLED)
    waiting = Q(state__in=states) | (Q(state=TopicState.APPROVED) & ~Exists(planned))
    topics = Topic.objects.exclude(origin=Origin.TAKEN_OVER).filter(waiting)
    first = first_start_of(today, topic=OuterRef("pk"))
    return _due_before(topics, first).annotate(in_charge=F("responsible"))


def dialogues_awaiting_office(now: dt.datetime) -> QuerySet[Dialogue]:
    return _by_who_acts(now).filter(who_acts=OFFICE)


def dialogues_awaiting_guests(now: dt.datetime) -> QuerySet[Dialogue]:
    """Return the dialogues whose guests still have time to reply, and have not all done so."""
    return _by_who_acts(now).filter(who_acts=GUESTS)


def _by_who_acts(now: dt.datetime) -> QuerySet[Dialogue]:
    """Return the dialogues in progress with `who_acts`, the side that has to act next."""
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
    # A seat is free for somebody who waits, and the office has to offer it.
    offers_seat = Q(wants_seat=True, seats__gt=F("taken"))
    is_running &= ~offers_seat
    dialogues = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).filter(state__in=OFFICE_ACTS)
    return dialogues.annotate(
        is_asked=Exists(requests.filter(state=ApprovalState.OPEN)),
        is_granted=Exists(requests.filter(state__in=GRANTED)),
        has_consent=_has_consent(),
        next_option=_next_option(now),
        has_uninvited=Exists(
            guests.exclude(released_round=OuterRef("round")).filter(IS_ACTIVE | UNSETTLED)
        ),
        wants_seat=Exists(invited.filter(TO_BE_OFFERED_BY_HAND)),
        taken=total_of(invited.filter(HOLDS_SEATS), Sum("party")),
        has_unsent=Exists(invited.filter(~IS_OUT, IS_ACTIVE, rsvp=RsvpState.OPEN)),
        has_unanswered=Exists(invited.filter(IS_ACTIVE, rsvp=RsvpState.OPEN)),
        has_inactive=Exists(invited.filter(rsvp=RsvpState.OPEN).exclude(IS_ACTIVE)),
        who_acts=Case(
            When(awaits_decision, then=Value(SENATOR)),
            When(is_running & Q(has_unsent=True), then=Value(OFFICE)),
            When(
                is_running & Q(has_unanswered=True, rsvp_by__lt=local_date(now)),
                then=Value(OFFICE),
            ),
            When(is_running & Q(has_unanswered=True), then=Value(GUESTS)),
            When(is_running & Q(has_inactive=False), then=Value(NOBODY)),
            default=Value(OFFICE),
            output_field=CharField(),
        ),
        due_day=_due_day(is_ahead),
        in_charge=F("responsible"),
    )


def _due_day(is_ahead: Q) -> Case:
    """The day by which pages say that the office has to act, but for holidays."""
    needs_approval = Q(state__in=DATED) & (Q(is_granted=False) | Q(has_consent=False))
    return Case(
        When(state=S.HELD, then=TruncDate(F("starts_at") + WEEK)),
        When(is_ahead & needs_approval, then=TruncDate(F("starts_at") - DAY)),
        When(is_ahead & Q(state=S.INVITED), then=F("rsvp_by")),
        When(is_ahead & Q(state=S.SCHEDULED), then=TruncDate(F("starts_at") - LEAD_TIME)),
        When(state__in=(S.PLANNING, S.EXPLORING), then=TruncDate(F("next_option") - DAY)),
        When(state=S.DOCUMENTED, then=TruncDate(F("starts_at") + 4 * WEEK)),
        default=TruncDate("starts_at"),
        output_field=DateField(),
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
