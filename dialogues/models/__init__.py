from dialogues.models.dialogues import DateOption, Dialogue
from dialogues.models.invitations import Invitation
from dialogues.models.topics import DialogueSeries, Topic

__all__ = ["DateOption", "Dialogue", "DialogueSeries", "Invitation", "Topic"]
