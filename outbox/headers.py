"""Values fit for a header: nothing typed by anybody can add a line, hide characters or bend an address."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from outbox.errors import TextError

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
SUBJECT_LENGTH = 200


def one_line(value: str, length: int = SUBJECT_LENGTH) -> str:
    """Return `value` in one line without control characters, cut to `length` characters."""
    cleaned = " ".join(CONTROL.sub(" ", str(value)).split())
    return cleaned if len(cleaned) <= length else cleaned[: length - 1].rstrip() + "…"


def normalise_address(email: str) -> str:
    """Return `email` as it is stored and sent: lower case, the domain in ASCII. Raises `TextError` when it is none."""
    local, _at, domain = email.strip().lower().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise TextError("the domain of an address cannot be written in ASCII") from error
    if not local or not domain or not address.isascii() or re.search(r"[\s\x00-\x1f<>,;:\"\\]", address):
        raise TextError("not an e-mail address")
    return address


def validate_address(email: str) -> None:
    """Raise a form's ValidationError for what Django takes for an address but no mail here can be sent to."""
    try:
        normalise_address(email)
    except TextError as error:
        raise ValidationError(_("An diese Adresse kann das Portal nicht schreiben. Bitte prüfen Sie sie.")) from error
