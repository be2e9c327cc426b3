from dialogues.forms.contributions import ContributionForm
from dialogues.forms.copies import CopyForm
from dialogues.forms.dates import DateOptionFormSet, FixDateForm
from dialogues.forms.dialogues import (
    DialogueForm,
    HostReplyForm,
    SeenOutcomeForm,
    SeenReasonForm,
)
from dialogues.forms.guests import GuestListForm, GuestSearchForm
from dialogues.forms.invitations import ReleaseForm, ResendForm, SubstituteForm
from dialogues.forms.needs import AnswerForm, NeedForm, ResubmissionForm
from dialogues.forms.programme import ProgrammeForm, arranged, is_arranging
from dialogues.forms.rsvps import OfficeRsvpForm, RsvpForm
from dialogues.forms.series import SeriesForm
from dialogues.forms.topics import OfficeTopicForm, TopicForm

__all__ = [
    "AnswerForm",
    "ContributionForm",
    "CopyForm",
    "DateOptionFormSet",
    "DialogueForm",
    "FixDateForm",
    "GuestListForm",
    "GuestSearchForm",
    "HostReplyForm",
    "NeedForm",
    "OfficeRsvpForm",
    "OfficeTopicForm",
    "ProgrammeForm",
    "ReleaseForm",
    "ResendForm",
    "ResubmissionForm",
    "RsvpForm",
    "SeenOutcomeForm",
    "SeenReasonForm",
    "SeriesForm",
    "SubstituteForm",
    "TopicForm",
    "arranged",
    "is_arranging",
]
