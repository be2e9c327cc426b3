"""Content of the page of a visit, depending on the user."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from approvals.enums import VERDICT_LABELS, ApprovalKind
from approvals.models import ApprovalRequest
from approvals.permissions import can_see_approvals
from approvals.progress import briefing_texts, clash_notes, comment_cards, with_conditions
from approvals.queries import approvals_with_conditions, condition_history, decision_note
from core.conflicts import version_of
from core.errors import Concern
from core.history import differences_in, entries_of, former_values
from core.progress import Button, HistoryEntry, TextCard
from media_visits.enums import OVER_STATES, PRESS_OPEN_STATES, VISIT_MOVES, VisitState
from media_visits.facts import slot_details
from media_visits.mails import in_words, untold_changes
from media_visits.models import PressSlot, Visit
from media_visits.permissions import can_manage, can_see_internals, open_actions
from media_visits.progress.lifecycle import next_step_of, visit_steps
from media_visits.progress.press import kinds_text, listed_coverage, listed_slots
from media_visits.queries import commitments_of, coverage_to_list
from media_visits.services.lifecycle import OUTCOME_CORRECTED, SUBMITTED
from media_visits.services.press import SLOT_CHANGED, SLOT_FIELDS
from media_visits.services.visits import SEEN_FIELDS
from partners.models import Organisation
from partners.progress import inactive_note, responsible_facts, responsible_note

S = VisitState
# What *Verlauf* says with the former and the new value, without what only the office reads.
VISIT_FACTS = (
    "company",
    "company_text",
    "title",
    "visitor",
    "address",
    "starts_at",
    "ends_at",
    "to_be_published",
)
VISIT_TEXTS = ("message", "quote", "participants", "contact")
# The action → its page and the style of its button, in the order of the page.
FURTHER_STEPS = {
    "withdraw": ("withdraw", "secondary"),
    "unrecord": ("unrecord", "secondary"),
    "reopen": ("reopen", "secondary"),
    "correct": ("document", "secondary"),
    "postpone": ("postpone", "danger"),
    "cancel": ("cancel", "danger"),
    "resume": ("resume", "secondary"),
}


def submission_notes(visit: Visit) -> list[Concern]:
    """Return what is worth completing before `visit` is submitted, with a link to its form."""
    edit_url = reverse("media_visits:edit", args=[visit.pk])
    notes = []
    if not visit.address:
        text = _(
            "Es ist keine eingetragen. Sie lässt sich nach der Freigabe ergänzen, ohne dass diese "
            "erlischt; wer entscheidet, sieht sie dann nicht."
        )
        notes.append(Concern("address", _("Adresse"), edit_url, text))
    # A visit without one counts for no sector in the balance.
    if not visit.sectors.exists():
        text = _("Es ist keiner gewählt.")
        of_company = visit.company.sectors.all() if visit.company else []
        if names := ", ".join(sector.name for sector in of_company):
            hint = _("Branchen des Unternehmens: %(names)s.") % {"names": names}
            text = f"{text} {hint}"
        notes.append(Concern("sectors", _("Branchenschwerpunkt"), edit_url, text))
    return notes


class ListedVisit(NamedTuple):
    """A visit as the list shows it; missing texts are empty."""

    visit: Visit
    sectors: str
    press: str
    origin: str
    responsible: str | SafeString


def listed_visits(visits: Iterable[Visit]) -> list[ListedVisit]:
    """Return `visits` for the list. Prefetch sectors and press slots."""
    return [
        ListedVisit(
            visit=visit,
            sectors=sectors_text(visit),
            press=kinds_text(visit),
            origin=visit.get_origin_display() if visit.is_demo or visit.is_taken_over else "",
            responsible=responsible_note(visit),
        )
        for visit in visits
    ]


def sectors_text(visit: Visit) -> str:
    """Return the names of the sectors, or the wording of the source."""
    return ", ".join(sector.name for sector in visit.sectors.all()) or visit.sectors_text


def press_text(visit: Visit) -> str:
    """Return each press slot with its details in a line, or the wording of the source."""
    lines = [", ".join([str(slot), *_details_in_words(slot)]) for slot in visit.press_slots.all()]
    return "\n".join(lines) or visit.press_text


def _details_in_words(slot: PressSlot) -> list[str]:
    if slot.cancelled_at:
        return [_("entfällt")]
    return [f"{label}: {value}" for label, value in slot_details(slot)]


def visit_page(visit: Visit, user, *, now: dt.datetime) -> dict:
    """Return the context of `media_visits/detail.html` for `user`."""
    manages, is_internal = can_manage(user), can_see_internals(user)
    approvals = list(approvals_with_conditions(ApprovalKind.VISIT, visit.pk)) if is_internal else []
    # A deputy for other kinds of approval may read the briefing, but not the decision.
    seen = approvals if can_see_approvals(user, ApprovalKind.VISIT) else []
    next_step = next_step_of(visit, user, approvals=seen, now=now)
    coverage = coverage_to_list(user).filter(visit=visit).order_by("starts_on", "pk")
    edits_press = manages and (visit.is_taken_over or visit.state in PRESS_OPEN_STATES)
    # Explicit, because PostgreSQL and SQLite sort NULL differently.
    slots = list(visit.press_slots.order_by(F("starts_at").asc(nulls_first=True), "pk"))
    return {
        "steps": visit_steps(visit),
        "next_step": with_conditions(next_step, user, (ApprovalKind.VISIT, visit.pk, _("Auflage"))),
        "buttons": [_button(visit, "edit", _("Bearbeiten"))] if manages else [],
        "date_notes": clash_notes(commitments_of(visit, slots), user, now) if is_internal else [],
        "cards": (_untold_cards(visit) if manages else []) + _text_cards(visit, seen),
        "inactive_note": _inactive_note(visit) if manages else "",
        "slots": listed_slots(visit, slots, now),
        "press_note": _press_note(visit, slots),
        "edits_press": edits_press,
        # What was announced keeps its press slots; only their details may change.
        "adds_press": edits_press and (visit.is_taken_over or visit.state != S.ANNOUNCED),
        "coverage": listed_coverage(coverage, user),
        "manages": manages,
        "briefing": _briefing_facts(approvals),
        "notes": _internal_notes(visit) if manages else [],
        "facts": _visit_facts(visit, user),
        # A visible visit may belong to an organisation whose page the user may not open.
        "company": Organisation.objects.visible_to(user).filter(pk=visit.company_id).first(),
        "further_buttons": _further_buttons(visit, user) if manages else [],
        "is_internal": is_internal,
        "history": visit_history(visit, seen) if is_internal else [],
    }


def _press_note(visit: Visit, slots: list[PressSlot]) -> str:
    if not slots:
        # A source may tell of the press in its own words, which stand beside this.
        return "" if visit.press_text else _("Zu diesem Besuch gibt es keinen Pressetermin.")
    if all(slot.cancelled_at for slot in slots):
        return _("Der Besuch ist nicht presseöffentlich.")
    return ""


def _inactive_note(visit: Visit) -> str:
    if visit.is_taken_over or visit.state in OVER_STATES or visit.company is None:
        return ""
    if visit.company.is_active:
        return ""
    text = _("Das Unternehmen %(name)s ist nicht mehr aktiv.") % {"name": visit.company}
    url = reverse("media_visits:edit", args=[visit.pk])
    return inactive_note(text, _("Anderes Unternehmen eintragen"), url)


def _untold_cards(visit: Visit) -> list[TextCard]:
    """Return what was changed without a mail since people were last told."""
    changes = untold_changes(visit) if visit.state == S.ANNOUNCED else []
    if not changes:
        return []
    note = _(
        "Wem der Besuch angekündigt ist, weiß davon noch nichts. Die nächste Benachrichtigung über "
        "eine Änderung nennt es mit."
    )
    text = "\n\n".join(map(in_words, changes))
    return [TextCard(_("Ohne Benachrichtigung geändert"), text, note=note)]


def _text_cards(visit: Visit, approvals: list[ApprovalRequest]) -> list[TextCard]:
    cards = [TextCard(_("Ohne Freigabe im Portal"), visit.recorded_reason)]
    if visit.state != S.DOCUMENTED:
        # A documented visit took place after all, so the reason for postponing it is obsolete.
        is_cancelled = visit.state == S.CANCELLED
        title = _("Warum abgesagt") if is_cancelled else _("Warum verschoben")
        cards.append(TextCard(title, visit.reason))
    decided = next((approval for approval in approvals if approval.decided_at), None)
    cards += comment_cards(_("Anmerkung zur Freigabe"), decided)
    cards += [TextCard(_("Botschaft"), visit.message), TextCard(_("Zitat"), visit.quote)]
    return [card for card in cards if card.text]


def _internal_notes(visit: Visit) -> list[TextCard]:
    if not visit.internal_notes:
        return []
    note = _("Sieht nur die Geschäftsstelle.")
    return [TextCard(_("Interner Vermerk"), visit.internal_notes, note=note)]


def _briefing_facts(approvals: list[ApprovalRequest]) -> list[tuple[str, str]]:
    """Return the filled lines of the latest Leitungsvorlage."""
    if not approvals:
        return []
    latest = approvals[0]
    vote = [(_("Votum"), latest.vote)] if latest.vote else []
    return briefing_texts(latest) + vote


def _visit_facts(visit: Visit, user) -> list[tuple[str, str]]:
    """Return the filled lines of *Eckdaten*."""
    sectors = ", ".join(sector.name for sector in visit.sectors.order_by("name", "pk"))
    facts = [
        (_("Termin"), visit.date_text),
        (_("Partner"), visit.partner_name),
        (_("Adresse"), visit.address),
        (_("Wer besucht"), visit.visitor),
        (_("Außerdem dabei"), visit.participants),
        (_("Kontakt"), visit.contact),
        (_("Branche"), sectors),
        (_("Branche laut Quelle"), visit.sectors_text if visit.sectors_text != sectors else ""),
        (_("Presse laut Quelle"), visit.press_text),
        (_("Sichtbarkeit"), _visibility(visit) if can_see_internals(user) else ""),
    ]
    # Nobody has to watch what was taken over from the past.
    responsible = [] if visit.is_taken_over else responsible_facts(visit, "besuch", user)
    return [fact for fact in facts if fact[1]] + responsible


def _visibility(visit: Visit) -> str:
    if visit.is_published:
        return _("veröffentlicht")
    if visit.to_be_published:
        return _("nur intern")
    return _("nur intern, Veröffentlichung nicht vorgesehen")


def _is_offered(name: str, visit: Visit) -> bool:
    """Return whether the page offers the step `name`, beyond what the state allows."""
    if name == "resume":
        return visit.is_resumable
    if name in ("reopen", "unrecord"):
        return bool(visit.recorded_reason) == (name == "unrecord")
    return True


def _further_buttons(visit: Visit, user) -> list[Button]:
    buttons = []
    if visit.is_published:
        label = _("Veröffentlichung zurücknehmen")
        buttons.append(_button(visit, "unpublish", label, is_post=True))
    elif visit.is_publishable:
        buttons.append(_button(visit, "publish", _("Veröffentlichen"), is_post=True))
    actions = open_actions(user, visit)
    return buttons + [
        _button(visit, route, str(VISIT_MOVES[name].label), variant)
        for name, (route, variant) in FURTHER_STEPS.items()
        if name in actions and _is_offered(name, visit)
    ]


def _button(visit: Visit, route: str, label: str, variant: str = "secondary", *, is_post=False):
    url = reverse(f"media_visits:{route}", args=[visit.pk])
    # A button that posts has no confirmation page, so it carries what this page shows.
    if is_post:
        url += f"?version={version_of(visit, SEEN_FIELDS)}"
    return Button(label, url, variant, is_post)


def visit_history(visit: Visit, approvals: list[ApprovalRequest]) -> list[HistoryEntry]:
    """Return *Verlauf*, latest first, with vote and comment of `approvals`, also latest first, and
    each outcome that was corrected.
    """
    # Each submission and each decision of an approval wrote one history entry of the visit, so both
    # are in the same order and can be matched one by one.
    votes = (approval.vote for approval in approvals)
    comments = (_decision_note(approval) for approval in approvals if approval.decided_at)
    notes = {str(SUBMITTED): votes} | {str(label): comments for label in VERDICT_LABELS.values()}
    notes[str(OUTCOME_CORRECTED)] = iter(_former_outcomes(visit))
    entries = [
        entry._replace(note=next(notes[entry.what], ""), texts=()) if entry.what in notes else entry
        for entry in entries_of(visit, compare=VISIT_FACTS, texts=VISIT_TEXTS)
    ]
    entries = _with_slot_changes(visit, entries)
    entries += [entry for approval in approvals for entry in condition_history(approval)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _with_slot_changes(visit: Visit, entries: list[HistoryEntry]) -> list[HistoryEntry]:
    """Return `entries`, each change of a press slot with the former and the new values."""
    if not any(entry.what.startswith(str(SLOT_CHANGED)) for entry in entries):
        return entries
    records = PressSlot.history.filter(visit_id=visit.pk).order_by("-history_date", "-history_id")
    records = list(records)
    notes = differences_in(records, SLOT_FIELDS)
    # A change of a slot is saved with the visit, at the same time.
    note_at = {
        record.history_date: notes[record.history_id]
        for record in records
        if record.history_id in notes
    }
    return [
        entry._replace(note=note_at.get(entry.at, entry.note))
        if entry.what.startswith(str(SLOT_CHANGED))
        else entry
        for entry in entries
    ]


def _former_outcomes(visit: Visit) -> list[str]:
    """Return what each correction of the outcome replaced, the latest first."""
    if visit.state != S.DOCUMENTED:
        return []
    former = former_values(visit, "outcome", reason=OUTCOME_CORRECTED)
    return [_("bisher: %(outcome)s") % {"outcome": before} for before in former]


def _decision_note(approval: ApprovalRequest) -> str:
    deputy = _("in Vertretung") if approval.by_deputy else ""
    return "\n".join(filter(None, (deputy, decision_note(approval))))
