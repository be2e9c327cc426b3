from measures.forms.measures import (
    MeasureForm,
    MilestoneForm,
    ProjectForm,
    ReportForm,
    ReturnForm,
    RoundForm,
)
from measures.forms.plans import DECISION_FORMS, ContinuePlanForm, PlanForm

__all__ = [
    "DECISION_FORMS",
    "ContinuePlanForm",
    "MeasureForm",
    "MilestoneForm",
    "PlanForm",
    "ProjectForm",
    "ReportForm",
    "ReturnForm",
    "RoundForm",
]
