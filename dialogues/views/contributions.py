"""The tab on which the office notes what companies contribute to a dialogue."""

from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.views import (
    redirect_if_refused,
    redirect_with_message,
    render_confirmation,
    render_form,
    require_office,
    run_service,
    save_form,
)
from dialogues.forms import ContributionForm
from dialogues.models import Contribution, Dialogue
from dialogues.permissions import can_add_contributions, can_see_contributions
from dialogues.progress import contribution_groups, latest_note
from dialogues.queries import contributions_to, needs_of_dialogue, organisations_at
from dialogues.services import change_contribution, create_contribution, delete_contribution
from dialogues.services.contributions import require_deletable
from dialogues.views.dialogues import page_context, visible_dialogue


def contribution_tab(request, pk):
    """Show what was contributed; the office adds to it on the same page, one after the other."""
    dialogue = visible_dialogue(request, pk)
    # 404 rather than 403: outsiders should not learn that there is something.
    if not can_see_contributions(request.user, dialogue):
        raise Http404
    form, user = None, request.user
    if request.method == "POST":
        require_office(request)
    if can_add_contributions(request.user, dialogue):
        # The kind stays chosen: several companies speak about the same.
        initial = {"kind": request.GET.get("art", "")}
        present = organisations_at(dialogue)
        form = ContributionForm(request.POST or None, initial=initial, present=present)
        if added := save_form(request, form, create_contribution, dialogue=dialogue):
            done = _("„%(title)s“ ist aufgenommen.") % {"title": added}
            return redirect_with_message(
                request, done, f"{tab_url(dialogue)}?art={added.kind}#aufnehmen"
            )
    contributions = list(contributions_to(dialogue, user))
    context = page_context(request, dialogue, "contributions") | {
        "form": form,
        "latest": latest_note(contributions),
        "groups": contribution_groups(contributions, needs_of_dialogue(dialogue, user), user),
    }
    return render(request, "dialogues/contributions.html", context)


def tab_url(dialogue: Dialogue) -> str:
    return reverse("dialogues:contributions", args=[dialogue.pk])


def edit(request, pk):
    contribution = _contribution_for_office(request, pk)
    dialogue, url = contribution.dialogue, tab_url(contribution.dialogue)
    present = organisations_at(dialogue)
    form = ContributionForm(request.POST or None, instance=contribution, present=present)
    done = _("Der Beitrag ist gespeichert.")
    if save_form(request, form, change_contribution, contribution=contribution, done=done):
        return redirect(url)
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Beitrag bearbeiten"),
        intro=str(dialogue),
        cancel_url=url,
    )


def delete(request, pk):
    """Ask, then remove a contribution that was entered by mistake."""
    contribution = _contribution_for_office(request, pk)
    url = tab_url(contribution.dialogue)
    if back := redirect_if_refused(request, contribution, require_deletable, to=url):
        return back
    if request.method == "POST":
        call = partial(
            delete_contribution, contribution=contribution, by=request.user, now=timezone.now()
        )
        done = _("Der Beitrag ist gelöscht.")
        # The service locks the dialogue first.
        lock = contribution.dialogue
        run_service(request, call, done=done, seen=[contribution], lock=lock)
        return redirect(url)
    return render_confirmation(
        request,
        seen=[contribution],
        title=_("Beitrag löschen"),
        question=f"{contribution} · {contribution.organisation.label}",
        details=[_("Der Verlauf des Gesprächs behält, dass es ihn gab.")],
        submit_label=_("Löschen"),
        danger=True,
        cancel_url=url,
    )


def _contribution_for_office(request, pk: int) -> Contribution:
    contributions = Contribution.objects.visible_to(request.user).select_related(
        "dialogue", "organisation", "person__organisation"
    )
    contribution = get_object_or_404(contributions, pk=pk)
    require_office(request)
    return contribution
