"""Services for what companies contribute to a dialogue. They mail nobody."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import apply_values
from core.errors import Concern, Refused, require_heeded
from core.history import delete_as, save_as
from core.roles import require_office
from core.states import require_in_workflow
from dialogues.models import Contribution, Dialogue, Need
from dialogues.permissions import takes_contributions
from dialogues.services.dialogues import lock_dialogue
from partners.models import Organisation, Person


@transaction.atomic
def create_contribution(
    *,
    dialogue: Dialogue,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Contribution:
    """Add what an organisation contributes. Raises Refused before there is a date, Warned by a
    person from elsewhere.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_contributions_open(dialogue)
    contribution = Contribution(dialogue=dialogue, **values)
    _require_fitting_person(contribution, heeded)
    save_as(contribution, by=by, now=now, reason=_("Beitrag aufgenommen"))
    return contribution


@transaction.atomic
def change_contribution(
    *,
    contribution: Contribution,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    version: str | None = None,
    heeded: Collection[str] = (),
) -> Contribution:
    """Correct a contribution, also of a closed dialogue. Raises ChangedMeanwhile, Warned."""
    require_office(by)
    contribution = _lock_contribution(contribution)
    before = contribution.organisation_id, contribution.person_id
    apply_values(contribution, values, version)
    if (contribution.organisation_id, contribution.person_id) != before:
        _require_fitting_person(contribution, heeded)
    save_as(contribution, by=by, now=now, reason=_("Beitrag geändert"))
    return contribution


@transaction.atomic
def delete_contribution(*, contribution: Contribution, by, now: dt.datetime) -> None:
    """Remove what was entered by mistake; *Verlauf* of the dialogue keeps a line."""
    require_office(by)
    contribution = _lock_contribution(contribution)
    require_deletable(contribution)
    delete_as(contribution, by=by, now=now, reason=_("Beitrag gelöscht"))


def require_contributions_open(dialogue: Dialogue) -> None:
    require_in_workflow(dialogue)
    if not takes_contributions(dialogue):
        raise Refused(_("Beiträge lassen sich aufnehmen, sobald der Termin feststeht."))


def require_deletable(contribution: Contribution) -> None:
    if Need.objects.filter(contribution=contribution).exists():
        raise Refused(_("Aus diesem Beitrag ist ein Bedarf geworden; er bleibt deshalb stehen."))


def _lock_contribution(contribution: Contribution) -> Contribution:
    # Of the dialogue first, in the same order as elsewhere, so that services cannot deadlock.
    lock_dialogue(contribution.dialogue_id)
    rows = Contribution.objects.select_for_update(of=("self",))
    return rows.select_related("dialogue").get(pk=contribution.pk)


def _require_fitting_person(contribution: Contribution, heeded: Collection[str]) -> None:
    concerns = concerns_about_person(contribution.person, contribution.organisation)
    require_heeded(concerns, heeded, _("Die Person gehört zu einer anderen Organisation."))


def concerns_about_person(person: Person | None, organisation: Organisation) -> list[Concern]:
    """Return a concern if `person` belongs to another organisation."""
    if person is None or person.organisation_id in (None, organisation.pk):
        return []
    text = _("gehört nicht zu %(organisation)s") % {"organisation": organisation.label}
    key = f"person-{person.pk}-of-{organisation.pk}"
    return [Concern(key, person.name_with_organisation, person.get_absolute_url(), text)]
