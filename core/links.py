"""Addresses of pages, and personal links: signed tokens that hold kind, id and version. They
expire; raising the object's version revokes them.
"""

from functools import lru_cache
from typing import NamedTuple

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import Refused


# Kept, since a list has dozens and Django looks through all routes for each.
@lru_cache(maxsize=10_000)
def page_address(page: str, *keys: int) -> str:
    """Return the address of `page` about the records `keys`. Raises NoReverseMatch if there is no
    such page.
    """
    return reverse(page, args=keys)


class LinkTarget(NamedTuple):
    """What a personal link points to: a primary key and the link version at signing."""

    pk: int
    version: int


def sign_link(kind: str, pk: int, version: int) -> str:
    # The salt prevents a token of one kind from being accepted for another.
    return signing.dumps([pk, version], salt=f"link.{kind}", compress=False)


def read_link(kind: str, token: str, *, max_age: int | None = None) -> LinkTarget:
    """Return what `token` points to.

    Raises Refused when it is damaged, of another kind or older than `max_age` seconds.
    """
    try:
        pk, version = signing.loads(token, salt=f"link.{kind}", max_age=max_age)
        # Signed by this portal, but perhaps in another format, by an older or a newer release.
        if type(pk) is not int or type(version) is not int:
            raise TypeError("a link holds two integers")
    except signing.SignatureExpired as error:
        raise Refused(
            _("Dieser Link ist abgelaufen. Bitte wenden Sie sich an die Geschäftsstelle.")
        ) from error
    # Mail programs may truncate links, so the sentence says what to try first.
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused(
            _(
                "Dieser Link ist nicht gültig. Bitte öffnen Sie ihn noch einmal vollständig aus "
                "der E-Mail."
            )
        ) from error
    return LinkTarget(pk=pk, version=version)
