"""Where a series stands and what happens next."""

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.progress import decision_step
from core.models import Origin
from core.progress import NextStep, ProgressStep, WaitingEntry, progress_steps
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage
from dialogues.progress.dates import office_step

S = SeriesState


def series_progress(series: DialogueSeries) -> list[ProgressStep]:
    """Return the progress bar of `series`; empty for imported and refused ones."""
    if series.is_taken_over or series.state == S.REFUSED:
        return []
    labels = [_("Vorgeschlagen"), _("Bekräftigt"), _("Zustimmung beantragt"), _("Zugestimmt")]
    position = {S.PROPOSED: 0, S.AFFIRMED: 1, S.RETURNED: 1, S.REQUESTED: 2}.get(
        S(series.state), len(labels)
    )
    if series.state == S.RETURNED:
        labels[position] = _("Zurückgegeben")
    return progress_steps(labels, position)


def series_next_step(
    series: DialogueSeries, user, latest: ApprovalRequest | None
) -> NextStep | None:
    """Return the box *Nächster Schritt* for `user`, or None when nothing is left to do.

    `latest` is the last request for consent. Only users who can act get the button.
    """
    if series.is_taken_over or series.state == S.REFUSED:
        return None
    if series.state == S.REQUESTED:
        text = _("Die Zustimmung ist beantragt. Bis dahin gehen keine Themen zur Freigabe.")
        return decision_step(text, latest, user)
    step = _office_next_step(series, latest)
    return step if can_manage(user) else step.without_button()


def _office_next_step(series: DialogueSeries, latest: ApprovalRequest | None) -> NextStep:
    if series.state == S.PROPOSED:
        text = _(
            "Verwaltung und Partner bekräftigen zuerst, dass sie diese Gespräche führen wollen."
        )
        url = reverse("dialogues:series_affirm", args=[series.pk])
        return office_step(text, _("Als bekräftigt vermerken"), url, post=True)
    if series.state == S.CONSENTED:
        text = _("Der Reihe ist zugestimmt. Themen können zur Freigabe gehen.")
        return office_step(text, _("Zu den Themen"), reverse("dialogues:topics"))
    url = reverse("dialogues:series_request", args=[series.pk])
    if series.state == S.RETURNED:
        text = _("Die Reihe wurde zurückgegeben: „%(comment)s“")
        text %= {"comment": latest.comment if latest else ""}
        return office_step(text, _("Erneut beantragen"), url)
    if latest and latest.state == ApprovalState.LAPSED:
        text = _(
            "Die Zustimmung ist erloschen (%(why)s). Beantragen Sie sie erneut; so lange ruhen "
            "Themen und Termine."
        )
        return office_step(text % {"why": latest.lapse_reason}, _("Erneut beantragen"), url)
    text = _(
        "Beantragen Sie die Zustimmung. Erst danach werden Themen freigegeben und Termine "
        "abgestimmt."
    )
    return office_step(text, _("Zustimmung beantragen"), url)


def series_awaiting_office() -> list[WaitingEntry]:
    text = _("Zustimmung zur Reihe „%(title)s“ beantragen")
    waiting = DialogueSeries.objects.exclude(origin=Origin.TAKEN_OVER).filter(
        state__in=[S.AFFIRMED, S.RETURNED]
    )
    return [
        WaitingEntry(_("Geschäftsstelle"), text % {"title": series}, series.get_absolute_url())
        for series in waiting.order_by("pk")
    ]
