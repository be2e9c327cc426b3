"""What pages show about approvals: the next step, conditions, outcomes, durations."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import CONDITION_BADGE_COLOURS, ApprovalKind, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Condition
from approvals.permissions import (
    can_decide,
    can_decide_any,
    can_see_approvals,
    can_submit,
    is_deputy_for,
    is_own_submission,
    kinds_of_deputy,
)
from approvals.queries import conditions_to_meet
from approvals.registry import (
    Commitment,
    CounterDate,
    Decision,
    clashes_of,
    commitments_of,
    date_concerns,
)
from approvals.reminders import subject_key
from core.dates import format_moment, local_date, working_days_between
from core.errors import Concern
from core.models import Origin
from core.progress import NextStep, OpenPoint, TextCard, WaitingEntry
from core.roles import OFFICE, SENATOR_OFFICE, has_role, senator_office_name
from partners.queries import people_with_role

DURATIONS_PERIOD = dt.timedelta(days=365)
# Bounds the memory of the page that reads them all; real years have far fewer decisions.
MAX_DECISIONS_READ = 1000


def decision_step(text: str, approval: ApprovalRequest | None, user) -> NextStep:
    """Return the next step while `approval` waits; only users who may decide it get the button."""
    step = NextStep(text, senator_office_name(), approval.due_on if approval else None)
    if approval is None or not can_see_approvals(user, approval.kind):
        return step
    url = approval.get_absolute_url()
    if can_decide(user, approval):
        return step._replace(action=_("Entscheiden"), url=url)
    point = OpenPoint(_("Was vorgelegt ist, zeigt die Vorlage."), _("Vorlage ansehen"), url)
    return step._replace(points=(point,))


def decision_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return what waits for the senator's office, by primary key of the approval. One query."""
    return {
        approval.pk: WaitingEntry(
            senator_office_name(),
            _("%(kind)s „%(title)s“ freigeben")
            % {"kind": approval.get_kind_display(), "title": approval.title},
            approval.get_absolute_url(),
            approval.due_on,
        )
        for approval in ApprovalRequest.objects.filter(pk__in=pks)
    }


def condition_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return what the office still has to meet, by primary key of the condition. One query."""
    return {
        condition.pk: WaitingEntry(
            _("Geschäftsstelle"),
            _("Auflage zu „%(title)s“: %(text)s")
            % {"title": condition.approval.title, "text": condition},
            condition.get_absolute_url(),
        )
        for condition in Condition.objects.filter(pk__in=pks).select_related("approval")
    }


def briefing_texts(approval: ApprovalRequest) -> list[tuple[str, str]]:
    """Return the filled texts of the Leitungsvorlage above its vote, as (label, text)."""
    texts = [
        (_("Anlass"), approval.occasion),
        (_("Sachverhalt"), approval.facts),
        (_("Bewertung"), approval.assessment),
    ]
    return [(label, text) for label, text in texts if text]


def comment_cards(title: str, approval: ApprovalRequest | None) -> list[TextCard]:
    """Return the comment of the senator's office on `approval` as a card, if there is one."""
    if approval is None or not approval.comment:
        return []
    decided = f"{approval.decided_by} · {format_moment(approval.decided_at)}"
    return [TextCard(title, approval.comment, note=f"{approval.decided_outcome} · {decided}")]


def with_conditions(
    next_step: NextStep | None, user, *subjects: tuple[str, int, str]
) -> NextStep | None:
    """Return `next_step` with the open conditions of `subjects`, each (kind, id, label of a
    condition), that `user` may see as its points. Without a next step, they become one.
    """
    labels = {kind: label for kind, _pk, label in subjects if can_see_approvals(user, kind)}
    # Conditions lapse with their approval, so only those of a valid approval count.
    found = conditions_to_meet([(kind, pk) for kind, pk, _label in subjects if kind in labels])
    points = tuple(_point(condition, labels[condition.approval.kind], user) for condition in found)
    if not points:
        return next_step
    if next_step is None:
        text = ngettext(
            "Eine Auflage ist noch zu erfüllen.", "Auflagen sind noch zu erfüllen.", len(points)
        )
        next_step = NextStep(text, _("Geschäftsstelle"))
    return next_step._replace(points=(*next_step.points, *points))


def _point(condition: Condition, label: str, user) -> OpenPoint:
    text = f"{label}: {condition}"
    if not can_submit(user):
        return OpenPoint(text)
    return OpenPoint(text, _("Als erfüllt vermerken"), condition.get_absolute_url())


class ConditionItem(NamedTuple):
    """One condition on its approval's page; `url` is empty for users who cannot meet it."""

    text: str
    note: str
    state: str
    colour: str
    url: str


def condition_items(approval: ApprovalRequest, user) -> list[ConditionItem]:
    """Return the conditions and how each was met. Prefetch `conditions` first."""
    can_meet = approval.state == ApprovalState.CONDITIONAL and can_submit(user)
    return [
        ConditionItem(
            condition.text,
            _met_note(condition),
            condition.get_state_display(),
            CONDITION_BADGE_COLOURS[ConditionState(condition.state)],
            condition.get_absolute_url() if can_meet and condition.is_open else "",
        )
        for condition in approval.conditions.all()
    ]


