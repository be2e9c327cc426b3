"""Deleting personal data: who is next, the log, keeping somebody longer, and one person's data."""

import datetime as dt
import json
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.dates import format_date, format_moment, local_date
from core.errors import Refused
from core.exports import Sheet, workbook_response
from core.progress import Button
from core.views import (
    allowed,
    paginate,
    redirect_with_message,
    render_confirmation,
    render_form,
    run_service,
)
from partners.forms import ErasureForm, KeepForm
from partners.models import Person, TidyRun
from partners.permissions import can_manage_partners
from partners.progress import sections_about
from partners.services import erase_person, keep_person, preview_erasure
from partners.services.expiry import Expiry, expiries, kept_people, reasons_against_erasure
from partners.services.privacy import count_labels, count_records_due
from partners.views import following_merges
from partners.views.organisations import tabs_for

# How far ahead the office sees who is next, so that it can object.
DAYS_AHEAD = 60
RUNS_SHOWN = 30


def privacy_buttons(person: Person) -> list[Button]:
    """Return the buttons for what `person` may ask for, and for keeping them longer."""
    if person.anonymised_at:
        return []
    data = reverse("partners:person_data", args=[person.pk])
    buttons = [
        Button(_("Daten exportieren (Excel)"), data),
        Button(_("Daten exportieren (JSON)"), f"{data}?format=json"),
    ]
    # Who has an account stays, even once it is closed: the file must say who decided (ADR 22).
    if not hasattr(person, "user"):
        keep_url = reverse("partners:keep", args=[person.pk])
        erase_url = reverse("partners:erase", args=[person.pk])
        buttons += [
            Button(_("Länger behalten"), keep_url),
            Button(_("Jetzt anonymisieren"), erase_url, "danger"),
        ]
    return buttons


@allowed(can_manage_partners)
def overview(request):
    """Show who is anonymised in the next days and why, who is kept longer, and the log."""
    today = timezone.localdate()
    page = paginate(request, expiries(today + dt.timedelta(days=DAYS_AHEAD)))
    runs = TidyRun.objects.visible_to(request.user).select_related("by__person")
    context = {
        "tabs": tabs_for(request.user, "privacy"),
        "months": settings.PERSONAL_DATA_MONTHS,
        "days": DAYS_AHEAD,
        "page": page,
        "count": page.paginator.count,
        "people": [(expiry.person, expiry.due_on, _why(expiry)) for expiry in page],
        "tonight": today,
        "records": [(label, count) for label, count in count_records_due(today) if count],
        "kept": kept_people(),
        "runs": [
            (format_moment(run.at), run.by or _("Portal"), _describe_counts(run))
            for run in runs.order_by("-at", "-pk")[:RUNS_SHOWN]
        ],
    }
    return render(request, "partners/privacy.html", context)


def _why(expiry: Expiry) -> str:
    values = {"why": expiry.last_need.why, "day": format_date(expiry.last_need.until)}
    return _("%(why)s, zuletzt am %(day)s") % values


def _describe_counts(run: TidyRun) -> str:
    labels = count_labels()
    counts = [f"{labels.get(key, key)}: {count}" for key, count in run.counts.items() if count]
    return "; ".join(counts) or _("niemand")


@allowed(can_manage_partners)
@following_merges
def keep(request, pk):
    """Ask until when and why a person is kept longer than others; without a day that ends."""
    person = _get_person(request, pk)
    form = KeepForm(request.POST or None, instance=person)
    if form.is_valid():
        call = {"person": person, "by": request.user, "now": timezone.now()}
        if run_service(request, partial(keep_person, **form.values, **call), form=form):
            return redirect_with_message(request, _("Das ist festgehalten."), person)
    return render_form(
        request,
        form,
        title=_("Länger behalten: %(name)s") % {"name": person.name},
        cancel_url=person.get_absolute_url(),
    )


@allowed(can_manage_partners)
@following_merges
def erase(request, pk):
    """Show what is removed when a person is anonymised now; POST does it."""
    person = _get_person(request, pk)
    form = ErasureForm(request.POST or None)
    call = {"person": person, "by": request.user, "now": timezone.now()}
    if form.is_valid():
        service = partial(erase_person, version=form.cleaned_data["version"], **call)
        if run_service(request, service, form=form):
            done = _("Die Angaben zur Person sind gelöscht.")
            return redirect_with_message(request, done, "partners:privacy")
    try:
        preview = preview_erasure(**call)
    except Refused as error:
        return _erasure_refused(request, person, error)
    form.show_version(preview.version)
    return render_confirmation(
        request,
        form,
        title=_("Jetzt anonymisieren"),
        question=_(
            "Die Angaben zu „%(name)s“ löschen? Das lässt sich nicht rückgängig machen. Niemand "
            "wird benachrichtigt."
        )
        % {"name": person.name},
        details=[
            _("Name, Funktion, Adresse, Telefon und Vermerke mit ihrem Verlauf"),
            *preview.lines,
            # `traces_of` says why: the portal cannot tell whom or what it means.
            _(
                "Bestehen bleibt in freien Texten der Familienname, wo er allein oder nur mit Frau "
                "oder Herr steht: Er könnte jemand anderen meinen. Bitte sehen Sie selbst nach."
            ),
        ],
        submit_label=_("Jetzt anonymisieren"),
        cancel_url=person.get_absolute_url(),
        danger=True,
    )


def _erasure_refused(request, person: Person, error: Refused) -> HttpResponse:
    """Show what has to be done first; without a way out, only the reason."""
    if needs := reasons_against_erasure(person, timezone.localdate()):
        return render(request, "partners/needed.html", {"person": person, "needs": needs})
    messages.error(request, str(error))
    return redirect(person)


@allowed(can_manage_partners)
@following_merges
def export(request, pk):
    """Return what is stored about a person: an Excel file, or with `?format=json` JSON."""
    person = _get_person(request, pk)
    now, sections = timezone.now(), sections_about(person)
    if request.GET.get("format") != "json":
        return workbook_response(_("Gespeicherte Angaben"), map(_as_sheet, sections), now=now)
    data = {
        "Stand": format_moment(now),
        "Quelle": settings.OFFICE_NAME,
        "Angaben": {section.title: [dict(row) for row in section.rows] for section in sections},
    }
    name = f"Angaben-Person-{person.pk}-{local_date(now):%Y-%m-%d}.json"
    return HttpResponse(
        # The person who asked for it (Article 15 GDPR) reads it too, so umlauts stay umlauts.
        json.dumps(data, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


def _as_sheet(section) -> Sheet:
    labels = list(dict.fromkeys(label for row in section.rows for label, _value in row))
    rows = [[dict(row).get(label, "") for label in labels] for row in section.rows]
    # Excel allows 31 characters.
    return Sheet(section.title[:31], labels, rows)


def _get_person(request, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
