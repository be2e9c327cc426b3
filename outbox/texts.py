"""The words of the mails: one Markdown source a kind, declared by its app in `<app>/mails.py`."""

import re
from dataclasses import dataclass
from string import Formatter

from django.utils.functional import Promise

from outbox.errors import TextError

ALWAYS = frozenset({"greeting", "link"})
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:])")
LINK_TARGET = re.compile(r"\]\(\s*<?\{(\w+)\}")


class Markdown(str):
    """A value that is Markdown of the portal's own making; it stands alone in its paragraph of the text."""


@dataclass(frozen=True)
class MailText:
    """The words of one kind of mail.

    `subject` and `body` hold {placeholders}: those in `placeholders`, plus {greeting} and {link}. The body is Markdown
    without the line of greeting and without closing and signature, which the outbox adds; a paragraph that is only
    a link becomes a button. Only {link} and placeholders ending in `_link` may be the target of a link. A notice
    tells of something new: it goes at once, and what follows to the same person within MAIL_BUNDLE_MINUTES goes in one
    mail.
    """

    kind: str
    title: str | Promise
    subject: str | Promise
    body: str | Promise
    placeholders: tuple[str, ...] = ()
    is_notice: bool = False

    def __post_init__(self):
        allowed = ALWAYS | set(self.placeholders)
        for part in (self.subject, self.body):
            if unknown := sorted(names_in(str(part)) - allowed):
                raise TextError(f"{self.kind}: unknown placeholders {', '.join(unknown)}")
        used = names_in(str(self.subject)) | names_in(str(self.body))
        if unused := sorted(set(self.placeholders) - used):
            raise TextError(f"{self.kind}: placeholders not used {', '.join(unused)}")
        if wrong := [name for name in LINK_TARGET.findall(str(self.body)) if not is_link_name(name)]:
            raise TextError(f"{self.kind}: no link may point at {', '.join(wrong)}")


_texts: dict[str, MailText] = {}


def register(*texts: MailText) -> None:
    """Make `texts` known. Raises `TextError` when a kind is already taken by other words."""
    for text in texts:
        if _texts.setdefault(text.kind, text) != text:
            raise TextError(f"{text.kind}: declared twice")


def text_of(kind: str) -> MailText:
    """Return the registered text of `kind`. Raises `TextError` when there is none."""
    try:
        return _texts[kind]
    except KeyError as error:
        raise TextError(f"{kind}: no such kind of mail") from error


def all_texts() -> list[MailText]:
    """Return every registered text, sorted by kind."""
    return [_texts[kind] for kind in sorted(_texts)]


def title_of(kind: str) -> str:
    """Return the German title of `kind`, or the kind itself when its app no longer declares it."""
    return str(_texts[kind].title) if kind in _texts else kind


def is_link_name(name: str) -> bool:
    """Say whether the placeholder `name` carries an address."""
    return name == "link" or name.endswith("_link")


def names_in(template: str) -> set[str]:
    """Return the placeholders of `template`. Raises `TextError` for anything but plain {names}."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise TextError(f"braces do not match in {template[:60]!r}") from error
    names = set()
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise TextError(f"only plain placeholders are allowed, not {{{name}}}")
        names.add(name)
    return names


def escape_markdown(text: str) -> str:
    """Return `text` in one line, so that Markdown shows it as it is: no markup, no link."""
    return MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def plain_text(line: str) -> str:
    """Return one line of Markdown as it reads: without emphasis, and with what `escape_markdown` hid shown again."""
    return re.sub(r"\\" + MARKUP.pattern + r"|\*", r"\1", line)
