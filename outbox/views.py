"""Postausgang: what went out, to whom, and what became of it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Refused
from core.exports import xlsx_response
from core.states import allowed_actions
from outbox import lists, preview
from outbox.enums import MOVES
from outbox.filters import MailFilter
from outbox.models import Mail
from outbox.pages import calendar_rows, fact_rows, history_of, section_tabs, tabs_of
from outbox.permissions import MANAGE_MAILS
from outbox.queries import mails_for_office
from outbox.services import resend_mail, withdraw_mail

PAGE_SIZE = 25
# The preview holds nothing but its own styles; no script, no picture from outside, no link that could be followed.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox"
)

office_only = permission_required(MANAGE_MAILS, raise_exception=True)


@require_safe
@office_only
def mail_list(request):
    """Show the mails, filtered and in the order of `?sort=`."""
    mail_filter = _filtered(request)
    page = Paginator(mail_filter.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filter": mail_filter,
        "page": page,
        "count": page.paginator.count,
        "tabs": section_tabs("outbox:list"),
    }
    return render(request, "outbox/list.html", context)


@require_safe
@office_only
def mail_export(request):
    """Answer with what the list shows as an Excel file."""
    header = [str(title) for title in lists.HEADER]
    return xlsx_response("postausgang.xlsx", header, lists.export_rows(_filtered(request).qs.iterator(500)))


@require_safe
def mail_detail(request, pk):
    """Show one mail: where it stands, what happened, and what it says, without anything personal to its reader."""
    mail = _visible(request, pk)
    view = request.GET.get("ansicht", "")
    context = {
        "mail": mail,
        "actions": allowed_actions(MOVES, mail),
        "rows": fact_rows(mail),
        "entries": history_of(mail),
        "tabs": tabs_of(mail, view),
        "view": view,
        "text": preview.shown_text(mail),
        "headers": preview.shown_headers(mail),
        "calendar": calendar_rows(preview.shown_calendar(mail)),
    }
    return render(request, "outbox/detail.html", context)


@require_safe
def mail_html(request, pk):
    """Answer with the HTML of a mail for the sandboxed frame, under a policy of its own."""
    response = HttpResponse(preview.shown_html(_visible(request, pk)))
    response["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@require_safe
def mail_file(request, pk):
    """Answer with the mail as an .eml file."""
    mail = _visible(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"'}
    return HttpResponse(preview.shown_eml(mail), content_type="message/rfc822", headers=headers)


@require_POST
def mail_resend(request, pk):
    """Let a failed mail wait anew."""
    mail = _visible(request, pk)
    try:
        resend_mail(mail, now=timezone.now(), by=request.user)
        messages.success(request, _("Die E-Mail wird erneut gesendet."))
    except Refused as error:
        messages.error(request, str(error))
    return redirect(mail)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_withdraw(request, pk):
    """Ask, then take back a mail that was not sent yet."""
    mail = _visible(request, pk)
    if request.method == "POST":
        try:
            withdraw_mail(mail, now=timezone.now(), by=request.user)
            messages.success(request, _("Die E-Mail wurde zurückgezogen und wird nicht gesendet."))
        except Refused as error:
            messages.error(request, str(error))
        return redirect(mail)
    context = {
        "title": _("E-Mail zurückziehen"),
        "question": _("Diese E-Mail wird dann nicht gesendet. Möchten Sie sie zurückziehen?"),
        "details": [mail.subject, _("An: %s") % mail.addressee],
        "submit_label": _("E-Mail zurückziehen"),
        "danger": True,
        "cancel_url": reverse("outbox:detail", args=[mail.pk]),
    }
    return render(request, "generic/confirm.html", context)


def _filtered(request) -> MailFilter:
    mails = mails_for_office(request.user).order_by(*lists.ordering(request.GET.get("sort", "")))
    return MailFilter(request.GET, queryset=mails)


def _visible(request, pk) -> Mail:
    return get_object_or_404(Mail.objects.visible_to(request.user).select_related("created_by__person"), pk=pk)
