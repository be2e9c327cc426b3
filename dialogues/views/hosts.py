"""The page on which the office records the reply of the host company."""

from functools import partial

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.views import redirect_if_refused, render_form, run_service
from dialogues.enums import HostReply
from dialogues.forms import HostReplyForm
from dialogues.services import record_host_reply
from dialogues.services.hosts import require_host, require_host_reply_open
from dialogues.views.dialogues import dialogue_for_office


def host_reply(request, pk):
    dialogue = dialogue_for_office(request, pk)
    edit_url = reverse("dialogues:edit", args=[pk])
    if back := redirect_if_refused(request, dialogue, require_host, to=edit_url):
        return back
    if back := redirect_if_refused(request, dialogue, require_host_reply_open):
        return back
    # An open reply preselects nothing: it is not among the choices.
    reply = "" if dialogue.host_reply == HostReply.OPEN else dialogue.host_reply
    replied_on = dialogue.host_replied_on or local_date(timezone.now())
    initial = {"reply": reply, "replied_on": replied_on, "note": dialogue.host_note}
    form = HostReplyForm(request.POST or None, instance=dialogue, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            record_host_reply,
            dialogue=dialogue,
            by=request.user,
            now=timezone.now(),
            **form.reply_details,
        )
        done = _("Die Antwort des Gastgebers ist vermerkt.")
        if run_service(request, call, form=form, done=done, seen=[dialogue]):
            return redirect(dialogue)
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Antwort des Gastgebers"),
        intro=str(dialogue.host),
        submit_label=_("Vermerken"),
        cancel_url=dialogue.get_absolute_url(),
    )
