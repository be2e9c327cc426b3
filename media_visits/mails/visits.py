"""Who is told of a visit, and the mails about its announcement, changes and end."""

import datetime as dt
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.queries import deciders
from approvals.registry import Change
from core.dates import format_span, local_date
from media_visits.enums import VisitState
from media_visits.facts import announced_changes_since, announced_slots
from media_visits.models import Visit
from outbox.enums import MailState
from outbox.queries.mails import held_back, unsent_events, unsent_keys
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailDraft, Markdown, escape_markdown
from partners.models import Person
from partners.queries import people_of, recipient_of

ANNOUNCED, CHANGED, MOVED = "visit_announced", "visit_changed", "visit_moved"
POSTPONED, CANCELLED = "visit_postponed", "visit_cancelled"
# Obsolete once the visit is postponed or cancelled.
MAILS_UNTIL_THE_END = (ANNOUNCED, CHANGED, MOVED, POSTPONED)
# The mail sets its own.
QUOTATION_MARKS = '„“”»«" \n\r\t'


def people_to_announce_to(visit: Visit, lists=(), *, known: list[Person]) -> list[Person]:
    """Return the company's contacts, the members of `lists`, and those who know of the visit: they
    were promised news when it was postponed. Each person once, and nobody who left.
    """
    members = Person.objects.reachable().filter(distribution_lists__in=lists).select_related("user")
    people = {person.pk: person for person in members}
    if visit.company_id:
        people |= {person.pk: person for person in people_of(visit.company_id).reachable()}
    people |= {person.pk: person for person in known if person.is_active}
    return [people[pk] for pk in sorted(people)]


def people_who_know(visit: Visit) -> list[Person]:
    """Return the people whom the announcement has reached and who still have an address, even if
    they left since: whoever was told of a visit is told of its end.
    """
    people = list(_informed(visit))
    # Whoever was never sent the announcement would be told of a visit they know nothing of.
    unsent = held_back([_key_of(visit, person) for person in people], ANNOUNCED)
    return [
        person
        for person in people
        if recipient_of(person).email and _key_of(visit, person) not in unsent
    ]


def deciders_to_inform(visit: Visit, today: dt.date) -> list[Person]:
    """Return who may decide on visits on `today`, if this visit was ever submitted to them."""
    # For an open submission, withdrawing the approval sends a mail of its own.
    if visit.submitted_at is None or visit.state == VisitState.SUBMITTED:
        return []
    # The same people as for a new submission (docs/adr/0014), because any of the deputies may have
    # approved the visit.
    return deciders(today, ApprovalKind.VISIT)


class End(NamedTuple):
    """Who has to learn that a visit is postponed or cancelled, and the date that each of the two
    groups knows: outside, a date after the announced one is not approved yet.
    """

    people: list[Person]
    date_outside: str
    deciders: list[Person]
    date_inside: str


def end_of(visit: Visit, today: dt.date) -> End:
    """Read this before the visit changes, because all of it depends on its state and date."""
    known = visit.date_text
    if visit.state != VisitState.ANNOUNCED:
        known = _last_date_text(_announced_versions(visit)) or known
    return End(people_who_know(visit), known, deciders_to_inform(visit, today), visit.date_text)


def _announced_versions(visit: Visit) -> QuerySet:
    return visit.history.filter(state=VisitState.ANNOUNCED, starts_at__isnull=False)


def _last_date_text(versions: QuerySet) -> str:
    last = versions.order_by("-history_date", "-history_id").first()
    return format_span(last.starts_at, last.ends_at) if last else ""


def mail_announcement(
    visit: Visit, people: list[Person], *, known: list[Person], by, now: dt.datetime
) -> None:
    """Announce the visit to `people`, and mail the senator's office that it is announced.

    Those who are `known` to have got an announcement before are told that it is replaced. Withdraws
    what said that the visit is postponed and has not been sent yet.
    """
    keys = [_key_of(visit), *(_key_of(visit, person) for person in people)]
    note = _("Der Besuch wurde inzwischen angekündigt.")
    withdraw_pending(subject_keys=keys, kinds=[POSTPONED, MOVED], note=note, by=by, now=now)
    _enqueue_announcement(visit, people, known, by=by, now=now)
    others = _without(deciders_to_inform(visit, local_date(now)), people)
    _mail_senator_office(visit, others, visit.date_text, "", by=by, now=now)


