"""Planning a dialogue: begin it on a topic, edit its facts, note what the host said."""

import datetime as dt
from functools import partial

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from core.dates import local_date
from core.views import run_service
from dialogues.enums import BEFORE_THE_DAY, DialogueState, HostReply, TopicState
from dialogues.forms import DialogueForm, HostReplyForm
from dialogues.mails import FACTS_ANNOUNCED_AT_ONCE, addressees_of_change
from dialogues.models import Dialogue, Topic
from dialogues.progress.dates import announced_later_note
from dialogues.queries import has_announced_date
from dialogues.registry import DATES_FACTS
from dialogues.services import plan_dialogue, record_host_reply, update_dialogue
from dialogues.services.dialogues import Update
from dialogues.views.answers import dialogue_for_office, form_page, row_for_office


def create(request, pk):
    """Begin a dialogue on an approved topic."""
    topic = row_for_office(request, Topic.objects.all(), pk)
    if request.method != "POST" and topic.state != TopicState.APPROVED:
        messages.error(request, _("Ein Gespräch wird erst zu einem freigegebenen Thema geplant."))
        return redirect(topic)
    form = DialogueForm(request.POST or None, initial={"title": topic.title})
    if request.method == "POST" and form.is_valid():
        call = partial(
            plan_dialogue, topic=topic, values=form.values, by=request.user, now=timezone.now()
        )
        if dialogue := run_service(request, call, form=form, done=_("Die Planung hat begonnen.")):
            return redirect(dialogue)
    return form_page(
        request,
        form,
        title=_("Gespräch planen"),
        submit_label=_("Planung beginnen"),
        intro=_("Zum Thema „%(topic)s“. Was noch offen ist, tragen Sie später nach.")
        % {"topic": topic},
        cancel_url=topic.get_absolute_url(),
    )


def edit(request, pk):
    dialogue = dialogue_for_office(request, pk)
    if request.method != "POST" and (
        dialogue.is_taken_over or dialogue.state not in BEFORE_THE_DAY
    ):
        messages.error(request, _("Die Angaben zu diesem Gespräch lassen sich nicht mehr ändern."))
        return redirect(dialogue)
    now = timezone.now()
    is_known = has_announced_date(dialogue, now=now)
    guard = LapseGuard(ApprovalKind.DATES, DATES_FACTS, dialogue)
    form = DialogueForm(request.POST or None, instance=dialogue)
    if (
        request.method == "POST"
        and form.is_valid()
        and not guard.needs_confirmation(request.POST, form.instance)
    ):
        call = partial(
            update_dialogue,
            dialogue=dialogue,
            values=form.values,
            version=form.version_shown,
            by=request.user,
            now=now,
        )
        if update := run_service(request, call, form=form):
            messages.success(request, saved_text(update, is_known=is_known))
            return redirect(dialogue)
    return form_page(
        request,
        form,
        title=_("Gespräch bearbeiten"),
        cancel_url=dialogue.get_absolute_url(),
        guard=guard,
        effect=effect_of_changes(dialogue, local_date(now), lapses=bool(guard.changes))
        if is_known
        else "",
    )


def effect_of_changes(dialogue: Dialogue, today: dt.date, *, lapses: bool) -> str:
    """Return what saving will do to others, with how many they are: said before, so that nobody is
    surprised.

    A save that lets the approval lapse tells nobody outside before it is there again.
    """
    count = len(addressees_of_change(dialogue, today=today))
    if not count:
        return ""
    if lapses:
        return announced_later_note()
    text = ngettext(
        "Was sich an %(facts)s ändert, erfährt %(count)d Person sofort per E-Mail mit neuem "
        "Kalendereintrag.",
        "Was sich an %(facts)s ändert, erfahren %(count)d Personen sofort per E-Mail mit neuem "
        "Kalendereintrag.",
        count,
    )
    labels = [str(label) for label, _read in FACTS_ANNOUNCED_AT_ONCE]
    facts = _("%(facts)s oder %(last)s") % {"facts": ", ".join(labels[:-1]), "last": labels[-1]}
    at_once = text % {"facts": facts, "count": count} + " " + _("Gegebene Antworten gelten weiter.")
    later = _("Erlischt durch eine Änderung die Freigabe, geht noch nichts hinaus:")
    return f"{at_once} {later} {announced_later_note()}"


def saved_text(update: Update, *, is_known: bool) -> str:
    """Return what came of saving: how many people are told, that they are told later, or that
    nobody has to be.
    """
    saved, told = _("Die Angaben sind gespeichert."), update.notified
    if update.is_deferred:
        return f"{saved} {announced_later_note()}"
    if told:
        text = ngettext(
            "%(count)d Person wird benachrichtigt.",
            "%(count)d Personen werden benachrichtigt.",
            told,
        )
        return f"{saved} {text % {'count': told}}"
    return (
        f"{saved} {_('Für die Eingeladenen ändert sich nichts; niemand wird benachrichtigt.')}"
        if is_known
        else saved
    )


def host_reply(request, pk):
    """Note what the host company said."""
    dialogue = dialogue_for_office(request, pk)
    if back := _without_question(request, dialogue):
        return back
    reply = "" if dialogue.host_reply == HostReply.OPEN else dialogue.host_reply
    replied_on = dialogue.host_replied_on or local_date(timezone.now())
    initial = {"reply": reply, "replied_on": replied_on, "note": dialogue.host_note}
    form = HostReplyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            record_host_reply,
            dialogue=dialogue,
            by=request.user,
            now=timezone.now(),
            **form.cleaned_data,
        )
        if run_service(
            request, call, form=form, done=_("Die Antwort des Gastgebers ist vermerkt.")
        ):
            return redirect(dialogue)
    return form_page(
        request,
        form,
        title=_("Antwort des Gastgebers"),
        intro=str(dialogue.host),
        submit_label=_("Vermerken"),
        cancel_url=dialogue.get_absolute_url(),
    )


def _without_question(request, dialogue: Dialogue):
    """Lead back to the dialogue when there is no host to be asked, or no answer to be changed any
    more.
    """
    if request.method == "POST":
        return None
    if dialogue.host is None:
        messages.error(request, _("Bitte tragen Sie zuerst den Gastgeber ein."))
        return redirect("dialogues:edit", dialogue.pk)
    if dialogue.is_taken_over or dialogue.state not in (
        DialogueState.PLANNING,
        DialogueState.EXPLORING,
    ):
        messages.error(request, _("Die Antwort des Gastgebers lässt sich jetzt nicht mehr ändern."))
        return redirect(dialogue)
    return None
