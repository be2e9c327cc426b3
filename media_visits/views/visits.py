"""The list of visits, the page of a visit, and the form of its facts."""

from collections.abc import Callable
from functools import partial
from operator import attrgetter, methodcaller

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from approvals.registry import binding_labels
from core.dates import local_date
from core.exports import Sheet, workbook_response
from core.views import (
    get_for_office,
    ordering,
    paginate,
    render_form,
    require_office,
    run_service,
    save_form,
    saving,
    ticks_of,
)
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.facts import ADDRESS, VISIT_FACTS
from media_visits.filters import VisitFilter
from media_visits.forms import VisitForm
from media_visits.models import Visit
from media_visits.permissions import can_manage
from media_visits.progress import listed_visits, press_text, sectors_text, visit_page
from media_visits.queries import visits_to_export, visits_to_list
from media_visits.services import (
    binding_facts,
    change_visit,
    create_visit,
    publish_visit,
    unpublish_visit,
)
from outbox.views.confirming import confirm_mails, went_back
from partners.permissions import can_assign, can_see_responsible
from partners.progress import responsible_label

VISIT_SORTS = {"date": ("starts_on",), "company": ("search",), "state": ("state",)}

EXPORT_COLUMNS = (
    (gettext_lazy("Unternehmen"), attrgetter("company_name")),
    (gettext_lazy("Anlass"), attrgetter("title")),
    (gettext_lazy("Termin"), attrgetter("date_text")),
    (gettext_lazy("Tag"), attrgetter("starts_on")),
    (gettext_lazy("Stand"), methodcaller("get_state_display")),
    (gettext_lazy("Wer besucht"), attrgetter("visitor")),
    (gettext_lazy("Außerdem dabei"), attrgetter("participants")),
    (gettext_lazy("Adresse"), attrgetter("address")),
    (gettext_lazy("Branche"), sectors_text),
    (gettext_lazy("Botschaft"), attrgetter("message")),
    (gettext_lazy("Zitat"), attrgetter("quote")),
    (gettext_lazy("Presse"), press_text),
    (gettext_lazy("Kontakt"), attrgetter("contact")),
    (gettext_lazy("Ergebnis"), attrgetter("outcome")),
    (gettext_lazy("Herkunft"), methodcaller("get_origin_display")),
)

# Shows conflicts, the warning of a lapsing approval and what changed since the last submission.
form_page = partial(render_form, template="media_visits/form.html")


def visit_for_office(request: HttpRequest, pk: int) -> Visit:
    return get_for_office(request, Visit.objects.select_related("company"), pk)


def visit_list(request):
    result = _filtered(request, visits_to_list(request.user))
    page = paginate(request, _sorted(request, result))
    context = {
        "filter": result,
        "page": page,
        "visits": listed_visits(page),
        "manages": can_manage(request.user),
        "sees_responsible": can_see_responsible(request.user),
        "can_assign": can_assign(request.user),
        "ticks": ticks_of(request.GET, "besuch", page) if can_assign(request.user) else None,
        "empty": _empty_list(request),
    }
    return render(request, "media_visits/list.html", context)


def _filtered(request, visits: QuerySet[Visit]) -> VisitFilter:
    return VisitFilter(request.GET, queryset=visits, request=request)


def _sorted(request, result: VisitFilter):
    # Latest first; visits without a date come last in any order.
    # `search` starts with the company and decides between visits on the same day.
    columns = ordering(request, VISIT_SORTS, "-date", then=("search",), nulls_last=True)
    return result.qs.order_by(*columns)


