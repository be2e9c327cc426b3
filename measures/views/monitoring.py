"""The Monitoring-Bericht of a round: its texts with their numbers, its files, publishing it."""

import logging
from functools import partial

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.views import (
    render_confirmation,
    render_form,
    require,
    run_service,
    save_form,
)
from measures import services
from measures.enums import Audience, RoundState
from measures.forms import ChapterForm, PublishForm
from measures.models import MonitoringChapter, MonitoringFile, MonitoringReport, ReportingRound
from measures.permissions import can_run_rounds
from measures.progress import (
    chapter_card,
    chapter_cards,
    edition_card,
    fields_of,
    making_of,
    monitoring_buttons,
    proposed_chapters,
    publishing_effect,
)
from measures.queries import (
    fields_in_order,
    keeps_plan,
    lacks_latest_texts,
    last_edition,
    monitoring_state,
    newest_edition,
    publishing_concerns,
    report_of,
    withdrawn_since,
)

PUBLISHED, WITHDRAWN = "published", "withdrawn"
logger = logging.getLogger(__name__)


@require_safe
def monitoring(request, pk):
    """Show the page, or to htmx only how far the files are."""
    reporting_round = _get_round(request, pk)
    report = report_of(reporting_round, request.user)
    is_office = can_run_rounds(request.user)
    # Only the office can begin one; for others there is nothing here yet.
    if report is None and not is_office:
        raise Http404
    context = {"round": reporting_round, "report": report, "is_office": is_office}
    if report is None:
        context |= _before_the_report(reporting_round)
    else:
        context |= _files(request, report)
    if request.htmx and report:
        return render(request, "measures/_monitoring_files.html", context)
    if report and is_office:
        state = monitoring_state(reporting_round, Audience.INSIDE)
        context["chapters"] = chapter_cards(list(report.chapters.all()), state)
    return render(request, "measures/monitoring.html", context)


def _before_the_report(reporting_round: ReportingRound) -> dict:
    """Return whether a report can begin, else why not."""
    if keeps_plan(reporting_round):
        return {"can_begin": True, "seen": [reporting_round]}
    if reporting_round.state == RoundState.CLOSED:
        return {
            "hindrance": _("Diese Runde wurde abgeschlossen, bevor das Portal den Stand festhielt.")
        }
    return {
        "hindrance": _(
            "Diese Runde ist noch nicht abgeschlossen. Der Monitoring-Bericht beruht auf dem "
            "Stand, den ihr Abschluss festhält; danach beginnen Sie ihn hier."
        )
    }


def _files(request, report: MonitoringReport) -> dict:
    is_office, now = can_run_rounds(request.user), timezone.now()
    newest = newest_edition(report)
    withdrawn = withdrawn_since(newest) if newest and is_office else []
    card = (
        edition_card(newest, request.user, lacks_latest_texts(newest), withdrawn)
        if newest
        else None
    )
    making = making_of(last_edition(report), now) if is_office else None
    announced = str(making.done) if making else "fertig"
    return {
        "seen": [report],
        "edition": card,
        "making": making,
        "announced": announced,
        # Screen readers hear each file once, not each refresh.
        "is_announcement": request.htmx and request.GET.get("stand") != announced,
        "buttons": monitoring_buttons(report, newest, making) if is_office else [],
    }


@require_POST
def monitoring_begin(request, pk):
    reporting_round = _get_round(request, pk)
    require(can_run_rounds(request.user))

    def begin():
        # Before the state is read, which other rounds do not have.
        services.require_reportable(reporting_round)
        state = monitoring_state(reporting_round, Audience.INSIDE)
        chapters = proposed_chapters(state, fields_in_order(reporting_round))
        return services.begin_report(
            reporting_round=reporting_round, chapters=chapters, by=request.user, now=timezone.now()
        )

    done = _(
        "Der Monitoring-Bericht ist begonnen. Die ersten Sätze sind aus den Zahlen vorgeschlagen."
    )
    run_service(request, begin, done=done, seen=[reporting_round])
    return redirect("measures:monitoring", pk)


