"""Views for topics: propose, take up or decline, edit, submit, withdraw."""

from functools import partial

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from approvals.progress import with_conditions
from approvals.queries import approvals_about
from approvals.views import submit_briefing
from core.dates import local_date
from core.progress import Button
from core.roles import OFFICE
from core.views import (
    allowed,
    get_for_office,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    require,
    run_service,
)
from dialogues.enums import TOPIC_MOVES, DialogueState, TopicState
from dialogues.facts import TOPIC_FACTS, suggest_topic_briefing
from dialogues.forms import OfficeTopicForm, SeenReasonForm, TopicForm
from dialogues.mails import proposer_to_notify
from dialogues.models import Topic
from dialogues.permissions import (
    PROPOSERS_ONLY,
    TOPIC_NOT_EDITABLE,
    can_edit_topic,
    can_manage,
    can_propose,
    replaces_proposer,
)
from dialogues.progress import (
    conditions_of_series,
    internal_notes_cards,
    topic_actions,
    topic_cards,
    topic_facts,
    topic_next_step,
    topic_progress,
)
from dialogues.queries import (
    dialogues_on,
    first_fixed_start,
    last_held_start,
    topic_history,
    topics_in_full,
)
from dialogues.services import (
    change_topic,
    create_topic,
    decline_topic,
    propose_topic,
    retract_topic,
    submit_topic,
    take_up_topic,
    withdraw_topic,
)
from dialogues.views.approvals import withdraw_submission
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back

TOPICS = Topic.objects.all()
DRAFT_INTRO = gettext_lazy("Einige Sätze genügen.")
PARTNERS_DRAFT_INTRO = gettext_lazy(
    "Einige Sätze genügen. Die Geschäftsstelle prüft den Vorschlag; Sie erfahren per E-Mail, ob "
    "sie ihn aufgreift."
)
PROPOSED = gettext_lazy("Das Thema ist vorgeschlagen.")
PARTNERS_PROPOSED = gettext_lazy("Ihr Vorschlag liegt der Geschäftsstelle vor.")


def detail(request, pk):
    user = request.user
    topic = get_object_or_404(topics_in_full(user), pk=pk)
    latest = approvals_about(ApprovalKind.TOPIC, pk).first()
    dialogues = list(dialogues_on(topic, user))
    # A cancelled dialogue leaves its topic open for another one.
    is_planned = any(dialogue.state != DialogueState.CANCELLED for dialogue in dialogues)
    today = local_date(timezone.now())
    first = first_fixed_start(topic.dialogues.all(), today) if is_planned else None
    # The office sees every dialogue, so it needs no other word of one.
    held_at = None if is_planned or can_manage(user) else last_held_start(topic)
    box = topic_next_step(
        topic, user, latest, is_planned=is_planned, first_start=first, held_at=held_at
    )
    edit_url = reverse("dialogues:topic_edit", args=[pk])
    can_edit = can_edit_topic(user, topic)
    context = {
        "topic": topic,
        "seen": [topic],
        "subtitle": " · ".join(filter(None, [_("Thema"), topic.series and topic.series.title])),
        "steps": topic_progress(topic),
        "box": with_conditions(
            box,
            user,
            (ApprovalKind.TOPIC, pk, _("Auflage")),
            *conditions_of_series(topic),
        ),
        "today": today,
        "buttons": [Button(_("Bearbeiten"), edit_url)] if can_edit else [],
        "cards": topic_cards(topic),
        "facts": topic_facts(topic, user),
        "dialogues": dialogues,
        "internal_notes": internal_notes_cards(topic.internal_notes, user),
        "actions": topic_actions(topic, user, is_planned=is_planned),
        "history": topic_history(topic, user),
    }
    return render(request, "dialogues/topic.html", context)


@allowed(can_propose, PROPOSERS_ONLY)
def create(request):
    form = _form_for(request.user)(request.POST or None)
    is_complete = request.method == "POST" and form.is_valid() and not went_back(request)
    if is_complete and (saved := _save(request, form, None, title=_("Thema vorschlagen"))):
        return saved
    return render_form(
        request,
        form,
        template="dialogues/topic_form.html",
        title=_("Thema vorschlagen"),
        cancel_url=reverse("dialogues:topics"),
        intro=_intro_for(request.user),
        is_draft=True,
    )


