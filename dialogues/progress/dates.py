"""Next steps that concern approvals and dates of a dialogue, and what its page says about them."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import CounterDate
from core.progress import NextStep
from dialogues.models import Dialogue, DialogueSeries, Topic

NOT_GRANTED = (ApprovalState.RETURNED, ApprovalState.REFUSED)


def office_step(
    text: str, action: str = "", url: str = "", *, due_on: dt.date | None = None, post: bool = False
) -> NextStep:
    return NextStep(text, _("Geschäftsstelle"), due_on, action, url, post)


def missing_approval_step(missing: Topic | DialogueSeries) -> NextStep:
    """Return the step to `missing`, the topic or series without whose approval a dialogue rests."""
    text = _(
        "Die Freigabe fehlt: „%(title)s“ ist im Stand „%(state)s“. Erst danach geht es hier weiter."
    )
    values = {"title": missing, "state": missing.get_state_display()}
    return office_step(text % values, _("Zur fehlenden Freigabe"), missing.get_absolute_url())


def fix_date_step(dialogue: Dialogue, possible: int) -> NextStep:
    text = ngettext(
        "%(count)d Termin ist freigegeben. Legen Sie ihn fest.",
        "%(count)d Termine sind freigegeben. Legen Sie einen davon fest.",
        possible,
    )
    url = reverse("dialogues:date_fix", args=[dialogue.pk])
    return office_step(text % {"count": possible}, _("Termin festlegen"), url)


def submit_dates_step(
    dialogue: Dialogue, approval: ApprovalRequest | None, proposed: int
) -> NextStep:
    text = ngettext(
        "%(count)d Termin ist vorgeschlagen. Legen Sie ihn zur Freigabe vor.",
        "%(count)d Termine sind vorgeschlagen. Legen Sie sie zur Freigabe vor.",
        proposed,
    )
    url = reverse("dialogues:dates_submit", args=[dialogue.pk])
    text = _lapse_note(approval) + text % {"count": proposed}
    return office_step(text, _("Termine zur Freigabe vorlegen"), url)


def counter_dates_step(
    dialogue: Dialogue, approval: ApprovalRequest, dates: list[CounterDate]
) -> NextStep:
    """Return the step that adopts `dates`, proposed instead of those asked about."""
    text = _("Keiner der Termine ist möglich. Vorgeschlagen sind stattdessen: %(dates)s.")
    text %= {"dates": "; ".join(map(str, dates))}
    if approval.comment:
        text += " " + _("Dazu: „%(comment)s“") % {"comment": approval.comment}
    label = ngettext("%(count)d Termin übernehmen", "%(count)d Termine übernehmen", len(dates))
    url = reverse("dialogues:dates_take_over", args=[dialogue.pk])
    return office_step(text, label % {"count": len(dates)}, url, post=True)


def propose_dates_step(dialogue: Dialogue, approval: ApprovalRequest | None) -> NextStep:
    """Return the step to new dates; with the reason when the last ones were not granted."""
    text = _("Der Gastgeber hat zugesagt. Schlagen Sie Termine vor, am besten drei.")
    if approval and approval.comment:
        if approval.none_possible:
            text = _("Keiner der Termine ist möglich: „%(comment)s“ Schlagen Sie andere vor.")
        elif approval.state in NOT_GRANTED:
            text = _("Die Termine wurden nicht freigegeben: „%(comment)s“ Schlagen Sie andere vor.")
        text %= {"comment": approval.comment}
    return office_step(
        text, _("Termine vorschlagen"), reverse("dialogues:dates", args=[dialogue.pk])
    )


def _lapse_note(approval: ApprovalRequest | None) -> str:
    if approval is None or approval.state != ApprovalState.LAPSED:
        return ""
    return _("Die Freigabe ist erloschen (%(why)s).") % {"why": approval.lapse_reason} + " "


def renewal_step(dialogue: Dialogue, approval: ApprovalRequest | None) -> NextStep:
    """Return the step for a fixed date whose approval lapsed: submit it again, or postpone the
    dialogue once the senator's office said no.
    """
    step = _renewal_step(dialogue, approval)
    if not dialogue.unannounced:
        return step
    if approval is None or approval.state not in NOT_GRANTED:
        return step._replace(text=step.text + pending_changes_note(dialogue))
    # Nobody outside knows of the change that was not granted, so the office can still undo it.
    undo = _(
        "Die Gäste wissen von Ihrer Änderung nichts. Sie können sie unter „Bearbeiten“ "
        "zurücknehmen und den Termin "
        "erneut vorlegen."
    )
    return step._replace(text=f"{step.text} {undo}")


def _renewal_step(dialogue: Dialogue, approval: ApprovalRequest | None) -> NextStep:
    if approval and (approval.none_possible or approval.state == ApprovalState.REFUSED):
        text = _(
            "Der Termin wurde nicht wieder freigegeben: „%(comment)s“ Verschieben Sie das Gespräch."
        )
        text %= {"comment": approval.comment or approval.outcome}
        url = reverse("dialogues:postpone", args=[dialogue.pk])
        return office_step(text, _("Gespräch verschieben"), url)
    url = reverse("dialogues:date_renew", args=[dialogue.pk])
    if approval and approval.state == ApprovalState.RETURNED:
        text = _(
            "Der Termin wurde zurückgegeben: „%(comment)s“ Bis zur Freigabe gehen keine neuen "
            "Einladungen hinaus."
        )
        return office_step(text % {"comment": approval.comment}, _("Termin erneut vorlegen"), url)
    why = f" ({approval.lapse_reason})" if approval and approval.lapse_reason else ""
    text = _(
        "Freigabe erloschen%(why)s. Bis der Termin wieder freigegeben ist, gehen keine neuen "
        "Einladungen hinaus."
    )
    return office_step(text % {"why": why}, _("Termin erneut vorlegen"), url)


def pending_changes_note(dialogue: Dialogue) -> str:
    """Return, with a leading space, that guests learn of a change later; empty without a change
    that waits for approval.
    """
    return " " + announced_later_note() if dialogue.unannounced else ""


def announced_later_note() -> str:
    """Return when guests learn of a change that lets the approval lapse."""
    return _("Die Gäste erfahren davon, sobald das Büro zugestimmt hat.")
