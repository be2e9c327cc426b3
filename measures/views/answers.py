"""All reports that a lead owes in a round, on one page: signed in, or by personal link."""

from dataclasses import dataclass, field
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment, local_date
from core.errors import Refused
from core.views import opened_by_link, require, run_service
from measures import services
from measures.enums import OPEN_REPORT_STATES
from measures.forms import ForecastForm, ReportForm
from measures.models import ReportingRound, StatusReport
from measures.models.reports import ANSWER_FIELDS
from measures.permissions import represented_organisations
from measures.progress import answer_card, answers_note, round_deadline
from measures.queries import Answer, answers_of, latest_accepted

CARRIED = {"version", "shown"}


@dataclass
class Entry:
    """An answer with its forms. `submits` says that it is to be submitted, not only saved."""

    answer: Answer
    form: ReportForm | None
    forecasts: list[ForecastForm] = field(default_factory=list)
    submits: bool = False
    is_done: bool = False

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered since the page was shown."""
        return bool(self.form and set(self.form.changed_data) - CARRIED) or bool(self.moved)

    @property
    def moved(self) -> list[ForecastForm]:
        return [form for form in self.forecasts if set(form.changed_data) - CARRIED]

    @property
    def has_errors(self) -> bool:
        forms = [self.form, *self.forecasts] if self.form else []
        return any(form.errors for form in forms)


@opened_by_link(services.open_report_request, "measures/link_closed.html")
def answer_by_link(request, report_request):
    """Let somebody without an account report. GET and HEAD change nothing: mail scanners open
    links too.
    """
    organisations = [report_request.organisation_id]
    return _answer_page(
        request, report_request.round, organisations, by=report_request, shell="shell_public.html"
    )


def answer(request, pk):
    """Let a lead with an account report."""
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    reporting_round = get_object_or_404(rounds, pk=pk)
    organisations = represented_organisations(request.user)
    require(bool(organisations), _("Hier berichten die federführenden Partner."))
    return _answer_page(request, reporting_round, organisations, by=request.user, shell="base.html")


def _answer_page(request, reporting_round: ReportingRound, organisations, *, by, shell: str):
    answers = answers_of(reporting_round, organisations)
    if "save" in request.POST:
        return _autosave(request, answers, by)
    entries = [_entry(request, given) for given in answers]
    if request.method == "POST":
        _save(request, entries, by)
        if not any(entry.has_errors for entry in entries):
            return redirect(f"{request.path}{_anchor(request)}")
        current = {given.measure.pk: given for given in answers_of(reporting_round, organisations)}
        entries = [_shown_again(entry, current) for entry in entries]
    today = local_date(timezone.now())
    context = {
        "round": reporting_round,
        "shell": shell,
        "is_public": shell == "shell_public.html",
        "by": by,
        "deadline": round_deadline(reporting_round, today),
        "note": answers_note(answers),
        "cards": [answer_card(entry, is_inside=shell == "base.html") for entry in entries],
        "can_submit": any(entry.form for entry in entries),
    }
    return render(request, "measures/answers.html", context)


def _entry(request: HttpRequest, given: Answer) -> Entry:
    prefix = f"m{given.measure.pk}"
    data = _data(request, given, prefix)
    # What was sent is kept even if a colleague submitted the report meanwhile.
    if not given.is_editable and data is None:
        return Entry(given, None)
    form = partial(
        ReportForm,
        data,
        prefix=prefix,
        instance=given.report if given.is_editable else None,
        initial={} if given.report else {"as_of_on": given.round.cut_off_on},
        situation=given.situation,
    )
    forecasts = [
        ForecastForm(data, prefix=f"s{milestone.pk}", instance=milestone)
        for milestone in given.milestones
    ]
    entry = Entry(given, form(is_draft=True), forecasts)
    submitted = request.POST.get("submit", "")
    is_begun = data is not None and (entry.is_filled or given.report is not None)
    if submitted == str(given.measure.pk) or (submitted == "all" and is_begun):
        entry = Entry(given, form(), forecasts, submits=True)
    return entry


def _data(request: HttpRequest, given: Answer, prefix: str):
    """Return what was sent about the measure, with the former answer if it is to be repeated; None
    if nothing was.
    """
    if f"{prefix}-version" not in request.POST:
        return None
    if request.POST.get("unchanged") != str(given.measure.pk) or given.accepted is None:
        return request.POST
    data = request.POST.copy()
    for name in ANSWER_FIELDS:
        data[f"{prefix}-{name}"] = getattr(given.accepted, name)
    return data


def _save(request: HttpRequest, entries: list[Entry], by) -> None:
    """Submit what is to be submitted, and save whatever else was entered as drafts."""
    for entry in entries:
        if entry.form and entry.form.is_bound and (entry.submits or entry.is_filled):
            entry.is_done = _save_entry(request, entry, by)
    submitted = sum(entry.is_done and entry.submits for entry in entries)
    drafted = sum(entry.is_done and not entry.submits for entry in entries)
    if submitted:
        text = ngettext(
            "%(count)d Bericht ist eingereicht. Die Geschäftsstelle prüft ihn.",
            "%(count)d Berichte sind eingereicht. Die Geschäftsstelle prüft sie.",
            submitted,
        )
        messages.success(request, text % {"count": submitted})
    if drafted:
        text = ngettext(
            "%(count)d Entwurf ist gespeichert. Er ist noch nicht eingereicht.",
            "%(count)d Entwürfe sind gespeichert. Sie sind noch nicht eingereicht.",
            drafted,
        )
        messages.success(request, text % {"count": drafted})
    if not submitted and not drafted and not any(entry.has_errors for entry in entries):
        messages.info(request, _("Es war nichts Neues eingetragen."))


def _save_entry(request: HttpRequest, entry: Entry, by) -> bool:
    # Every form is checked, so that all errors show at once.
    checks = [form.is_valid() for form in (entry.form, *entry.moved)]
    if not all(checks):
        return False
    now, measure = timezone.now(), entry.answer.measure
    for form in entry.moved:
        move = partial(
            services.move_milestone,
            milestone=form.instance,
            forecast_on=form.cleaned_data["forecast_on"],
            reason=form.cleaned_data["forecast_reason"],
            by=by,
            now=now,
        )
        if not run_service(request, move, form=form):
            return False
    service = services.submit_report if entry.submits else services.save_draft
    call = partial(service, **_given(entry), by=by, now=now)
    return bool(run_service(request, call, form=entry.form, current=partial(_current, measure)))


def _given(entry: Entry) -> dict:
    form = entry.form
    return {
        "measure": entry.answer.measure,
        "values": form.values,
        "version": form.version_shown,
        "shown": form.cleaned_data["shown"],
    }


def _current(measure) -> StatusReport | None:
    return measure.reports.filter(state__in=OPEN_REPORT_STATES).first() or latest_accepted(measure)


def _shown_again(entry: Entry, current: dict[int, Answer]) -> Entry:
    """Return an entry with errors as it was sent, and any other as it is saved now."""
    given = current.get(entry.answer.measure.pk)
    if given is None or (entry.form and entry.form.is_bound and not entry.is_done):
        return entry
    return _entry(_Unsent(), given)


class _Unsent:
    """Stands for a request that sends nothing."""

    POST: dict = {}


def _anchor(request: HttpRequest) -> str:
    key = request.POST.get("submit") or request.POST.get("unchanged") or request.POST.get("draft")
    return f"#m{key}" if key and key.isdecimal() else ""


def _autosave(request: HttpRequest, answers: list[Answer], by) -> HttpResponse:
    """Save the draft of one measure while it is typed; answer with its new version and a note."""
    chosen = [given for given in answers if str(given.measure.pk) == request.POST["save"]]
    entry = _entry(request, chosen[0]) if chosen else None
    if entry is None or entry.form is None or not entry.form.is_valid():
        return JsonResponse({"note": _("Noch nicht gespeichert.")}, status=422)
    try:
        report = services.save_draft(**_given(entry), by=by, now=timezone.now())
    except Refused as error:
        hint = _("„Entwurf speichern“ zeigt beide Fassungen.")
        return JsonResponse({"note": f"{error} {hint}"}, status=409)
    note = _("Entwurf gespeichert, %(moment)s") % {"moment": format_moment(timezone.now())}
    return JsonResponse({"version": entry.form.version_for(report), "note": note})
