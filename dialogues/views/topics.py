"""Topics: a partner proposes, the office takes up, completes, submits."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import BriefingForm, LapseGuard
from approvals.mails import APPROVAL_ASKED
from approvals.progress import with_conditions
from approvals.queries import approvals_about, differences_since
from approvals.registry import Briefing, snapshot_of
from core.dates import format_date, local_date
from core.forms import ReasonForm
from core.roles import senator_office_name
from core.views import redirect_unless_possible, render_confirmation, run_service
from dialogues.enums import (
    COLOUR_OF_DIALOGUE,
    COLOUR_OF_TOPIC,
    TOPIC_MOVES,
    DialogueState,
    TopicState,
)
from dialogues.forms import OfficeTopicForm, TopicForm
from dialogues.models import Topic
from dialogues.permissions import can_edit_topic, can_manage, can_propose
from dialogues.progress import topic_next_step, topic_progress
from dialogues.queries import dialogues_on, topic_history, topics_in_full
from dialogues.registry import TOPIC_FACTS
from dialogues.services import (
    create_topic,
    decline_topic,
    propose_topic,
    submit_topic,
    take_up_topic,
    update_topic,
    withdraw_topic,
)
from dialogues.views.answers import form_page, row_for_office
from outbox.wordings import with_waiting_note


def detail(request, pk):
    topic = get_object_or_404(topics_in_full(request.user), pk=pk)
    manages = can_manage(request.user)
    latest = approvals_about(ApprovalKind.TOPIC, pk).first()
    dialogues = list(dialogues_on(topic, request.user))
    for row in dialogues:
        row.colour = COLOUR_OF_DIALOGUE[row.state]
    planned = any(row.state != DialogueState.CANCELLED for row in dialogues)
    box = topic_next_step(topic, request.user, latest, is_planned=planned)
    context = {
        "topic": topic,
        "colour": COLOUR_OF_TOPIC[topic.state],
        "steps": topic_progress(topic),
        "latest": latest,
        "box": with_conditions(box, kind=ApprovalKind.TOPIC, subject_id=pk, user=request.user),
        "today": local_date(timezone.now()),
        "facts": _facts(topic),
        "dialogues": dialogues,
        "history": topic_history(topic, request.user),
        "manages": manages,
        "edits": can_edit_topic(request.user, topic),
        "moves": _moves(topic, manages, planned),
    }
    return render(request, "dialogues/topic.html", context)


def _moves(topic: Topic, manages: bool, planned: bool) -> list[str]:
    """Return which acts besides the next step the office may take."""
    acts = {TopicState.PROPOSED: ["decline"], TopicState.FOR_APPROVAL: ["withdraw"]}
    acts[TopicState.APPROVED] = [] if planned else ["reopen"]
    return acts.get(topic.state, []) if manages and not topic.is_taken_over else []


def _facts(topic: Topic) -> list[tuple]:
    proposed = topic.organisation.label if topic.organisation else _("Geschäftsstelle")
    if topic.proposed_at:
        proposed += f", {format_date(topic.proposed_at)}"
    return [
        (_("Vorgeschlagen von"), proposed),
        (_("Reihe"), topic.series or "–"),
        (_("Branchen"), ", ".join(map(str, topic.sectors.all())) or "–"),
        (_("Querschnitt"), ", ".join(map(str, topic.themes.all())) or "–"),
    ]


def create(request):
    if not can_propose(request.user):
        raise PermissionDenied(_("Themen schlagen die Partner und die Geschäftsstelle vor."))
    form = _form_for(request.user)(request.POST or None)
    if request.method == "POST" and form.is_valid() and (topic := _save(request, form)):
        return redirect(topic)
    return _topic_form(request, form, title=_("Thema vorschlagen"), cancel_url="../", is_draft=True)


def edit(request, pk):
    topic = get_object_or_404(topics_in_full(request.user), pk=pk)
    if not can_edit_topic(request.user, topic):
        raise PermissionDenied(_("Dieses Thema kann jetzt nicht bearbeitet werden."))
    context = {"title": _("Thema bearbeiten"), "cancel_url": topic.get_absolute_url()}
    context |= {"is_draft": topic.state == TopicState.DRAFT}
    guard = LapseGuard(ApprovalKind.TOPIC, TOPIC_FACTS, topic)
    form = _form_for(request.user)(request.POST or None, instance=topic)
    is_complete = (
        request.method == "POST"
        and form.is_valid()
        and not guard.needs_confirmation(request.POST, form.instance)
    )
    if is_complete and _save(request, form):
        return redirect(topic)
    return _topic_form(request, form, guard=guard, **context)


def _form_for(user):
    return OfficeTopicForm if can_manage(user) else TopicForm


def _topic_form(request, form, **context):
    return render(request, "dialogues/topic_form.html", {"form": form, **context})


def _save(request, form) -> Topic | bool:
    """Save the form's topic and, with the button *Vorschlagen*, propose it; both or nothing."""
    proposes = request.POST.get("act") == "propose"
    done = (
        _("Ihr Vorschlag liegt der Geschäftsstelle vor.")
        if proposes
        else _("Das Thema ist gespeichert.")
    )
    return run_service(request, partial(_write, request, form, proposes), form=form, done=done)