def edit(request, pk):
    topic = get_object_or_404(topics_in_full(request.user), pk=pk)
    require(can_edit_topic(request.user, topic), TOPIC_NOT_EDITABLE)
    is_draft = topic.state == TopicState.DRAFT
    # Created before the form, because validation writes the entered values into the instance.
    guard = LapseGuard(ApprovalKind.TOPIC, TOPIC_FACTS, topic)
    form = _form_for(request.user)(request.POST or None, instance=topic)
    is_complete = request.method == "POST" and form.is_valid() and not went_back(request)
    if is_complete and not guard.needs_confirmation(request.POST, form.instance):
        if saved := _save(request, form, guard, title=_("Thema bearbeiten")):
            return saved
    return render_form(
        request,
        form,
        template="dialogues/topic_form.html",
        title=_("Thema bearbeiten"),
        cancel_url=topic.get_absolute_url(),
        intro=_intro_for(request.user) if is_draft else "",
        is_draft=is_draft,
        guard=guard,
    )


def _intro_for(user) -> str:
    # Nobody in the office is mailed what becomes of their own proposals.
    return str(DRAFT_INTRO if OFFICE in user.own_roles else PARTNERS_DRAFT_INTRO)


def _proposed(user) -> Promise:
    # The office does not hand a proposal to itself.
    return PROPOSED if can_manage(user) else PARTNERS_PROPOSED


def _form_for(user) -> type[TopicForm]:
    return OfficeTopicForm if can_manage(user) else TopicForm


def _save(request, form: TopicForm, guard: LapseGuard | None, *, title: str) -> HttpResponse | None:
    """Save the topic; with the button *Vorschlagen*, also propose it. Both succeed or neither.

    Return None if the form must be shown again. The office sees the mails first.
    """
    proposes = request.POST.get("act") == "propose"
    done = _proposed(request.user) if proposes else _("Das Thema ist gespeichert.")
    # One call for both: a refused proposal must not leave a saved draft behind.
    call = partial(_write, request, form, proposes)
    if guard:
        call = guard.watch(call)
    if not can_manage(request.user):
        topic = run_service(request, call, form=form, done=done)
        return redirect(topic) if topic else None
    return confirm_mails(
        request,
        call,
        form=form,
        done=done,
        asks_always=False,
        title=title,
        question=_("%(topic)s: Das wird mitgeteilt.") % {"topic": form.values["title"]},
        submit_label=_("Vorschlagen") if proposes else _("Speichern"),
        cancel_url=reverse("dialogues:topics"),
    )


@transaction.atomic
def _write(request, form: TopicForm, proposes: bool) -> Topic:
    given = {"values": form.values, "by": request.user, "now": timezone.now()}
    if form.instance.pk:
        topic = change_topic(topic=form.instance, version=form.version_shown, **given)
    else:
        topic = create_topic(**given)
    if not proposes:
        return topic
    return propose_topic(topic=topic, by=request.user, now=given["now"])


@require_POST
def propose(request, pk):
    topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=pk)
    call = partial(propose_topic, topic=topic, by=request.user, now=timezone.now())
    run_service(request, call, done=_proposed(request.user), seen=[topic])
    return redirect(topic)


def retract(request, pk):
    """Ask, then retract a proposal that the office has not taken up."""
    topic = get_object_or_404(Topic.objects.visible_to(request.user), pk=pk)
    is_own = topic.proposed_by_id == request.user.pk
    # Not the office: it declines with a reason, which the proposer learns.
    require(is_own or replaces_proposer(request.user, topic), TOPIC_NOT_EDITABLE)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "retract"):
        return back
    if request.method == "POST":
        call = partial(retract_topic, topic=topic, by=request.user, now=timezone.now())
        run_service(request, call, done=_("Ihr Vorschlag ist zurückgezogen."), seen=[topic])
        return redirect(topic)
    return render_confirmation(
        request,
        seen=[topic],
        title=_("Vorschlag zurückziehen"),
        question=str(topic),
        details=[
            _("Die Geschäftsstelle sieht auf der Seite des Themas, dass es zurückgezogen ist."),
            _("Sie können den Vorschlag später bearbeiten und erneut einreichen."),
        ],
        submit_label=_("Vorschlag zurückziehen"),
        danger=True,
        cancel_url=topic.get_absolute_url(),
    )


