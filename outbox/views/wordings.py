"""The texts of mails: edit, preview, test and reset them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused
from core.history import entries_of
from core.views import allowed, redirect_with_message, run_service
from outbox.forms import WordingForm
from outbox.models import Wording
from outbox.permissions import can_edit_wordings
from outbox.progress.wordings import (
    change_notes,
    kept_release_note,
    placeholder_lines,
    wording_badges,
    wording_line,
)
from outbox.queries.wordings import (
    WORDING_FIELDS,
    is_outdated,
    text_in_force,
    with_words,
    wording_for_form,
    wording_summaries,
)
from outbox.rendering import TextError, preview
from outbox.rendering.messages import write_sample
from outbox.rendering.wordings import (
    Words,
    default_words,
    faults_as_typed,
    stored_words,
    words_as_shown,
)
from outbox.services import reset_wording, save_wording, send_test_mail
from outbox.services.wordings import DEFAULT_IN_FORCE
from outbox.texts import MailText, area_of, text_of
from outbox.views.mails import PREVIEW_POLICY

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@allowed(can_edit_wordings)
def wording_list(request):
    lines = [wording_line(summary) for summary in wording_summaries(request.user)]
    return render(request, "outbox/wordings.html", {"lines": lines})


@get_or_post
@allowed(can_edit_wordings)
def wording_edit(request, kind):
    """„Testmail an mich“ posts to the same page; it mails what was typed and saves nothing."""
    default, wording = _get_wording(request, kind)
    data = request.POST if request.method == "POST" else None
    form = WordingForm(data, default=default, wording=wording)
    if form.is_valid():
        # Not redirected: what was typed is stored nowhere and would be lost.
        if "test" in request.POST:
            _send_test(request, form)
        elif _save(request, form):
            done = _("Gespeichert. Das gilt für alle E-Mails, die von jetzt an entstehen.")
            return redirect_with_message(request, done, reverse("outbox:wording", args=[kind]))
    outdated = is_outdated(default, wording)
    context = {
        "form": form,
        "text": default,
        "wording": wording,
        "has_own_words": wording is not None and wording.has_own_words,
        "area": area_of(kind),
        "default": words_as_shown(default, default_words(default)),
        "placeholders": placeholder_lines(default),
        "is_outdated": outdated,
        "badges": wording_badges(wording, outdated),
        "change_notes": change_notes(wording),
        "history": entries_of(wording) if wording else [],
    }
    return render(request, "outbox/wording.html", context)


@get_or_post
@allowed(can_edit_wordings)
def wording_preview(request, kind):
    """Return a sample mail for the sandboxed frame: as typed if posted, otherwise as in force."""
    default, _wording = _get_wording(request, kind)
    # A preview is only rendered, never stored, even if it is posted.
    text, faults = text_in_force(kind).text, []
    if request.method == "POST":
        typed = (request.POST.get("subject", ""), request.POST.get("body", ""))
        words = stored_words(default, *typed)
        faults = [fault.sentence for fault in faults_as_typed(default, words)]
        text = default if faults else with_words(default, words)
    as_text = request.GET.get("ansicht") == "text"
    page = (
        preview.faults_page(faults)
        if faults
        else preview.sample_page(write_sample(text), as_text=as_text)
    )
    return HttpResponse(page, headers={"Content-Security-Policy": PREVIEW_POLICY})


@get_or_post
@allowed(can_edit_wordings)
def wording_reset(request, kind):
    default, wording = _get_wording(request, kind)
    if request.method == "POST":
        return _reset(request, kind)
    if wording is None or not wording.has_own_words:
        messages.info(request, DEFAULT_IN_FORCE)
        return redirect("outbox:wording", kind)
    context = {
        "text": default,
        "wording": wording,
        "own": words_as_shown(default, Words(wording.subject, wording.body)),
        "default": words_as_shown(default, default_words(default)),
        "version": version_of(wording_for_form(default, wording), WORDING_FIELDS),
        "release_note": kept_release_note(wording),
    }
    return render(request, "outbox/wording_reset.html", context)


def _get_wording(request, kind: str) -> tuple[MailText, Wording | None]:
    """Return the default of `kind` and the office's changes to it; 404 for an unknown kind."""
    try:
        default = text_of(kind)
    except TextError as error:
        raise Http404 from error
    wordings = Wording.objects.visible_to(request.user).select_related("changed_by__person")
    return default, wordings.filter(kind=kind).first()


def _save(request, form: WordingForm):
    kind = form.default.kind
    return run_service(
        request,
        lambda: save_wording(
            kind=kind,
            version=form.version_shown,
            now=timezone.now(),
            by=request.user,
            **form.values,
        ),
        form=form,
        current=lambda: wording_for_form(*_get_wording(request, kind)),
    )


def _send_test(request, form: WordingForm) -> None:
    words = {name: form.values[name] for name in ("subject", "body")}
    sent = run_service(
        request,
        lambda: send_test_mail(
            kind=form.default.kind, now=timezone.now(), by=request.user, **words
        ),
        form=form,
    )
    if sent:
        text = _(
            "Eine Testmail ist auf dem Weg an %(email)s. Am gespeicherten Text ändert sie nichts."
        )
        messages.info(request, text % {"email": request.user.email})


def _reset(request, kind: str) -> HttpResponse:
    version = request.POST.get("version", "")
    try:
        wording = reset_wording(kind=kind, version=version, now=timezone.now(), by=request.user)
    except ChangedMeanwhile as error:
        # Back to the comparison, which then shows the text that was saved meanwhile.
        messages.error(request, str(error))
        return redirect("outbox:wording_reset", kind)
    except Refused as error:
        messages.error(request, str(error))
    else:
        done = _("Für diese E-Mails gilt wieder die Voreinstellung.")
        if wording.needs_release:
            done = _("Es gilt wieder die Voreinstellung; gesendet wird weiterhin nach Durchsicht.")
        messages.success(request, done)
    return redirect("outbox:wording", kind)
