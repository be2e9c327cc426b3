"""What becomes of requests when people are merged or anonymised; whom texts may name."""

import datetime as dt

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.history import delete_as, save_as
from core.texts import Traces
from measures.models import Contact, ReportRequest
from measures.queries.people import (
    export_person,
    finished_documents,
    finished_forecasts,
    finished_indicator_values,
    finished_indicators,
    finished_links,
    finished_measures,
    finished_milestones,
    finished_projects,
    finished_reported_values,
    finished_reports,
    frozen_entries,
    frozen_indicators,
    frozen_milestones,
    person_needs,
    published_chapters,
    published_continuations,
)
from partners.models import Person
from partners.registry import ClosedTexts, PersonData
from partners.services.traces import numbers_of


def move_person(*, source: Person, target: Person, by, now: dt.datetime) -> list[str]:
    """Move requests to another entry of the same person (`partners.registry.MovePerson`).

    Asked twice for one lead, the person keeps the request of `target`, with its links.
    """
    lines = []
    rows = ReportRequest.objects.select_for_update(of=("self",)).filter(person=source)
    for request in rows.select_related("round").order_by("pk"):
        reason = _("Personen zusammengeführt")
        values = {"round": request.round.title}
        kept = ReportRequest.objects.filter(
            round=request.round_id, organisation=request.organisation_id, person=target
        ).first()
        if kept is None:
            request.person = target
            save_as(request, by=by, now=now, reason=reason)
        else:
            request.reports.update(reported_via=kept)
            delete_as(request, by=by, now=now, reason=reason)
        lines.append(_("Bitte um Bericht in „%(round)s“") % values)
    return lines + _move_contacts(source, target, by=by, now=now)


def _move_contacts(source: Person, target: Person, *, by, now: dt.datetime) -> list[str]:
    """Move contacts; where both entries are one, that of `target` stays."""
    lines, reason = [], _("Personen zusammengeführt")
    rows = Contact.objects.select_for_update(of=("self",)).filter(person=source)
    for contact in rows.select_related("measure", "project").order_by("pk"):
        same = Contact.objects.filter(measure=contact.measure, project=contact.project)
        values = {"role": contact.get_role_display(), "title": str(contact.owner)}
        if same.filter(person=target).exists():
            delete_as(contact, by=by, now=now, reason=reason)
        else:
            contact.person = target
            save_as(contact, by=by, now=now, reason=reason)
        lines.append(_("%(role)s von „%(title)s“") % values)
    return lines


def anonymise_person(*, person: Person, traces: Traces, labels: Traces) -> list[str]:
    """Make the links of the person invalid and remove them as a contact
    (`partners.registry.AnonymisePerson`). Reports stay.
    """
    requests = ReportRequest.objects.filter(person=person)
    requests.update(link_version=F("link_version") + 1)
    count = Contact.objects.filter(person=person).delete()[0]
    # Last, because the deletion is a line too. All that this history says is who it was.
    Contact.history.filter(person__in=numbers_of(person)).delete()
    if not count:
        return []
    text = ngettext("%(count)d Eintrag als Kontakt", "%(count)d Einträge als Kontakt", count)
    return [text % {"count": count}]


PERSON_DATA = PersonData(
    app="measures",
    moved=frozenset(
        {
            "measures.Contact.person",
            "measures.Measure.responsible",
            "measures.ReportRequest.person",
        }
    ),
    # Reports keep who wrote and who accepted them, decisions who made them.
    kept=frozenset(
        {
            "measures.Continuation.decided_by",
            "measures.Document.uploaded_by",
            "measures.MeasureImport.confirmed_by",
            "measures.MeasureImport.undone_by",
            "measures.MeasureImport.uploaded_by",
            "measures.MonitoringEdition.requested_by",
            "measures.MonitoringFile.uploaded_by",
            "measures.SavedFilter.user",
            "measures.StatusReport.decided_by",
            "measures.StatusReport.reported_by",
        }
    ),
    move=move_person,
    needs=person_needs,
    anonymise=anonymise_person,
    export=export_person,
    cleaned=frozenset({"measures.Contact"}),
    texts=(
        ClosedTexts("measures.Continuation", published_continuations),
        ClosedTexts("measures.Document", finished_documents),
        ClosedTexts("measures.Indicator", finished_indicators),
        ClosedTexts("measures.IndicatorValue", finished_indicator_values),
        ClosedTexts("measures.Link", finished_links),
        ClosedTexts("measures.Measure", finished_measures),
        ClosedTexts("measures.Milestone", finished_milestones),
        ClosedTexts("measures.MonitoringChapter", published_chapters),
        ClosedTexts("measures.Project", finished_projects),
        ClosedTexts("measures.ReportedForecast", finished_forecasts),
        ClosedTexts("measures.ReportedValue", finished_reported_values),
        ClosedTexts("measures.RoundEntry", frozen_entries),
        ClosedTexts("measures.RoundIndicator", frozen_indicators),
        ClosedTexts("measures.RoundMilestone", frozen_milestones),
        ClosedTexts("measures.StatusReport", finished_reports),
    ),
    # Titles of rounds and of parts of a plan; names of files and of filters.
    nameless=frozenset(
        {
            "measures.MeasureImport",
            "measures.MonitoringFile",
            "measures.Plan",
            "measures.PlanSection",
            "measures.ReportingRound",
            "measures.SavedFilter",
        }
    ),
)
