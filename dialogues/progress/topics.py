"""Where a topic stands and what happens next."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.permissions import can_decide
from core.progress import NextStep, ProgressStep, progress_steps
from core.roles import senator_office_name
from dialogues.enums import SeriesState, TopicState
from dialogues.models import Topic
from dialogues.permissions import can_manage

S = TopicState


def topic_steps(topic: Topic) -> list[ProgressStep]:
    """Return the line of steps of `topic`; none for what was taken over, refused or not taken up."""
    if topic.is_taken_over or topic.state in (S.REFUSED, S.NOT_TAKEN_UP):
        return []
    labels = [_("Vorgeschlagen"), _("In Bearbeitung"), _("Zur Freigabe"), _("Freigegeben")]
    positions = {
        S.DRAFT: (0, _("Entwurf")),
        S.RETURNED: (1, _("Zurückgegeben")),
        S.PROPOSED: (0, ""),
        S.IN_PROGRESS: (1, ""),
        S.FOR_APPROVAL: (2, ""),
    }
    position, label = positions.get(S(topic.state), (len(labels), ""))
    if label:
        labels[position] = label
    return progress_steps(labels, position)


def topic_task(
    topic: Topic, user, latest: ApprovalRequest | None, *, planned: bool
) -> NextStep | None:
    """Return the box *Nächster Schritt* of `topic` for `user`, or None when nothing is left to do.

    `latest` is the last request for approval, `planned` whether a dialogue on the topic exists. The
    button is there only for who must act.
    """
    if (
        topic.is_taken_over
        or topic.state in (S.REFUSED, S.NOT_TAKEN_UP)
        or (topic.state == S.APPROVED and planned)
    ):
        return None
    if topic.state == S.DRAFT:
        url = reverse("dialogues:topic_propose", args=[topic.pk])
        text = _(
            "Der Entwurf ist noch nicht vorgeschlagen. Nur Sie und Ihre Organisation sehen ihn."
        )
        action = _("Vorschlagen") if topic.proposed_by_id == user.pk else ""
        return NextStep(
            text, str(topic.proposed_by or ""), None, action, url if action else "", post=True
        )
    if topic.state == S.FOR_APPROVAL:
        url = latest.get_absolute_url() if latest and can_decide(user, latest) else ""
        due_on = latest.due_on if latest else None
        text = _("Das Thema liegt zur Freigabe vor.")
        return NextStep(text, senator_office_name(), due_on, _("Entscheiden") if url else "", url)
    text, action, url, post = _office_task(topic, latest)
    if not can_manage(user):
        text, action, url = _OTHERS[topic.state], "", ""
    return NextStep(str(text), _("Geschäftsstelle"), None, action, url, post)


def _office_task(topic: Topic, latest: ApprovalRequest | None) -> tuple[str, str, str, bool]:
    if topic.state == S.PROPOSED:
        text = _("Prüfen Sie den Vorschlag. Wenn er sich eignet, greifen Sie ihn auf.")
        return text, _("Aufgreifen"), reverse("dialogues:topic_take_up", args=[topic.pk]), True
    if topic.state == S.APPROVED:
        text = _("Das Thema ist freigegeben. Planen Sie dazu ein Gespräch.")
        return text, _("Gespräch planen"), reverse("dialogues:create", args=[topic.pk]), False
    edit_url = reverse("dialogues:topic_edit", args=[topic.pk])
    if topic.state == S.RETURNED:
        text = _("Das Thema wurde zurückgegeben: „%(comment)s“") % {"comment": topic.reason}
        return text, _("Überarbeiten"), edit_url, False
    if topic.series is None:
        text = _("Ordnen Sie das Thema einer Reihe zu; erst dann kann es zur Freigabe gehen.")
        return text, _("Thema ergänzen"), edit_url, False
    if topic.series.state != SeriesState.CONSENTED:
        return _missing_consent(topic), _("Zur Reihe"), topic.series.get_absolute_url(), False
    if latest and latest.state == ApprovalState.LAPSED:
        text = _("Die Freigabe ist erloschen (%(why)s). Legen Sie das Thema erneut vor.") % {
            "why": latest.lapse_reason
        }
        return text, _("Erneut vorlegen"), reverse("dialogues:topic_submit", args=[topic.pk]), False
    text = _("Das Thema ist vollständig? Dann legen Sie es mit einer kurzen Leitungsvorlage vor.")
    return (
        text,
        _("Zur Freigabe vorlegen"),
        reverse("dialogues:topic_submit", args=[topic.pk]),
        False,
    )


def _missing_consent(topic: Topic) -> str:
    text = _(
        "Die Reihe „%(series)s“ ist im Stand „%(state)s“. Themen gehen erst zur Freigabe, wenn ihr "
        "zugestimmt wurde."
    )
    return text % {"series": topic.series, "state": topic.series.get_state_display()}


_OTHERS = {
    S.PROPOSED: gettext_lazy("Die Geschäftsstelle prüft den Vorschlag."),
    S.IN_PROGRESS: gettext_lazy("Die Geschäftsstelle bereitet die Freigabe vor."),
    S.RETURNED: gettext_lazy("Die Geschäftsstelle überarbeitet das Thema."),
    S.APPROVED: gettext_lazy(
        "Das Thema ist freigegeben. Die Geschäftsstelle plant dazu ein Gespräch."
    ),
}
