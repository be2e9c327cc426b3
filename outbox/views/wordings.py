"""Texts of the mails: the office reads the default, words it anew, tries it out, and goes back."""

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
from core.views import allowed
from outbox.errors import TextError
from outbox.forms import WordingForm
from outbox.models import Wording
from outbox.permissions import can_edit_wordings
from outbox.rendering import preview
from outbox.rendering.messages import write_sample
from outbox.services import reset_wording, save_wording, send_test_mail
from outbox.texts import MailText, area_of, explained, text_of
from outbox.validators import clean_words, default_words, faults_of
from outbox.views.mails import PREVIEW_POLICY
from outbox.wordings import FIELDS, as_shown, is_outdated, text_in_force, worded, wording_rows

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@allowed(can_edit_wordings)
def wording_list(request):
    """Show every kind of mail, and which ones the office words itself."""
    return render(request, "outbox/wordings.html", {"rows": wording_rows(request.user)})


@get_or_post
@allowed(can_edit_wordings)
def wording_edit(request, kind):
    """Show and save the words of a kind; „Testmail an mich“ sends what is typed and saves nothing."""
    default, row = _wording(request, kind)
    form = WordingForm(request.POST if request.method == "POST" else None, default=default, row=row)
    if form.is_valid():
        if "test" in request.POST:
            _send_test(request, form)
        elif _save(request, form):
            messages.success(
                request, _("Gespeichert. Das gilt für alle E-Mails, die von jetzt an entstehen.")
            )
            return redirect("outbox:wording", kind)
    context = {
        "form": form,
        "text": default,
        "wording": row,
        "area": area_of(kind),
        "default": default_words(default),
        "placeholders": explained(default),
        "is_outdated": is_outdated(default, row),
        "entries": entries_of(row) if row else [],
    }
    return render(request, "outbox/wording.html", context)


@get_or_post
@allowed(can_edit_wordings)
def wording_preview(request, kind):
    """Answer with a sample mail of this kind for the sandboxed frame: as typed when posted, else as
    in force.
    """
    default, _row = _wording(request, kind)
    text, faults = text_in_force(kind).text, []
    if request.method == "POST":
        words = clean_words(request.POST.get("subject", ""), request.POST.get("body", ""))
        faults = [fault.sentence for fault in faults_of(default, words)]
        text = default if faults else worded(default, words)
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
    """Show the office's words beside the default, then put the default in force again."""
    default, row = _wording(request, kind)
    if request.method == "POST":
        return _reset(request, kind)
    if row is None or not row.has_own_words:
        messages.info(request, _("Für diese E-Mails gilt bereits der Standard."))
        return redirect("outbox:wording", kind)
    version = version_of(as_shown(default, row), FIELDS)
    context = {
        "text": default,
        "wording": row,
        "default": default_words(default),
        "version": version,
    }
    return render(request, "outbox/wording_reset.html", context)


def _wording(request, kind: str) -> tuple[MailText, Wording | None]:
    """Return the default of `kind` and what the office settled for it, or answer 404."""
    try:
        default = text_of(kind)
    except TextError as error:
        raise Http404 from error
    rows = Wording.objects.visible_to(request.user).select_related("changed_by__person")
    return default, rows.filter(kind=kind).first()


def _save(request, form: WordingForm) -> bool:
    kind = form.default.kind
    try:
        save_wording(
            kind=kind,
            version=form.version_shown,
            now=timezone.now(),
            by=request.user,
            **form.values,
        )
    except ChangedMeanwhile as error:
        form.show_conflict(error, as_shown(*_wording(request, kind)))
    except Refused as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def _send_test(request, form: WordingForm) -> None:
    words = {name: form.values[name] for name in ("subject", "body")}
    try:
        send_test_mail(kind=form.default.kind, now=timezone.now(), by=request.user, **words)
    except Refused as error:
        form.add_error(None, str(error))
    else:
        text = _(
            "Eine Testmail ist auf dem Weg an %(email)s. Am gespeicherten Text ändert sie nichts."
        )
        messages.info(request, text % {"email": request.user.email})


def _reset(request, kind: str):
    try:
        reset_wording(
            kind=kind, version=request.POST.get("version", ""), now=timezone.now(), by=request.user
        )
    except ChangedMeanwhile as error:
        messages.error(request, str(error))
        return redirect(reverse("outbox:wording_reset", args=[kind]))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Für diese E-Mails gilt wieder der Standard."))
    return redirect("outbox:wording", kind)