def take_up(request, pk):
    """Take up a proposal at once if there is nobody to tell of it."""
    topic = get_for_office(request, TOPICS, pk)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "take_up"):
        return back
    return confirm_mails(
        request,
        partial(take_up_topic, topic=topic, by=request.user, now=timezone.now()),
        target=topic,
        done=_("Das Thema ist aufgegriffen. Ergänzen Sie, was zur Freigabe noch fehlt."),
        asks_always=False,
        seen=[topic],
        title=_("Thema aufgreifen"),
        question=str(topic),
        submit_label=_("Aufgreifen"),
        cancel_url=topic.get_absolute_url(),
    )


def decline(request, pk):
    topic = get_for_office(request, TOPICS, pk)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "decline"):
        return back
    hint = _("Steht auf der Seite des Themas.")
    proposer = proposer_to_notify(topic, by=request.user)
    if proposer:
        hint = _("Steht in der Nachricht an die Person, die es vorgeschlagen hat.")
    form = SeenReasonForm(request.POST or None, instance=topic, help_text=hint)
    page = {
        "title": _("Thema nicht aufgreifen"),
        "question": str(topic),
        "danger": True,
        "cancel_url": topic.get_absolute_url(),
    }
    if request.method == "POST" and form.is_valid() and not went_back(request):
        reason, now = form.cleaned_data["reason"], timezone.now()
        confirmed = confirm_mails(
            request,
            partial(decline_topic, topic=topic, reason=reason, by=request.user, now=now),
            target=topic,
            form=form,
            done=_("Das Thema wird nicht aufgegriffen."),
            seen=[topic],
            submit_label=_("Nicht aufgreifen"),
            **page,
        )
        if confirmed:
            return confirmed
    return render_confirmation(
        request,
        form,
        submit_label=TO_PREVIEW,
        details=[
            _("Wer es vorgeschlagen hat, erfährt die Begründung.")
            if proposer
            else _("Niemand wird benachrichtigt.")
        ],
        **page,
    )


def submit(request, pk):
    topic = get_for_office(request, topics_in_full(request.user), pk)
    if back := redirect_unless_possible(request, topic, TOPIC_MOVES, "submit"):
        return back
    return submit_briefing(
        request,
        topic,
        partial(submit_topic, topic=topic),
        kind=ApprovalKind.TOPIC,
        facts=TOPIC_FACTS,
        suggest=suggest_topic_briefing,
        form_options={"starts_at": first_fixed_start(topic.dialogues.all(), timezone.localdate())},
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Zur Freigabe vorlegen"),
        done=_("Das Thema liegt zur Freigabe vor."),
        template="dialogues/form.html",
    )


def withdraw(request, pk):
    """Put a topic back in progress that is submitted or approved."""
    topic = get_for_office(request, TOPICS, pk)
    title, label, details = _("Vorlage zurückziehen"), "", []
    if topic.state == TopicState.APPROVED:
        title, label = _("Thema wieder bearbeiten"), _("Wieder bearbeiten")
        details = [_("Die Freigabe erlischt. Das Thema muss danach noch einmal vorgelegt werden.")]
    return withdraw_submission(
        request,
        topic,
        partial(withdraw_topic, topic=topic),
        TOPIC_MOVES,
        "rework",
        kind=ApprovalKind.TOPIC,
        title=title,
        done=_("Die Vorlage ist zurückgezogen; Sie können das Thema wieder bearbeiten."),
        submit_label=label,
        details=details,
    )