def monitoring_make(request, pk):
    """Have the files made; ask first where they replace what others read."""
    report = _get_report(request, pk)
    if request.method != "POST":
        label = _("Dateien neu erstellen")
        replaced = _(
            "Der Bericht ist veröffentlicht: Sobald die neuen Dateien fertig sind, ersetzen sie "
            "die, die Partner und Steuerungskreis jetzt laden können, mit den Texten, wie sie sind."
        )
        details = [replaced] if report.is_published else []
        return _confirm(request, report, label, to="", seen=[report], details=details)

    def make():
        return services.request_edition(report=report, by=request.user, now=timezone.now())

    run_service(request, make, done=_("Die Dateien werden erstellt."), seen=[report])
    return redirect(report)


def monitoring_publish(request, pk):
    """Publish the report, or withdraw it from those for whom it was published."""
    report = _get_report(request, pk)
    # The button names what it does: pressed on a stale page, a switch would do the opposite.
    asked = request.POST.get("to", WITHDRAWN if report.is_published else PUBLISHED)
    if asked == WITHDRAWN:
        return _withdraw(request, report)
    # Files made since the page was opened would go out although nobody here has seen them.
    newest = newest_edition(report)
    seen = [report, newest]
    sent = request.POST if request.method == "POST" else None
    form = PublishForm(sent, concerns=publishing_concerns(report))
    if form.is_valid() and run_service(
        request,
        partial(
            services.publish_report,
            report=report,
            is_published=True,
            heeded=form.heeded_keys,
            by=request.user,
            now=timezone.now(),
        ),
        form=form,
        done=_("Der Monitoring-Bericht ist veröffentlicht."),
        seen=seen,
    ):
        return redirect(report)
    label = _("Veröffentlichen")
    return _confirm(
        request,
        report,
        label,
        to=PUBLISHED,
        form=form,
        submit_label=form.overrule_label if form.concerns else label,
        seen=seen,
        details=[publishing_effect(newest)] if newest else [],
    )


def _withdraw(request, report: MonitoringReport):
    if request.method == "POST":
        service = partial(
            services.publish_report,
            report=report,
            is_published=False,
            by=request.user,
            now=timezone.now(),
        )
        done = _("Die Veröffentlichung ist zurückgenommen.")
        run_service(request, service, done=done, seen=[report])
        return redirect(report)
    label = _("Veröffentlichung zurücknehmen")
    return _confirm(request, report, label, to=WITHDRAWN, seen=[report])


def _confirm(request, report: MonitoringReport, label: str, *, to: str, details=(), **page):
    return render_confirmation(
        request,
        title=label,
        question=_("Monitoring-Bericht zu „%(round)s“: %(label)s?")
        % {"round": report.round.title, "label": label},
        details=[*details, _("Niemand erhält eine E-Mail.")],
        cancel_url=report.get_absolute_url(),
        hidden=[("to", to)],
        **{"submit_label": label, **page},
    )


def chapter_edit(request, pk):
    chapters = MonitoringChapter.objects.select_related("report__round__plan")
    reports = MonitoringReport.objects.visible_to(request.user)
    chapter = get_object_or_404(chapters.filter(report__in=reports), pk=pk)
    require(can_run_rounds(request.user))
    form = ChapterForm(request.POST or None, instance=chapter)
    done = _("Das Kapitel ist gespeichert.")
    if save_form(request, form, services.change_chapter, chapter=chapter, done=done):
        return redirect(chapter)
    state = monitoring_state(chapter.report.round, Audience.INSIDE)
    return render_form(
        request,
        form,
        template="measures/monitoring_chapter.html",
        title=chapter.heading,
        report=chapter.report,
        card=chapter_card(chapter, state, fields_of(list(chapter.report.chapters.all()))),
        cancel_url=chapter.get_absolute_url(),
    )


@require_safe
def monitoring_file(request, pk):
    found = get_object_or_404(MonitoringFile.objects.visible_to(request.user), pk=pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        logger.error("Monitoring file %d: its file is missing below MEDIA_ROOT", found.pk)
        raise Http404 from error
    return FileResponse(
        content, as_attachment=True, filename=found.download_name, content_type=found.media_type
    )


def _get_report(request, pk) -> MonitoringReport:
    """Return the report of the round for the office: 404 if there is none, 403 for others."""
    reports = MonitoringReport.objects.visible_to(request.user).select_related("round__plan")
    report = get_object_or_404(reports, round=pk)
    require(can_run_rounds(request.user))
    return report


def _get_round(request, pk) -> ReportingRound:
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(rounds, pk=pk)
