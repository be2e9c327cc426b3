from dialogues.forms.contributions import ContributionForm
from dialogues.forms.dates import DateOptionFormSet, FixDateForm
from dialogues.forms.dialogues import (
    DialogueForm,
    HostReplyForm,
    SeenOutcomeForm,
    SeenReasonForm,
)
from dialogues.forms.guests import GuestListForm, GuestSearchForm
from dialogues.forms.invitations import ReleaseForm, ResendForm, SubstituteForm
from dialogues.forms.rsvps import OfficeRsvpForm, RsvpForm
from dialogues.forms.series import SeriesForm
from dialogues.forms.topics import OfficeTopicForm, TopicForm

__all__ = [
    "ContributionForm",
    "DateOptionFormSet",
    "DialogueForm",
    "FixDateForm",
    "GuestListForm",
    "GuestSearchForm",
    "HostReplyForm",
    "OfficeRsvpForm",
    "OfficeTopicForm",
    "ReleaseForm",
    "ResendForm",
    "RsvpForm",
    "SeenOutcomeForm",
    "SeenReasonForm",
    "SeriesForm",
    "SubstituteForm",
    "TopicForm",
]
