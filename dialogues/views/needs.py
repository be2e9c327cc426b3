"""Views for needs: the list, the page of one, recording, answering and filing."""

from functools import partial

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.dates import local_date
from core.exports import list_response
from core.progress import Button
from core.roles import is_inside
from core.views import (
    get_for_office,
    ordering,
    paginate,
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    require,
    require_office,
    run_service,
    save_form,
    ticks_of,
)
from dialogues.enums import NEED_MOVES
from dialogues.filters import NeedFilter
from dialogues.forms import AnswerForm, NeedForm, ResubmissionForm, SeenReasonForm
from dialogues.models import Contribution, Need
from dialogues.permissions import can_answer_need, can_manage
from dialogues.progress import (
    answer_cards,
    internal_notes_cards,
    list_tabs,
    need_actions,
    need_cards,
    need_facts,
    need_next_step,
    need_place,
    need_progress,
    openable_from,
    prepare_needs,
)
from dialogues.queries import listed_needs, need_history, needs_in_full
from dialogues.services import (
    answer_need,
    change_need,
    create_need,
    file_need,
    reopen_need,
    resubmit_need,
)
from dialogues.services.needs import NOT_YOURS, require_resubmittable, require_unrecorded
from partners.permissions import can_assign, can_see_responsible
from partners.progress import responsible_label

NEED_SORTS = {
    "title": ("search",),
    "raised": ("raised_on", "pk"),
    "organisation": ("raised_by__search",),
    "addressee": ("addressee__search",),
    "due": ("due_on",),
    "moved": ("moved_at",),
    "state": ("state",),
}


def _needs(request) -> tuple[NeedFilter, QuerySet[Need]]:
    listing = NeedFilter(request.GET, listed_needs(request.user), user=request.user)
    order = ordering(request, NEED_SORTS, "-raised", nulls_last=True)
    return listing, listing.qs.order_by(*order)


def need_list(request):
    listing, needs = _needs(request)
    page, user = paginate(request, needs), request.user
    today = local_date(timezone.now())
    prepare_needs(page, user, today)
    create_button = Button(_("Bedarf aufnehmen"), reverse("dialogues:need_create"), "primary")
    context = {
        "filter": listing,
        "page": page,
        "tabs": list_tabs("needs"),
        "sees_responsible": can_see_responsible(user),
        "can_assign": can_assign(user),
        "ticks": ticks_of(request.GET, "bedarf", page) if can_assign(user) else None,
        "buttons": [create_button] if can_manage(user) else [],
        "empty": _no_needs(request),
    }
    return render(request, "dialogues/needs.html", context)


def _no_needs(request) -> dict[str, str]:
    """Return text, action and url of the placeholder for an empty list."""
    if request.GET:
        return {
            "text": _("Kein Bedarf passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("dialogues:needs"),
        }
    if not can_manage(request.user):
        return {"text": _("Zurzeit gibt es keine Bedarfe, die für Sie sichtbar sind.")}
    return {
        "text": _(
            "Noch ist kein Bedarf aufgenommen. Am schnellsten geht es aus einem Gespräch, unter "
            "„Beiträge und Bedarfe“."
        ),
        "action": _("Bedarf aufnehmen"),
        "url": reverse("dialogues:need_create"),
    }


def need_export(request):
    _listing, needs = _needs(request)
    # The file must not contain more than the page shows.
    inside, sees_responsible = is_inside(request.user), can_see_responsible(request.user)
    header = [
        _("Bedarf"),
        _("Eingebracht von"),
        _("Eingebracht am"),
        _("Gerichtet an"),
        _("Maßnahme oder Abschnitt"),
        _("Stand"),
        _("Zusage"),
        _("Frist"),
        _("Ergebnis"),
        _("Begründung"),
    ]
    header += [_("Branchengespräch"), _("Wiedervorlage"), _("Zu prüfen")] if inside else []
    header += [_("Zuständig")] if sees_responsible else []
    lines = [
        [
            need.title,
            need.raised_by.name,
            need.raised_on,
            need.addressee_label,
            need_place(need) if inside else "",
            need.get_state_display(),
            need.promise,
            need.due_on,
            need.outcome,
            need.reason,
            *([str(need.dialogue or ""), need.resubmit_on, need.resubmit_check] if inside else []),
            *([responsible_label(need)] if sees_responsible else []),
        ]
        for need in needs
    ]
    return list_response(_("Unterstützungsbedarfe"), header, lines, now=timezone.now())


def detail(request, pk):
    user = request.user
    need = get_object_or_404(needs_in_full(user), pk=pk)
    today = local_date(timezone.now())
    box = need_next_step(need, user, today)
    edit_url = reverse("dialogues:need_edit", args=[pk])
    context = {
        "need": need,
        "seen": [need],
        "steps": need_progress(need),
        "box": box,
        "today": today,
        "buttons": [Button(_("Bearbeiten"), edit_url)] if can_manage(user) else [],
        "cards": need_cards(need),
        "internal_notes": internal_notes_cards(need.internal_notes, user),
        "facts": need_facts(need, user, openable_from(need, user)),
        "actions": need_actions(need, user, box),
        "history": need_history(need, user),
    }
    return render(request, "dialogues/need.html", context)


def create(request):
    """Record a need that came up outside a dialogue, or without a contribution."""
    require_office(request)
    form = NeedForm(request.POST or None)
    return _create(request, form, cancel_url=reverse("dialogues:needs"))


def create_from(request, pk):
    """Record a need from a contribution, which fills in the form."""
    contributions = Contribution.objects.select_related("dialogue", "organisation", "person")
    contribution = get_for_office(request, contributions, pk)
    tab_url = reverse("dialogues:contributions", args=[contribution.dialogue_id])
    if back := redirect_if_refused(request, contribution, require_unrecorded, to=tab_url):
        return back
    dialogue = contribution.dialogue
    need = Need(contribution=contribution, dialogue=dialogue)
    initial = {
        "title": contribution.title,
        "text": contribution.text,
        "raised_by": contribution.organisation,
        "contact": contribution.person,
    }
    form = NeedForm(request.POST or None, instance=need, initial=initial)
    intro = _("Aus dem Branchengespräch „%(dialogue)s“.") % {"dialogue": dialogue}
    return _create(request, form, cancel_url=tab_url, intro=intro, contribution=contribution)


def _create(
    request,
    form: NeedForm,
    *,
    cancel_url: str,
    intro: str = "",
    contribution: Contribution | None = None,
) -> HttpResponse:
    done = _("Der Bedarf ist aufgenommen.")
    if need := save_form(request, form, create_need, contribution=contribution, done=done):
        return redirect(need)
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        title=_("Bedarf aufnehmen"),
        submit_label=_("Aufnehmen"),
        intro=intro,
        cancel_url=cancel_url,
    )


