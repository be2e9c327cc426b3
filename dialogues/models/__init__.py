from dialogues.models.contributions import Contribution
from dialogues.models.dates import DateOption
from dialogues.models.dialogues import Dialogue
from dialogues.models.invitations import FormerInvitation, Invitation, Rsvp
from dialogues.models.needs import Need
from dialogues.models.programme import ProgrammeItem
from dialogues.models.series import DialogueSeries
from dialogues.models.topics import Topic
from dialogues.models.waiting import SeatOffer

__all__ = [
    "Contribution",
    "DateOption",
    "Dialogue",
    "DialogueSeries",
    "FormerInvitation",
    "Invitation",
    "Need",
    "ProgrammeItem",
    "Rsvp",
    "SeatOffer",
    "Topic",
]
