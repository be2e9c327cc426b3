"""Asks before a change makes an approval lapse, for the forms of the apps above."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from approvals.queries import approval_in_force
from approvals.registry import (
    Change,
    Fact,
    binding_labels,
    binding_snapshot_of,
    facts_binding,
    snapshot_changes,
)

# Name of the form field that confirms that the user saw the warning.
LAPSE_CONFIRMED = "lapse"


class LapseGuard:
    """Asks for confirmation before a form changes facts that an approval is bound to.

    Create it before validating the form: validation writes the entered values into the object.
    """

    def __init__(self, kind: str, facts: tuple[Fact, ...], subject):
        self.approval = approval_in_force(kind, subject.pk)
        self.facts = facts_binding(facts, self.approval.snapshot if self.approval else None)
        self.before = binding_snapshot_of(self.facts, subject) if self.approval else []
        self.changes: list[Change] = []

    def needs_confirmation(self, data: Mapping, changed) -> bool:
        """Return whether `data` lacks a confirmation for saving `changed`; sets `changes`."""
        if self.approval is None:
            return False
        # Also after the confirmation: a form that is shown again for another reason stays
        # confirmed.
        self.changes = snapshot_changes(self.before, binding_snapshot_of(self.facts, changed))
        return bool(self.changes) and LAPSE_CONFIRMED not in data

    @property
    def notice(self) -> str:
        """The warning above the form; empty when nothing can lapse."""
        if self.approval is None:
            return ""
        if self.approval.is_open:
            text = _(
                "Das liegt zur Freigabe vor. Wenn Sie eine dieser Angaben ändern, erlischt die "
                "Vorlage: %(what)s."
            )
        else:
            text = _(
                "Das ist freigegeben. Wenn Sie eine dieser Angaben ändern, erlischt die Freigabe: "
                "%(what)s."
            )
        return text % {"what": binding_labels(self.facts)}
