"""The texts of mails, registered by the apps that send them, and the drafts those apps hand over.

Each kind of mail has one Markdown source in the `mails.py` of its app.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox.enums import Audience
from outbox.rendering import TextError
from outbox.rendering.markdown import is_link_name, links_in, names_in


class Placeholder(NamedTuple):
    """What the office is shown about a placeholder: its meaning, an example, and its `name` as the
    office types it in [brackets].

    A block is Markdown made by the portal, such as a list. It needs a paragraph to itself.
    """

    label: str | Promise
    example: str | Promise
    is_block: bool = False
    name: str | Promise = ""


COMMON_PLACEHOLDERS = {
    "link": Placeholder(_("Adresse der Seite im Portal, um die es geht"), "/", name=_("Link")),
    "greeting": Placeholder(
        _("Anrede der angeschriebenen Person; sie steht schon über dem Text"),
        _("Guten Tag"),
        name=_("Anrede"),
    ),
}
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")
TARGET = re.compile(r"\{(\w+)\}")


class Markdown(str):
    """A value that is Markdown made by the portal; its placeholder is alone in its paragraph."""


# Frozen, and thus hashable, because `queries.wordings` caches by it.
@dataclass(frozen=True)
class MailText:
    """The text of one kind of mail.

    `subject` and `body` contain {placeholders}: those in `placeholders`, {greeting} and {link}. The
    body is Markdown without greeting, closing and signature, which the outbox adds. A paragraph
    that is only a link becomes a button. Links may point only to {link} and to placeholders ending
    in `_link`.

    With `can_wait` the office may decide to release these mails by hand. Notices to one person
    within MAIL_BUNDLE_MINUTES are bundled into one mail. `audience` decides whether the mails still
    reach somebody who has left.
    """

    kind: str
    title: str | Promise
    subject: str | Promise
    body: str | Promise
    placeholders: tuple[str, ...] = ()
    can_wait: bool = True
    is_notice: bool = False
    audience: Audience = Audience.CONTACTS

    def __post_init__(self):
        allowed = COMMON_PLACEHOLDERS.keys() | set(self.placeholders)
        for part in (self.subject, self.body):
            if unknown := sorted(names_in(str(part)) - allowed):
                raise TextError(f"{self.kind}: unknown placeholders {', '.join(unknown)}")
        # Any other placeholder may hold user input, which must not decide where a link leads.
        targets = [
            name for link in links_in(str(self.body)) for name in TARGET.findall(link.target)
        ]
        if wrong := [name for name in targets if not is_link_name(name)]:
            raise TextError(f"{self.kind}: no link may point at {', '.join(wrong)}")

    @property
    def names(self) -> set[str]:
        """The placeholders that subject and body contain."""
        return names_in(str(self.subject)) | names_in(str(self.body))

    def reaches(self, to: "Recipient") -> bool:
        return not to.has_left or self.audience == Audience.EVERYBODY


class RegisteredText(NamedTuple):
    """A text, the area of the portal it belongs to, and what its placeholders mean."""

    text: MailText
    area: str | Promise
    placeholders: Mapping[str, Placeholder]


# Filled while the apps start (`AppConfig.ready`) and never changed afterwards.
_entries: dict[str, RegisteredText] = {}


def register(
    *texts: MailText,
    area: str | Promise = "",
    placeholders: Mapping[str, Placeholder] = MappingProxyType({}),
) -> None:
    """Register `texts` with the outbox, which lists them under `area`.

    Raises `TextError` when a kind is registered with another text, or when a text does not contain
    all its placeholders.
    """
    for text in texts:
        if unused := sorted(set(text.placeholders) - text.names):
            raise TextError(f"{text.kind}: placeholders not used {', '.join(unused)}")
        # Registering the same text twice is harmless; two texts for one kind are a mistake.
        if _entries.setdefault(text.kind, RegisteredText(text, area, placeholders)).text != text:
            raise TextError(f"{text.kind}: declared twice")


def text_of(kind: str) -> MailText:
    """Raises `TextError` for an unregistered kind."""
    try:
        return _entries[kind].text
    except KeyError as error:
        raise TextError(f"{kind}: no such kind of mail") from error


def all_texts() -> list[MailText]:
    """Return the registered texts, sorted by kind."""
    return [_entries[kind].text for kind in sorted(_entries)]


def kinds_for(*audiences: Audience) -> list[str]:
    """Return the kinds of mail meant for `audiences`."""
    return [text.kind for text in all_texts() if text.audience in audiences]


def title_of(kind: str) -> str:
    """Return the German title of `kind`, or `kind` itself if its text no longer exists."""
    return str(_entries[kind].text.title) if kind in _entries else kind


def area_of(kind: str) -> str:
    return str(_entries[kind].area or _("Portal"))


def placeholders_of(text: MailText) -> dict[str, Placeholder]:
    """Return the placeholders that the office may use in its own version of `text`."""
    entry = _entries.get(text.kind, RegisteredText(text, "", {}))
    # {link} only where the default has it: recipients of other mails have no page to open.
    names = [*text.placeholders, *(["link"] if "link" in entry.text.names else []), "greeting"]
    return {
        name: entry.placeholders.get(name)
        or COMMON_PLACEHOLDERS.get(name)
        or Placeholder(name, name)
        for name in names
    }


def names_of(text: MailText) -> dict[str, str]:
    """Return the name of each of `placeholders_of`, as the office reads and types it."""
    return {code: str(found.name or code) for code, found in placeholders_of(text).items()}


def escape_markdown(text: str) -> str:
    """Return `text` in one line and escaped, so that it cannot add markup or links."""
    return MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def plain_text(line: str) -> str:
    """Return a line of Markdown without emphasis and without the escapes of `escape_markdown`."""
    return re.sub(r"\\" + MARKUP.pattern + r"|\*", r"\1", line)


class Recipient(NamedTuple):
    """`greeting` is the first line without its comma; empty means „Guten Tag“. Whoever `has_left`
    gets only mails of the kinds for everybody. `people` is how many share the mailbox.
    """

    email: str
    name: str = ""
    greeting: str = ""
    has_left: bool = False
    people: int = 1


class MailDraft(NamedTuple):
    """One mail to be written.

    `kind` names a registered text; `values` holds exactly its placeholders. (`kind`, `subject_key`,
    recipient, `event`) is unique: an existing mail is not written again. `path` is the page the
    mail is about; `link` replaces {link} and defaults to `path`. With
    `has_personal_link`, `link` is a secret: it may occur only in the body, and the portal redacts
    it everywhere. `calendar` comes from `outbox.rendering.calendars.make_calendar`. Answers go to
    the office unless `reply_to` names somebody else's address.
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
    reply_to: str = ""
    due_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    # Waits for its release, whatever its text says: it takes the place of a mail that did.
    is_held: bool = False
