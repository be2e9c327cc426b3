"""Deciding what becomes of measures in a later plan (*Fortschreibung*).

Every service locks the later plan first, so that decisions on one plan are made one after the
other: no measure gets two, and no chain of measures leads back to where it began.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conflicts import lock_present
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import create_all_as, delete_as, save_as, save_values_as
from core.models import Origin
from measures.enums import CARRIED_REASON, COPIED_REASON, ContinuationKind, Phase
from measures.models import Contact, Continuation, Measure, Plan
from measures.permissions import can_continue_measures, require_permission
from measures.queries import later_measures
from partners.queries import default_responsible

# Neither the status, which reports give, nor the internal note and the sources of the former plan.
COPIED_FIELDS = (
    "title",
    "code",
    "description",
    "lead",
    "lead_text",
    "supporters_text",
    "runtime",
    "starts_on",
    "ends_on",
    "amount",
    "is_lighthouse",
    "is_published",
)


@transaction.atomic
def continue_measures(
    *,
    measures: Sequence[Measure],
    plan: Plan,
    successor: Measure | None = None,
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> list[Continuation]:
    """Carry each of `measures` on in `plan`: one of them as `successor`, else each as a copy of its
    master data, or as the measure of the same title that the plan has already.

    `origin` lets the demo data mark what it invents. Raises `NotAllowed`, `Refused`,
    `ChangedMeanwhile`.
    """
    plan, measures = _prepare(measures, plan, by)
    if successor:
        if len(measures) > 1:
            raise Refused(_("Mehrere Maßnahmen in einer fortzuführen heißt, sie zusammenzuführen."))
        targets = [_successor(successor, plan)]
    else:
        # Offices often enter the new plan first and decide afterwards: a title that is there
        # already means the same measure, and a copy would violate the constraint on titles.
        present = {
            measure.title: measure
            for measure in plan.measures.filter(title__in=[m.title for m in measures])
        }
        targets = [
            present.get(measure.title) or _copy(measure, plan, by=by, now=now, origin=origin)
            for measure in measures
        ]
    return [
        _decide(measure, plan, ContinuationKind.CONTINUED, [target], by=by, now=now, origin=origin)
        for measure, target in zip(measures, targets, strict=True)
    ]


@transaction.atomic
def merge_measures(
    *,
    measures: Sequence[Measure],
    plan: Plan,
    successor: Measure | None = None,
    title: str = "",
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> list[Continuation]:
    """Merge `measures` into `successor`, or into a new measure called `title`, which begins as a
    copy of the first. Raises like `continue_measures`.
    """
    plan, measures = _prepare(measures, plan, by)
    target = _one_successor(measures, plan, successor, title, by=by, now=now, origin=origin)
    # A further measure may join a merger decided earlier, so one alone is enough then.
    others = Continuation.objects.filter(successors=target).exclude(measure__in=measures)
    if len(measures) == 1 and not others.exists():
        raise Refused(
            _("Zum Zusammenführen gehören mindestens zwei Maßnahmen; eine allein wird fortgeführt.")
        )
    return [
        _decide(measure, plan, ContinuationKind.MERGED, [target], by=by, now=now, origin=origin)
        for measure in measures
    ]


@transaction.atomic
def split_measure(
    *,
    measure: Measure,
    plan: Plan,
    successors: Sequence[Measure] = (),
    titles: Sequence[str] = (),
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> Continuation:
    """Split `measure` into `successors` and new measures called `titles`, which begin as copies.
    Raises like `continue_measures`.
    """
    plan, (measure,) = _prepare([measure], plan, by)
    if len(successors) + len(titles) < 2:
        raise Refused(_("Zum Aufteilen gehören mindestens zwei Maßnahmen im neuen Plan."))
    targets = [_successor(successor, plan) for successor in successors]
    for title in titles:
        targets.append(_copy(measure, plan, title=title, by=by, now=now, origin=origin))
    return _decide(measure, plan, ContinuationKind.SPLIT, targets, by=by, now=now, origin=origin)


@transaction.atomic
def end_measures(
    *,
    measures: Sequence[Measure],
    plan: Plan,
    reason: str,
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> list[Continuation]:
    """Note that `plan` carries none of `measures` on, for this `reason`. Raises like
    `continue_measures`.
    """
    plan, measures = _prepare(measures, plan, by)
    if not reason:
        raise Refused(_("Bitte nennen Sie den Grund, aus dem die Maßnahme endet."))
    return [
        _decide(
            measure, plan, ContinuationKind.ENDED, [], reason=reason, by=by, now=now, origin=origin
        )
        for measure in measures
    ]


@transaction.atomic
def undo_continuation(*, continuation: Continuation, by, now: dt.datetime) -> list[Measure]:
    """Delete a decision, and the copies and contacts made with it that nobody has worked on; return
    the successors that stay. The last measure left of several merged ones counts as continued.

    Raises `NotAllowed`, `ChangedMeanwhile`; `Refused` once the later plan is published.
    """
    require_permission(can_continue_measures(by))
    plan = Plan.objects.select_for_update().get(pk=continuation.plan_id)
    if plan.is_published:
        raise Refused(
            _("%(plan)s ist veröffentlicht. Was aus einer Maßnahme wurde, steht damit fest.")
            % {"plan": plan}
        )
    gone = _("Diese Entscheidung ist schon zurückgenommen.")
    continuation = lock_present(continuation, gone)
    # Read before the deletion, which empties the relation.
    successors = list(continuation.successors.all())
    reason = _("Entscheidung zurückgenommen: %(kind)s") % {"kind": continuation.get_kind_display()}
    delete_as(continuation, by=by, now=now, reason=reason)
    if continuation.kind == ContinuationKind.MERGED:
        _continue_the_last(successors, by=by, now=now)
    kept = []
    for successor in successors:
        _take_contacts_back(continuation.measure, successor, by=by, now=now, reason=reason)
        if is_untouched_copy(successor):
            delete_as(successor, by=by, now=now, reason=reason)
        else:
            kept.append(successor)
    return kept


def _continue_the_last(successors: Sequence[Measure], *, by, now: dt.datetime) -> None:
    """Let the only measure that still leads to one of `successors` be continued, not merged."""
    for successor in successors:
        # The lock on the plan keeps others from adding to these decisions meanwhile.
        left = list(successor.origins.select_for_update().all())
        if len(left) == 1 and left[0].kind == ContinuationKind.MERGED:
            left[0].kind = ContinuationKind.CONTINUED
            reason = _("Fortgeführt, weil die andere Zusammenführung zurückgenommen ist")
            save_as(left[0], by=by, now=now, reason=reason)


def is_untouched_copy(measure: Measure) -> bool:
    """Return whether `measure` was made for a decision, and nothing else was done with it."""
    if _only_line(measure) != str(COPIED_REASON):
        return False
    used = (
        "origins",
        "continuations",
        "reports",
        "milestones",
        "projects",
        "contacts",
        "documents",
        "links",
    )
    return not any(getattr(measure, name).exists() for name in used)


def _only_line(made: Measure | Contact) -> str | None:
    """Return the reason in the history of `made`, None once somebody has changed it."""
    # Two lines suffice: any change since the decision adds a second one, whoever made it.
    lines = list(made.history.values_list("history_change_reason", flat=True)[:2])
    return lines[0] if len(lines) == 1 else None


def _prepare(measures: Sequence[Measure], plan: Plan, by) -> tuple[Plan, list[Measure]]:
    """Return plan and measures, locked, if they may be decided on."""
    require_permission(can_continue_measures(by))
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    keys = [measure.pk for measure in measures]
    # PostgreSQL cannot lock the nullable side of an outer join, and only the measures need a lock.
    locked = Measure.objects.select_for_update(of=("self",)).select_related("plan", "section")
    found = list(locked.filter(pk__in=keys).order_by("search", "pk"))
    if not found:
        raise Refused(_("Bitte kreuzen Sie an, um welche Maßnahmen es geht."))
    if any(measure.plan_id == plan.pk for measure in found):
        raise Refused(
            _("Eine Maßnahme wird in einem anderen Plan fortgeschrieben, nicht im selben.")
        )
    decided = Continuation.objects.filter(measure__in=found, plan=plan).select_related("measure")
    if titles := [f"„{continuation.measure.title}“" for continuation in decided]:
        text = ngettext(
            "Darüber ist inzwischen schon entschieden: %(measures)s. Es ist nichts geschehen.",
            "Über diese Maßnahmen ist inzwischen schon entschieden: %(measures)s. Es ist nichts "
            "geschehen.",
            len(titles),
        )
        raise ChangedMeanwhile(text % {"measures": ", ".join(titles)}, can_overwrite=False)
    return plan, found


def _one_successor(
    measures: Sequence[Measure], plan: Plan, successor: Measure | None, title: str, **given
) -> Measure:
    if bool(successor) == bool(title):
        raise Refused(
            _("Bitte wählen Sie eine Maßnahme des neuen Plans, oder nennen Sie einen neuen Titel.")
        )
    if successor:
        return _successor(successor, plan)
    return _copy(measures[0], plan, title=title, **given)


def _successor(measure: Measure, plan: Plan) -> Measure:
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.plan_id != plan.pk:
        raise Refused(
            _("„%(measure)s“ gehört nicht zu %(plan)s.") % {"measure": measure, "plan": plan}
        )
    return measure


def _copy(
    measure: Measure, plan: Plan, *, title: str = "", by, now: dt.datetime, origin: str
) -> Measure:
    """Return a new measure of `plan` with the master data of `measure`, in the section that was
    taken over from its own.
    """
    values = {name: getattr(measure, name) for name in COPIED_FIELDS}
    if measure.has_runtime_outside(plan):
        # Nobody would notice that the new measure ended before its plan begins.
        values |= {"runtime": "", "starts_on": None, "ends_on": None}
    if title:
        # One of several parts, or a sum of several measures, is not what the code stood for.
        values |= {"title": title, "code": ""}
    copy = Measure(
        plan=plan,
        section=plan.sections.filter(predecessor=measure.section).first()
        if measure.section_id
        else None,
        # A new plan starts its own reporting; the former status stays with the predecessor.
        phase=Phase.NOT_STARTED,
        responsible=measure.responsible or default_responsible(by),
        origin=origin,
    )
    for name in ("supporters", "sectors"):
        values[name] = list(getattr(measure, name).all())
    taken = _("In %(plan)s gibt es schon eine Maßnahme „%(title)s“.")
    violation = Refused(taken % {"plan": plan, "title": values["title"]})
    save_values_as(copy, values, by=by, now=now, reason=COPIED_REASON, violation=violation)
    return copy


def _decide(
    measure: Measure,
    plan: Plan,
    kind: str,
    successors: Sequence[Measure],
    *,
    reason: str = "",
    by,
    now: dt.datetime,
    origin: str,
) -> Continuation:
    later = later_measures(successor.pk for successor in successors)
    if measure.pk in later:
        raise Refused(
            _("„%(measure)s“ ist selbst aus der gewählten Maßnahme hervorgegangen.")
            % {"measure": measure}
        )
    continuation = Continuation(
        measure=measure,
        plan=plan,
        kind=kind,
        reason=reason,
        decided_by=by if by.pk else None,
        decided_at=now,
        origin=origin,
    )
    line = _("%(kind)s in %(plan)s") % {"kind": continuation.get_kind_display(), "plan": plan}
    # The lock on the plan already rules this out; the constraint guards writers that do not lock.
    with violation_as(ChangedMeanwhile(_("Darüber ist inzwischen schon entschieden."))):
        save_values_as(continuation, {"successors": successors}, by=by, now=now, reason=line)
    for successor in successors:
        _carry_contacts(measure, successor, by=by, now=now, origin=origin)
    return continuation


def _carry_contacts(measure: Measure, successor: Measure, *, by, now: dt.datetime, origin) -> None:
    """Give `successor` the contacts of `measure` that it lacks. Who has left stays behind."""
    known = successor.contacts.values("person")
    carried = [
        Contact(
            measure=successor,
            person_id=contact.person_id,
            role=contact.role,
            function=contact.function,
            position=contact.position,
            origin=origin,
        )
        for contact in measure.contacts.filter(person__is_active=True).exclude(person__in=known)
    ]
    if carried:
        # The lock on the plan does not keep a colleague from entering the same person just now.
        meanwhile = _("Die Kontakte von „%(measure)s“ wurden gerade geändert.")
        with violation_as(ChangedMeanwhile(meanwhile % {"measure": successor})):
            create_all_as(carried, by=by, now=now, reason=CARRIED_REASON)


def _take_contacts_back(
    measure: Measure, successor: Measure, *, by, now: dt.datetime, reason: str
) -> None:
    """Remove the contacts that came to `successor` from `measure` alone and that nobody changed."""
    others = successor.origins.exclude(measure=measure).values("measure")
    brought = successor.contacts.filter(person__in=measure.contacts.values("person"))
    for contact in brought.exclude(person__contacts__measure__in=others):
        if _only_line(contact) == str(CARRIED_REASON):
            delete_as(contact, by=by, now=now, reason=reason)
