from measures.models.measures import Measure, Milestone
from measures.models.plans import Plan, PlanSection
from measures.models.projects import Project
from measures.models.reports import ReportingRound, StatusReport

__all__ = [
    "Measure",
    "Milestone",
    "Plan",
    "PlanSection",
    "Project",
    "ReportingRound",
    "StatusReport",
]
