"""A closed round to report on, and the steps from there to the published report."""

import datetime as dt

from django.urls import reverse

from core.enums import PDF
from measures.models import (
    MonitoringEdition,
    MonitoringReport,
    ReportingRound,
)
from measures.progress import make_edition, make_file
from measures.services import close_round, record_report
from tests.confirming import as_shown, fill_in
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_round,
    make_section,
    make_target,
    make_value,
    report_values,
)
from tests.partners.builders import make_organisation

SECRET = "Nur für uns: Vergabe stockt"
# A control character, markup of every format, a sign that no font has.
HARMFUL = "Halle \x02<b>&amp; #strong[x] {{ 7*7 }} \U0001f3ed =1+1"


def close_with_changes(office) -> ReportingRound:
    """Return a closed round after another one, with a measure that turned red, a new lighthouse,
    and one that is not published.
    """
    plan = make_plan("Plan")
    field = make_section(plan, "Flächen")
    turned = make_measure(
        plan,
        "Ankauf",
        section=field,
        lead=make_organisation("Kammer"),
        internal_notes=SECRET,
    )
    make_measure(plan, "Geheim", is_published=False, internal_notes=SECRET)
    soon = make_milestone(turned, "Vertrag", due_on=dt.date(2026, 5, 1))
    area = make_indicator(turned, "Fläche", unit="ha")
    make_target(area, "2026-12-31", "40")
    make_value(area, "2024", "12")
    earlier = make_round(plan, cut_off_on=dt.date(2025, 9, 1), due_on=dt.date(2025, 9, 30))
    record_report(measure=turned, values=report_values(), by=office, now=NOW)
    close_round(reporting_round=earlier, by=office, now=NOW)
    make_measure(plan, HARMFUL.replace("\x02", ""), is_lighthouse=True, description=SECRET)
    make_project("Werkhalle", plan=plan, is_lighthouse=True)
    soon.forecast_on, soon.forecast_reason = dt.date(2026, 6, 1), "Gutachten fehlt"
    soon.save()
    running = make_round(plan)
    red = report_values(
        traffic_light="red",
        traffic_light_reason="Mittel fehlen",
        help_wanted="Haushalt klären",
        financing="partial",
    )
    record_report(measure=turned, values=red, by=office, now=NOW)
    make_value(area, "2025", "15")
    return close_round(reporting_round=running, by=office, now=NOW)


def url_of(reporting_round, name: str = "monitoring") -> str:
    return reverse(f"measures:{name}", args=[reporting_round.pk])


def begin(client, closed) -> MonitoringReport:
    client.post(as_shown(url_of(closed, "monitoring_begin"), closed))
    return MonitoringReport.objects.get(round=closed)


def make(client, report) -> MonitoringEdition:
    client.post(as_shown(url_of(report.round, "monitoring_make"), report))
    edition = report.editions.latest("pk")
    make_edition(edition.pk, clock=lambda: NOW)
    return report.editions.get(pk=edition.pk)


def publish(client, closed):
    """Publish the report despite the concerns that the page shows."""
    return fill_in(client, url_of(closed, "monitoring_publish"))


def make_only_the_public_pdf(monkeypatch) -> None:
    """Leave the content out of all files but the PDF for the public."""

    def make_some(media_type, state, chapters, *, audience, now):
        if (audience, media_type) == ("public", PDF):
            return make_file(media_type, state, chapters, audience=audience, now=now)
        return b"content"

    monkeypatch.setattr("measures.progress.monitoring.making.make_file", make_some)
