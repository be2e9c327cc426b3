"""Sanitise values for mail: no user input can inject a header, hide characters or disguise an
address.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.texts import CONTROL, HIDDEN, shorten
from outbox.rendering import TextError

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
    return shorten(cleaned, length)


def without_closing_mark(greeting: str) -> str:
    """Return `greeting` without the punctuation at its end, because mails add a comma."""
    return greeting.strip().rstrip(" ,;:!")


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


def address_key(email: str) -> str:
    """Return the form in which addresses are compared: the same for all spellings of one."""
    try:
        return normalise_address(email)
    except TextError:
        return email.strip().lower()


def spellings_of(*emails: str) -> frozenset[str]:
    """Return all forms in which the database may have `emails`: in lower case, their domains in
    ASCII, as mails have them, or as people write them (`müller.example`).
    """
    spellings = set()
    for email in emails:
        key = address_key(email)
        local, at, domain = key.rpartition("@")
        try:
            written = f"{local}{at}{domain.encode('ascii').decode('idna')}"
        except UnicodeError:
            written = key
        spellings |= {email.strip().lower(), key, written}
    return frozenset(spellings - {""})


# RFC 5321, 4.5.3.1.1: mail servers need not accept more before the @.
MAX_LOCAL_PART_OCTETS = 64


def validate_address(email: str) -> None:
    """Raise ValidationError for addresses that Django accepts but this portal cannot write to."""
    text = _("An diese Adresse kann das Portal nicht schreiben. Bitte prüfen Sie sie.")
    if len(email.rpartition("@")[0].encode()) > MAX_LOCAL_PART_OCTETS:
        raise ValidationError(text)
    try:
        normalise_address(email)
    except TextError as error:
        raise ValidationError(text) from error
