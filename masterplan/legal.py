"""The legal pages, which every page links to."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


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


def office_values(request: HttpRequest) -> dict:
    """Return the office's contact data, and the page frame: visitors get no navigation."""
    return {
        "shell": "base.html" if request.user.is_authenticated else "shell_public.html",
        "office_name": settings.OFFICE_NAME,
        "office_address": settings.OFFICE_ADDRESS,
        "office_phone": settings.OFFICE_PHONE,
        "office_email": settings.OFFICE_EMAIL,
    }
