"""The frame around every page: navigation, account, footer."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from approvals.queries import count_decidable
from core.roles import OBSERVER, OFFICE, ROLES, SENATOR_OFFICE, has_role

REPORTS_GROUP = _("Auswertungen")
OFFICE_GROUP = _("Geschäftsstelle")


class Entry(NamedTuple):
    """One line of the navigation table."""

    label: str | Promise
    url_name: str
    roles: tuple[str, ...] = ROLES
    group: str | Promise = ""


@dataclass(frozen=True)
class Item:
    """One link as the template shows it; `count` is how much the user can do there."""

    label: str | Promise
    url: str
    current: bool
    count: int
    group: str | Promise


NAVIGATION = (
    Entry(_("Übersicht"), "overview"),
    Entry(_("Maßnahmen"), "measures:list"),
    Entry(_("Branchengespräche"), "dialogues:list"),
    Entry(_("Unternehmensbesuche"), "media_visits:list"),
    Entry(_("Freigaben"), "approvals_desk", roles=(OFFICE, SENATOR_OFFICE)),
    Entry(_("Zeitplan"), "timeline", group=REPORTS_GROUP),
    Entry(
        _("Branchenbilanz"),
        "sector_balance",
        roles=(OFFICE, SENATOR_OFFICE, OBSERVER),
        group=REPORTS_GROUP,
    ),
    Entry(_("Partner & Kontakte"), "partners:list", roles=(OFFICE,), group=OFFICE_GROUP),
    Entry(_("Postausgang"), "outbox:list", roles=(OFFICE,), group=OFFICE_GROUP),
)

FOOTER = (
    (_("Impressum"), "imprint"),
    (_("Datenschutz"), "privacy"),
    (_("Barrierefreiheit"), "accessibility"),
)
# URL name → function that counts what a user can do on that page; what others owe is no count.
COUNTS = {"approvals_desk": count_decidable}


class Portal:
    """The values of the page frame. Counts are taken only if a template uses them."""

    name = settings.PORTAL_NAME
    office_email = settings.OFFICE_EMAIL
    office_name = settings.OFFICE_NAME
    head_title = settings.HEAD_TITLE
    head_title_genitive = settings.HEAD_TITLE_GENITIVE

    def __init__(self, request):
        self.request = request

    @property
    def demo(self) -> bool:
        return settings.DEMO

    @cached_property
    def navigation(self) -> list[Item]:
        """The links that the signed-in user may follow."""
        return [
            Item(entry.label, url, self._is_current(url), self._count(entry.url_name), entry.group)
            for entry in NAVIGATION
            if has_role(self.request.user, *entry.roles) and (url := address_of(entry.url_name))
        ]

    @cached_property
    def drawn_navigation(self) -> SafeString:
        """The navigation as HTML: each page shows it twice, in its side bar and in its menu."""
        return render_to_string("components/_navigation.html", {"items": self.navigation})

    @property
    def search_url(self) -> str:
        """The URL of the search, empty for visitors who are not signed in."""
        is_signed_in = self.request.user.is_authenticated
        return address_of("search") if is_signed_in else ""

    @property
    def footer(self) -> list[tuple[str | Promise, str]]:
        return [(label, url) for label, name in FOOTER if (url := address_of(name))]

    @property
    def account_url(self) -> str:
        return address_of("account")

    @property
    def logout_url(self) -> str:
        return address_of("account_logout")

    def _is_current(self, url: str) -> bool:
        # Every path starts with "/", so the start page must match exactly.
        return self.request.path == url or (url != "/" and self.request.path.startswith(url))

    def _count(self, url_name: str) -> int:
        count = COUNTS.get(url_name)
        return count(self.request.user) if count else 0


# Kept, since each page has fifteen and the routes do not change.
@lru_cache
def address_of(url_name: str) -> str:
    """Return the URL of `url_name`, or an empty string when no such page exists."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def shell(request) -> dict:
    """Context processor that adds `portal` to every template."""
    return {"portal": Portal(request)}
