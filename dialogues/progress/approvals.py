"""What the office does next with a dialogue when an answer about its dates, or an approval, is
missing or gone.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import CounterDate
from dialogues.models import Dialogue, DialogueSeries, Topic
from dialogues.progress.situation import Task
from dialogues.queries.dialogues import Situation


def consent_task(missing: Topic | DialogueSeries) -> Task:
    """Lead to the topic or series without whose approval a dialogue rests."""
    text = _(
        "Die Freigabe fehlt: „%(title)s“ ist im Stand „%(state)s“. Erst danach geht es hier weiter."
    )
    values = {"title": missing, "state": missing.get_state_display()}
    return Task(text % values, _("Zur fehlenden Freigabe"), url=missing.get_absolute_url())


def counter_task(approval: ApprovalRequest, dates: list[CounterDate]) -> Task:
    """Offer the `dates` that were proposed instead of those asked about."""
    text = _("Keiner der Termine ist möglich. Vorgeschlagen sind stattdessen: %(dates)s.")
    text %= {"dates": "; ".join(map(str, dates))}
    if approval.comment:
        text += " " + _("Dazu: „%(comment)s“") % {"comment": approval.comment}
    label = ngettext("%(count)d Termin übernehmen", "%(count)d Termine übernehmen", len(dates))
    return Task(text, label % {"count": len(dates)}, "dates_take_over", post=True)


def no_dates_text(situation: Situation) -> str:
    """Say why new dates are to be proposed."""
    if situation.approval and situation.approval.none_possible and situation.approval.comment:
        text = _("Keiner der Termine ist möglich: „%(comment)s“ Schlagen Sie andere vor.")
        return text % {"comment": situation.approval.comment}
    if (
        situation.approval
        and situation.approval.comment
        and situation.approval.state in ("returned", "refused")
    ):
        text = _("Die Termine wurden nicht freigegeben: „%(comment)s“ Schlagen Sie andere vor.")
        return text % {"comment": situation.approval.comment}
    return _("Der Gastgeber hat zugesagt. Schlagen Sie Termine vor, am besten drei.")


def lapse_text(approval: ApprovalRequest | None) -> str:
    """Say that the last approval of dates lapsed, and why; nothing when it did not."""
    if approval is None or approval.state != ApprovalState.LAPSED:
        return ""
    return _("Die Freigabe ist erloschen (%(why)s).") % {"why": approval.lapse_reason} + " "


def withheld_text(dialogue: Dialogue) -> str:
    """Say that those who come were not told of a change yet; nothing when none is held back."""
    return " " + told_later() if dialogue.unannounced else ""


def told_later() -> str:
    """Return when guests learn of a change that lets the approval lapse."""
    return _("Die Gäste erfahren davon, sobald das Büro zugestimmt hat.")


def renewal_task(dialogue: Dialogue, approval: ApprovalRequest | None) -> Task:
    """What to do with a fixed date whose approval lapsed: ask again, or give it up once the answer
    was no.

    Where a change is held back, those who come know nothing of it, so it can still be taken back.
    """
    task = _renewal_task(approval)
    if not dialogue.unannounced:
        return task
    if approval is None or approval.state not in (ApprovalState.RETURNED, ApprovalState.REFUSED):
        return task._replace(text=task.text + withheld_text(dialogue))
    rest = _(
        "Die Gäste wissen von Ihrer Änderung nichts. Sie können sie unter „Bearbeiten“ "
        "zurücknehmen und den Termin "
        "erneut vorlegen."
    )
    return task._replace(text=f"{task.text} {rest}")


def _renewal_task(approval: ApprovalRequest | None) -> Task:
    if approval and (approval.none_possible or approval.state == ApprovalState.REFUSED):
        text = _(
            "Der Termin wurde nicht wieder freigegeben: „%(comment)s“ Verschieben Sie das Gespräch."
        )
        return Task(
            text % {"comment": approval.comment or approval.outcome},
            _("Gespräch verschieben"),
            "postpone",
        )
    if approval and approval.state == ApprovalState.RETURNED:
        text = _(
            "Der Termin wurde zurückgegeben: „%(comment)s“ Bis zur Freigabe gehen keine neuen "
            "Einladungen hinaus."
        )
        return Task(text % {"comment": approval.comment}, _("Termin erneut vorlegen"), "date_renew")
    why = f" ({approval.lapse_reason})" if approval and approval.lapse_reason else ""
    text = _(
        "Freigabe erloschen%(why)s. Bis der Termin wieder freigegeben ist, gehen keine neuen "
        "Einladungen hinaus."
    )
    return Task(text % {"why": why}, _("Termin erneut vorlegen"), "date_renew")
