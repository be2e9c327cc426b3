"""Views for needs: the list, the page of one, and recording."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.exports import list_response
from core.progress import Button
from core.roles import is_inside
from core.views import (
    get_for_office,
    ordering,
    paginate,
    redirect_if_refused,
    render_form,
    require_office,
    saving,
    ticks_of,
)
from dialogues.filters import NeedFilter
from dialogues.forms import NeedForm
from dialogues.models import Contribution, Need
from dialogues.permissions import can_manage
from dialogues.progress import (
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
    untold_notes,
)
from dialogues.queries import listed_needs, need_history, needs_in_full
from dialogues.services import (
    change_need,
    create_need,
)
from dialogues.services.needs import require_unrecorded
from outbox.views.confirming import confirm_mails, went_back
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
        "notes": untold_notes(need, user),
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
    page = {"title": _("Bedarf aufnehmen"), "cancel_url": cancel_url}
    if request.method == "POST" and form.is_valid() and not went_back(request):
        created = confirm_mails(
            request,
            saving(request, form, create_need, contribution=contribution),
            form=form,
            done=_("Der Bedarf ist aufgenommen."),
            asks_always=False,
            may_be_silent=True,
            question=_("„%(need)s“: Das wird mitgeteilt.") % {"need": form.values["title"]},
            submit_label=_("Aufnehmen"),
            **page,
        )
        if created:
            return created
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        submit_label=_("Aufnehmen"),
        intro=intro,
        **page,
    )


def edit(request, pk):
    need = get_for_office(request, needs_in_full(request.user), pk)
    form = NeedForm(request.POST or None, instance=need)
    page = {"title": _("Bedarf bearbeiten"), "cancel_url": need.get_absolute_url()}
    if request.method == "POST" and form.is_valid() and not went_back(request):
        saved = confirm_mails(
            request,
            saving(request, form, change_need, need=need),
            target=need,
            form=form,
            done=_("Die Angaben sind gespeichert."),
            asks_always=False,
            # A correction of the wording need not trouble anybody.
            may_be_silent=True,
            question=_("„%(need)s“: Diese Änderung speichern?") % {"need": form.values["title"]},
            submit_label=_("Speichern"),
            **page,
        )
        if saved:
            return saved
    return render_form(request, form, template="dialogues/need_form.html", **page)
