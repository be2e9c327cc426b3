from measures.forms.answers import ForecastForm, RequestForm
from measures.forms.imports import ConflictsForm, ImportForm
from measures.forms.measures import (
    MeasureForm,
    MilestoneForm,
    ProjectForm,
    ReportForm,
    ReturnForm,
    RoundForm,
)
from measures.forms.plans import DECISION_FORMS, ContinuePlanForm, PlanForm
from measures.forms.reviews import OfficialLightForm

__all__ = [
    "OfficialLightForm",
    "DECISION_FORMS",
    "ConflictsForm",
    "ContinuePlanForm",
    "ForecastForm",
    "ImportForm",
    "MeasureForm",
    "MilestoneForm",
    "PlanForm",
    "ProjectForm",
    "ReportForm",
    "RequestForm",
    "ReturnForm",
    "RoundForm",
]
