"""Reporting rounds: list, page, the office's form, opening and closing."""

import datetime as dt
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.dates import day_note, local_date
from core.exports import workbook_response
from core.progress import Button
from core.views import (
    allowed,
    paginate,
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    require,
    run_service,
    save_form,
    saving,
)
from measures import services
from measures.enums import REPORT_REQUESTED, ROUND_MOVES, ReportState, RoundState
from measures.forms import RoundForm
from measures.mails import report_requests
from measures.models import ReportingRound
from measures.permissions import can_run_rounds
from measures.progress import (
    answer_buttons,
    change_effect,
    closing_details,
    entries_note,
    entry_lines,
    entry_sheet,
    monitoring_links,
    opened_message,
    opening_details,
    opening_hindrance,
    owing_lines,
    reminders_note,
    reminding_details,
    round_buttons,
    round_deadline,
    round_lines,
    unasked_groups,
)
from measures.queries import (
    as_reports,
    awaited_leads,
    count_awaited_leads,
    count_awaited_people,
    current_plan,
    measures_awaiting_report,
    measures_in_review,
    measures_in_round,
    measures_not_asked,
    measures_without_lead,
    report_of,
    reports_in_round,
    round_before,
    round_entries,
    round_version,
    sample_not_asked,
    sample_without_lead,
)
from measures.reminders import next_reminders, owing_leads
from measures.views.differences import round_difference_url
from outbox.queries.wordings import preview_message, with_waiting_note
from outbox.views.confirming import confirm_mails, went_back
from partners.models import Organisation


@require_safe
def round_list(request):
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    # Counted in the query that loads the rounds, to avoid one query per round.
    accepted = Count("reports", filter=Q(reports__state=ReportState.ACCEPTED))
    today = local_date(timezone.now())
    listed = rounds.annotate(accepted=accepted).order_by("-due_on", "-pk")
    context = {
        "rounds": [(shown, round_deadline(shown, today)) for shown in listed],
        "can_run": can_run_rounds(request.user),
        "buttons": _create_buttons(request.user),
    }
    return render(request, "measures/rounds.html", context)


@require_safe
def round_page(request, pk):
    reporting_round, today = _get_round(request, pk), local_date(timezone.now())
    hindrance = opening_hindrance(reporting_round, request.user, today)
    is_closed = reporting_round.state == RoundState.CLOSED
    report = report_of(reporting_round, request.user) if is_closed else None
    measures = measures_in_round(reporting_round, request.user)
    context = {
        "round": reporting_round,
        "deadline": round_deadline(reporting_round, today),
        **(_frozen(request, reporting_round) or _running(request, reporting_round, measures)),
        "hindrance": hindrance,
        "buttons": [
            *answer_buttons(reporting_round, measures, request.user),
            *round_buttons(reporting_round, request.user, hindrance=hindrance),
            *monitoring_links(reporting_round, request.user, report),
        ],
        **_leads(reporting_round, request.user, today),
        **_requests(reporting_round, request.user),
    }
    return render(request, "measures/round.html", context)


def _running(request, reporting_round: ReportingRound, measures) -> dict:
    """Return a page of the reports that the round has or awaits."""
    today, page = local_date(timezone.now()), paginate(request, measures)
    reports = as_reports(page.object_list)
    lines = round_lines(reporting_round, reports, user=request.user, today=today)
    return {"page_obj": page, "lines": lines}


def _leads(reporting_round: ReportingRound, user, today: dt.date) -> dict:
    """Tell the office of an unfinished round who owes reports, and whom it does not ask."""
    if reporting_round.state == RoundState.CLOSED or not can_run_rounds(user):
        return {}
    leads = count_awaited_leads(reporting_round)
    owing = owing_leads(reporting_round, leads, today)
    return {
        "owing": owing_lines(reporting_round, owing),
        "reminders": _reminders(reporting_round) if leads else "",
        "can_remind": any(entry.to_remind for entry in owing),
        "unasked": unasked_groups(
            reporting_round,
            leads,
            sample_without_lead(reporting_round),
            sample_not_asked(reporting_round),
        ),
    }


