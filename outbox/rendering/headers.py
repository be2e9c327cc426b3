"""Sanitise values for mail: no user input can inject a header, hide characters or disguise an
address.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outbox.rendering import TextError

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Invisible characters: soft hyphens, zero-width spaces, and marks that reverse the reading order.
HIDDEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
# The lookahead keeps encoded words out of addresses as well.
LOCAL_PART = re.compile(r"(?!.*=\?)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
SUBJECT_LENGTH = 200


def one_line(value: str, length: int = SUBJECT_LENGTH) -> str:
    """Return `value` in one line without control characters, cut to `length` characters."""
    shown = HIDDEN.sub("", CONTROL.sub(" ", str(value)))
    # Break up encoded words (`=?utf-8?q?…?=`, RFC 2047). The `email` package decodes them when it
    # writes a header, and a line break hidden in one would start a header of its own.
    cleaned = " ".join(shown.replace("=?", "= ?").split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1].rstrip() + "…"


def without_closing_mark(greeting: str) -> str:
    """Return `greeting` without the punctuation at its end, because mails add a comma."""
    return greeting.strip().rstrip(" ,;:!")


def clean_lines(value: str) -> str:
    """Return `value` with `\n` as line breaks and without control characters."""
    lines = re.sub(r"\r\n|[\r\x85\u2028\u2029]", "\n", str(value))
    return HIDDEN.sub("", CONTROL.sub("", lines))


def normalise_address(email: str) -> str:
    """Return `email` in lower case with its domain in ASCII. Raises `TextError` if it is not an
    address.
    """
    local, _at, domain = email.strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise TextError("the domain of an address cannot be written in ASCII") from error
    if not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise TextError("not an e-mail address")
    return f"{local}@{domain}"


def validate_address(email: str) -> None:
    """Raise ValidationError for addresses that Django accepts but this portal cannot write to."""
    try:
        normalise_address(email)
    except TextError as error:
        raise ValidationError(
            _("An diese Adresse kann das Portal nicht schreiben. Bitte prüfen Sie sie.")
        ) from error