def mail_change(visit: Visit, *, notify: bool, by, now: dt.datetime) -> None:
    """Mail everybody who knows of the announced visit and the senator's office, which attends it,
    what changed since they were told last.

    With `notify` off, only mails that have not been sent yet are replaced: they must not say what
    no longer holds.
    """
    known, informed = people_who_know(visit), list(_informed(visit))
    unsent = unsent_keys([_key_of(visit, person) for person in informed], ANNOUNCED)
    late = [person for person in informed if _key_of(visit, person) in unsent]
    if late:
        held_keys = unsent_keys(unsent, ANNOUNCED, states=[MailState.DRAFT])
        held = [person for person in late if _key_of(visit, person) in held_keys]
        note = _("Die Angaben haben sich geändert.")
        withdraw_pending(subject_keys=unsent, kinds=[ANNOUNCED], note=note, by=by, now=now)
        _enqueue_announcement(visit, _without(late, held), known, by=by, now=now)
        # What waited for its release goes on waiting, even if the text no longer asks for it.
        _enqueue_announcement(visit, held, known, is_held=True, by=by, now=now)
    outside = _without(known, late)
    inside = _without(deciders_to_inform(visit, local_date(now)), [*outside, *late])
    _mail_changes(visit, outside, notify=notify, by=by, now=now)
    _mail_changes(visit, inside, is_inside=True, notify=notify, by=by, now=now)


def _mail_changes(
    visit: Visit, people: list[Person], *, notify: bool, by, now: dt.datetime, is_inside=False
) -> None:
    waiting: set[tuple[str, str]] = set()
    if not notify:
        keys = [_key_of(visit, None if is_inside else person) for person in people]
        waiting = unsent_events(keys, [CHANGED])
        note = _("Die Angaben haben sich geändert.")
        withdraw_pending(subject_keys=keys, kinds=[CHANGED], note=note, by=by, now=now)
        late = {address for _event, address in waiting}
        people = [person for person in people if recipient_of(person).email in late]
    # Most people know the same, so one text serves them all.
    by_text: dict[str, list[Person]] = {}
    for person in people:
        changes = _changes_for(visit, recipient_of(person).email, waiting)
        by_text.setdefault("\n\n".join(map(in_words, changes)), []).append(person)
    for text, found in by_text.items():
        if text:
            values = {"when": visit.date_text, "changes": text}
            _enqueue(visit, CHANGED, found, values, is_inside=is_inside, by=by, now=now)


def _changes_for(visit: Visit, address: str, waiting: Collection[tuple[str, str]]) -> list[Change]:
    """Return what changed since the last mail to `address` that does not wait any more."""
    *former, last = visit.announced_changes
    before = last["before"]
    for change in reversed(former):
        if change["is_mailed"] and (_event_of(change["version"]), address) not in waiting:
            break
        before = change["before"]
    return announced_changes_since(before, visit)


def untold_changes(visit: Visit) -> list[Change]:
    """Return the changes that were not mailed, so that those told before do not know of them."""
    if not visit.announced_changes or visit.announced_changes[-1]["is_mailed"]:
        return []
    before: list[list[str]] = []
    for change in reversed(visit.announced_changes):
        if change["is_mailed"]:
            break
        before = change["before"]
    return announced_changes_since(before, visit)


def mail_end(visit: Visit, kind: str, end: End, *, by, now: dt.datetime) -> None:
    """Mail everybody in `end` that the visit is postponed or cancelled; those outside get `kind`.

    Withdraws what announces the visit and has not been sent yet.
    """
    keys = [_key_of(visit), *(_key_of(visit, person) for person in visit.informed.all())]
    note = _("Der Besuch wurde verschoben oder abgesagt.")
    withdraw_pending(subject_keys=keys, kinds=MAILS_UNTIL_THE_END, note=note, by=by, now=now)
    values = {"when": end.date_outside, "reason": visit.reason}
    left = [person for person in end.people if not person.is_active]
    outlook = no_outlook = {}
    if kind == POSTPONED:
        # Nobody who has left gets the next announcement, so nothing is promised to them.
        outlook = {"note": _("Sobald der neue Termin feststeht, hören Sie von uns.")}
        no_outlook = {"note": ""}
    _enqueue(visit, kind, _without(end.people, left), values | outlook, by=by, now=now)
    _enqueue(visit, kind, left, values | no_outlook, by=by, now=now)
    note = _("Grund: %(reason)s") % {"reason": visit.reason}
    deciders = _without(end.deciders, end.people)
    _mail_senator_office(visit, deciders, end.date_inside, note, by=by, now=now)


