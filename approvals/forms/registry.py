"""Asks before a change makes an approval lapse, for the forms of the apps above."""

from collections.abc import Callable, Mapping

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
from core.conflicts import unless_changed, version_of_all

# Name of the form field that confirms that the user saw the warning.
LAPSE_CONFIRMED = "lapse"


class LapseGuard:
    """Asks for confirmation before a form changes facts that an approval is bound to.

    Create it before validating the form: validation writes the entered values into the object.
    """

    def __init__(self, kind: str, facts: tuple[Fact, ...], subject):
        self.subject, self.approval = subject, approval_in_force(kind, subject.pk)
        self.facts = facts_binding(facts, self.approval.snapshot if self.approval else None)
        self.before = binding_snapshot_of(self.facts, subject) if self.approval else []
        self.changes: list[Change] = []
        self.is_outdated = False

    def needs_confirmation(self, data: Mapping, changed) -> bool:
        """Return whether `data` lacks a confirmation for saving `changed`; sets `changes`.

        A confirmation counts only for the approval as its page showed it: whoever agreed to end a
        submission has not agreed to end the approval that was given meanwhile.
        """
        if self.approval is None:
            return False
        # Also after the confirmation: a form that is shown again for another reason stays
        # confirmed.
        self.changes = snapshot_changes(self.before, binding_snapshot_of(self.facts, changed))
        confirmed = data.get(LAPSE_CONFIRMED, "")
        needed = bool(self.changes) and confirmed != self.confirmation
        self.is_outdated = needed and bool(confirmed)
        return needed

    @property
    def confirmation(self) -> str:
        """What the page sends to confirm that the approval may lapse as it stands now."""
        return f"{self.approval.state}-{self.approval.pk}" if self.approval else ""

    def watch(self, service: Callable) -> Callable:
        """Return `service`, which raises ChangedMeanwhile if the approval is decided before it has
        locked the subject.
        """
        version = version_of_all(self.approval) if self.approval else ""
        return unless_changed(service, [self.approval], version, lock=self.subject)

    @property
    def outdated_note(self) -> str:
        """Says that the approval is no longer as it was when the user confirmed; else empty."""
        if not self.is_outdated:
            return ""
        if self.approval.is_open:
            return _("Das liegt inzwischen erneut zur Freigabe vor. Bitte prüfen Sie noch einmal.")
        return _("Das ist inzwischen freigegeben. Bitte prüfen Sie noch einmal.")

    @property
    def heading(self) -> str:
        """What a change ends, above the list of changes."""
        if self.approval and self.approval.is_open:
            return _("Damit erlischt die Vorlage")
        return _("Damit erlischt die Freigabe")

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
