"""Progress and next step of a topic."""

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.progress import decision_step
from core.dates import format_date, format_day, format_moment
from core.progress import (
    Button,
    NextStep,
    ProgressStep,
    TextCard,
    WaitingEntry,
    office_step,
    progress_steps,
)
from dialogues.enums import TopicState
from dialogues.models import Topic
from dialogues.permissions import (
    can_manage,
    can_propose_topic,
    can_retract_topic,
    replaces_proposer,
)
from dialogues.queries import corrected_proposal_at, latest_decision_on
from dialogues.services.topics import why_without_consent
from partners.progress import responsible_facts

S = TopicState

ENDED = (S.REFUSED, S.NOT_TAKEN_UP, S.RETRACTED)

WHAT_THE_OFFICE_DOES = {
    S.PROPOSED: gettext_lazy("Die Geschäftsstelle prüft den Vorschlag."),
    S.IN_PROGRESS: gettext_lazy("Die Geschäftsstelle bereitet die Freigabe vor."),
    S.RETURNED: gettext_lazy("Die Geschäftsstelle überarbeitet das Thema."),
    S.APPROVED: gettext_lazy(
        "Das Thema ist freigegeben. Die Geschäftsstelle plant dazu ein Gespräch."
    ),
}


def topic_progress(topic: Topic) -> list[ProgressStep]:
    """Return the progress bar of `topic`; empty for imported and ended ones."""
    if topic.is_taken_over or topic.state in ENDED:
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


def topic_next_step(
    topic: Topic,
    user,
    latest: ApprovalRequest | None,
    *,
    is_planned: bool,
    first_start: dt.datetime | None = None,
    held_at: dt.datetime | None = None,
) -> NextStep | None:
    """Return the box *Nächster Schritt* for `user`, or None when nothing is left to do.

    `latest` is the last approval request; `is_planned` says that `user` sees a dialogue on the
    topic, `first_start` when the first one that is dated begins, `held_at` when the last one began
    that took place. Only users who can act get the button.
    """
    if topic.is_taken_over or topic.state in (S.REFUSED, S.NOT_TAKEN_UP):
        return None
    if topic.state == S.RETRACTED:
        return _retracted_step(topic, user)
    # From here on, the page of the dialogue shows the next step.
    if topic.state == S.APPROVED and is_planned:
        return None
    if topic.state == S.DRAFT:
        return _draft_step(topic, user)
    if topic.state == S.FOR_APPROVAL:
        return decision_step(_("Das Thema liegt zur Freigabe vor."), latest, user)
    # Whoever was not invited sees no dialogue, but waits for what became of the topic.
    if topic.state == S.APPROVED and held_at:
        text = _("Das Gespräch zu diesem Thema hat am %(day)s stattgefunden.")
        return NextStep(text % {"day": format_day(held_at)})
    step = office_next_step(topic, latest, first_start)
    if can_manage(user):
        return step
    # Others read what the office is doing, without the instructions meant for it.
    return step.without_button()._replace(text=str(WHAT_THE_OFFICE_DOES[S(topic.state)]))


def _draft_step(topic: Topic, user) -> NextStep:
    text = _("Der Entwurf ist noch nicht vorgeschlagen. Nur Sie sehen ihn.")
    if _is_abandoned(topic):
        text = _("Der Entwurf ist noch nicht vorgeschlagen.") + " " + _who_goes_on(topic)
    # Otherwise the draft of a deputy or of the office, which nobody else sees.
    elif topic.organisation_id and topic.proposed_by.organisation_id == topic.organisation_id:
        text = _(
            "Der Entwurf ist noch nicht vorgeschlagen. Nur Sie und Ihre Organisation sehen ihn."
        )
    step = NextStep(
        text,
        str(topic.proposed_by or ""),
        action=_("Vorschlagen"),
        url=reverse("dialogues:topic_propose", args=[topic.pk]),
        post=True,
    )
    return step if can_propose_topic(user, topic) else step.without_button()


def _is_abandoned(topic: Topic) -> bool:
    """Return whether the account that proposed `topic` is closed."""
    return bool(topic.proposed_by and not topic.proposed_by.is_active)


def _who_goes_on(topic: Topic) -> str:
    text = _(
        "Das Konto von %(name)s ist deaktiviert; die Organisation oder die Geschäftsstelle kann "
        "ihn weiterführen."
    )
    return text % {"name": topic.proposed_by}


def _retracted_step(topic: Topic, user) -> NextStep:
    who = str(topic.proposed_by or "")
    if topic.proposed_by_id != user.pk and not replaces_proposer(user, topic):
        return NextStep(_("Der Vorschlag ist zurückgezogen. Es ist nichts zu tun."), who)
    return NextStep(
        _("Der Vorschlag ist zurückgezogen. Sie können ihn bearbeiten und erneut einreichen."),
        who,
        action=_("Erneut vorschlagen"),
        url=reverse("dialogues:topic_propose", args=[topic.pk]),
        post=True,
    )


def office_next_step(
    topic: Topic, latest: ApprovalRequest | None, first_start: dt.datetime | None = None
) -> NextStep:
    """Return what the office does next with a topic that awaits no decision, due before the first
    dialogue on it.
    """
    return _office_next_step(topic, latest)._replace(due_on=latest_decision_on(first_start))