def _met_note(condition: Condition) -> str:
    if not condition.met_at:
        return ""
    parts = [format_moment(condition.met_at), str(condition.met_by), condition.note]
    return " · ".join(filter(None, parts))


# What to look at before deciding, by the id of a date option; under None what concerns all.
DateNotes = Mapping[int | None, list[Concern]]
NO_NOTES: DateNotes = {}


def date_notes(approval: ApprovalRequest, user, now: dt.datetime) -> DateNotes:
    """Return what to look at before deciding on the dates of `approval`; empty once it is decided.

    What `user` may not see is not named.
    """
    if not approval.is_open:
        return NO_NOTES
    notes: dict[int | None, dict[str, Concern]] = defaultdict(dict)
    for date, concerns in date_concerns(commitments_of(subject_key(approval)), user=user, now=now):
        # A visit and its press slots clash with the same; once is enough.
        notes[date.option] |= {str(concern): concern for concern in concerns}
    return {option: list(found.values()) for option, found in notes.items()}


def printed_notes(approval: ApprovalRequest, now: dt.datetime) -> list[str]:
    """Return the notes for the document of `approval`, as the senator's office may see them."""
    reader = people_with_role(SENATOR_OFFICE).first()
    notes = date_notes(approval, reader.user if reader else AnonymousUser(), now).items()
    labels = {option["id"]: f"{option['label']} – " for option in approval.options}
    return [f"{labels.get(option, '')}{note}" for option, found in notes for note in found]


def clash_notes(dates: Sequence[Commitment], user, now: dt.datetime) -> list[Concern]:
    """Return what the `dates` of one subject clash with, for its page."""
    clashes = clashes_of(dates, user=user, now=now)
    found = [concern for _date, concerns in clashes for concern in concerns]
    return list({str(concern): concern for concern in found}.values())


def option_labels(
    approval: ApprovalRequest, notes: DateNotes = NO_NOTES
) -> list[tuple[int, SafeString]]:
    """Return the dates of `approval` by id, each with its notes in lines of their own."""
    return [
        (
            option["id"],
            format_html(
                "{}{}",
                " – ".join(filter(None, (option["label"], option["hint"]))),
                format_html_join(
                    "",
                    '<span class="choice__note">{}</span>',
                    (
                        (_("Hinweis: %(note)s") % {"note": note},)
                        for note in notes.get(option["id"], [])
                    ),
                ),
            ),
        )
        for option in approval.options
    ]


def confirmation_lists(
    approval: ApprovalRequest, decision: Decision, user, now: dt.datetime
) -> list[tuple[str, Sequence]]:
    """Return what `decision` says, as (heading, lines), for the page that asks for confirmation."""
    chosen = [option for option in approval.options if option["id"] in decision.chosen]
    notes = date_notes(approval, user, now) if decision.is_granting else NO_NOTES
    noted = [note for option in chosen for note in notes.get(option["id"], [])]
    noted += notes.get(None, [])
    noted += _counter_date_notes(approval, decision.counter_dates, user, now)
    lists = [
        (_("Diese Termine sind möglich:"), [option["label"] for option in chosen]),
        (
            ngettext("Ihre Auflage:", "Ihre Auflagen:", len(decision.conditions)),
            decision.conditions,
        ),
        (_("Sie schlagen stattdessen vor:"), decision.counter_dates),
        (_("Bitte beachten Sie:"), list(dict.fromkeys(map(str, noted)))),
    ]
    return [(heading, items) for heading, items in lists if items]


def _counter_date_notes(
    approval: ApprovalRequest, dates: Sequence[CounterDate], user, now: dt.datetime
) -> list[Concern]:
    present = commitments_of(subject_key(approval)) if dates else []
    if not present:
        return []
    # Whom another date would bind does not depend on the date.
    planned: list[Commitment] = [
        replace(present[0], starts_at=date.starts_at, ends_at=date.ends_at) for date in dates
    ]
    concerns = date_concerns(planned, user=user, now=now)
    return [concern for _date, found in concerns for concern in found]


def outcome_lists(approval: ApprovalRequest) -> list[tuple[str, list[str]]]:
    """Return the granted and the alternative dates of a decision, as (heading, dates)."""
    granted = [option["label"] for option in approval.chosen_options]
    proposed = [str(date) for date in approval.counter_date_list]
    lists = [("", granted), (_("Stattdessen vorgeschlagen:"), proposed)]
    return [(heading, dates) for heading, dates in lists if dates]


def earlier_decision(approval: ApprovalRequest) -> str:
    """Return who granted an approval that lapsed afterwards; empty for all others."""
    if approval.state != ApprovalState.LAPSED or not approval.decided_at:
        return ""
    granted = _("Freigegeben war es am %(at)s von %(who)s.") % {
        "at": format_moment(approval.decided_at),
        "who": approval.decided_by,
    }
    return f"{granted} {_('(in Vertretung)')}" if approval.by_deputy else granted


