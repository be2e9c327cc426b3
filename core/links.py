"""Personal links: signed over kind, id and a version of the link, expiring, revoked by raising the
version.
"""

from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext as _

from core.errors import Refused


class LinkTarget(NamedTuple):
    """What a personal link points at: the primary key and the version of the link when it was made."""

    pk: int
    version: int


def sign_link(kind: str, pk: int, version: int) -> str:
    """Return the token of a personal link to the row `pk` of `kind`."""
    return signing.dumps([pk, version], salt=f"link.{kind}", compress=False)


def read_link(kind: str, token: str, *, max_age: int | None = None) -> LinkTarget:
    """Return what `token` points at. Raises `Refused` when it is damaged, of another kind or older
    than `max_age` seconds.
    """
    try:
        pk, version = signing.loads(token, salt=f"link.{kind}", max_age=max_age)
    except signing.SignatureExpired as error:
        raise Refused(
            _("Dieser Link ist abgelaufen. Bitte wenden Sie sich an die Geschäftsstelle.")
        ) from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused(
            _(
                "Dieser Link ist nicht gültig. Bitte öffnen Sie ihn noch einmal vollständig aus "
                "der E-Mail."
            )
        ) from error
    return LinkTarget(pk=pk, version=version)
