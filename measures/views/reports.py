"""Status reports: the lead writes and submits them, the office checks them.

CONTRIBUTING.md ("Walk one request") follows a submitted report from here through all layers.
"""

from dataclasses import replace
from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.dates import format_date, local_date
from core.views import (
    redirect_unless_possible,
    redirect_with_message,
    render_form,
    require,
    run_service,
)
from measures import services
from measures.enums import EDITABLE_REPORT_STATES, REPORT_MOVES, ReportState
from measures.forms import AnswerForms, ReportForm, ReturnForm, report_forms
from measures.models import Measure, StatusReport
from measures.models.measures import STATUS_FIELDS
from measures.permissions import can_decide_reports, can_report, leads_measure
from measures.progress import (
    acceptance_warning,
    compare_reports,
    completion_tables,
    decision_effect,
    official_facts,
    other_round_note,
    previous_status,
    proposal_fact,
    proposed_light,
    report_buttons,
    report_origin,
    report_remark,
    reported_tables,
    statement_errors,
    statement_fields,
    status_facts,
)
from measures.queries import (
    answer_on,
    indicators_with_series,
    last_entries,
    latest_accepted,
    next_to_check,
    open_report_of,
    open_round_of,
    people_told_of_decision,
)
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back

NOT_THE_LEAD = gettext_lazy(
    "Zu einer Maßnahme berichtet, wer bei ihr die Federführung hat. Ihre Organisation hat sie "
    "nicht (mehr)."
)


def report_write(request, pk):
    """Handle the report form: the lead drafts and submits, the office records a status."""
    # 404 if the user may not see the measure, 403 if they may not report on it.
    measure = get_measure(request, pk)
    require(can_report(request.user, measure), NOT_THE_LEAD)
    if leads_measure(request.user, measure):
        return _write_as_lead(request, measure)
    return _record_as_office(request, measure)


def _write_as_lead(request, measure: Measure):
    # Continue a returned report or a colleague's draft: a measure has at most one open report.
    given = answer_on(measure)
    report = given.report
    is_editable = report is None or report.state in EDITABLE_REPORT_STATES
    # A form that was sent is shown again with its text instead: the service says what has happened.
    if not is_editable and request.method != "POST":
        message = _("Der Bericht ist eingereicht. Sie können ihn hier lesen.")
        return redirect_with_message(request, message, report)
    # The form has two buttons. A draft skips the checks that a submitted report has to pass.
    is_draft = "draft" in request.POST
    form = ReportForm(
        request.POST or None,
        instance=report if is_editable else None,
        initial=_initial_values(measure, report),
        situation=given.situation,
        is_draft=is_draft,
    )
    forms = report_forms(given, form)
    is_usable = forms.is_sent and not forms.refuse_not_asked() and forms.is_valid
    if is_usable and _save_as_lead(request, measure, forms, is_draft):
        return redirect(measure)
    # What a colleague saved of milestones and values meanwhile stands beside what was typed.
    if forms.is_sent:
        forms.show_conflicts(answer_on(get_measure(request, measure.pk)))
    return _render_report_form(
        request,
        form,
        measure,
        report=report,
        is_lead=True,
        other_round=other_round_note(given),
        statements=statement_fields(forms, local_date(timezone.now())),
        statement_errors=statement_errors(forms),
    )


def _save_as_lead(request, measure: Measure, forms: AnswerForms, is_draft: bool):
    done = (
        _("Der Entwurf ist gespeichert. Er ist noch nicht eingereicht.")
        if is_draft
        else _("Der Bericht ist eingereicht. Die Geschäftsstelle prüft ihn.")
    )
    service = services.save_draft if is_draft else services.submit_report
    return run_service(
        request,
        partial(service, **forms.given(), by=request.user, now=timezone.now()),
        form=forms.form,
        done=done,
        # The record to compare with on a conflict. Not the form's own one: a colleague may have
        # saved the first draft after this form was opened, or the office accepted the report.
        current=lambda: open_report_of(measure, request.user) or latest_accepted(measure),
    )


def _record_as_office(request, measure: Measure):
    given = answer_on(measure)
    form = ReportForm(
        request.POST or None, initial=_initial_values(measure), situation=given.situation
    )
    # What the lead has begun to write is not what the office records.
    forms = report_forms(replace(given, report=None), form)
    is_usable = forms.is_sent and not forms.refuse_not_asked() and forms.is_valid
    is_usable = is_usable and not forms.show_overtaken()
    if is_usable and _save_as_office(request, measure, forms):
        return redirect(measure)
    return _render_report_form(
        request,
        form,
        measure,
        statements=statement_fields(forms, local_date(timezone.now())),
        statement_errors=statement_errors(forms),
    )


def _save_as_office(request, measure: Measure, forms: AnswerForms):
    form = forms.form
    return run_service(
        request,
        lambda: services.record_report(
            measure=measure,
            values=form.values,
            shown=form.cleaned_data["shown"],
            statements=forms.said,
            by=request.user,
            now=timezone.now(),
        ),
        form=form,
        done=_("Der Stand ist festgehalten."),
        current=lambda: latest_accepted(measure),
    )


def _render_report_form(request, form, measure, *, report=None, is_lead=False, **context):
    return render_form(
        request,
        form,
        template="measures/report_form.html",
        title=_("Statusbericht") if is_lead else _("Stand festhalten"),
        subject=measure,
        cancel_url=measure.get_absolute_url(),
        report=report,
        is_lead=is_lead,
        previous=previous_status(measure, latest_accepted(measure)),
        **context,
    )


