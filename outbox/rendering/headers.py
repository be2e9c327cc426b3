"""Values fit for a mail: nothing typed by anybody can add a header, hide characters or bend an
address.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outbox.errors import TextError

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
HIDDEN = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
LOCAL_PART = re.compile(r"(?!.*=\?)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
SUBJECT_LENGTH = 200


def one_line(value: str, length: int = SUBJECT_LENGTH) -> str:
    """Return `value` in one line without control characters, cut to `length` characters.

    An encoded word (`=?utf-8?q?…?=`, RFC 2047) is taken apart: `email` would decode it while it
    writes the header, and a line break hidden in it would begin a header of its own.
    """
    shown = HIDDEN.sub("", CONTROL.sub(" ", str(value)))
    cleaned = " ".join(shown.replace("=?", "= ?").split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1].rstrip() + "…"


def clean_lines(value: str) -> str:
    """Return `value` with plain line breaks and without control characters, as a body holds it."""
    lines = re.sub(r"\r\n|[\r\x85\u2028\u2029]", "\n", str(value))
    return HIDDEN.sub("", CONTROL.sub("", lines))


def normalise_address(email: str) -> str:
    """Return `email` as it is stored and sent: lower case, the domain in ASCII. Raises `TextError`
    when it is none.
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
    """Raise a form's ValidationError for what Django takes for an address but no mail here can be
    sent to.
    """
    try:
        normalise_address(email)
    except TextError as error:
        raise ValidationError(
            _("An diese Adresse kann das Portal nicht schreiben. Bitte prüfen Sie sie.")
        ) from error
