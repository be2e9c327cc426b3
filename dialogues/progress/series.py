"""Where a series stands and what happens next."""

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.permissions import can_decide
from core.progress import NextStep, ProgressStep, progress_steps
from core.roles import senator_office_name
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage

S = SeriesState


def series_steps(series: DialogueSeries) -> list[ProgressStep]:
    """Return the line of steps of `series`; none for what was taken over or refused."""
    if series.is_taken_over or series.state == S.REFUSED:
        return []
    labels = [_("Vorgeschlagen"), _("Bekräftigt"), _("Zustimmung beantragt"), _("Zugestimmt")]
    position = {S.PROPOSED: 0, S.AFFIRMED: 1, S.RETURNED: 1, S.REQUESTED: 2}.get(
        S(series.state), len(labels)
    )
    if series.state == S.RETURNED:
        labels[position] = _("Zurückgegeben")
    return progress_steps(labels, position)


def series_task(series: DialogueSeries, user, latest: ApprovalRequest | None) -> NextStep | None:
    """Return the box *Nächster Schritt* of `series` for `user`, or None when nothing is left to do.

    `latest` is the last request for consent. The button is there only for who must act.
    """
    if series.is_taken_over or series.state == S.REFUSED:
        return None
    if series.state == S.REQUESTED:
        url = latest.get_absolute_url() if latest and can_decide(user, latest) else ""
        text = _("Die Zustimmung ist beantragt. Bis dahin gehen keine Themen zur Freigabe.")
        due_on = latest.due_on if latest else None
        return NextStep(text, senator_office_name(), due_on, _("Entscheiden") if url else "", url)
    text, action, url, post = _office_task(series, latest)
    if not can_manage(user):
        action = url = ""
    return NextStep(text, _("Geschäftsstelle"), None, action, url, post)


def _office_task(
    series: DialogueSeries, latest: ApprovalRequest | None
) -> tuple[str, str, str, bool]:
    if series.state == S.PROPOSED:
        text = _(
            "Verwaltung und Partner bekräftigen zuerst, dass sie diese Gespräche führen wollen."
        )
        return (
            text,
            _("Als bekräftigt vermerken"),
            reverse("dialogues:series_affirm", args=[series.pk]),
            True,
        )
    url = reverse("dialogues:series_request", args=[series.pk])
    if series.state == S.AFFIRMED and latest and latest.state == ApprovalState.LAPSED:
        text = _(
            "Die Zustimmung ist erloschen (%(why)s). Beantragen Sie sie erneut; so lange ruhen "
            "Themen und Termine."
        )
        return text % {"why": latest.lapse_reason}, _("Erneut beantragen"), url, False
    if series.state == S.AFFIRMED:
        text = _(
            "Beantragen Sie die Zustimmung. Erst danach werden Themen freigegeben und Termine "
            "abgestimmt."
        )
        return text, _("Zustimmung beantragen"), url, False
    if series.state == S.RETURNED:
        text = _("Die Reihe wurde zurückgegeben: „%(comment)s“") % {
            "comment": latest.comment if latest else ""
        }
        return text, _("Erneut beantragen"), url, False
    text = _("Der Reihe ist zugestimmt. Themen können zur Freigabe gehen.")
    return text, _("Zu den Themen"), reverse("dialogues:topics"), False
