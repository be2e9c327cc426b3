"""The legal pages, which every page links to, and the accessibility feedback form."""

import datetime as dt
from hashlib import sha256

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from core.dates import add_months, format_date, local_date
from core.forms import CleanCharField, CleanEmailField
from outbox.enums import Audience
from outbox.rendering.headers import validate_address
from outbox.services import enqueue_mails
from outbox.texts import MailDraft, MailText, Placeholder, Recipient, register


@require_safe
@login_not_required
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "masterplan/imprint.html", office_values(request))


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    values = office_values(request) | {
        "mail_body_days": settings.MAIL_BODY_DAYS,
        "personal_data_months": settings.PERSONAL_DATA_MONTHS,
    }
    return render(request, "masterplan/privacy.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement; mail reported barriers to the office."""
    form = BarrierForm(request.POST or None, initial={"page": request.GET.get("seite", "")})
    if request.method == "POST" and form.is_valid():
        # The form is open to everybody, so the mails it can cause are limited.
        if ratelimit.consume(request, action="report_barrier"):
            report_barrier(**form.cleaned_data, path=reverse("accessibility"), now=timezone.now())
            messages.success(request, _("Vielen Dank. Ihr Hinweis ist bei der Geschäftsstelle."))
            return redirect("accessibility")
        form.add_error(
            None,
            _(
                "Das waren viele Hinweise kurz nacheinander. Bitte warten Sie etwas, oder "
                "schreiben Sie uns."
            ),
        )
    return render(request, "masterplan/accessibility.html", office_values(request) | {"form": form})


def office_values(request: HttpRequest) -> dict:
    """Return the office's contact data, and the page frame: visitors get no navigation."""
    return {
        "shell": "base.html" if request.user.is_authenticated else "shell_public.html",
        "office_name": settings.OFFICE_NAME,
        "office_address": settings.OFFICE_ADDRESS,
        "office_phone": settings.OFFICE_PHONE,
        "office_email": settings.OFFICE_EMAIL,
    }


register(
    MailText(
        kind="barrier_reported",
        title=_("Barriere gemeldet"),
        subject=_("Barriere im Portal gemeldet"),
        body=_("""über die Erklärung zur Barrierefreiheit kam dieser Hinweis:

{message}

Betroffene Seite: {page}

Antwort erbeten an: {sender}. Steht dort eine Adresse, antworten Sie einfach auf diese E-Mail.

Das Gesetz verlangt eine Antwort bis spätestens {answer_due_on}.

[Wortlaut der Erklärung zur Barrierefreiheit]({link})
"""),
        placeholders=("message", "page", "sender", "answer_due_on"),
        audience=Audience.EVERYBODY,
    ),
    area=_("Barrierefreiheit"),
    placeholders={
        "message": Placeholder(
            _("Hinweis, wie er eingegeben wurde"),
            _("Im Zeitplan fehlt eine Überschrift."),
            name=_("Hinweis"),
        ),
        "page": Placeholder(_("Seite, um die es geht"), "/zeitplan/", name=_("Seite")),
        "sender": Placeholder(
            _("Adresse für die Antwort"), "person@example.org", name=_("Absender")
        ),
        "answer_due_on": Placeholder(
            _("Tag, bis zu dem das Gesetz eine Antwort verlangt"),
            "18.07.2019",
            name=_("Antwortfrist"),
        ),
    },
)


class BarrierForm(forms.Form):
    """A reported barrier. Berlin's law (BIKTG Bln) requires an answer within a month."""

    message = CleanCharField(
        label=_("Welche Barriere haben Sie gefunden, oder was wünschen Sie?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    page = CleanCharField(label=_("Auf welcher Seite?"), max_length=300, required=False)
    email = CleanEmailField(
        label=_("Ihre E-Mail-Adresse"),
        required=False,
        validators=[validate_address],
        help_text=_("Nur wenn Sie eine Antwort wünschen; sie wird für nichts anderes verwendet."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def report_barrier(*, message: str, page: str, email: str, path: str, now: dt.datetime) -> None:
    """Mail the report to the office, once if the same report is sent twice on one day.

    `path` is the address of the statement.
    """
    today = local_date(now)
    words = "\0".join((message, page, email))
    draft = MailDraft(
        kind="barrier_reported",
        subject_key="accessibility",
        # Hashed, because an event has at most 80 characters.
        event=f"{today}:{sha256(words.encode()).hexdigest()[:32]}",
        to=Recipient(email=settings.OFFICE_EMAIL, name=settings.OFFICE_NAME),
        values={
            "message": message,
            "page": page or str(_("keine Angabe")),
            "sender": email or str(_("keine Antwort gewünscht")),
            "answer_due_on": format_date(add_months(today, 1)),
        },
        path=path,
        reply_to=email,
    )
    enqueue_mails([draft], now=now)
