"""Text as people type and paste it: remove what nobody can see, and mark what is cut."""

import re

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


def clean_text(text: str) -> str:
    """Return `text` with `\\n` as its only line end, without control and hidden characters."""
    return HIDDEN.sub("", without_control(text))


def without_control(text: str) -> str:
    """Return `text` with `\\n` as its only line end and without control characters."""
    return CONTROL.sub("", LINE_END.sub("\n", str(text)))


def shorten(text: str, length: int) -> str:
    """Return `text` cut to `length` characters, the last of which then is `…`."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
