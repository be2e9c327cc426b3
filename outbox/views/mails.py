"""Postausgang: the list of mails, its export, and the page of one mail."""

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.exports import list_response
from core.views import allowed, ordering, paginate, render_confirmation, run_service, ticks_of
from outbox import services
from outbox.enums import MOVES, RESEND, UNSOLVED_STATES
from outbox.filters import MailFilter
from outbox.forms import ResendForm
from outbox.models import Mail
from outbox.permissions import can_manage_mails
from outbox.progress.bulk import bulk_buttons, quick_filters, ticked_buttons
from outbox.progress.mails import (
    EXPORT_HEADER,
    calendar_facts,
    export_rows,
    hidden_link_note,
    link_buttons,
    list_line,
    mail_facts,
    mail_history,
    mail_tabs,
    post_buttons,
    section_tabs,
    view_template,
)
from outbox.queries.bulk import count_states
from outbox.queries.mails import current_recipient, mails_for_office
from outbox.rendering import preview

SORTS = {
    "written": ("created_at",),
    "moment": ("moment",),
    "subject": ("subject",),
    "recipient": ("recipient_name", "recipient"),
    "state": ("state",),
}
EMPTY_TEXT = gettext_lazy(
    "Noch hat das Portal keine E-Mail geschrieben. Hier erscheint jede Einladung, Erinnerung und "
    "Nachricht, sobald sie ansteht."
)
# The preview shows markup that the office wrote. Even if some slipped past the sanitiser, no script
# would run, nothing would be loaded from elsewhere and no form would be sent.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@require_safe
@allowed(can_manage_mails)
def mail_list(request):
    mail_filter = _filter(request)
    # One grouped query answers the quick filters, the bulk actions and the length of the list.
    counts = count_states(mail_filter.without_state(), now=timezone.now())
    state = mail_filter.state_value
    page = paginate(request, mail_filter.qs, count=counts.count(state))
    ticked = ticked_buttons(counts, state)
    # Where no action fits there are no boxes, but the ticks stay for the next filter.
    ticks = ticks_of(request.GET, "mail", page if ticked else [])
    context = {
        "filter": mail_filter,
        "page": page,
        "lines": [list_line(mail) for mail in page],
        "empty_text": EMPTY_TEXT,
        "count": counts.count(state),
        "quick_filters": quick_filters(counts, state, request.GET),
        "bulk_buttons": bulk_buttons(counts, state, request.GET),
        "ticked_buttons": ticked,
        "ticks": ticks,
        "page_ticks": ticks if ticked else None,
        "hidden_facts": mail_filter.hidden_facts(),
        "tabs": section_tabs("outbox:list"),
    }
    return render(request, "outbox/list.html", context)


@require_safe
@allowed(can_manage_mails)
def mail_export(request):
    mail_filter = _filter(request)
    # The office files the export of one batch or page as proof, hence the different name.
    is_proof = {"batch", "path"} & mail_filter.values.keys()
    title = _("Nachweis des Versands") if is_proof else _("Postausgang")
    header = [str(title) for title in EXPORT_HEADER]
    return list_response(title, header, export_rows(mail_filter.qs), now=timezone.now())


@require_safe
def mail_detail(request, pk):
    mail = _get_mail(request, pk)
    view = request.GET.get("ansicht", "")
    calendar = preview.preview_calendar(mail)
    to = current_recipient(mail) if mail.state in UNSOLVED_STATES else None
    context = {
        "mail": mail,
        "post_buttons": post_buttons(mail, to),
        "link_buttons": link_buttons(mail, to),
        "facts": mail_facts(mail),
        "history": mail_history(mail),
        "tabs": mail_tabs(mail, view, has_calendar=calendar is not None),
        "view": view,
        "view_template": view_template(view, has_calendar=calendar is not None),
        "link_note": hidden_link_note(mail, view),
        "text": preview.preview_text(mail),
        "headers": preview.preview_headers(mail),
        "calendar": calendar_facts(calendar),
        "ics": preview.preview_ics(mail) if view == "kalender" else "",
    }
    return render(request, "outbox/detail.html", context)


@require_safe
def mail_html(request, pk):
    """Return the HTML for the sandboxed frame, with its own content security policy."""
    page = preview.preview_html(_get_mail(request, pk))
    return HttpResponse(page, headers={"Content-Security-Policy": PREVIEW_POLICY})


@require_safe
def mail_file(request, pk):
    mail = _get_mail(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="mail-{mail.pk}.eml"'}
    return HttpResponse(preview.preview_eml(mail), content_type="message/rfc822", headers=headers)


@require_safe
def mail_calendar(request, pk):
    mail = _get_mail(request, pk)
    text = preview.preview_ics(mail)
    if not text:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="termin-{mail.pk}.ics"'}
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


@require_POST
def mail_approve(request, pk):
    return _change(request, pk, services.approve_mail, _("Die E-Mail geht nun hinaus."))


@require_http_methods(["GET", "HEAD", "POST"])
def mail_resend(request, pk):
    """Send a mail again; ask for the address first if its recipient has another one by now."""
    mail, done = _get_mail(request, pk), _("Die E-Mail wird erneut gesendet.")
    to = current_recipient(mail)
    if to is None:
        if request.method == "POST":
            return _change(request, pk, services.resend_mail, done)
        return redirect(mail)
    data = request.POST if "address" in request.POST else None
    form = ResendForm(data, mail=mail, to=to)
    if form.is_valid():
        return _change(request, pk, partial(services.resend_mail, to=form.recipient), done)
    return render_confirmation(
        request,
        form,
        title=_("E-Mail erneut senden"),
        question=_("Die Adresse der Person wurde inzwischen geändert."),
        details=[mail.subject, mail.recipient_name],
        submit_label=str(MOVES[RESEND].label),
        cancel_url=reverse("outbox:detail", args=[mail.pk]),
    )


@require_POST
def mail_settle(request, pk):
    return _change(request, pk, services.settle_mail, _("Die E-Mail ist als erledigt abgelegt."))


@require_http_methods(["GET", "HEAD", "POST"])
def mail_withdraw(request, pk):
    if request.method == "POST":
        done = _("Die E-Mail wurde zurückgezogen und wird nicht gesendet.")
        return _change(request, pk, services.withdraw_mail, done)
    mail = _get_mail(request, pk)
    return render_confirmation(
        request,
        title=_("E-Mail zurückziehen"),
        question=_("Diese E-Mail wird dann nicht gesendet. Möchten Sie sie zurückziehen?"),
        details=[mail.subject, _("An: %s") % mail.addressee],
        submit_label=_("E-Mail zurückziehen"),
        danger=True,
        cancel_url=reverse("outbox:detail", args=[mail.pk]),
    )


def _filter(request) -> MailFilter:
    order = ordering(request, SORTS, "-written", then=("-created_at", "-pk"))
    return MailFilter(request.GET, queryset=mails_for_office(request.user).order_by(*order))


def _change(request, pk: int, service: Callable, done: str) -> HttpResponse:
    mail = _get_mail(request, pk)
    run_service(request, lambda: service(mail, now=timezone.now(), by=request.user), done=done)
    return redirect(mail)


def _get_mail(request, pk: int) -> Mail:
    mails = Mail.objects.visible_to(request.user).select_related("created_by__person")
    return get_object_or_404(mails, pk=pk)