def edit(request, pk):
    need = get_for_office(request, needs_in_full(request.user), pk)
    form = NeedForm(request.POST or None, instance=need)
    done = _("Die Angaben sind gespeichert.")
    if save_form(request, form, change_need, need=need, done=done):
        return redirect(need)
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        title=_("Bedarf bearbeiten"),
        cancel_url=need.get_absolute_url(),
    )


def answer(request, pk):
    """Say what becomes of a need, as the addressee or for them."""
    need = get_object_or_404(needs_in_full(request.user), pk=pk)
    require(can_answer_need(request.user, need), NOT_YOURS)
    if back := redirect_unless_possible(request, need, NEED_MOVES, "complete"):
        return back
    form = AnswerForm(request.POST or None, instance=need)
    if request.method == "POST" and form.is_valid():
        call = partial(
            answer_need, need=need, answer=form.answer, by=request.user, now=timezone.now()
        )
        done = _("Der Stand ist eingetragen.")
        if run_service(request, call, form=form, done=done, seen=[need]):
            return redirect(need)
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        title=_("Stand eintragen") if can_manage(request.user) else _("Bedarf beantworten"),
        cards=answer_cards(need),
        cancel_url=need.get_absolute_url(),
    )


def resubmit(request, pk):
    """Say when the office looks at a need again, or that nobody has to any more."""
    need = get_for_office(request, Need.objects.all(), pk)
    if back := redirect_if_refused(request, need, require_resubmittable):
        return back
    # The day that has come is done with; a new one is asked for.
    has_come = need.resubmit_on and need.resubmit_on <= local_date(timezone.now())
    initial = {} if has_come else {"resubmit_on": need.resubmit_on}
    initial |= {"resubmit_check": "" if has_come else need.resubmit_check}
    form = ResubmissionForm(request.POST or None, instance=need, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            resubmit_need, need=need, by=request.user, now=timezone.now(), **form.details
        )
        done = _("Die Wiedervorlage ist bestimmt.")
        if not form.cleaned_data["resubmit_on"]:
            done = _("Die Wiedervorlage ist erledigt.")
        if run_service(request, call, form=form, done=done, seen=[need]):
            return redirect(need)
    intro = (
        _("Zu prüfen war: %(check)s") % {"check": need.resubmit_check} if has_come else str(need)
    )
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        title=_("Wiedervorlage"),
        intro=intro,
        cancel_url=need.get_absolute_url(),
    )


@require_POST
def file(request, pk):
    need = get_for_office(request, Need.objects.all(), pk)
    call = partial(file_need, need=need, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Der Bedarf ist zu den Akten gelegt."), seen=[need])
    return redirect(need)


def reopen(request, pk):
    """Ask for a reason, then take up a need again that was settled or filed."""
    need = get_for_office(request, Need.objects.all(), pk)
    if back := redirect_unless_possible(request, need, NEED_MOVES, "reopen"):
        return back
    hint = _("Steht auf der Seite des Bedarfs.")
    form = SeenReasonForm(request.POST or None, instance=need, help_text=hint)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        call = partial(reopen_need, need=need, reason=reason, by=request.user, now=timezone.now())
        done = _("Der Bedarf ist wieder aufgenommen.")
        if run_service(request, call, form=form, done=done, seen=[need]):
            return redirect(need)
    return render_confirmation(
        request,
        form,
        title=_("Wieder aufnehmen"),
        question=str(need),
        submit_label=_("Wieder aufnehmen"),
        cancel_url=need.get_absolute_url(),
    )
