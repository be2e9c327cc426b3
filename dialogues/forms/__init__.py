from dialogues.forms.dates import DateOptionFormSet, FixDateForm
from dialogues.forms.dialogues import DialogueForm, HostReplyForm
from dialogues.forms.invitations import GuestListForm, ReleaseForm, SubstituteForm
from dialogues.forms.rsvps import OfficeRsvpForm, RsvpForm
from dialogues.forms.series import SeriesForm
from dialogues.forms.topics import OfficeTopicForm, TopicForm

__all__ = [
    "DateOptionFormSet",
    "DialogueForm",
    "FixDateForm",
    "GuestListForm",
    "HostReplyForm",
    "OfficeRsvpForm",
    "OfficeTopicForm",
    "ReleaseForm",
    "RsvpForm",
    "SeriesForm",
    "SubstituteForm",
    "TopicForm",
]