def waiting_note(approval: ApprovalRequest, user) -> str:
    """Return who decides, for users who wait for it or submitted the approval themselves."""
    note = _("Die Entscheidung liegt beim %(office_name)s.") % {
        "office_name": senator_office_name()
    }
    if not can_decide_any(user) or not is_own_submission(user, approval):
        return note
    own = _("Diese Vorlage haben Sie selbst eingereicht; darüber entscheidet jemand anderes.")
    return f"{note} {own}"


def notified_notes(approval: ApprovalRequest, user) -> list[str]:
    """Return who hears of the decision, for the page that confirms it."""
    notes = [_("Die Geschäftsstelle wird benachrichtigt.")]
    if approval.kind == ApprovalKind.TOPIC:
        notes = [
            _(
                "Die Geschäftsstelle wird benachrichtigt und, falls ein Partner das Thema "
                "vorgeschlagen hat, auch dieser, solange sein Konto besteht."
            )
        ]
    # Guests know of the dates only if these were approved before.
    if approval.kind == ApprovalKind.DATES and approval.former_id:
        guests = _("Stimmen Sie einer Änderung zu, erfahren auch die eingeladenen Gäste davon.")
        notes.append(guests)
    if is_deputy_for(user, approval.kind):
        deputy = _("Sie entscheiden in Vertretung. Die vertretene Person wird benachrichtigt.")
        notes.insert(0, deputy)
    return notes


def desk_subtitle(user) -> str:
    if can_decide_any(user):
        return _("Was auf Ihre Entscheidung wartet, die älteste Frist zuerst.")
    values = {"office_name": senator_office_name()}
    return _("Was beim %(office_name)s liegt, die älteste Frist zuerst.") % values


def desk_empty_text(user, kind: str, is_closed: bool) -> str:
    if kind:
        return _("Von dieser Art ist nichts dabei. Alle Arten zusammen zeigt „alle“.")
    if is_closed:
        return _("Hier stehen alle Entscheidungen, sobald die erste getroffen ist.")
    if can_decide_any(user):
        return _(
            "Es wartet nichts auf Ihre Entscheidung. Sobald die Geschäftsstelle etwas vorlegt, "
            "erhalten Sie eine E-Mail."
        )
    return _(
        "Zurzeit liegt keine Freigabe vor. Themen, Termine und Besuche legen Sie auf ihrer Seite "
        "zur Freigabe vor."
    )


class DecisionDurations(NamedTuple):
    """How long decisions of one kind took, in working days, and how many are overdue now."""

    label: str
    decided: int
    median: float | None
    longest: int | None
    overdue: int

    @property
    def median_text(self) -> str:
        return format_duration(self.median)

    @property
    def longest_text(self) -> str:
        return format_duration(self.longest)


def decision_durations(user, now: dt.datetime) -> list[DecisionDurations]:
    """Return the durations for each kind that `user` may see, in two queries.

    Decisions of the last year count, from submission to decision in working days of Berlin.
    """
    # Records taken over have no real time of submission; any duration would be invented.
    approvals = ApprovalRequest.objects.visible_to(user).exclude(origin=Origin.TAKEN_OVER)
    days_by_kind, overdue = _working_days_by_kind(approvals, now), _overdue_by_kind(approvals, now)
    # Deputies see no row for the kinds they do not decide, not even an empty one.
    kinds = None if has_role(user, OFFICE) else kinds_of_deputy(user)
    return [
        DecisionDurations(
            str(kind.label),
            len(days := days_by_kind[kind]),
            median(days) if days else None,
            max(days, default=None),
            overdue.get(kind, 0),
        )
        for kind in ApprovalKind
        if kinds is None or kind in kinds
    ]


def _working_days_by_kind(approvals: QuerySet, now: dt.datetime) -> dict[str, list[int]]:
    decided = approvals.filter(decided_at__gt=now - DURATIONS_PERIOD, decided_at__lte=now)
    decided = decided.order_by("-decided_at", "-pk")[:MAX_DECISIONS_READ]
    found: dict[str, list[int]] = defaultdict(list)
    for kind, submitted_at, decided_at in decided.values_list("kind", "submitted_at", "decided_at"):
        found[kind].append(working_days_between(local_date(submitted_at), local_date(decided_at)))
    return found


def _overdue_by_kind(approvals: QuerySet, now: dt.datetime) -> dict[str, int]:
    overdue = approvals.open().filter(due_on__lt=local_date(now))
    return dict(overdue.order_by().values_list("kind").annotate(Count("pk")))


def format_duration(days: float | None) -> str:
    """Return `am selben Tag`, `1 Arbeitstag`, `2,5 Arbeitstage`; a dash without a duration."""
    if days is None:
        return "–"
    if days == 0:
        return _("am selben Tag")
    # A median may end in .5, which takes the plural in German: 1,5 Arbeitstage.
    count = number_format(int(days) if days == int(days) else round(days, 1))
    return ngettext("%(count)s Arbeitstag", "%(count)s Arbeitstage", 1 if days == 1 else 2) % {
        "count": count
    }