def _informed(visit: Visit) -> QuerySet[Person]:
    return visit.informed.select_related("user").order_by("pk")


def _key_of(visit: Visit, person: Person | None = None) -> str:
    # One per person outside, which tells whom the announcement has reached, at whatever address.
    return f"visit:{visit.pk}:{person.pk}" if person else f"visit:{visit.pk}"


def _event_of(version: int) -> str:
    return f"v{version}"


def _without(people: list[Person], others: list[Person]) -> list[Person]:
    # Whoever belongs to both groups gets only one mail.
    keys = {person.pk for person in others}
    return [person for person in people if person.pk not in keys]


def _enqueue_announcement(visit, people, known, *, by, now, is_held=False) -> None:
    values = {
        "when": visit.date_text,
        "quote": visit.quote,
        "visitor": visit.visitor or settings.HEAD_TITLE,
        "participants": _participants(visit),
        "address": visit.address or _("im Unternehmen"),
        "press": _press_lines(visit),
        "contact": visit.contact or _office_contact(),
    }
    former = _last_date_text(_announced_versions(visit).exclude(starts_at=visit.starts_at))
    replaces = _("Diese Ankündigung ersetzt die frühere für %(when)s.") % {"when": former}
    new = _without(people, known if former else [])
    enqueue = partial(_enqueue, visit, ANNOUNCED, is_held=is_held, by=by, now=now)
    enqueue(new, values | {"replaces": ""})
    enqueue(_without(people, new), values | {"replaces": replaces})


def _mail_senator_office(visit, deciders, when, note, *, by, now) -> None:
    values = {"when": when, "state": visit.get_state_display(), "note": note}
    _enqueue(visit, MOVED, deciders, values, is_inside=True, by=by, now=now)


def _enqueue(visit, kind, people, values, *, by, now, is_inside=False, is_held=False) -> None:
    if not people:
        return
    values = {"company": visit.company_name, "title": visit.title} | values
    drafts = [
        MailDraft(
            kind=kind,
            subject_key=_key_of(visit, None if is_inside else person),
            # Deduplicates to one mail per kind, person and version of the visit.
            event=_event_of(visit.version),
            to=recipient_of(person),
            values=values,
            path=visit.get_absolute_url(),
            is_held=is_held,
        )
        for person in people
    ]
    enqueue_mails(drafts, now=now, by=by)


def _participants(visit: Visit) -> str:
    return "\n".join([_("Außerdem dabei:"), visit.participants]) if visit.participants else ""


def _office_contact() -> str:
    contact = (settings.OFFICE_NAME, settings.OFFICE_PHONE, settings.OFFICE_EMAIL)
    return ", ".join(filter(None, contact))


def _press_lines(visit: Visit) -> Markdown:
    """Return the press slots as a Markdown list, or a sentence if there are none."""
    lines = []
    for slot, facts in announced_slots(visit):
        # The block is Markdown, so user input must be escaped.
        lines.append(f"- {escape_markdown(str(slot))}")
        lines += [f"  - {escape_markdown(f'{label}: {value}')}" for label, value in facts]
    if not lines:
        return Markdown(_("Der Besuch ist nicht presseöffentlich."))
    return Markdown(_("Pressetermine:") + "\n\n" + "\n".join(lines))


def in_words(change: Change) -> str:
    nothing = _("keine Angabe")
    before = _("bisher: %(value)s") % {"value": change.before or nothing}
    after = _("jetzt: %(value)s") % {"value": change.after or nothing}
    return f"{change.label}\n{before}\n{after}"
