from measures.forms.measures import (
    MeasureForm,
    MilestoneForm,
    ProjectForm,
    ReportForm,
    ReturnForm,
    RoundForm,
)

__all__ = [
    "MeasureForm",
    "MilestoneForm",
    "ProjectForm",
    "ReportForm",
    "ReturnForm",
    "RoundForm",
]
