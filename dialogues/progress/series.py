"""Progress and next step of a series."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.permissions import can_see_approvals
from approvals.progress import comment_cards, decision_step
from core.progress import (
    Button,
    NextStep,
    ProgressStep,
    TextCard,
    office_step,
    progress_steps,
)
from core.roles import is_inside
from core.states import allowed_actions
from dialogues.enums import SERIES_MOVES, SeriesState
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage
from dialogues.queries import latest_decision_on
from partners.progress import responsible_facts

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
    series: DialogueSeries,
    user,
    latest: ApprovalRequest | None,
    first_start: dt.datetime | None = None,
) -> NextStep | None:
    """Return the box *Nächster Schritt* for `user`, or None when nothing is left to do.

    `latest` is the last request for consent, `first_start` when the first dialogue in the series
    that is dated begins. Only users who can act get the button.
    """
    if series.is_taken_over or series.state == S.REFUSED:
        return None
    if series.state == S.REQUESTED:
        text = _("Die Zustimmung ist beantragt. Bis dahin gehen keine Themen zur Freigabe.")
        return decision_step(text, latest, user)
    step = office_next_step(series, latest, first_start)
    return step if can_manage(user) else step.without_button()


def office_next_step(
    series: DialogueSeries, latest: ApprovalRequest | None, first_start: dt.datetime | None = None
) -> NextStep:
    """Return what the office does next with a series that awaits no decision, due before the first
    dialogue in it.
    """
    step = _office_next_step(series, latest)
    # Once consented to, the series itself needs nothing more.
    is_settled = series.state == S.CONSENTED
    return step if is_settled else step._replace(due_on=latest_decision_on(first_start))


def _office_next_step(series: DialogueSeries, latest: ApprovalRequest | None) -> NextStep:
    if series.state == S.PROPOSED:
        text = _(
            "Verwaltung und Partner bekräftigen zuerst, dass sie diese Gespräche führen wollen."
        )
        url = reverse("dialogues:series_affirm", args=[series.pk])
        return office_step(text, _("Als bekräftigt vermerken"), url, post=True)
    # From here on work continues on the topics; the series itself needs nothing more.
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


def series_facts(series: DialogueSeries, user) -> list[tuple]:
    # Nobody has to watch what was taken over from the past.
    return [] if series.is_taken_over else responsible_facts(series, "reihe", user)


def series_cards(series: DialogueSeries, user, latest: ApprovalRequest | None) -> list[TextCard]:
    """Return the description of the series and, for insiders, the comment on its consent."""
    about = TextCard(_("Worum es geht"), series.description)
    cards = [about] if series.description else []
    # A deputy may be limited to other kinds of approval.
    if is_inside(user) and can_see_approvals(user, ApprovalKind.SERIES):
        cards += comment_cards(_("Anmerkung zur Zustimmung"), latest)
    return cards


def internal_notes_cards(internal_notes: str, user) -> list[TextCard]:
    """Return the notes of the office as a card; empty without notes and for everyone else."""
    if not internal_notes or not can_manage(user):
        return []
    note = _("Sieht nur die Geschäftsstelle.")
    return [TextCard(_("Interner Vermerk"), internal_notes, note=note)]


def series_actions(series: DialogueSeries, user) -> list[Button]:
    """Return what the office can do besides the next step."""
    if not can_manage(user) or "withdraw" not in allowed_actions(SERIES_MOVES, series):
        return []
    url = reverse("dialogues:series_withdraw", args=[series.pk])
    return [Button(_("Antrag zurückziehen"), url, "danger")]
