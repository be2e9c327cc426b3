from measures.models.answers import ReportedForecast, ReportedValue
from measures.models.contacts import Contact
from measures.models.continuations import Continuation
from measures.models.documents import Document, Link
from measures.models.entries import RoundEntry, RoundIndicator, RoundMilestone
from measures.models.imports import MeasureImport
from measures.models.indicators import Indicator, IndicatorTarget, IndicatorValue
from measures.models.measures import Measure
from measures.models.milestones import Milestone, MilestoneDependency
from measures.models.monitoring import (
    MonitoringChapter,
    MonitoringEdition,
    MonitoringFile,
    MonitoringReport,
)
from measures.models.plans import Plan, PlanSection
from measures.models.projects import Project
from measures.models.reports import StatusReport
from measures.models.requests import ReportRequest
from measures.models.rounds import ReportingRound
from measures.models.saved_filters import SavedFilter

__all__ = [
    "Document",
    "Link",
    "Contact",
    "Continuation",
    "Indicator",
    "IndicatorTarget",
    "IndicatorValue",
    "Measure",
    "MeasureImport",
    "Milestone",
    "MilestoneDependency",
    "MonitoringChapter",
    "MonitoringEdition",
    "MonitoringFile",
    "MonitoringReport",
    "Plan",
    "PlanSection",
    "Project",
    "ReportRequest",
    "ReportedForecast",
    "ReportedValue",
    "ReportingRound",
    "RoundEntry",
    "RoundIndicator",
    "RoundMilestone",
    "SavedFilter",
    "StatusReport",
]
