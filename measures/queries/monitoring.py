"""What a Monitoring-Bericht is made from: the state that its round keeps, and the round before."""

from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment
from core.errors import Concern
from core.history import records_at
from core.roles import is_inside
from measures.enums import (
    FINISHED_PHASES,
    OPEN_EDITION_STATES,
    Audience,
    EditionState,
    RoundState,
)
from measures.models import (
    Measure,
    MonitoringChapter,
    MonitoringEdition,
    MonitoringReport,
    PlanSection,
    Project,
    ReportingRound,
    RoundEntry,
)
from measures.queries.snapshots import Snapshot, snapshot_of_entries

NAMED_ENTRIES = 5  # of measures without a light, before a report is published
PUBLISHED = Q(measure__is_published=True, measure__plan__is_published=True)


class MonitoringState(NamedTuple):
    """The state of a round and of the closed one before, None if there is none, as far as an
    audience may read of it.

    `projects` are lighthouses among the projects: rounds keep measures only, so they are those of
    today.
    """

    round: ReportingRound
    now: Snapshot
    former_round: ReportingRound | None
    former: Snapshot | None
    projects: list[Project]

    @property
    def entries(self) -> list[RoundEntry]:
        return list(self.now.entries)


def monitoring_state(reporting_round: ReportingRound, audience: str) -> MonitoringState:
    """Return what the report of the closed `reporting_round` says to `audience`."""
    former = former_round(reporting_round)
    return MonitoringState(
        reporting_round,
        _snapshot(reporting_round, audience),
        former,
        _snapshot(former, audience) if former else None,
        list(_lighthouse_projects(reporting_round, audience)),
    )


def former_round(reporting_round: ReportingRound) -> ReportingRound | None:
    """Return the closed round of the same plan before this one that keeps the plan, if any."""
    rounds = ReportingRound.objects.filter(
        plan_id=reporting_round.plan_id,
        state=RoundState.CLOSED,
        cut_off_on__lt=reporting_round.cut_off_on,
        entries__isnull=False,
    )
    return rounds.order_by("-cut_off_on", "-pk").first()


def _snapshot(reporting_round: ReportingRound, audience: str) -> Snapshot:
    entries = RoundEntry.objects.filter(round=reporting_round).select_related("report")
    if audience == Audience.PUBLIC:
        entries = entries.filter(PUBLISHED)
    return snapshot_of_entries(reporting_round, entries.order_by("pk"))


def _lighthouse_projects(reporting_round: ReportingRound, audience: str) -> QuerySet[Project]:
    plan = reporting_round.plan_id
    projects = Project.objects.filter(Q(plan=plan) | Q(measure__plan=plan), is_lighthouse=True)
    if audience == Audience.PUBLIC:
        whole = Q(measure__isnull=True, plan__is_published=True) | PUBLISHED
        projects = projects.filter(whole, is_published=True)
    return projects.select_related("lead", "measure").order_by("search", "pk")


def publishing_concerns(report: MonitoringReport) -> list[Concern]:
    """Return what readers would take for the office's word although it is not: files from before
    the latest texts, texts as the portal proposed them, and measures without a light.
    """
    concerns = []
    newest = newest_edition(report)
    if newest and lacks_latest_texts(newest):
        text = _(
            "Sie sind vom %(at)s, danach wurden Texte geändert. Veröffentlicht würde der alte "
            "Wortlaut."
        )
        at = format_moment(newest.requested_at)
        url, action = report.get_absolute_url(), _("Dateien neu erstellen")
        concerns.append(Concern("files", _("Dateien"), "", text % {"at": at}, action, url))
    concerns += [
        Concern(
            key=f"chapter-{chapter.pk}",
            label=str(chapter),
            url=chapter.get_absolute_url(),
            text=_("Der vorgeschlagene Text ist nicht bestätigt."),
            action=_("Text bearbeiten"),
            action_url=reverse("measures:chapter_edit", args=[chapter.pk]),
        )
        for chapter in report.chapters.filter(is_proposed=True)
    ]
    unknown = RoundEntry.objects.filter(PUBLISHED, round=report.round_id, traffic_light="")
    # A finished measure has no light any more.
    names = list(unknown.exclude(phase__in=FINISHED_PHASES).order_by("pk"))
    if names:
        text = ngettext(
            "%(count)d veröffentlichte Maßnahme hat keine Ampel: %(names)s",
            "%(count)d veröffentlichte Maßnahmen haben keine Ampel: %(names)s",
            len(names),
        )
        named = ", ".join(entry.label for entry in names[:NAMED_ENTRIES])
        more = ", …" if len(names) > NAMED_ENTRIES else ""
        values = {"count": len(names), "names": f"{named}{more}"}
        concerns.append(Concern("lights", _("Ampel nicht belegt"), "", text % values))
    return concerns


