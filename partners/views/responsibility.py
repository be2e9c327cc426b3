"""Pages on which the office decides who is in charge of records, and hands them over."""

import datetime as dt
from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_moment
from core.errors import ChangedMeanwhile, Refused
from core.queries import keys_from
from core.views import MAX_TICKED, allowed, render_confirmation, render_form, require, run_service
from partners.forms import HandoverForm, ResponsibleForm
from partners.models import Assignable, User
from partners.permissions import can_assign
from partners.progress import responsible_label
from partners.queries import Handover
from partners.registry import assignable_kind, assignable_kinds
from partners.services import change_responsible, hand_over, take_back
from partners.services.responsibility import handed_over_at

MAX_SHOWN = 20  # records of one kind in the preview
ONLY_OFFICE = gettext_lazy("Wer zuständig ist, legt die Geschäftsstelle fest.")


def responsible_edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask who is in charge of a record; 404 unless it is visible, 403 for all but the office."""
    found = assignable_kind(kind)
    if found is None:
        raise Http404
    records = found.records.visible_to(request.user).select_related("responsible__person")
    record = get_object_or_404(records, pk=pk)
    require(can_assign(request.user), ONLY_OFFICE)
    form = ResponsibleForm(request.POST or None, record=record, by=request.user)
    if request.method == "POST" and form.is_valid():
        call = partial(
            change_responsible,
            record=record,
            responsible=form.responsible,
            version=form.cleaned_data["version"],
            by=request.user,
            now=timezone.now(),
        )
        if changed := run_service(request, call, form=form):
            done = _("Zuständig: %(name)s. Es wurde keine E-Mail versandt.")
            messages.success(request, done % {"name": responsible_label(changed)})
            return redirect(record)
        # The sentence names who is in charge now, so saving again overrules it knowingly.
        form.adopt(found.records.get(pk=pk))
    return render_form(
        request,
        form,
        title=_("Zuständigkeit"),
        intro=str(record),
        cancel_url=record.get_absolute_url(),
    )


class Preview(NamedTuple):
    """What would change hands of one kind; `more` counts the records that are not `shown`."""

    label: str
    count: int
    shown: list[tuple[Assignable, str]]
    more: int


@allowed(can_assign, gettext_lazy("Aufgaben übergibt die Geschäftsstelle."))
def handover(request: HttpRequest) -> HttpResponse:
    """Ask from whom to whom, show what would move, and hand it over. The URL holds the choice, so
    that a reload shows the same preview.
    """
    ticked = _ticked(request)
    everything = {"art": [kind.key for kind in assignable_kinds()]}
    has_choice = "an" in request.GET
    form = HandoverForm(
        request.GET if has_choice else None,
        ticked=ticked,
        initial=everything | {"von": request.GET.get("von", "")},
    )
    preview, error = [], ""
    if has_choice and form.is_valid():
        if request.method == "POST":
            try:
                return _carry_out(request, form.handover, form.cleaned_data["an"])
            except ChangedMeanwhile as changed:
                error = str(changed)
            except Refused as refusal:
                error = str(refusal)
        # After a refusal too: what has changed meanwhile is then in the list that is confirmed
        # next.
        preview = _preview(form.handover, form.cleaned_data["an"], request.user)
    elif ticked is not None:
        preview = _preview(Handover(list(ticked), ticked=ticked), None, request.user)
    count = sum(part.count for part in preview)
    context = {
        "form": form,
        "ticked": [(key, pk) for key, pks in (ticked or {}).items() for pk in pks],
        "preview": preview,
        "is_previewed": form.is_bound and form.is_valid(),
        "count": count,
        "error": error,
        "warning": form.warning if preview and form.is_bound and form.is_valid() else "",
        "submit_label": _submit_label(count, form),
    }
    return render(request, "partners/handover.html", context)


def _ticked(request: HttpRequest) -> dict[str, list[int]] | None:
    """Return the ticked records by key of their kind; None if the page was opened without."""
    found = {}
    for kind in assignable_kinds():
        if pks := keys_from(request.GET.getlist(kind.key)[:MAX_TICKED]):
            found[kind.key] = pks
    return found if found or "auswahl" in request.GET else None


def _preview(handover: Handover, target: User | None, user) -> list[Preview]:
    parts = []
    for kind in assignable_kinds():
        records = handover.records_of(kind, user)
        if target:
            records = records.exclude(responsible=target)
        count = records.order_by().count()
        shown = records.select_related("responsible__person")[:MAX_SHOWN]
        lines = [(record, responsible_label(record)) for record in shown]
        parts.append(Preview(str(kind.label), count, lines, count - len(lines)))
    return [part for part in parts if part.count]


def _submit_label(count: int, form: HandoverForm) -> str:
    if not form.is_bound or not form.is_valid():
        return ""
    text = ngettext(
        "%(count)d Eintrag an %(name)s übergeben",
        "%(count)d Einträge an %(name)s übergeben",
        count,
    )
    return text % {"count": count, "name": form.cleaned_data["an"]}


def _carry_out(request: HttpRequest, handover: Handover, target: User) -> HttpResponse:
    now = timezone.now()
    expected = request.POST.get("expected", "")
    count = hand_over(
        handover=handover,
        responsible=target,
        # -1 is never the number of records. A forged one of thousands of digits would make `int`
        # raise.
        expected=int(expected) if expected.isdecimal() and len(expected) < 10 else -1,
        by=request.user,
        now=now,
    )
    text = ngettext(
        "%(count)d Eintrag ist an %(name)s übergeben. Es wurde keine E-Mail versandt.",
        "%(count)d Einträge sind an %(name)s übergeben. Es wurde keine E-Mail versandt.",
        count,
    )
    # To the microsecond, because the moment alone identifies the handover in the histories.
    undo_url = f"{reverse('partners:handover_take_back')}?vom={now:%Y-%m-%dT%H:%M:%S.%fZ}"
    link = format_html('<a href="{}">{}</a>', undo_url, _("Übergabe zurücknehmen"))
    done = text % {"count": count, "name": target}
    messages.success(request, format_html("{} {}", done, link))
    # Back to the list where the records were ticked.
    if handover.ticked:
        return redirect(assignable_kind(next(iter(handover.ticked))).list_url)
    return redirect("partners:handover")


@allowed(can_assign, gettext_lazy("Aufgaben übergibt die Geschäftsstelle."))
def handover_take_back(request: HttpRequest) -> HttpResponse:
    """Ask, then give everything handed over at the moment `?vom=` back to those who had it."""
    moment = _moment(request.GET.get("vom", ""))
    counts = [(kind.label, handed_over_at(kind, moment).count()) for kind in assignable_kinds()]
    if request.method == "POST":
        call = partial(take_back, moment=moment, by=request.user, now=timezone.now())
        done = _("Die Übergabe ist zurückgenommen. Es wurde keine E-Mail versandt.")
        run_service(request, call, done=done)
        return redirect("partners:handover")
    details = [f"{label}: {count}" for label, count in counts if count]
    if not details:
        messages.error(request, _("Diese Übergabe ist schon zurückgenommen oder überholt."))
        return redirect("partners:handover")
    return render_confirmation(
        request,
        title=_("Übergabe zurücknehmen"),
        question=_("Die Übergabe vom %(moment)s zurücknehmen?") % {"moment": format_moment(moment)},
        details=[
            *details,
            _("Zuständig ist dann wieder, wer es vorher war. Es wird keine E-Mail versandt."),
        ],
        submit_label=_("Zurücknehmen"),
        cancel_url=reverse("partners:handover"),
    )


def _moment(text: str) -> dt.datetime:
    try:
        if moment := parse_datetime(text):
            # A time without a zone has no local time, nor have moments at the ends of the calendar.
            return timezone.localtime(moment)
    except (ValueError, OverflowError):
        pass
    raise Http404
