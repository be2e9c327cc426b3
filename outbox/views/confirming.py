"""The confirmation page of every act that mails: how many, whom, and the text."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.conflicts import unless_changed, version_of_all
from core.middleware import FORM_TOKEN
from core.views import run_service, version_sent
from outbox.forms import ConfirmationForm
from outbox.models import Mail
from outbox.progress.batches import (
    MailPreview,
    counted_label,
    mail_previews,
    notified_note,
    previews_note,
)
from outbox.services import fingerprint_of, perform, rehearse

BACK = "confirmation-back"
# The button of the form before the confirmation page, where it always leads there.
TO_PREVIEW = _("Weiter zur Vorschau")
MAILS_CHANGED = _(
    "Inzwischen ginge die Nachricht an andere Personen, sie hätte einen anderen Text, oder sie "
    "wurde schon einmal geschrieben. Jetzt ist noch nichts geschehen; bitte prüfen Sie noch einmal."
)


def went_back(request: HttpRequest) -> bool:
    """Return whether the user left the confirmation page to change what they had entered."""
    return BACK in request.POST


def confirm_mails(
    request: HttpRequest,
    service: Callable[..., Any],
    *,
    target=None,
    refused_to=None,
    form: BaseForm | None = None,
    done: str | Promise = "",
    asks_always: bool = True,
    may_be_silent: bool = False,
    seen: Sequence[Model | None] = (),
    **page,
) -> HttpResponse | None:
    """Show the mails that `service` would write; once they are confirmed, run it and redirect to
    `target`, by default what it returned, with the message `done` and how many people are told.

    Call it with the valid `form` of the page before, unless the user `went_back` to it; its input
    is carried on. When the service refuses, None is returned: the form has to be shown again, with
    the reason. Without a form, a refusal leads to `refused_to`, by default `target`. Unless
    `asks_always`, an act that writes no mail needs no confirmation once it is posted. With
    `may_be_silent`, the user may choose to tell nobody: `service(notify=False)` is run. Records in
    `seen` must still be as the page before showed them; without a form, this page carries their
    version.

    `page` takes `title`, `question`, `submit_label`, `cancel_url`, and optionally `details`,
    `danger` and `hidden`: names and values that the view needs back.
    """
    confirmation = ConfirmationForm(request.POST or None, may_be_silent=may_be_silent)
    page |= {"form": form, "may_be_silent": may_be_silent, "seen": seen}
    service = _on_what_was_shown(request, service, seen)
    refused = None if form else redirect(refused_to or target)
    expected = confirmation.shown
    if not expected:
        mails = run_service(request, partial(rehearse, service), form=form)
        if mails is False:
            return refused
        if mails or asks_always or request.method != "POST":
            return _render(request, mails, **page)
        expected = fingerprint_of([])
    if confirmation.silences:
        service, expected = partial(service, notify=False), None
    call = partial(perform, service, expected=expected)
    performance = run_service(request, call, form=form)
    if not performance:
        return refused
    if not performance.is_done:
        return _render(request, performance.mails, notice=MAILS_CHANGED, **page)
    note = notified_note(performance.mails) if confirmation.shown else ""
    messages.success(request, f"{done} {note}".strip())
    return redirect(target or performance.result)


def _on_what_was_shown(request: HttpRequest, service: Callable, seen: Sequence) -> Callable:
    version = version_sent(request)
    # A plain link to this page comes from none that showed the records.
    if request.method != "POST" and not version:
        return service
    return unless_changed(service, seen, version)


def previews_context(previews: Sequence[MailPreview]) -> dict[str, Any]:
    """Return the context of a form that shows on its own page which mails sending it writes.

    For an act that cannot be rehearsed, because its form has files or its mail a secret link.
    """
    return {"mail_previews": previews, "mail_previews_note": previews_note(previews)}


def _render(
    request: HttpRequest,
    mails: list[Mail],
    *,
    form: BaseForm | None,
    may_be_silent: bool,
    seen: Sequence[Model | None],
    notice: str | Promise = "",
    hidden: Iterable[tuple[str, str]] = (),
    **page,
) -> HttpResponse:
    if seen:
        hidden = [*hidden, ("version", version_of_all(*seen))]
    if mails and not may_be_silent:
        page["submit_label"] = counted_label(page["submit_label"], len(mails))
    silences = ConfirmationForm(request.POST or None, may_be_silent=may_be_silent).silences
    context = {
        "previews": mail_previews(mails),
        "summary": _summary(mails, may_be_silent=may_be_silent),
        "notice": notice,
        "hidden_values": _carried_on(request) or hidden,
        "confirmation": ConfirmationForm(
            initial={"mails": fingerprint_of(mails), "is_silent": silences},
            # Without a mail there is nothing to leave out.
            may_be_silent=may_be_silent and bool(mails),
        ),
        "can_go_back": form is not None,
        "back": BACK,
    }
    return render(request, "outbox/confirm.html", context | page)


def _summary(mails: list[Mail], *, may_be_silent: bool) -> str:
    note = notified_note(mails)
    # The page cannot follow the checkbox without a script, so the sentence covers both choices.
    if mails and may_be_silent:
        return gettext("Wenn Sie nicht „Ohne Benachrichtigung“ wählen: %(note)s") % {"note": note}
    return note


def _carried_on(request: HttpRequest) -> list[tuple[str, str]]:
    """Return everything entered as (name, value), for hidden fields."""
    own = {"csrfmiddlewaretoken", FORM_TOKEN, BACK}
    own |= {ConfirmationForm().add_prefix(name) for name in ConfirmationForm.base_fields}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own
        for value in values
    ]