def withdrawn_since(edition: MonitoringEdition) -> list[Measure]:
    """Return the measures that the files for partners and observers may show although their
    publication was withdrawn after the `edition` was requested.
    """
    kept = RoundEntry.objects.filter(round=edition.report.round_id).values("measure")
    then = records_at(Measure, edition.requested_at, id__in=kept).filter(is_published=True)
    hidden = Measure.objects.filter(pk__in=then.values("id"), is_published=False)
    return list(hidden.order_by("search", "pk"))


def published_reports_of(measure: Measure) -> list[MonitoringReport]:
    """Return the published reports whose round keeps `measure`."""
    found = MonitoringReport.objects.filter(is_published=True, round__entries__measure=measure)
    return list(found.select_related("round").order_by("-round__cut_off_on", "pk"))


def keeps_plan(reporting_round: ReportingRound) -> bool:
    """Return whether the round is closed and keeps the plan: rounds closed long ago do not."""
    closed = reporting_round.state == RoundState.CLOSED
    return closed and RoundEntry.objects.filter(round=reporting_round).exists()


def fields_in_order(reporting_round: ReportingRound) -> list[str]:
    """Return the sections on the first level that the round keeps, in the order of the plan, with
    "" last if measures have no place.
    """
    entries = RoundEntry.objects.filter(round=reporting_round)
    kept = {place.partition("\n")[0] for place in entries.values_list("place", flat=True)}
    tops = PlanSection.objects.filter(plan=reporting_round.plan_id, parent__isnull=True)
    order = {
        section.label: number for number, section in enumerate(tops.order_by("position", "pk"))
    }
    # A section that was renamed since keeps its former label and comes after the others.
    return sorted(kept, key=lambda label: (label == "", order.get(label, len(order)), label))


def report_of(reporting_round: ReportingRound, user) -> MonitoringReport | None:
    """Return the Monitoring-Bericht of the round, if `user` may see it."""
    reports = MonitoringReport.objects.visible_to(user).filter(round=reporting_round)
    return reports.select_related("round__plan").first()


def newest_edition(report: MonitoringReport) -> MonitoringEdition | None:
    """Return the newest finished edition with its files."""
    made = report.editions.filter(state=EditionState.MADE).prefetch_related("files")
    return made.order_by("-made_at", "-pk").first()


def last_edition(report: MonitoringReport) -> MonitoringEdition | None:
    """Return the edition asked for last, whatever became of it."""
    return report.editions.prefetch_related("files").order_by("-requested_at", "-pk").first()


def unfinished_editions() -> QuerySet[MonitoringEdition]:
    return MonitoringEdition.objects.filter(state__in=OPEN_EDITION_STATES).order_by("pk")


def lacks_latest_texts(edition: MonitoringEdition) -> bool:
    """Return whether a chapter reads otherwise than when the files of `edition` were requested."""
    # The texts were read after the request, so a change between the two is perhaps in the files. To
    # say so once too often does less harm than never. Confirming a proposal changes no word.
    report = edition.report_id
    then = records_at(MonitoringChapter, edition.requested_at, report_id=report)
    texts = dict(then.values_list("id", "text"))
    now = MonitoringChapter.objects.filter(report=report).values_list("pk", "text")
    return any(texts.get(pk) != text for pk, text in now)


def audience_of(user) -> Audience:
    """Return whose files `user` reads."""
    return Audience.INSIDE if is_inside(user) else Audience.PUBLIC
