import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate

from approvals.enums import GRANTED, ApprovalKind
from approvals.models import ApprovalRequest
from core.dates import local_date
from core.folding import has_words, matching
from core.models import Origin
from core.roles import is_inside
from dialogues.enums import (
    DATED,
    DIALOGUE_OVER,
    INVITE_BY,
    INVITE_RULE,
    SEATED,
    DialogueState,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)
from dialogues.models import DateOption, Dialogue, DialogueSeries, Invitation, Topic
from dialogues.queries.invitations import (
    HOLDS_SEATS,
    IS_ACTIVE,
    IS_OUT,
    TO_BE_OFFERED_BY_HAND,
    UNSETTLED,
)
from partners.models import Organisation
from reminders.queries import current_schedule
from reminders.schedules import working_day_at

OPEN_END, OPEN_START = dt.date(9999, 12, 31), dt.date(1900, 1, 1)


def listed_dialogues(user) -> QuerySet[Dialogue]:
    """Return the dialogues `user` may see, unordered, with the values that the list shows.

    `day` is the fixed or known day, for sorting. `sent`, `yes`, `maybe`, `waiting`, `no` and
    `seats_taken` count the invitations of the present round; `own_rsvp` is the user's own reply.
    """
    # All counts share one join on invitations, so they do not inflate each other.
    live = Q(invitations__withdrawn_at__isnull=True, invitations__released_at__isnull=False)
    live &= Q(invitations__released_round=F("round"))
    own = Invitation.objects.released().filter(
        dialogue=OuterRef("pk"), person=getattr(user, "person_id", None)
    )
    return (
        Dialogue.objects.visible_to(user)
        .select_related("host", "topic__series", "responsible__person")
        .defer("internal_notes", "search", "programme", "host__search", "topic__search")
        .annotate(
            day=known_day(),
            sent=Count("invitations", filter=live),
            yes=Count("invitations", filter=live & Q(invitations__rsvp__in=SEATED)),
            maybe=Count("invitations", filter=live & Q(invitations__rsvp=RsvpState.TENTATIVE)),
            waiting=Count("invitations", filter=live & Q(invitations__rsvp=RsvpState.WAITING)),
            no=Count("invitations", filter=live & Q(invitations__rsvp=RsvpState.DECLINED)),
            seats_taken=Coalesce(
                Sum("invitations__party", filter=live & Q(invitations__rsvp__in=SEATED)), 0
            ),
            own_rsvp=Subquery(own.values("rsvp")[:1]),
        )
    )


def open_dialogues() -> QuerySet[Dialogue]:
    """Return the dialogues that somebody in the office still has to watch, by title."""
    dialogues = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER).exclude(state__in=DIALOGUE_OVER)
    return dialogues.order_by("search", "pk")


def as_seen_by(user, dialogues: Iterable[Dialogue]) -> list[Dialogue]:
    """Return `dialogues` as `user` may know them: outsiders see changes only once approved."""
    if is_inside(user):
        return list(dialogues)
    return [dialogue.as_announced for dialogue in dialogues]


def search_dialogues(dialogues: QuerySet[Dialogue], words: str, user) -> QuerySet[Dialogue]:
    """Return those of `dialogues` whose text or host contains every word, as `user` knows them.

    Otherwise, search results would reveal to outsiders what is not announced yet.
    """
    if is_inside(user):
        return dialogues.filter(matching(words, "search", "host__search"))
    return dialogues.filter(matching_as_announced(words))


def matching_as_announced(words: str) -> Q:
    """Return the condition that a dialogue as guests know it contains every word of `words`."""
    column = Dialogue._meta.get_field("search")
    # The search column already contains changes that wait for an approval and would reveal them.
    # The few dialogues with such changes are matched in Python.
    changing = Dialogue.objects.exclude(unannounced={}).select_related("host")
    known = [
        dialogue.pk
        for dialogue in changing
        if has_words(
            words, column.folded(dialogue.as_announced), getattr(dialogue.host, "search", "")
        )
    ]
    return Q(unannounced={}) & matching(words, "search", "host__search") | Q(pk__in=known)


def count_by_sector_and_year(user, *, until: dt.date) -> Counter[tuple[int, int]]:
    """Return how many dialogues `user` may see count for each sector id and year, in one query."""
    dialogues = Dialogue.objects.visible_to(user).in_balance(until)
    found = dialogues.filter(topic__sectors__isnull=False).annotate(day=known_day())
    return Counter(
        (sector_id, day.year) for sector_id, day in found.values_list("topic__sectors", "day")
    )