def _office_next_step(topic: Topic, latest: ApprovalRequest | None) -> NextStep:
    if topic.state == S.PROPOSED:
        text = _("Prüfen Sie den Vorschlag. Wenn er sich eignet, greifen Sie ihn auf.")
        if corrected_at := corrected_proposal_at(topic):
            corrected = _("Er wurde nach dem Vorschlagen geändert: %(moment)s.")
            text = f"{text} {corrected % {'moment': format_moment(corrected_at)}}"
        url = reverse("dialogues:topic_take_up", args=[topic.pk])
        task = _("Über den Vorschlag entscheiden")
        return office_step(text, _("Aufgreifen"), url, post=True, task=task)
    if topic.state == S.APPROVED:
        text = _("Das Thema ist freigegeben. Planen Sie dazu ein Gespräch.")
        url = reverse("dialogues:create", args=[topic.pk])
        return office_step(text, _("Gespräch planen"), url)
    edit_url = reverse("dialogues:topic_edit", args=[topic.pk])
    if topic.state == S.RETURNED:
        text = _("Das Thema wurde zurückgegeben: „%(comment)s“") % {"comment": topic.reason}
        return office_step(text, _("Überarbeiten"), edit_url)
    # The senator consents to the series first, so a topic without one cannot be submitted.
    if topic.series is None:
        text = _("Ordnen Sie das Thema einer Reihe zu; erst dann kann es zur Freigabe gehen.")
        return office_step(text, _("Thema ergänzen"), edit_url)
    if text := why_without_consent(topic.series):
        return office_step(text, _("Zur Reihe"), topic.series.get_absolute_url())
    return _submit_step(topic, latest)


def _submit_step(topic: Topic, latest: ApprovalRequest | None) -> NextStep:
    url = reverse("dialogues:topic_submit", args=[topic.pk])
    if latest and latest.state == ApprovalState.LAPSED:
        text = _("Die Freigabe ist erloschen (%(why)s). Legen Sie das Thema erneut vor.")
        return office_step(text % {"why": latest.lapse_reason}, _("Erneut vorlegen"), url)
    text = _("Das Thema ist vollständig? Dann legen Sie es mit einer kurzen Leitungsvorlage vor.")
    return office_step(text, _("Zur Freigabe vorlegen"), url)


def topic_cards(topic: Topic) -> list[TextCard]:
    """Return the reason for the topic's state, if one was given, and its description."""
    titles = {
        S.NOT_TAKEN_UP: _("Warum das Thema nicht aufgegriffen wird"),
        S.REFUSED: _("Warum das Thema abgelehnt wurde"),
    }
    title = titles.get(S(topic.state), _("Anmerkung zur Freigabe"))
    reason = [TextCard(title, topic.reason)] if topic.reason else []
    return [*reason, about_card(topic)]


def about_card(topic: Topic) -> TextCard:
    more = ((_("Was am Ende stehen soll"), topic.wish),) if topic.wish else ()
    return TextCard(_("Worum es geht"), topic.description, more)


def conditions_of_topic(topic: Topic | None) -> list[tuple[str, int, str]]:
    """Return the approvals of `topic` and its series, whose conditions its dialogues have to meet,
    as `approvals.progress.with_conditions` takes them.
    """
    if topic is None:
        return []
    return [(ApprovalKind.TOPIC, topic.pk, _("Auflage zum Thema")), *conditions_of_series(topic)]


def conditions_of_series(topic: Topic) -> list[tuple[str, int, str]]:
    if topic.series_id is None:
        return []
    return [(ApprovalKind.SERIES, topic.series_id, _("Auflage zur Reihe"))]


def topic_facts(topic: Topic, user) -> list[tuple]:
    proposed = topic.organisation.label if topic.organisation else _("Geschäftsstelle")
    if topic.proposed_at:
        proposed += f", {format_date(topic.proposed_at)}"
    facts = [
        (_("Vorgeschlagen von"), proposed),
        (_("Reihe"), topic.series or "–"),
        (_("Branchen"), ", ".join(map(str, topic.sectors.all())) or "–"),
        (_("Querschnitt"), ", ".join(map(str, topic.themes.all())) or "–"),
    ]
    # Nobody has to watch what was taken over from the past.
    return facts if topic.is_taken_over else facts + responsible_facts(topic, "thema", user)


def topic_actions(topic: Topic, user, *, is_planned: bool) -> list[Button]:
    """Return what the office, or the proposer of a topic, can do besides the next step.

    An approved topic can be reopened only while no dialogue on it is planned.
    """
    retract_url = reverse("dialogues:topic_retract", args=[topic.pk])
    retract = Button(_("Vorschlag zurückziehen"), retract_url, "danger")
    own = [retract] if can_retract_topic(user, topic) else []
    return own + (_office_actions(topic, is_planned=is_planned) if can_manage(user) else [])


def _office_actions(topic: Topic, *, is_planned: bool) -> list[Button]:
    if topic.is_taken_over:
        return []
    withdraw_url = reverse("dialogues:topic_withdraw", args=[topic.pk])
    decline_url = reverse("dialogues:topic_decline", args=[topic.pk])
    if topic.state == S.PROPOSED:
        return [Button(_("Nicht aufgreifen"), decline_url, "danger")]
    if topic.state == S.FOR_APPROVAL:
        return [Button(_("Vorlage zurückziehen"), withdraw_url, "danger")]
    if topic.state == S.APPROVED and not is_planned:
        return [Button(_("Wieder bearbeiten"), withdraw_url, "danger")]
    return []


def drafts_of(user) -> list[WaitingEntry]:
    """Return the drafts of `user`, and those that wait for somebody to take them over."""
    # `visible_to` as well: a draft written as a deputy is hidden once the deputyship has ended.
    own = Q(proposed_by=user) | Q(proposed_by__is_active=False)
    drafts = Topic.objects.visible_to(user).filter(own, state=S.DRAFT)
    return [
        WaitingEntry(
            str(user),
            _("Themenvorschlag fertigstellen: %(title)s") % {"title": topic},
            topic.get_absolute_url(),
        )
        for topic in drafts.only("title").order_by("pk")
    ]
