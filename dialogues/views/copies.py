"""The page on which the office plans a dialogue like a former one."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from core.states import require_in_workflow
from core.views import redirect_if_refused, render_form, run_service
from dialogues.enums import TopicState
from dialogues.forms import CopyForm
from dialogues.models import Dialogue
from dialogues.progress import copy_cards
from dialogues.queries import topics_to_plan
from dialogues.services import copy_dialogue
from dialogues.views.dialogues import dialogue_for_office


def copy(request, pk):
    former = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, former, _require_copyable):
        return back
    topic = former.topic if former.topic and former.topic.state == TopicState.APPROVED else None
    initial = {"topic": topic, "title": former.title}
    form = CopyForm(request.POST or None, instance=former, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            copy_dialogue, former=former, by=request.user, now=timezone.now(), **form.copy
        )
        done = _("Die Planung hat begonnen. Prüfen Sie, was übernommen ist.")
        # The service locks the topic, and nothing of the former dialogue, which it only reads.
        lock = form.cleaned_data["topic"]
        if dialogue := run_service(request, call, form=form, done=done, seen=[former], lock=lock):
            return redirect(dialogue)
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Neues Gespräch nach diesem Vorbild"),
        submit_label=_("Planung beginnen"),
        intro=_("Vorbild ist „%(dialogue)s“.") % {"dialogue": former},
        cards=copy_cards(former),
        cancel_url=former.get_absolute_url(),
    )


def _require_copyable(dialogue: Dialogue) -> None:
    require_in_workflow(dialogue)
    if not topics_to_plan().exists():
        raise Refused(_("Ein Gespräch wird erst zu einem freigegebenen Thema geplant."))
