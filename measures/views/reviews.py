"""The office works through submitted reports: queue, several at once, other light, completing."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.queries import keys_from
from core.views import (
    MAX_TICKED,
    allowed,
    paginate,
    redirect_unless_possible,
    render_form,
    require,
    ticks_of,
)
from measures import services
from measures.enums import REPORT_MOVES
from measures.forms import OfficialLightForm, ReportForm, report_forms
from measures.models import StatusReport
from measures.permissions import can_decide_reports
from measures.progress import (
    completion_intro,
    review_lines,
    statement_errors,
    statement_fields,
    statements_note,
)
from measures.queries import (
    answer_on,
    reporting_situation,
    reports_in_review,
    reports_to_check,
    with_statements,
)
from measures.views.reports import after_review, get_measure, get_report
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back


@require_safe
@allowed(can_decide_reports)
def review_queue(request):
    page = paginate(request, reports_in_review())
    context = {
        "page_obj": page,
        "lines": review_lines(page.object_list, local_date(timezone.now())),
        "ticks": ticks_of(request.GET, "bericht", page),
    }
    return render(request, "measures/reviews.html", context)


@allowed(can_decide_reports)
def reports_accept(request):
    """Show the mails about all ticked reports, then accept them as they are."""
    keys = keys_from(request.GET.getlist("bericht")[:MAX_TICKED])
    ticked = reports_to_check().filter(pk__in=keys).select_related("measure")
    reports = list(with_statements(ticked))
    if not reports:
        messages.error(request, _("Bitte kreuzen Sie an, welche Berichte Sie annehmen wollen."))
        return redirect("measures:reviews")
    count = len(reports)
    question = ngettext(
        "%(count)d Bericht wird angenommen, wie er eingereicht ist.",
        "%(count)d Berichte werden angenommen, wie sie eingereicht sind.",
        count,
    )
    return confirm_mails(
        request,
        partial(
            services.accept_reports,
            reports=reports,
            shown={report.pk: report.submission for report in reports},
            by=request.user,
            now=timezone.now(),
        ),
        target="measures:reviews",
        done=_("Die Berichte sind angenommen."),
        may_be_silent=True,
        # The first measure is what the service locks first.
        seen=[min(reports, key=lambda report: report.measure_id).measure, *reports],
        title=_("Angekreuzte Berichte annehmen"),
        question=question % {"count": count},
        details=[_described(report) for report in reports],
        submit_label=_("Annehmen"),
        cancel_url=reverse("measures:reviews"),
    )


def _described(report: StatusReport) -> str:
    note = statements_note(report)
    if not note:
        return str(report.measure)
    return _("%(measure)s, dazu übernommen: %(note)s") % {"measure": report.measure, "note": note}


def report_accept_light(request, pk):
    """Accept a report with another light than the reported one."""
    report = get_report(request, pk)
    require(can_decide_reports(request.user))
    if refused := redirect_unless_possible(request, report, REPORT_MOVES, "accept"):
        return refused
    form = OfficialLightForm(
        request.POST or None, initial={"shown": request.GET.get("eingereicht", "")}
    )
    labels = {
        "title": _("Mit anderer Ampel annehmen"),
        "cancel_url": report.get_absolute_url(),
    }
    if form.is_valid() and not went_back(request):
        call = partial(
            services.accept_report,
            report=report,
            shown=form.cleaned_data["shown"],
            official=form.official,
            by=request.user,
            now=timezone.now(),
        )
        accepted = confirm_mails(
            request,
            call,
            target=after_review(report),
            form=form,
            done=_("Der Bericht ist mit anderer Ampel angenommen."),
            asks_always=False,
            may_be_silent=True,
            question=str(report.measure),
            submit_label=REPORT_MOVES["accept"].label,
            **labels,
        )
        if accepted:
            return accepted
    if form.non_field_errors():
        # The sentence told of the new version, so sending the form again refers to that one.
        form.data = form.data.copy()
        form.data["shown"] = report.submission
    return render_form(
        request,
        form,
        template="measures/form.html",
        subject=report.measure,
        intro=_("Im Bericht bleibt die Ampel der Federführung stehen."),
        submit_label=TO_PREVIEW,
        **labels,
    )


def report_complete(request, pk):
    """Accept a report with what the office adds or corrects."""
    report = get_report(request, pk)
    require(can_decide_reports(request.user))
    if refused := redirect_unless_possible(request, report, REPORT_MOVES, "accept"):
        return refused
    situation = reporting_situation(report.measure)
    form = ReportForm(request.POST or None, instance=report, situation=situation)
    forms = report_forms(answer_on(report.measure), form)
    labels = {"title": _("Ergänzen und annehmen"), "cancel_url": report.get_absolute_url()}
    is_usable = forms.is_sent and not forms.refuse_not_asked() and forms.is_valid
    is_usable = is_usable and not forms.show_overtaken()
    if is_usable and not went_back(request):
        call = partial(
            services.complete_report,
            report=report,
            values=form.values,
            version=form.version_shown,
            statements=forms.said,
            by=request.user,
            now=timezone.now(),
        )
        completed = confirm_mails(
            request,
            call,
            target=after_review(report),
            form=form,
            done=_("Der Bericht ist ergänzt und angenommen."),
            asks_always=False,
            may_be_silent=True,
            question=str(report.measure),
            submit_label=REPORT_MOVES["accept"].label,
            **labels,
        )
        if completed:
            return completed
    if forms.is_sent:
        forms.show_conflicts(answer_on(get_measure(request, report.measure_id)))
    return render_form(
        request,
        form,
        template="measures/form.html",
        subject=report.measure,
        intro=completion_intro(report),
        submit_label=TO_PREVIEW,
        statements=statement_fields(forms, local_date(timezone.now())),
        statement_errors=statement_errors(forms),
        **labels,
    )