def _empty_list(request) -> dict:
    """Return text and button for an empty list."""
    if request.GET:
        return {
            "text": _("Kein Besuch passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("media_visits:list"),
        }
    if can_manage(request.user):
        return {
            "text": _(
                "Noch ist kein Besuch erfasst. Legen Sie eine Idee an; sie bleibt zunächst in der "
                "Geschäftsstelle."
            ),
            "action": _("Neuer Besuch"),
            "url": reverse("media_visits:create"),
        }
    return {"text": _("Zurzeit gibt es keine Besuche, die für Sie freigegeben sind.")}


def export(request):
    """Answer with the filtered list as an Excel file."""
    columns = dict(EXPORT_COLUMNS)
    if can_see_responsible(request.user):
        columns[gettext_lazy("Zuständig")] = responsible_label
    visits = _sorted(request, _filtered(request, visits_to_export(request.user)))
    header = [str(label) for label in columns]
    rows = [[read(visit) for read in columns.values()] for visit in visits]
    sheet = Sheet(_("Liste"), header, rows)
    return workbook_response(_("Unternehmensbesuche"), [sheet], now=timezone.now())


def detail(request, pk):
    visits = Visit.objects.visible_to(request.user).select_related("company", "responsible__person")
    visit, now = get_object_or_404(visits, pk=pk), timezone.now()
    context = visit_page(visit, request.user, now=now)
    context |= {"visit": visit, "today": local_date(now)}
    return render(request, "media_visits/detail.html", context)


def create(request):
    require_office(request)
    form = VisitForm(request.POST or None)
    if visit := save_form(request, form, create_visit, done=_("Der Besuch ist als Idee angelegt.")):
        return redirect(visit)
    return form_page(
        request,
        form,
        title=_("Neuer Unternehmensbesuch"),
        submit_label=_("Anlegen"),
        cancel_url=reverse("media_visits:list"),
    )


def edit(request, pk):
    """Change the facts of a visit; asks for confirmation if the approval would lapse or people are
    mailed.
    """
    visit = visit_for_office(request, pk)
    # Before the form, whose validation writes its input into `visit`.
    guard, is_announced = lapse_guard(visit), visit.state == VisitState.ANNOUNCED
    note = announced_note(visit) if is_announced else ""
    form = VisitForm(request.POST or None, instance=visit)
    # Only a valid form has written its values into the visit, which the guard compares.
    is_valid = form.is_valid()
    must_confirm = is_valid and guard and guard.needs_confirmation(request.POST, form.instance)
    if is_valid and not must_confirm and not went_back(request):
        save = saving(request, form, change_visit, visit=visit)
        answer = save_and_tell(
            request,
            form,
            guard.watch(save) if guard else save,
            visit=visit,
            is_announced=is_announced,
            done=_("Die Angaben sind gespeichert."),
            title=_("Besuch bearbeiten"),
        )
        if answer:
            return answer
    return form_page(
        request,
        form,
        title=_("Besuch bearbeiten"),
        intro=note,
        cancel_url=visit.get_absolute_url(),
        guard=guard,
    )


def announced_note(visit: Visit) -> str:
    """Return what of an announced visit is fixed, and what is mailed when it changes."""
    text = _("Der Besuch ist angekündigt. Nur durch Verschieben lassen sich noch ändern: %(what)s.")
    facts = binding_facts(visit)
    note = text % {"what": binding_labels(facts)}
    if any(fact.label == ADDRESS for fact in facts):
        return note
    address = _(
        "Die Adresse stand noch nicht in der Vorlage: Sie können sie eintragen; die Freigabe gilt "
        "weiter. Vor dem Speichern sehen Sie die E-Mail und wählen, ob sie hinausgeht."
    )
    return f"{note} {address}"


def save_and_tell(
    request, form, save: Callable, *, visit: Visit, is_announced: bool, done, title
) -> HttpResponse | None:
    """Run `save` with the valid `form`; it mails people if something that they know changes.

    None means that the form has to be shown again.
    """
    return confirm_mails(
        request,
        save,
        target=visit,
        form=form,
        done=done,
        asks_always=False,
        # Whoever takes part in an approval always learns that it lapses.
        may_be_silent=is_announced,
        title=title,
        question=_("%(visit)s: Diese Änderung speichern?") % {"visit": visit},
        submit_label=_("Speichern"),
        cancel_url=visit.get_absolute_url(),
    )


def lapse_guard(visit: Visit) -> LapseGuard | None:
    """Return the guard that warns before an approval lapses; None where none can lapse."""
    if visit.is_taken_over or visit.state not in VISIT_MOVES["lapse"].sources:
        return None
    return LapseGuard(ApprovalKind.VISIT, VISIT_FACTS, visit)


@require_POST
def publish(request, pk):
    return _run(request, pk, publish_visit, _("Der Besuch ist veröffentlicht."))


@require_POST
def unpublish(request, pk):
    return _run(request, pk, unpublish_visit, _("Der Besuch ist nicht mehr veröffentlicht."))


def _run(request, pk, service, done) -> HttpResponse:
    visit = visit_for_office(request, pk)
    # The button has its page's version in its address.
    seen = request.GET.get("version", "")
    call = partial(service, visit=visit, seen=seen, by=request.user, now=timezone.now())
    run_service(request, call, done=done)
    return redirect(visit)
