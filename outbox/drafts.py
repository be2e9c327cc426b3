"""What an app hands to the outbox: to whom, about what, with which values."""

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple


class Recipient(NamedTuple):
    """Whom a mail goes to; `greeting` is the first line without its comma, empty for „Guten Tag“."""

    email: str
    name: str = ""
    greeting: str = ""


class MailDraft(NamedTuple):
    """One mail to be written.

    `kind` names a registered text. (`kind`, `subject_key`, recipient, `event`) is unique: what
    was written once is never written again. `values` holds exactly the placeholders of the text.
    `path` is the page the mail is about, `link` what {link} becomes (a path is completed by
    SITE_URL; empty means `path`). A mail with a personal link is shown in the portal only with the
    link blotted out; that link may stand nowhere but in the body. `calendar` is the text of
    `outbox.rendering.calendars.make_calendar`.
    """

    kind: str
    subject_key: str
    event: str
    to: Recipient
    values: Mapping[str, str] = {}
    path: str = ""
    link: str = ""
    has_personal_link: bool = False
    calendar: str = ""
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
