"""What the next step of a dialogue hangs on, and what such a step is made of."""

import datetime as dt
from typing import NamedTuple

from approvals.models import ApprovalRequest
from dialogues.reminders import NextReminder


class Situation(NamedTuple):
    """What the next step of a dialogue hangs on."""

    approval: ApprovalRequest | None = None  # the latest about dates, open or decided
    granted: ApprovalRequest | None = None  # the approval of dates that holds
    proposed: int = 0  # dates ahead that nobody has answered
    possible: int = 0  # dates ahead that the senator's office can keep
    prepared: int = 0  # guests on the list who have no mail of this round yet
    invited: int = 0
    unanswered: int = 0
    reminder: NextReminder = NextReminder()  # to those who have not answered
    lapsed: bool = False  # the date is fixed, but no approval of it holds any more


class Task(NamedTuple):
    """What the office does next: the sentence, the button, the route it leads to, the day it is
    due.

    `url` stands in for the route where the way leads to another row.
    """

    text: str
    action: str = ""
    route: str = ""
    due_on: dt.date | None = None
    post: bool = False
    url: str = ""