@transaction.atomic
def _write(request, form, proposes: bool) -> Topic:
    common = {"values": form.values, "by": request.user, "now": timezone.now()}
    if form.instance.pk:
        topic = update_topic(topic=form.instance, version=form.version_shown, **common)
    else:
        topic = create_topic(**common)
    if proposes:
        topic = propose_topic(topic=topic, by=request.user, now=common["now"])
    return topic


@require_POST
def propose(request, pk):
    topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=pk)
    call = partial(propose_topic, topic=topic, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Ihr Vorschlag liegt der Geschäftsstelle vor."))
    return redirect(topic)


@require_POST
def take_up(request, pk):
    topic = row_for_office(request, Topic.objects.all(), pk)
    call = partial(take_up_topic, topic=topic, by=request.user, now=timezone.now())
    run_service(
        request,
        call,
        done=_("Das Thema ist aufgegriffen. Ergänzen Sie, was zur Freigabe noch fehlt."),
    )
    return redirect(topic)


def decline(request, pk):
    topic = row_for_office(request, Topic.objects.all(), pk)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "decline"):
        return back
    form = ReasonForm(
        request.POST or None,
        help_text=_("Steht in der Nachricht an die Person, die es vorgeschlagen hat."),
    )
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        call = partial(
            decline_topic, topic=topic, reason=reason, by=request.user, now=timezone.now()
        )
        if run_service(request, call, form=form, done=_("Das Thema wird nicht aufgegriffen.")):
            return redirect(topic)
    return render_confirmation(
        request,
        form,
        title=_("Thema nicht aufgreifen"),
        question=str(topic),
        submit_label=_("Nicht aufgreifen"),
        details=[_("Wer es vorgeschlagen hat, erfährt die Begründung.")],
        danger=True,
        cancel_url=topic.get_absolute_url(),
    )


def submit(request, pk):
    """The Leitungsvorlage of a topic, filled from the topic or from the last request that came
    back.
    """
    topic = row_for_office(request, topics_in_full(request.user), pk)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "submit"):
        return back
    now = timezone.now()
    former = approvals_about(ApprovalKind.TOPIC, pk).first()
    files = request.FILES or None
    form = BriefingForm(
        request.POST or None,
        files,
        today=local_date(now),
        suggestion=_suggested_briefing(topic),
        former=former,
    )
    if request.method == "POST" and form.is_valid():
        due_on = form.cleaned_data["due_on"]
        call = partial(
            submit_topic,
            topic=topic,
            briefing=form.briefing,
            due_on=due_on,
            by=request.user,
            now=now,
        )
        if run_service(
            request,
            call,
            form=form,
            done=with_waiting_note(
                _("Das Thema liegt zur Freigabe vor; das Büro ist benachrichtigt."), APPROVAL_ASKED
            ),
        ):
            return redirect(topic)
    return form_page(
        request,
        form,
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Zur Freigabe vorlegen"),
        intro=str(topic),
        cancel_url=topic.get_absolute_url(),
        former=former,
        differences=differences_since(ApprovalKind.TOPIC, pk, snapshot_of(TOPIC_FACTS, topic)),
    )


def _suggested_briefing(topic: Topic) -> Briefing:
    """Return a first version of the Leitungsvorlage from what the topic says."""
    who = topic.organisation or _("Geschäftsstelle")
    occasion = _("Themenvorschlag: %(who)s") % {"who": who}
    facts = "\n\n".join(part for part in (topic.description, topic.wish) if part)
    return Briefing(occasion, facts, "", _("Freigabe des Themas „%(title)s“") % {"title": topic})


def withdraw(request, pk):
    topic = row_for_office(request, Topic.objects.all(), pk)
    if request.method == "POST":
        call = partial(withdraw_topic, topic=topic, by=request.user, now=timezone.now())
        run_service(
            request,
            call,
            done=_("Die Vorlage ist zurückgezogen; Sie können das Thema wieder bearbeiten."),
        )
        return redirect(topic)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "rework"):
        return back
    title, label = _("Vorlage zurückziehen"), _("Zurückziehen")
    details = [
        _("Das %(office)s wird benachrichtigt und muss nichts mehr tun.")
        % {"office": senator_office_name()}
    ]
    if topic.state == TopicState.APPROVED:
        title, label = _("Thema wieder bearbeiten"), _("Wieder bearbeiten")
        details = [
            _("Die Freigabe erlischt. Das Thema muss danach noch einmal vorgelegt werden."),
            _("Das %(office)s erfährt davon, ebenso wer das Thema vorgeschlagen hat.")
            % {"office": senator_office_name()},
        ]
    return render_confirmation(
        request,
        title=title,
        question=str(topic),
        submit_label=label,
        details=details,
        danger=True,
        cancel_url=topic.get_absolute_url(),
    )
