"""The three pages that the law wants within reach of every page: Impressum, Datenschutz,
Barrierefreiheit.
"""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from masterplan.feedback import BarrierForm, report_barrier


@require_safe
@login_not_required
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "masterplan/imprint.html", office_values(request))


@require_safe
@login_not_required
def privacy(request: HttpRequest) -> HttpResponse:
    values = office_values(request) | {"mail_body_days": settings.MAIL_BODY_DAYS}
    return render(request, "masterplan/privacy.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the statement; take a hint about a barrier and send it to the office."""
    form = BarrierForm(request.POST or None, initial={"page": request.GET.get("seite", "")})
    if request.method == "POST" and form.is_valid():
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
    """Return who is responsible, and the shell that fits: without navigation for those who are not
    signed in.
    """
    return {
        "shell": "base.html" if request.user.is_authenticated else "shell_public.html",
        "office_name": settings.OFFICE_NAME,
        "office_address": settings.OFFICE_ADDRESS,
        "office_phone": settings.OFFICE_PHONE,
        "office_email": settings.OFFICE_EMAIL,
    }
