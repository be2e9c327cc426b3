from dialogues.forms.dates import DATE_ROWS, DateOptionFormSet, FixDateForm
from dialogues.forms.dialogues import DialogueForm, HostReplyForm
from dialogues.forms.guests import AnswerForm, ComposeForm, OfficeAnswerForm, ReleaseForm
from dialogues.forms.topics import OfficeTopicForm, SeriesForm, TopicForm

__all__ = [
    "DATE_ROWS",
    "AnswerForm",
    "ComposeForm",
    "DateOptionFormSet",
    "DialogueForm",
    "FixDateForm",
    "HostReplyForm",
    "OfficeAnswerForm",
    "OfficeTopicForm",
    "ReleaseForm",
    "SeriesForm",
    "TopicForm",
]
