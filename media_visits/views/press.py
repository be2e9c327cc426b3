"""Press slots of a visit, and the Pressespiegel with all press coverage."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.conflicts import SeenForm
from core.exports import Sheet, workbook_response
from core.queries import keys_from
from core.views import (
    get_for_office,
    ordering,
    paginate,
    redirect_if_refused,
    render_confirmation,
    require_office,
    run_service,
    save_form,
    saving,
)
from media_visits import services
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.filters import CoverageFilter
from media_visits.forms import CoverageForm, PressSlotForm
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.permissions import can_manage, can_see_internals
from media_visits.progress import cancelling_details, listed_coverage, slot_day_note
from media_visits.queries import coverage_to_list
from media_visits.views.visits import form_page, save_and_tell, visit_for_office
from outbox.views.confirming import confirm_mails, went_back

COVERAGE_SORTS = {"date": ("starts_on",), "medium": ("search",)}


def slot_for_office(request: HttpRequest, pk: int) -> PressSlot:
    return get_for_office(request, PressSlot.objects.select_related("visit__company"), pk)


def lapse_warning(visit: Visit) -> str:
    """Return the effect of a changed press slot on the approval, or what may still change, or just
    the name of the visit.
    """
    if visit.state == VisitState.ANNOUNCED and not visit.is_taken_over:
        return _(
            "Der Besuch ist angekündigt. Art und Beginn lassen sich nur durch Verschieben ändern; "
            "alles andere wird mitgeteilt. Fällt nur dieser Termin aus, sagen Sie ihn auf der "
            "Seite des Besuchs ab."
        )
    if visit.is_taken_over or visit.state not in VISIT_MOVES["lapse"].sources:
        return str(visit)
    if visit.state == VisitState.SUBMITTED:
        return _(
            "Der Besuch liegt zur Freigabe vor. Mit einem neuen, einem entfernten oder einem "
            "anderen Pressetermin (Art, Uhrzeit) erlischt die Vorlage."
        )
    return _(
        "Der Besuch ist freigegeben. Mit einem neuen, einem entfernten oder einem anderen "
        "Pressetermin (Art, Uhrzeit) erlischt die Freigabe."
    )


def create_slot(request, pk):
    visit = visit_for_office(request, pk)
    form = PressSlotForm(
        request.POST or None,
        # The form needs the visit to know whether a start is required.
        instance=PressSlot(visit=visit),
        initial={"starts_at": visit.starts_at},
    )
    return _slot_page(
        request,
        form,
        services.create_press_slot,
        {"visit": visit},
        done=_("Der Pressetermin ist angelegt."),
        title=_("Neuer Pressetermin"),
    )


def edit_slot(request, pk):
    slot = slot_for_office(request, pk)
    check = services.require_taking_place
    if back := redirect_if_refused(request, slot, check, to=slot.visit.get_absolute_url()):
        return back
    return _slot_page(
        request,
        PressSlotForm(request.POST or None, instance=slot),
        services.change_press_slot,
        {"slot": slot},
        done=_("Der Pressetermin ist gespeichert."),
        title=_("Pressetermin bearbeiten"),
    )


def _slot_page(request, form: PressSlotForm, service, given: dict, *, done, title) -> HttpResponse:
    visit = form.instance.visit
    if form.is_valid() and not went_back(request):
        is_announced = visit.state == VisitState.ANNOUNCED
        answer = save_and_tell(
            request,
            form,
            saving(request, form, service, seen=form.visit_shown, **given),
            visit=visit,
            is_announced=is_announced,
            done=done,
            title=title,
        )
        if answer:
            return answer
    # The stored start: validation writes the one entered into the instance.
    day_note = slot_day_note(visit, form.initial.get("starts_at"))
    intro = " ".join(filter(None, (day_note, lapse_warning(visit))))
    cancel_url = visit.get_absolute_url()
    return form_page(request, form, title=title, intro=intro, cancel_url=cancel_url)


def remove_slot(request, pk):
    slot = slot_for_office(request, pk)
    return confirm_mails(
        request,
        partial(services.delete_press_slot, slot=slot, by=request.user, now=timezone.now()),
        target=slot.visit,
        done=_("Der Pressetermin ist entfernt."),
        title=_("Pressetermin entfernen"),
        question=_("„%(slot)s“ entfernen?") % {"slot": slot},
        details=[lapse_warning(slot.visit)],
        submit_label=_("Entfernen"),
        danger=True,
        cancel_url=slot.visit.get_absolute_url(),
        # With the visit: an approval that was given meanwhile must not lapse unseen.
        seen=[slot.visit, slot],
    )


def cancel_slot(request, pk):
    """Show whom the cancellation is mailed to, then cancel one press slot of an announced visit."""
    slot, now = slot_for_office(request, pk), timezone.now()
    visit_url = slot.visit.get_absolute_url()
    check = partial(services.require_cancellable, now=now)
    if refused := redirect_if_refused(request, slot, check, to=visit_url):
        return refused
    return confirm_mails(
        request,
        partial(services.cancel_press_slot, slot=slot, by=request.user, now=now),
        target=slot.visit,
        done=_("Der Pressetermin ist abgesagt."),
        title=_("Pressetermin absagen"),
        question=_("„%(slot)s“ absagen?") % {"slot": slot},
        details=cancelling_details(slot),
        submit_label=_("Absagen"),
        danger=True,
        cancel_url=visit_url,
        seen=[slot.visit, slot],
    )


def coverage_list(request):
    """*Pressespiegel*: all coverage the user may see."""
    result = _filtered(request)
    page = paginate(request, _sorted(request, result))
    context = {
        "filter": result,
        "page": page,
        "coverage": listed_coverage(page, request.user),
        "manages": can_manage(request.user),
        "empty": _empty_list(request),
    }
    return render(request, "media_visits/coverage.html", context)


def _filtered(request) -> CoverageFilter:
    return CoverageFilter(request.GET, queryset=coverage_to_list(request.user), request=request)


def _sorted(request, result: CoverageFilter):
    columns = ordering(request, COVERAGE_SORTS, "-date", then=("search",), nulls_last=True)
    return result.qs.order_by(*columns)


def _empty_list(request) -> dict:
    """Return text and button for an empty Pressespiegel."""
    if request.GET:
        return {
            "text": _("Kein Bericht passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("media_visits:coverage"),
        }
    text = _("Noch ist kein Pressebericht erfasst.")
    if not can_manage(request.user):
        return {"text": text}
    url = reverse("media_visits:coverage_create")
    return {"text": text, "action": _("Bericht erfassen"), "url": url}


def export_coverage(request):
    """Answer with the filtered Pressespiegel as an Excel file."""
    sees_tone = can_see_internals(request.user)
    header = [
        _("Medium"),
        _("Überschrift"),
        _("Datum"),
        _("Art"),
        _("Worum es geht"),
        _("Besuch"),
        _("Branche"),
        _("Link"),
    ]
    rows = [
        [
            coverage.medium,
            coverage.title,
            coverage.known_date,
            coverage.get_kind_display(),
            coverage.about,
            str(coverage.visit) if coverage.visit else "",
            ", ".join(sector.name for sector in coverage.sectors.all()),
            coverage.url,
            *([coverage.get_tone_display()] if sees_tone else []),
        ]
        for coverage in _sorted(request, _filtered(request))
    ]
    # Omit the column instead of leaving it empty for readers who may not see it.
    header += [_("Tonlage")] if sees_tone else []
    sheet = Sheet(_("Liste"), header, rows)
    return workbook_response(_("Pressespiegel"), [sheet], now=timezone.now())


def coverage_for_office(request: HttpRequest, pk: int) -> Coverage:
    return get_for_office(request, Coverage.objects.select_related("visit"), pk)


def page_of(coverage: Coverage) -> str:
    """Return the URL of the page that shows `coverage`: its visit or the Pressespiegel."""
    return coverage.visit.get_absolute_url() if coverage.visit else reverse("media_visits:coverage")


def create_coverage(request):
    """Record a press report; `?besuch=` preselects a visit."""
    require_office(request)
    visit = _visit_asked_for(request)
    form = CoverageForm(request.POST or None, initial={"visit": visit}, user=request.user)
    done = _("Der Pressebericht ist erfasst.")
    if coverage := save_form(request, form, services.create_coverage, done=done):
        return redirect(page_of(coverage))
    return form_page(
        request,
        form,
        title=_("Pressebericht erfassen"),
        cancel_url=visit.get_absolute_url() if visit else reverse("media_visits:coverage"),
    )


def _visit_asked_for(request) -> Visit | None:
    keys = keys_from([request.GET.get("besuch", "")])
    return Visit.objects.visible_to(request.user).filter(pk__in=keys).first()


def edit_coverage(request, pk):
    coverage = coverage_for_office(request, pk)
    # Before validation, which writes the form's input into the coverage, including another visit.
    cancel_url = page_of(coverage)
    form = CoverageForm(request.POST or None, instance=coverage, user=request.user)
    done = _("Der Pressebericht ist gespeichert.")
    if save_form(request, form, services.change_coverage, coverage=coverage, done=done):
        return redirect(page_of(coverage))
    return form_page(request, form, title=_("Pressebericht bearbeiten"), cancel_url=cancel_url)


def delete_coverage(request, pk):
    coverage = coverage_for_office(request, pk)
    form = SeenForm(request.POST or None, instance=coverage, seen_fields=services.COVERAGE_FIELDS)
    if request.method == "POST" and form.is_valid():
        call = partial(
            services.delete_coverage,
            coverage=coverage,
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Der Pressebericht ist entfernt."), form=form):
            return redirect(page_of(coverage))
    return render_confirmation(
        request,
        form,
        title=_("Pressebericht entfernen"),
        question=_("„%(coverage)s“ entfernen?") % {"coverage": coverage},
        details=[],
        submit_label=_("Entfernen"),
        danger=True,
        cancel_url=page_of(coverage),
    )
