"""What was contributed to a dialogue, as its tab shows it."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import with_version
from core.progress import Button
from core.roles import name_or_function
from dialogues.enums import ContributionKind
from dialogues.models import Contribution
from dialogues.permissions import can_manage

HEADINGS = {
    ContributionKind.TECHNOLOGY: gettext_lazy("Technologie"),
    ContributionKind.CHALLENGE: gettext_lazy("Herausforderungen"),
    ContributionKind.NEED: gettext_lazy("Unterstützungsbedarfe"),
}


class ContributionLine(NamedTuple):
    """One contribution; `who` names the organisation, and the person if the reader may know."""

    contribution: Contribution
    who: str
    buttons: list[Button]


class ContributionGroup(NamedTuple):
    title: str
    lines: list[ContributionLine]


def contribution_groups(contributions: Iterable[Contribution], user) -> list[ContributionGroup]:
    """Return `contributions` by kind, the needs first: they are what a dialogue is about."""
    lines = [_line(contribution, user) for contribution in contributions]
    kinds = (ContributionKind.NEED, ContributionKind.CHALLENGE, ContributionKind.TECHNOLOGY)
    groups = [
        ContributionGroup(
            str(HEADINGS[kind]), [line for line in lines if line.contribution.kind == kind]
        )
        for kind in kinds
    ]
    return [group for group in groups if group.lines]


def _line(contribution: Contribution, user) -> ContributionLine:
    organisation, person = contribution.organisation, contribution.person
    # The steering committee and other companies read the function, never the name.
    name = name_or_function(person, organisation.pk, user) if person else ""
    who = ", ".join(filter(None, [organisation.label, name]))
    return ContributionLine(contribution, who, _buttons(contribution, user))


def _buttons(contribution: Contribution, user) -> list[Button]:
    if not can_manage(user):
        return []
    edit_url = reverse("dialogues:contribution_edit", args=[contribution.pk])
    delete_url = reverse("dialogues:contribution_delete", args=[contribution.pk])
    return [
        Button(_("Bearbeiten"), edit_url, "plain"),
        Button(_("Löschen"), with_version(delete_url, contribution), "plain"),
    ]
