"""Status reports: written by the lead or the office, checked by the office."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.dates import local_date
from core.states import allowed_actions
from measures import services
from measures.enums import EDITABLE_REPORT_STATES, REPORT_MOVES
from measures.forms import ReportForm, ReturnForm
from measures.models import Measure, StatusReport
from measures.permissions import can_decide_reports, can_report, leads_measure
from measures.queries.reports import open_report_of, running_round_of
from measures.views.answers import act, allow, attempt, go, submitted


def report_write(request, pk):
    """The lead writes its report, the office writes down how the measure stands."""
    measure = get_object_or_404(
        Measure.objects.visible_to(request.user).select_related("plan", "lead"), pk=pk
    )
    allow(can_report(request.user, measure))
    is_lead = leads_measure(request.user, measure)
    report = open_report_of(measure, request.user) if is_lead else None
    if report and report.state not in EDITABLE_REPORT_STATES:
        return go(request, _("Der Bericht ist eingereicht. Sie können ihn hier lesen."), report)
    is_draft = is_lead and "draft" in request.POST
    form = ReportForm(
        submitted(request),
        instance=report,
        initial=_first_values(measure, report),
        is_draft=is_draft,
    )
    if form.is_valid() and _save(request, form, measure, is_lead=is_lead, is_draft=is_draft):
        return go(request, _done(is_lead, is_draft), measure)
    context = {"form": form, "measure": measure, "report": report, "is_lead": is_lead}
    return render(request, "measures/report_form.html", context)


def _save(request, form, measure, *, is_lead: bool, is_draft: bool):
    """Hand the form to the service that fits the writer; return None when it was refused."""
    arguments = {"measure": measure, "values": form.values, "by": request.user}
    if not is_lead:
        return attempt(form, services.record_report, now=timezone.now(), **arguments)
    arguments["version"] = form.version_shown
    arguments["current"] = lambda: open_report_of(measure, request.user)
    if is_draft:
        return attempt(form, services.save_draft, now=timezone.now(), **arguments)
    return attempt(form, services.submit_report, now=timezone.now(), **arguments)


def _done(is_lead: bool, is_draft: bool) -> str:
    if is_draft:
        return _("Der Entwurf ist gespeichert. Er ist noch nicht eingereicht.")
    if is_lead:
        return _("Der Bericht ist eingereicht. Die Geschäftsstelle prüft ihn.")
    return _("Der Stand ist festgehalten.")


def _first_values(measure: Measure, report: StatusReport | None) -> dict:
    """Return what a new report starts from: the status as it is known, at the day of the running
    round.
    """
    if report:
        return {}
    names = ("phase", "traffic_light", "traffic_light_reason", "help_wanted", "financing")
    today = local_date(timezone.now())
    running = running_round_of(measure)
    return {
        **{name: getattr(measure, name) for name in names},
        "as_of_on": running.cut_off_on if running else today,
    }


@require_safe
def report_page(request, pk):
    report = _report(request, pk)
    context = {
        "report": report,
        "measure": report.measure,
        "actions": allowed_actions(REPORT_MOVES, report),
        "can_decide": can_decide_reports(request.user),
        "is_lead": leads_measure(request.user, report.measure),
    }
    return render(request, "measures/report.html", context)


@require_POST
def report_accept(request, pk):
    report = _report(request, pk)
    return act(
        request,
        services.accept_report,
        report=report,
        by=request.user,
        now=timezone.now(),
        done=_("Der Bericht ist angenommen und der Stand der Maßnahme übernommen."),
        target=report.measure.get_absolute_url(),
    )


def report_return(request, pk):
    report = _report(request, pk)
    allow(can_decide_reports(request.user))
    form = ReturnForm(submitted(request))
    if form.is_valid() and attempt(
        form,
        services.return_report,
        report=report,
        comment=form.cleaned_data["comment"],
        by=request.user,
        now=timezone.now(),
    ):
        return go(request, _("Der Bericht ist zurückgegeben."), report.measure)
    context = {
        "form": form,
        "title": _("Bericht zurückgeben"),
        "subject": report.measure,
        "submit_label": _("Bericht zurückgeben"),
        "cancel_url": report.get_absolute_url(),
    }
    return render(request, "measures/form.html", context)


def _report(request, pk) -> StatusReport:
    reports = StatusReport.objects.visible_to(request.user).select_related(
        "measure__plan", "measure__lead", "round", "reported_by__person__organisation", "decided_by"
    )
    return get_object_or_404(reports, pk=pk)
