"""Text as people type and paste it: remove what nobody can see, mark what is cut, take out what
gives a person away, and renew what the portal had drafted in it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# The last two code points of each plane and a block of 32 are reserved for ever (Unicode, 23.7).
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
# XML, and so Word and Excel, UTF-8 or PostgreSQL refuse one or another of these. Tab and line feed
# are allowed.
CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_NONCHARACTERS}]")
# Invisible characters: soft hyphens, zero-width spaces, and marks that reverse the reading order.
# Joiners stay, because emojis are made with them.
HIDDEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)


# What nobody types: names of what forms carry, and values of keys and choices in the code.
NOT_TYPED = re.compile(
    r"password|(^|-)(csrfmiddlewaretoken|form_token|version|shown|heeded(_day)?|credential|next)$"
)
CHOICE = re.compile(r"\d+|[a-z][a-z0-9_:-]*")

SENTENCE_LENGTH = 20  # from which a text is taken for a sentence of its own


def clean_text(text: str) -> str:
    """Return `text` with `\\n` as its only line end, without control and hidden characters."""
    return HIDDEN.sub("", without_control(text))


def without_control(text: str) -> str:
    """Return `text` with `\\n` as its only line end and without control characters."""
    return CONTROL.sub("", LINE_END.sub("\n", str(text)))


def shorten(text: str, length: int) -> str:
    """Return `text` cut to `length` characters, the last of which then is `…`."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


# Stands where a name or an address stood.
DELETED = _("(gelöscht)")


@dataclass(frozen=True)
class Traces:
    """What gives a person away in a text: `words` are names and phone numbers."""

    addresses: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(self.addresses | other.addresses, self.words | other.words)

    @cached_property
    def _pattern(self) -> re.Pattern:
        # The longest first, so that a title goes together with the name. Only whole words: „Rau“
        # must stay in „Raum“, and one address may end like another one.
        addresses = "|".join(map(re.escape, sorted(self.addresses, key=len, reverse=True)))
        words = "|".join(map(re.escape, sorted(self.words, key=len, reverse=True)))
        parts = [rf"(?<![\w.+-])(?i:{addresses})(?![\w-]|\.\w)"] if addresses else []
        parts += [rf"(?<!\w)(?:{words})(?!\w)"] if words else []
        return re.compile("|".join(parts) or r"(?!)")

    @property
    def needles(self) -> list[str]:
        """What a database can look for; `clean` decides what is meant."""
        return sorted(self.addresses | self.words)

    def found_in(self, text: str) -> bool:
        return bool(self._pattern.search(text))

    def clean(self, value: Any) -> Any:
        """Return `value`, a text or anything JSON can hold, with each trace replaced."""
        if isinstance(value, str):
            return self._pattern.sub(str(DELETED), value)
        if isinstance(value, list):
            return [self.clean(item) for item in value]
        if isinstance(value, dict):
            return {key: self.clean(item) for key, item in value.items()}
        return value


def renewed_text(written: str, before: str, after: str) -> str:
    """Return `written` with the paragraphs it has from the draft `before` replaced by those of the
    draft `after`; whatever somebody wrote or reworded stays.
    """
    old, new = (text.split("\n\n") if text else [] for text in (before, after))
    outdated = [part for part in old if part not in new]
    fresh = [part for part in new if part not in old]
    text = written.replace("\r\n", "\n")
    # Who has rewritten all of it, or got no draft, wants no additions either.
    keeps_draft = any(part in text for part in old)
    for former, present in zip_longest(outdated, fresh):
        if former:
            text = _replaced(text, former, present or "")
        elif keeps_draft and present not in text:
            text = f"{text}\n\n{present}"
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _replaced(text: str, former: str, present: str) -> str:
    # A description of one word may occur in other sentences, which are not the portal's.
    if len(former) < SENTENCE_LENGTH:
        paragraphs = text.split("\n\n")
        return "\n\n".join(present if part == former else part for part in paragraphs)
    return text.replace(former, present)


def entered_texts(sent: Mapping | None) -> list[str]:
    """Return the texts among the values of a form, which a page may show that cannot keep the form.

    Without keys, choices, secrets and what a form carries.
    """
    sent = sent or {}
    found = [
        text.strip() for name in sent if not NOT_TYPED.search(name) for text in _values(sent, name)
    ]
    return list(dict.fromkeys(text for text in found if text and not CHOICE.fullmatch(text)))


def _values(sent: Mapping, name: str) -> list[str]:
    # A field may occur more than once, such as the days of several options.
    return sent.getlist(name) if isinstance(sent, QueryDict) else [sent[name]]