def _reminders(reporting_round: ReportingRound) -> str:
    if not reporting_round.is_open:
        return ""
    return reminders_note(next_reminders(reporting_round, timezone.now()))


def _frozen(request, reporting_round: ReportingRound) -> dict:
    """Return a page of the plan as the round keeps it; {} for a round that keeps nothing."""
    if reporting_round.state != RoundState.CLOSED:
        return {}
    entries = round_entries(reporting_round, request.user)
    # One query for both, and the paginator need not count again.
    counts = entries.aggregate(count=Count("pk"), reported=Count("report"))
    if not counts["count"]:
        return {}
    page = paginate(request, entries, count=counts["count"])
    earlier = round_before(reporting_round, request.user)
    return {
        "difference_url": round_difference_url(earlier, reporting_round),
        "page_obj": page,
        "entries": entry_lines(page.object_list),
        "entries_note": entries_note(counts["reported"], counts["count"]),
        "export_url": reverse("measures:round_export", args=[reporting_round.pk]),
    }


@require_safe
def round_export(request, pk):
    """Return the plan as the round keeps it, as an Excel file."""
    reporting_round = _get_round(request, pk)
    entries = round_entries(reporting_round, request.user)
    if not entries.exists():
        raise Http404
    sheet = entry_sheet(reporting_round, entries)
    return workbook_response(reporting_round.title, [sheet], now=timezone.now())


def _requests(reporting_round: ReportingRound, user) -> dict:
    """Return for the office whom it asks who has no account."""
    if not can_run_rounds(user):
        return {}
    asked = reporting_round.requests.filter(revoked_at__isnull=True)
    asked = asked.select_related("person", "organisation").order_by("organisation__search", "pk")
    return {"requests": asked, "can_ask": reporting_round.state != RoundState.CLOSED}


@allowed(can_run_rounds)
def round_create(request):
    plan = current_plan(request.user, local_date(timezone.now()))
    form = RoundForm(request.POST or None, initial={"plan": plan})
    if reporting_round := save_form(request, form, services.create_round):
        done = _("Die Berichtsrunde ist angelegt. Sie ist noch nicht gestartet.")
        messages.success(request, f"{done} {day_note(reporting_round.due_on)}".strip())
        return redirect(reporting_round)
    return render_form(request, form, template="measures/form.html", title=_("Neue Berichtsrunde"))