def known_day() -> Coalesce:
    """Return the expression for the fixed day of a dialogue, or the known day of a former one."""
    # Without a day, planned dialogues sort after all dated ones, records taken over before them.
    unknown = Case(
        When(origin=Origin.TAKEN_OVER, then=Value(OPEN_START)),
        default=Value(OPEN_END),
        output_field=DateField(),
    )
    return Coalesce(TruncDate("starts_at"), F("starts_on"), unknown, output_field=DateField())


def years_of(dialogues: QuerySet[Dialogue]) -> list[int]:
    """Return the years of dated `dialogues`, latest first."""
    fixed = dialogues.filter(starts_at__isnull=False).order_by().datetimes("starts_at", "year")
    known = dialogues.filter(starts_on__isnull=False).order_by().dates("starts_on", "year")
    return sorted({day.year for day in fixed} | {day.year for day in known}, reverse=True)


def hosts_of(dialogues: QuerySet[Dialogue]) -> QuerySet[Organisation]:
    """Return the organisations that host any of `dialogues`, by name."""
    hosting = dialogues.order_by().filter(host=OuterRef("pk"))
    return (
        Organisation.objects.filter(Exists(hosting))
        .only("name", "short_name", "search")
        .order_by("search", "pk")
    )


def upcoming_dialogues(user, today: dt.date, limit: int = 10) -> list[Dialogue]:
    """Return the next dated dialogues from `today` on that `user` may see, soonest first."""
    dialogues = Dialogue.objects.visible_to(user).exclude(origin=Origin.TAKEN_OVER)
    ahead = dialogues.select_related("host", "topic").filter(
        state__in=DATED, starts_at__date__gte=today
    )
    return as_seen_by(user, ahead.order_by("starts_at", "pk")[:limit])


class NextReminder(NamedTuple):
    """When guests who have not replied are reminded next, and whether a pause prevents it.

    `by_hand` says that it makes sense for the office to remind them now.
    """

    on: dt.date | None = None
    is_paused: bool = False
    by_hand: bool = False


class Preparation(NamedTuple):
    """The progress of a dialogue's preparation, which determines its next step."""

    approval: ApprovalRequest | None = None  # the latest about dates, open or decided
    granted: ApprovalRequest | None = None  # the approval of dates that holds
    proposed: int = 0  # dates ahead that nobody has decided on
    possible: int = 0  # dates ahead that the senator's office can keep
    first_proposed: dt.datetime | None = None  # the start of the earliest of each
    first_possible: dt.datetime | None = None
    invite_by: dt.date | None = None  # the day by which guests should be invited
    to_invite: int = 0  # guests on the list who have not been invited in this round
    unsettled: int = 0  # guests whose substitutes may be the guests at the new date
    invited: int = 0
    unsent: int = 0  # guests whose invitation is a draft, or was withdrawn or expired unsent
    unanswered: int = 0  # guests who have an invitation and have not replied
    inactive: int = 0  # guests who have left without a reply
    tentative: int = 0
    seat_wishes: int = 0  # guests who wait for a seat that the office offers by hand
    seats_left: int = 0
    reminder: NextReminder = NextReminder()  # to guests who have not replied
    is_lapsed: bool = False  # the date is fixed, but its approval no longer holds


def preparations_of(dialogues: Iterable[Dialogue], now: dt.datetime) -> dict[int, Preparation]:
    """Return the preparation of each dialogue by primary key, in two queries, a third if guests are
    to be invited to one of them, and a fourth if the day to do so is over.

    `reminder` stays empty; `progress.preparation_of` loads it for the page of one dialogue.
    """
    dialogues = list(dialogues)
    pks = [dialogue.pk for dialogue in dialogues]
    invite_by = _invite_by(dialogues, local_date(now))
    latest, granted = _approvals(pks)
    return {
        pk: Preparation(
            latest.get(pk),
            granted.get(pk),
            invite_by=invite_by.get(pk),
            is_lapsed=counts.pop("state") in DATED and pk not in granted,
            **counts,
        )
        for counts in _counted(pks, now)
        for pk in [counts.pop("pk")]
    }


def _invite_by(dialogues: Iterable[Dialogue], today: dt.date) -> dict[int, dt.date]:
    """Return by key the day by which guests should be invited to the scheduled ones."""
    scheduled = {
        dialogue.pk: dialogue
        for dialogue in dialogues
        if dialogue.state == DialogueState.SCHEDULED and dialogue.starts_at
    }
    count = current_schedule(INVITE_RULE).option(INVITE_BY) if scheduled else None
    # Without a number, the office wants no such day.
    if not count:
        return {}
    days = {
        pk: working_day_at(local_date(dialogue.starts_at), -count)
        for pk, dialogue in scheduled.items()
    }
    late = [scheduled[pk] for pk, day in days.items() if day < today]
    # On short notice that day is over before anybody could invite: then it is the day of fixing.
    fixed = {pk: max(days[pk], min(day, today)) for pk, day in _fixed_on(late).items()}
    return days | fixed


