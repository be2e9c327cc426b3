"""Postausgang: what went out, to whom, and what became of it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import NotAllowed, Refused
from core.exports import xlsx_response
from core.states import allowed_actions
from core.views import allowed
from outbox import lists
from outbox.enums import MOVES
from outbox.filters import MailFilter
from outbox.links import bulk_links, hidden_filter_rows, kept, pick_buttons, quick_links
from outbox.models import Mail
from outbox.permissions import can_manage_mails
from outbox.progress import calendar_rows, fact_rows, history_of, section_tabs, tabs_of
from outbox.queries import UNSOLVED, mails_for_office
from outbox.rendering import preview
from outbox.services import approve_mail, resend_mail, settle_mail, withdraw_mail
from outbox.state_counts import Tally

PAGE_SIZE = 25
# The preview holds nothing but its own styles; no script, no picture from outside, no link that
# could be followed.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; "
    "sandbox"
)


@require_safe
@allowed(can_manage_mails)
def mail_list(request):
    """Show the mails, filtered and in the order of `?sort=`, how many stand how, and what can be
    done to all.
    """
    mail_filter = filtered(request)
    tally = Tally.of(mail_filter.without_state(), now=timezone.now())
    paginator = Paginator(mail_filter.qs, PAGE_SIZE)
    paginator.count = tally.count(
        mail_filter.asked_state
    )  # known already: not read from the whole table anew
    context = {
        "filter": mail_filter,
        "page": paginator.get_page(request.GET.get("page")),
        "count": paginator.count,
        "quick_links": quick_links(tally, mail_filter.asked_state, request.GET),
        "bulk_links": bulk_links(tally, mail_filter.asked_state, request.GET),
        "pick_buttons": pick_buttons(tally, mail_filter.asked_state),
        "kept": kept(request.GET).items(),
        "narrowed": hidden_filter_rows(mail_filter),
        "tabs": section_tabs("outbox:list"),
    }
    return render(request, "outbox/list.html", context)


@require_safe
@allowed(can_manage_mails)
def mail_export(request):
    """Answer with what the list shows as an Excel file, fit for the file: who got what when, and
    what proves it.
    """
    mail_filter = filtered(request)
    part = {"batch", "path"} & mail_filter.asked.keys()
    name = _("nachweis-versand.xlsx") if part else _("postausgang.xlsx")
    return xlsx_response(
        name, [str(title) for title in lists.HEADER], lists.export_rows(mail_filter.qs)
    )


@require_safe
def mail_detail(request, pk):
    """Show one mail: where it stands, what happened, and what it says, without anything personal to
    its reader.
    """
    mail = _visible(request, pk)
    view = request.GET.get("ansicht", "")
    calendar = preview.shown_calendar(mail)
    context = {
        "mail": mail,
        "actions": allowed_actions(MOVES, mail),
        "can_settle": mail.state in UNSOLVED and not mail.settled_at,
        "rows": fact_rows(mail),
        "entries": history_of(mail),
        "tabs": tabs_of(mail, view, has_calendar=calendar is not None),
        "view": view,
        "text": preview.shown_text(mail),
        "headers": preview.shown_headers(mail),
        "calendar": calendar_rows(calendar),
        "ics": preview.shown_ics(mail) if view == "kalender" else "",
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


@require_safe
def mail_calendar(request, pk):
    """Answer with the calendar entry of a mail as the .ics file it was sent with."""
    mail = _visible(request, pk)
    text = preview.shown_ics(mail)
    if not text:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="termin-{mail.pk}.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
def mail_approve(request, pk):
    """Let a draft go out."""
    return _act(request, pk, approve_mail, _("Die E-Mail geht nun hinaus."))


@require_POST
def mail_resend(request, pk):
    """Let a failed mail wait anew."""
    return _act(request, pk, resend_mail, _("Die E-Mail wird erneut gesendet."))


@require_POST
def mail_settle(request, pk):
    """Put a mail away that did not go out."""
    return _act(request, pk, settle_mail, _("Die E-Mail ist als erledigt abgelegt."))


@require_http_methods(["GET", "HEAD", "POST"])
def mail_withdraw(request, pk):
    """Ask, then take back a mail that was not sent yet."""
    if request.method == "POST":
        return _act(
            request, pk, withdraw_mail, _("Die E-Mail wurde zurückgezogen und wird nicht gesendet.")
        )
    mail = _visible(request, pk)
    context = {
        "title": _("E-Mail zurückziehen"),
        "question": _("Diese E-Mail wird dann nicht gesendet. Möchten Sie sie zurückziehen?"),
        "details": [mail.subject, _("An: %s") % mail.addressee],
        "submit_label": _("E-Mail zurückziehen"),
        "danger": True,
        "cancel_url": reverse("outbox:detail", args=[mail.pk]),
    }
    return render(request, "generic/confirm.html", context)


def filtered(request) -> MailFilter:
    """Return the filter of the list, as the address asks for it, over what the user may see."""
    mails = mails_for_office(request.user).order_by(*lists.ordering(request.GET.get("sort", "")))
    return MailFilter(request.GET, queryset=mails)


def _act(request, pk: int, service: Callable, done: str) -> HttpResponse:
    mail = _visible(request, pk)
    try:
        service(mail, now=timezone.now(), by=request.user)
        messages.success(request, done)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        messages.error(request, str(error))
    return redirect(mail)


def _visible(request, pk) -> Mail:
    return get_object_or_404(
        Mail.objects.visible_to(request.user).select_related("created_by__person"), pk=pk
    )