def round_edit(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    if refused := redirect_if_refused(request, reporting_round, services.require_changeable):
        return refused
    form = RoundForm(request.POST or None, instance=reporting_round)
    labels = {
        "title": _("Berichtsrunde bearbeiten"),
        "cancel_url": reporting_round.get_absolute_url(),
    }
    if form.is_valid() and not went_back(request):
        saved = confirm_mails(
            request,
            saving(request, form, services.change_round, reporting_round=reporting_round),
            target=reporting_round,
            form=form,
            done=_("Die Berichtsrunde ist gespeichert."),
            asks_always=False,
            question=_("„%(title)s“: Die neuen Termine werden mitgeteilt.")
            % {"title": reporting_round.title},
            submit_label=_("Speichern"),
            **labels,
        )
        if saved:
            return saved
    # Before the round is open nobody knows its days, so nobody is told of new ones.
    asked = count_awaited_people(reporting_round) if reporting_round.is_open else 0
    effect = change_effect(asked)
    return render_form(request, form, template="measures/form.html", effect=effect, **labels)


def round_open(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    if request.method == "POST":
        opened = run_service(
            request,
            lambda: services.open_round(
                reporting_round=reporting_round,
                shown=request.POST.get("shown", ""),
                by=request.user,
                now=timezone.now(),
            ),
        )
        if opened:
            done = opened_message(awaited_leads(reporting_round))
            messages.success(request, with_waiting_note(done, REPORT_REQUESTED))
        return redirect(reporting_round)
    check = partial(services.require_openable, today=local_date(timezone.now()))
    if refused := redirect_if_refused(request, reporting_round, check):
        return refused
    requests = report_requests(reporting_round)
    return render_confirmation(
        request,
        title=ROUND_MOVES["open"].label,
        question=_("Soll „%(title)s“ jetzt starten?") % {"title": reporting_round.title},
        details=opening_details(
            reporting_round,
            awaited_leads(reporting_round),
            list(measures_without_lead(reporting_round)),
            measures_not_asked(reporting_round),
        ),
        mail=preview_message(requests[0]) if requests else None,
        mail_title=_("E-Mail an die Federführungen, hier an %(who)s")
        % {"who": requests[0].to.name if requests else ""},
        hidden=[("shown", round_version(reporting_round))],
        submit_label=_opening_label(len(requests)),
        cancel_url=reporting_round.get_absolute_url(),
    )


def _opening_label(mail_count: int) -> str:
    if not mail_count:
        return _("Starten, ohne dass jemand eine E-Mail erhält")
    label = ngettext(
        "Starten und %(count)d E-Mail versenden",
        "Starten und %(count)d E-Mails versenden",
        mail_count,
    )
    return label % {"count": mail_count}


def round_remind(request, pk, lead=None):
    """Show the mails to those who owe reports in the round, or to one lead, then remind them."""
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    organisation, now = None, timezone.now()
    if lead:
        organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=lead)
    leads = awaited_leads(reporting_round, lead=organisation)
    owing = owing_leads(reporting_round, leads, local_date(now))
    without_lead = [] if lead else list(measures_without_lead(reporting_round))
    return confirm_mails(
        request,
        partial(
            services.remind_leads,
            reporting_round=reporting_round,
            lead=organisation,
            by=request.user,
            now=now,
        ),
        target=reporting_round,
        done=_("Die Erinnerung ist geschrieben."),
        seen=[reporting_round],
        title=_("An ausstehende Berichte erinnern"),
        question=_("„%(round)s“: %(who)s")
        % {"round": reporting_round, "who": organisation or _("alle, die noch berichten sollen")},
        details=reminding_details(owing, without_lead),
        submit_label=_("Erinnern"),
        cancel_url=reporting_round.get_absolute_url(),
    )


def round_close(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))
    if request.method == "POST":
        run_service(
            request,
            lambda: services.close_round(
                reporting_round=reporting_round,
                shown=request.POST.get("shown", ""),
                by=request.user,
                now=timezone.now(),
            ),
            done=_("Die Berichtsrunde ist abgeschlossen."),
        )
        return redirect(reporting_round)
    if refused := redirect_unless_possible(request, reporting_round, ROUND_MOVES, "close"):
        return refused
    # Closing is final, so first show the office which reports are missing.
    return render_confirmation(
        request,
        title=ROUND_MOVES["close"].label,
        question=_("Soll „%(title)s“ abgeschlossen werden?") % {"title": reporting_round.title},
        details=closing_details(
            list(measures_awaiting_report(reporting_round)),
            list(measures_in_review(reporting_round)),
            reports_in_round(reporting_round, request.user),
        ),
        hidden=[("shown", round_version(reporting_round))],
        submit_label=ROUND_MOVES["close"].label,
        danger=True,
        cancel_url=reporting_round.get_absolute_url(),
    )


def _create_buttons(user) -> list[Button]:
    if not can_run_rounds(user):
        return []
    return [
        Button(_("Neue Berichtsrunde"), reverse("measures:round_create"), "primary"),
        Button(_("Berichte zu prüfen"), reverse("measures:reviews")),
    ]


def _get_round(request, pk) -> ReportingRound:
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(rounds, pk=pk)
