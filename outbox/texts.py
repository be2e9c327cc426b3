"""The words of the mails: one Markdown source a kind, declared by its app in `<app>/mails.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox.errors import TextError
from outbox.rendering.markdown import links_in
from outbox.rendering.placeholders import Placeholder, is_link_name, names_in

ALWAYS = {
    "link": Placeholder(_("Adresse der Seite im Portal, um die es geht"), "/"),
    "greeting": Placeholder(
        _("Anrede der angeschriebenen Person; sie steht schon über dem Text"), _("Guten Tag")
    ),
}
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")
TARGET = re.compile(r"\{(\w+)\}")


class Markdown(str):
    """A value that is Markdown of the portal's own making; it stands alone in its paragraph of the
    text.
    """


@dataclass(frozen=True)
class MailText:
    """The words of one kind of mail.

    `subject` and `body` hold {placeholders}: those in `placeholders`, plus {greeting} and {link}.
    The body is Markdown without the line of greeting and without closing and signature, which the
    outbox adds; a paragraph that is only a link becomes a button. Only {link} and placeholders
    ending in `_link` may be the target of a link.

    What `can_wait` may be held by the office until it releases it in the outbox. A notice tells of
    something new: it goes at once, and what follows to the same person within MAIL_BUNDLE_MINUTES
    goes in one mail.
    """

    kind: str
    title: str | Promise
    subject: str | Promise
    body: str | Promise
    placeholders: tuple[str, ...] = ()
    can_wait: bool = True
    is_notice: bool = False

    def __post_init__(self):
        allowed = ALWAYS.keys() | set(self.placeholders)
        for part in (self.subject, self.body):
            if unknown := sorted(names_in(str(part)) - allowed):
                raise TextError(f"{self.kind}: unknown placeholders {', '.join(unknown)}")
        targets = [
            name for link in links_in(str(self.body)) for name in TARGET.findall(link.target)
        ]
        if wrong := [name for name in targets if not is_link_name(name)]:
            raise TextError(f"{self.kind}: no link may point at {', '.join(wrong)}")

    @property
    def names(self) -> set[str]:
        """The placeholders that stand in the words."""
        return names_in(str(self.subject)) | names_in(str(self.body))


class Entry(NamedTuple):
    """A registered text, the area of the portal it belongs to, and what its placeholders mean."""

    text: MailText
    area: str | Promise
    placeholders: Mapping[str, Placeholder]


_entries: dict[str, Entry] = {}


def register(
    *texts: MailText,
    area: str | Promise = "",
    placeholders: Mapping[str, Placeholder] = MappingProxyType({}),
) -> None:
    """Make `texts` known as those of `area`, with what their `placeholders` mean and an example of
    each.

    Raises `TextError` when a kind is already taken by other words, or when a text does not use all
    its placeholders.
    """
    for text in texts:
        if unused := sorted(set(text.placeholders) - text.names):
            raise TextError(f"{text.kind}: placeholders not used {', '.join(unused)}")
        if _entries.setdefault(text.kind, Entry(text, area, placeholders)).text != text:
            raise TextError(f"{text.kind}: declared twice")


def text_of(kind: str) -> MailText:
    """Return the registered text of `kind`. Raises `TextError` when there is none."""
    try:
        return _entries[kind].text
    except KeyError as error:
        raise TextError(f"{kind}: no such kind of mail") from error


def all_texts() -> list[MailText]:
    """Return every registered text, sorted by kind."""
    return [_entries[kind].text for kind in sorted(_entries)]


def title_of(kind: str) -> str:
    """Return the German title of `kind`, or the kind itself when its app no longer declares it."""
    return str(_entries[kind].text.title) if kind in _entries else kind


def area_of(kind: str) -> str:
    """Return the German name of the area that `kind` belongs to."""
    return str(_entries[kind].area or _("Portal"))


def explained(text: MailText) -> dict[str, Placeholder]:
    """Return the placeholders that the words of the kind of `text` may hold, with their meaning.

    {link} is among them where the default holds it: whoever gets the other mails has no page in the
    portal to open.
    """
    entry = _entries.get(text.kind, Entry(text, "", {}))
    names = [*text.placeholders, *(["link"] if "link" in entry.text.names else []), "greeting"]
    return {
        name: entry.placeholders.get(name) or ALWAYS.get(name) or Placeholder(name, name)
        for name in names
    }


def escape_markdown(text: str) -> str:
    """Return `text` in one line, so that Markdown shows it as it is: no markup, no link."""
    return MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def plain_text(line: str) -> str:
    """Return one line of Markdown as it reads: without emphasis, and with what `escape_markdown`
    hid shown again.
    """
    return re.sub(r"\\" + MARKUP.pattern + r"|\*", r"\1", line)