def _initial_values(measure: Measure, report: StatusReport | None = None) -> dict:
    """Return the initial values of a new report: the measure's status, most of which has rarely
    changed, as of the cut-off day of the open round.
    """
    if report:
        return {}
    reporting_round = open_round_of(measure)
    as_of_on = reporting_round.cut_off_on if reporting_round else local_date(timezone.now())
    return {name: getattr(measure, name) for name in STATUS_FIELDS} | {"as_of_on": as_of_on}


@require_safe
def report_page(request, pk):
    report, user = get_report(request, pk), request.user
    previous = latest_accepted(report.measure, before=report.accepted_at)
    sections = [
        (_("Hemmnis"), report.get_obstacle_display()),
        (_("Sachstand"), report.summary),
        (_("Nächste Schritte"), report.outlook),
    ]
    context = {
        "title": _("Statusbericht zum %(day)s") % {"day": format_date(report.as_of_on)},
        "report": report,
        "measure": report.measure,
        "remark": report_remark(report, user),
        "texts": [(heading, text) for heading, text in sections if text],
        "status_facts": status_facts(report),
        "previous": previous,
        "comparison": compare_reports(previous, report) if previous else [],
        "tables": [
            *reported_tables(report, local_date(timezone.now())),
            *completion_tables(report, user),
        ],
        "origin": report_origin(report, request.user),
        "official": official_facts(report),
        "proposal": _proposal(report, user),
        "buttons": report_buttons(report, user),
        "effect": decision_effect(report, user),
        "warning": acceptance_warning(report, user),
    }
    return render(request, "measures/report.html", context)


def _proposal(report: StatusReport, user) -> SafeString | str:
    """Return for the office that reviews the report which light the data suggest."""
    if report.state != ReportState.SUBMITTED or not can_decide_reports(user):
        return ""
    measure = report.measure
    today = local_date(timezone.now())
    proposal = proposed_light(
        measure.milestones.in_order(),
        last_entries(measure),
        today,
        indicators_with_series().filter(measure=measure),
        report,
    )
    return proposal_fact(proposal)


def after_review(report: StatusReport):
    """Return where a decision on `report` leads: to the next report to check, or its measure."""
    return next_to_check(report) or report.measure


def report_accept(request, pk):
    """Show the mails about the report that was read, then accept it."""
    report = get_report(request, pk)
    require(can_decide_reports(request.user))
    if refused := redirect_unless_possible(request, report, REPORT_MOVES, "accept"):
        return refused
    call = partial(
        services.accept_report,
        report=report,
        # The address keeps it on the page in between.
        shown=request.GET.get("eingereicht", ""),
        by=request.user,
        now=timezone.now(),
    )
    return confirm_mails(
        request,
        call,
        target=after_review(report),
        refused_to=report,
        # The next report to check follows, so the message names this one.
        done=_("Der Bericht zu „%(measure)s“ ist angenommen und ihr Stand übernommen.")
        % {"measure": report.measure},
        asks_always=False,
        may_be_silent=True,
        seen=[report.measure, report],
        title=REPORT_MOVES["accept"].label,
        question=str(report.measure),
        submit_label=REPORT_MOVES["accept"].label,
        cancel_url=report.get_absolute_url(),
    )


def report_return(request, pk):
    report = get_report(request, pk)
    require(can_decide_reports(request.user))
    if refused := redirect_unless_possible(request, report, REPORT_MOVES, "return"):
        return refused
    form = ReturnForm(
        request.POST or None,
        initial={"shown": request.GET.get("eingereicht", "")},
        people=people_told_of_decision(report),
    )
    labels = {
        "title": REPORT_MOVES["return"].label,
        "cancel_url": report.get_absolute_url(),
    }
    if form.is_valid() and not went_back(request):
        call = partial(
            services.return_report,
            report=report,
            comment=form.cleaned_data["comment"],
            shown=form.cleaned_data["shown"],
            by=request.user,
            now=timezone.now(),
        )
        confirmed = confirm_mails(
            request,
            call,
            target=after_review(report),
            form=form,
            done=_("Der Bericht zu „%(measure)s“ ist zurückgegeben.") % {"measure": report.measure},
            question=str(report.measure),
            submit_label=REPORT_MOVES["return"].label,
            **labels,
        )
        if confirmed:
            return confirmed
    if form.non_field_errors():
        # The sentence told of the new version, so sending the comment again refers to that one.
        form.data = form.data.copy()
        form.data["shown"] = report.submission
    return render_form(
        request,
        form,
        template="measures/form.html",
        subject=report.measure,
        submit_label=TO_PREVIEW,
        **labels,
    )


def get_measure(request, pk) -> Measure:
    measures = Measure.objects.visible_to(request.user).select_related("plan", "lead")
    return get_object_or_404(measures, pk=pk)


def get_report(request, pk) -> StatusReport:
    reports = StatusReport.objects.visible_to(request.user).select_related(
        "measure__plan",
        "measure__lead",
        "round",
        "reported_by__person__organisation",
        "reported_via__person",
        "reported_via__organisation",
        "decided_by",
    )
    # The page names its author by role or organisation.
    return get_object_or_404(reports.prefetch_related("reported_by__groups"), pk=pk)