def _fixed_on(dialogues: list[Dialogue]) -> dict[int, dt.date]:
    """Return by key the day on which the present date of each dialogue was fixed."""
    if not dialogues:
        return {}
    starts = {dialogue.pk: dialogue.starts_at for dialogue in dialogues}
    entries = Dialogue.history.filter(id__in=starts, state=DialogueState.SCHEDULED).order_by()
    first = entries.values_list("id", "starts_at").annotate(fixed_at=Min("history_date"))
    return {pk: local_date(at) for pk, starts_at, at in first if starts_at == starts[pk]}


def _counted(pks: list[int], now: dt.datetime) -> QuerySet:
    ahead = DateOption.objects.filter(dialogue=OuterRef("pk"), starts_at__gt=now)
    guests = Invitation.objects.active().filter(dialogue=OuterRef("pk"))
    former = guests.exclude(released_round=OuterRef("round"))
    invited = guests.filter(released_round=OuterRef("round"))
    return (
        Dialogue.objects.filter(pk__in=pks)
        .values("pk", "state")
        .annotate(
            proposed=_count(ahead.filter(state=OptionState.PROPOSED)),
            possible=_count(ahead.filter(state=OptionState.POSSIBLE)),
            first_proposed=_first(ahead.filter(state=OptionState.PROPOSED)),
            first_possible=_first(ahead.filter(state=OptionState.POSSIBLE)),
            to_invite=_count(former.exclude(UNSETTLED).filter(IS_ACTIVE)),
            unsettled=_count(former.filter(UNSETTLED)),
            invited=_count(invited),
            unsent=_count(invited.filter(~IS_OUT, IS_ACTIVE, rsvp=RsvpState.OPEN)),
            unanswered=_count(invited.filter(IS_OUT, IS_ACTIVE, rsvp=RsvpState.OPEN)),
            inactive=_count(invited.filter(rsvp=RsvpState.OPEN).exclude(IS_ACTIVE)),
            tentative=_count(invited.filter(rsvp=RsvpState.TENTATIVE)),
            seat_wishes=_count(invited.filter(TO_BE_OFFERED_BY_HAND)),
            seats_left=F("seats") - total_of(invited.filter(HOLDS_SEATS), Sum("party")),
        )
    )


def _first(options: QuerySet[DateOption]) -> Subquery:
    return Subquery(options.order_by("starts_at").values("starts_at")[:1])


def _count(related: QuerySet) -> Coalesce:
    return total_of(related, Count("pk"))


def total_of(related: QuerySet, aggregate: Aggregate) -> Coalesce:
    """Return the total of `related` rows for each dialogue, as a subquery."""
    # A subquery for each total, because joining both dates and guests would inflate them.
    grouped = related.order_by().values("dialogue").annotate(total=aggregate)
    return Coalesce(Subquery(grouped.values("total")), 0)


def _approvals(pks: list[int]) -> tuple[dict[int, ApprovalRequest], dict[int, ApprovalRequest]]:
    """Return the latest approvals and those in force, each by primary key of the dialogue."""
    approvals = ApprovalRequest.objects.filter(kind=ApprovalKind.DATES, subject_id__in=pks)
    # Later approvals overwrite earlier ones, so the order matters.
    latest, granted = {}, {}
    for approval in approvals.select_related("decided_by__person").order_by("submitted_at", "pk"):
        latest[approval.subject_id] = approval
        if approval.state in GRANTED:
            granted[approval.subject_id] = approval
    return latest, granted


def has_announced_date(dialogue: Dialogue, now: dt.datetime) -> bool:
    """Return whether a future date is in people's calendars, so that changes must be mailed."""
    return dialogue.state in DATED and dialogue.starts_at is not None and dialogue.starts_at > now


def missing_approval(dialogue: Dialogue) -> Topic | DialogueSeries | None:
    """Return the topic or series of `dialogue` that is not approved at present, or None.

    An approval can lapse long after the dialogue was planned. Until it is renewed, no dates are
    explored and no invitations are sent. Reads `topic__series`, which callers should select.
    """
    topic = dialogue.topic
    if topic is None:
        return None
    if topic.state != TopicState.APPROVED:
        return topic
    return topic.series if topic.series and topic.series.state != SeriesState.CONSENTED else None


def former_spans(dialogue: Dialogue) -> dict[int, tuple[dt.datetime, dt.datetime]]:
    """Return start and end of the dates that postponing gave up, by their round."""
    past = dialogue.history.filter(round__lt=dialogue.round, starts_at__isnull=False)
    dated = past.order_by("history_date", "history_id").values_list("round", "starts_at", "ends_at")
    # The last entry of a round wins: a date can only be fixed once in it.
    return {round_: (starts_at, ends_at) for round_, starts_at, ends_at in dated}
