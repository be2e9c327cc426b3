"""All reports that a lead owes in a round, on one page: signed in, or by personal link."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_date, format_moment, local_date
from core.errors import ChangedMeanwhile, Refused
from core.views import opened_by_link, require, run_service
from measures import services
from measures.enums import OPEN_REPORT_STATES, RoundState
from measures.forms import AnswerForms, answer_forms
from measures.forms.answers import CARRIED
from measures.models import ReportingRound, StatusReport
from measures.models.reports import ANSWER_FIELDS
from measures.permissions import can_run_rounds, represented_organisations
from measures.progress import (
    answer_card,
    answer_errors,
    answer_pages,
    answers_note,
    page_turns,
    round_deadline,
    submit_all_label,
)
from measures.queries import Answer, answers_of, latest_accepted

SUBMITTED, DRAFTED = "submitted", "drafted"
# Fields of a measure, a milestone or an indicator, and the buttons that name a measure.
FIELD = re.compile(r"[msi]\d+-\w+")
ACTS = {"submit", "draft", "unchanged"}
CLOSED = gettext_lazy(
    "Die Berichtsrunde ist abgeschlossen. Über diesen Link lässt sich dazu nicht mehr berichten; "
    "bitte senden Sie Ihren Text an die Geschäftsstelle, deren Adresse unten auf der Seite steht."
)
OWN_ANSWER = gettext_lazy(
    "Hier ist schon etwas eingetragen. Bitte reichen Sie diesen Bericht ein, oder leeren Sie die "
    "Felder: „Unverändert“ gilt nur ohne eigene Angaben."
)


@dataclass
class Entry:
    """What was sent of one measure: as the page shows it, and by the rules of a draft. `submits`
    says that it is to be submitted, `may_repeat` is False for a press of *Unverändert* that would
    overwrite an answer.
    """

    shown: AnswerForms
    draft: AnswerForms
    submits: bool = False
    may_repeat: bool = True
    outcome: str = ""

    @property
    def answer(self) -> Answer:
        return self.shown.answer


@opened_by_link(services.open_report_request, "measures/link_closed.html")
def answer_by_link(request, report_request):
    """Let somebody without an account report. GET and HEAD change nothing: mail scanners open
    links too.
    """
    organisations = [report_request.organisation_id]
    find = partial(answers_of, report_request.round, organisations, request=report_request)
    return _answer_page(
        request, report_request.round, find, by=report_request, shell="shell_public.html"
    )


def answer(request, pk):
    """Let a lead with an account report."""
    rounds = ReportingRound.objects.visible_to(request.user).select_related("plan")
    reporting_round = get_object_or_404(rounds, pk=pk)
    organisations = represented_organisations(request.user)
    if request.method != "POST" and not organisations and can_run_rounds(request.user):
        # The office follows the links of the mails it checks, and finds who answers here.
        return redirect(reporting_round)
    require(bool(organisations), _("Hier berichten die federführenden Partner."))
    running = rounds.filter(plan=reporting_round.plan_id, state=RoundState.OPEN).first()
    if request.method == "GET" and running and not reporting_round.is_open:
        # A report is about what is due now; what is typed for another round could not be saved.
        text = _("„%(former)s“ ist nicht mehr offen. Berichtet wird jetzt in „%(round)s“.")
        messages.info(request, text % {"former": reporting_round, "round": running})
        return redirect("measures:answer", running.pk)
    find = partial(answers_of, reporting_round, organisations)
    return _answer_page(request, reporting_round, find, by=request.user, shell="base.html")


def _answer_page(
    request, reporting_round: ReportingRound, find: Callable[..., list[Answer]], *, by, shell: str
):
    if "save" in request.POST:
        return _autosave(request, find, by)
    # All of them, on whatever page they stand: what is sent may come from a page loaded earlier.
    answers = find()
    shown = {given.measure.pk: answer_forms(given, None, is_draft=True) for given in answers}
    pages = answer_pages(list(shown.values()))
    number = _page_number(request.GET.get("page"), pages)
    foreign = _foreign_names(request.POST, answers)
    if foreign:
        # Refused as a whole: who sends what fits no longer should look at the rest again.
        given_again = [entry.shown for entry in (_entry(request, given) for given in answers)]
        shown = {forms.answer.measure.pk: forms for forms in given_again}
    elif request.method == "POST":
        entries = [_entry(request, given) for given in answers]
        _save(request, entries, by)
        failed = [entry for entry in entries if entry.shown.has_errors]
        if not failed:
            # Pages are turned by POST, so that what is typed is saved first.
            number = _page_number(request.POST.get("turn"), pages) or number
            return redirect(f"{request.path}{_query(number)}{_anchor(request)}")
        current = {given.measure.pk: given for given in find()}
        shown = {key: answer_forms(given, None, is_draft=True) for key, given in current.items()}
        shown |= {entry.answer.measure.pk: _shown_again(entry, current) for entry in failed}
        answers = list(current.values())
    chosen = [shown[key] for key in pages[(number or 1) - 1] if key in shown]
    is_inside = shell == "base.html"
    today = local_date(timezone.now())
    context = {
        "round": reporting_round,
        "shell": shell,
        "is_public": not is_inside,
        "by": by,
        "deadline": round_deadline(reporting_round, today),
        "note": answers_note(answers),
        "errors": answer_errors(chosen),
        "is_foreign": bool(foreign),
        "foreign_texts": _texts(request.POST, foreign),
        "cards": [answer_card(forms, is_inside=is_inside, today=today) for forms in chosen],
        "submits_all": submit_all_label(chosen, len(pages)),
        "turns": page_turns(len(pages), number or 1),
    }
    return render(request, "measures/answers.html", context)


def _foreign_names(sent: QueryDict, answers: list[Answer]) -> list[str]:
    """Return the names of what was sent that belongs to no report asked for here: somebody else's,
    one that was asked for when the page was loaded, or made up.
    """
    asked = [answer_forms(given, sent, is_draft=True) for given in answers] if sent else []
    known = {
        form.add_prefix(name) for forms in asked for form in forms.every() for name in form.fields
    }
    keys = {"all", *(str(given.measure.pk) for given in answers)}
    return [
        name
        for name in sent
        if (FIELD.fullmatch(name) and name not in known)
        or (name in ACTS and sent[name] not in keys)
    ]


def _texts(sent: QueryDict, names: list[str]) -> list[str]:
    """Return what was typed into the fields `names`, so that it can be copied."""
    typed = [name for name in names if name.rpartition("-")[2] not in CARRIED and name not in ACTS]
    return [text for name in typed for text in sent.getlist(name) if text.strip()]


def _page_number(text: str | None, pages: list) -> int | None:
    """Return the number of one of `pages`, None if `text` names none."""
    is_number = bool(text) and text.isdecimal() and len(text) < 6
    return int(text) if is_number and 1 <= int(text) <= len(pages) else None


def _query(number: int | None) -> str:
    return f"?page={number}" if number and number > 1 else ""


def _entry(request: HttpRequest, given: Answer) -> Entry:
    key = str(given.measure.pk)
    # Any of its fields: without its version, the service asks to look at the present state.
    is_sent = any(name.startswith(f"m{key}-") for name in request.POST)
    data = request.POST if is_sent else None
    draft = answer_forms(given, data, is_draft=True)
    # The measure stood on another page of the form.
    if data is None:
        return Entry(draft, draft)
    if request.POST.get("unchanged") == key and given.accepted:
        # A press on the wrong button must not replace what somebody has typed.
        if draft.has_own_answer:
            return Entry(draft, draft, may_repeat=False)
        data = _repeated(request, given, given.accepted)
        draft = answer_forms(given, data, is_draft=True)
        return Entry(answer_forms(given, data, is_draft=False), draft, submits=True)
    submitted = request.POST.get("submit", "")
    is_begun = draft.is_filled or given.report is not None
    if submitted == key or (submitted == "all" and is_begun):
        return Entry(answer_forms(given, data, is_draft=False), draft, submits=True)
    return Entry(draft, draft)


def _repeated(request: HttpRequest, given: Answer, accepted: StatusReport) -> QueryDict:
    """Return what was sent, with the former answer."""
    data = request.POST.copy()
    # Unchanged is what holds: with its own light, the lead would undo what the office decided.
    former = accepted.as_official()
    for name in ANSWER_FIELDS:
        data[f"m{given.measure.pk}-{name}"] = getattr(former, name)
    if not accepted.summary:
        # The office may have recorded a status without a text, which a lead cannot leave out.
        day = format_date(accepted.as_of_on)
        data[f"m{given.measure.pk}-summary"] = _("Unverändert seit %(day)s.") % {"day": day}
    return data


def _save(request: HttpRequest, entries: list[Entry], by) -> None:
    """Submit what is to be submitted, and save whatever else was entered as drafts."""
    for entry in entries:
        if entry.shown.is_sent and (entry.submits or entry.draft.is_filled):
            if entry.answer.is_accepting:
                entry.outcome = _save_entry(request, entry, by)
            else:
                entry.shown.form.add_error(None, CLOSED)
            entry.shown.notice = _notice(entry)
        if not entry.may_repeat:
            entry.shown.form.add_error(None, OWN_ANSWER)
    submitted = sum(entry.outcome == SUBMITTED for entry in entries)
    drafted = sum(entry.outcome == DRAFTED for entry in entries)
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
    is_idle = not submitted and not drafted and "turn" not in request.POST
    if is_idle and not any(entry.shown.has_errors for entry in entries):
        messages.info(request, _("Es war nichts Neues eingetragen."))


def _save_entry(request: HttpRequest, entry: Entry, by) -> str:
    """Return what became of `entry`: `SUBMITTED`, `DRAFTED`, or "" if nothing was saved."""
    now, shown = timezone.now(), entry.shown
    run = partial(
        run_service, request, form=shown.form, current=partial(_current, entry.answer.measure)
    )
    is_complete = shown.is_valid
    if entry.submits and is_complete:
        if run(partial(services.submit_report, **shown.given(), by=by, now=now)):
            return SUBMITTED
    if not entry.draft.is_filled:
        return ""
    # What cannot be submitted yet is kept, so that nobody has to type it again.
    entry.draft.form.is_valid()
    draft = partial(services.save_draft, **entry.draft.given(), by=by, now=now)
    if not (entry.submits and is_complete):
        return DRAFTED if run(draft) else ""
    try:
        draft()
    except Refused:
        # The page says already why nothing could be submitted.
        return ""
    return DRAFTED


def _notice(entry: Entry) -> str:
    if not entry.shown.has_errors:
        return ""
    if entry.submits and not entry.draft.is_filled:
        return _("Noch nicht eingereicht. Bitte sehen Sie sich die Hinweise an.")
    if entry.outcome != DRAFTED:
        return _("Noch nicht gespeichert. Bitte sehen Sie sich die Hinweise an.")
    if entry.submits:
        return _("Noch nicht eingereicht. Als Entwurf ist gespeichert, was sich lesen ließ.")
    return _("Gespeichert ist alles bis auf die markierten Angaben.")


def _current(measure) -> StatusReport | None:
    return measure.reports.filter(state__in=OPEN_REPORT_STATES).first() or latest_accepted(measure)


def _shown_again(entry: Entry, current: dict[int, Answer]) -> AnswerForms:
    """Return an entry with errors as it was sent; what was saved of it is continued."""
    given = current.get(entry.answer.measure.pk)
    if given is not None:
        entry.shown.answer = given
        if entry.outcome == DRAFTED:
            entry.shown.continue_from(given)
        else:
            entry.shown.show_conflicts(given)
    return entry.shown


def _anchor(request: HttpRequest) -> str:
    key = request.POST.get("submit") or request.POST.get("unchanged") or request.POST.get("draft")
    return f"#m{key}" if key and key.isdecimal() else ""


def _autosave(request: HttpRequest, find: Callable[..., list[Answer]], by) -> HttpResponse:
    """Save the draft of one measure while it is typed; answer with its new versions and a note."""
    key = request.POST["save"]
    # Longer numbers are no keys, and no column holds them.
    only = int(key) if key.isdecimal() and len(key) < 19 else 0
    found = find(only=only)
    forms = next((answer_forms(given, request.POST, is_draft=True) for given in found), None)
    if forms is None or forms.form is None:
        note = _("Noch nicht gespeichert: Diese Angaben gehören zu keinem Ihrer Berichte.")
        return JsonResponse({"note": note}, status=422)
    if not forms.answer.is_accepting:
        return JsonResponse({"note": str(CLOSED)}, status=409)
    is_readable = forms.is_valid and not forms.not_asked
    # A key that changes nothing, or a letter that was removed again, begins no report.
    if is_readable and forms.answer.report is None and not forms.is_filled:
        return JsonResponse({"note": "", "is_complete": True})
    try:
        services.save_draft(**forms.given(), by=by, now=timezone.now())
    except ChangedMeanwhile as error:
        # Only a page that is loaded again has both versions.
        hint = _("„Entwurf speichern“ zeigt beide Fassungen.") if error.hint else ""
        return JsonResponse({"note": f"{error.fact} {hint}".strip()}, status=409)
    except Refused as error:
        return JsonResponse({"note": str(error)}, status=409)
    note = _("Entwurf gespeichert, %(moment)s") % {"moment": format_moment(timezone.now())}
    if not is_readable:
        hint = _("Nicht alle Angaben ließen sich lesen; „Entwurf speichern“ zeigt, welche.")
        note = f"{note}. {hint}"
    (saved,) = find(only=only)
    answer = {"versions": forms.versions(saved), "note": note, "is_complete": is_readable}
    return JsonResponse(answer)
