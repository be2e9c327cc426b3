from measures.forms.answers import AnswerForms, answer_forms, report_forms
from measures.forms.contacts import ContactForm
from measures.forms.documents import DocumentForm, LinkForm, UploadForm
from measures.forms.imports import ConflictsForm, ImportForm
from measures.forms.indicators import (
    EndIndicatorForm,
    IndicatorForm,
    TargetForm,
    ValueForm,
    ValuesForm,
)
from measures.forms.measures import (
    MeasureForm,
    MilestoneForm,
    ProjectForm,
    ReportForm,
    ReturnForm,
    RoundForm,
)
from measures.forms.monitoring import ChapterForm, PublishForm
from measures.forms.plans import DECISION_FORMS, ContinuePlanForm, PlanForm, SectionForm
from measures.forms.requests import RequestForm
from measures.forms.reviews import OfficialLightForm

__all__ = [
    "DocumentForm",
    "LinkForm",
    "UploadForm",
    "AnswerForms",
    "ChapterForm",
    "ConflictsForm",
    "ContactForm",
    "ContinuePlanForm",
    "DECISION_FORMS",
    "ImportForm",
    "EndIndicatorForm",
    "IndicatorForm",
    "MeasureForm",
    "MilestoneForm",
    "OfficialLightForm",
    "PlanForm",
    "ProjectForm",
    "PublishForm",
    "ReportForm",
    "RequestForm",
    "ReturnForm",
    "RoundForm",
    "SectionForm",
    "TargetForm",
    "ValueForm",
    "ValuesForm",
    "answer_forms",
    "report_forms",
]
