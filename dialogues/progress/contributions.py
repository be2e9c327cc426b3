"""What was contributed to a dialogue, as its tab shows it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.progress import Button
from core.roles import name_or_function
from dialogues.enums import ContributionKind
from dialogues.models import Contribution, Need
from dialogues.permissions import can_manage

# The needs first: they are what a dialogue is about.
HEADINGS = {
    ContributionKind.NEED: gettext_lazy("Unterstützungsbedarfe"),
    ContributionKind.CHALLENGE: gettext_lazy("Herausforderungen"),
    ContributionKind.TECHNOLOGY: gettext_lazy("Technologie"),
}


class ContributionLine(NamedTuple):
    """One contribution, or a need of the dialogue without one; `who` names the organisation, and
    the person if the reader may know. `need` is what became of it, if the reader may open that.
    """

    title: str
    text: str
    who: str
    key: str
    need: Need | None = None
    buttons: Sequence[Button] = ()
    menu: Sequence[tuple[str, str]] = ()


class ContributionGroup(NamedTuple):
    title: str
    lines: list[ContributionLine]


def contribution_groups(
    contributions: Iterable[Contribution], needs: Iterable[Need], user
) -> list[ContributionGroup]:
    """Return `contributions` by kind with what became of them, and the other `needs` of the
    dialogue.
    """
    needs = list(needs)
    recorded = {need.contribution_id: need for need in needs if need.contribution_id}
    lines: dict[str, list[ContributionLine]] = {kind: [] for kind in HEADINGS}
    for contribution in contributions:
        need = recorded.get(contribution.pk)
        lines[contribution.kind].append(_line(contribution, need, user))
    lines[ContributionKind.NEED] += [
        ContributionLine(need.title, need.text, need.raised_by.label, f"bedarf-{need.pk}", need)
        for need in needs
        if not need.contribution_id
    ]
    return [ContributionGroup(str(HEADINGS[kind]), found) for kind, found in lines.items() if found]


def _line(contribution: Contribution, need: Need | None, user) -> ContributionLine:
    organisation, person = contribution.organisation, contribution.person
    # The steering committee and other companies read the function, never the name.
    name = name_or_function(person, organisation.pk, user) if person else ""
    return ContributionLine(
        contribution.title,
        contribution.text,
        ", ".join(filter(None, [organisation.label, name])),
        f"beitrag-{contribution.pk}",
        need,
        _buttons(contribution, need, user),
        _menu(contribution, need, user),
    )


def latest_note(contributions: Sequence[Contribution]) -> str:
    """Return what was entered last: whoever notes one after the other sees that it arrived."""
    if not contributions:
        return ""
    latest = contributions[-1]
    text = _("Zuletzt aufgenommen: „%(title)s“, %(organisation)s")
    return text % {"title": latest.title, "organisation": latest.organisation.label}


def _buttons(contribution: Contribution, need: Need | None, user) -> list[Button]:
    is_new = contribution.kind == ContributionKind.NEED and not need
    if not (is_new and can_manage(user)):
        return []
    url = reverse("dialogues:contribution_need", args=[contribution.pk])
    return [Button(_("Als Bedarf aufnehmen"), url)]


def _menu(contribution: Contribution, need: Need | None, user) -> list[tuple[str, str]]:
    if not can_manage(user):
        return []
    menu = [(_("Bearbeiten"), "dialogues:contribution_edit")]
    # A need keeps the contribution that it comes from.
    if not need:
        menu.append((_("Löschen"), "dialogues:contribution_delete"))
    return [(label, reverse(name, args=[contribution.pk])) for label, name in menu]
