"""Forms warn before they are saved in a way that lets an approval lapse."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from approvals.queries import request_in_force
from approvals.versions import Change, Fact, differences, essentials_of, name_essentials

CONFIRMED = "lapse"  # the field of a form that says that the user was asked


class LapseGuard:
    """Knows what the approval of a subject hangs on, and asks once before a form changes it.

    Make it before the form is checked, since checking a form writes what was typed into its row.
    """

    def __init__(self, kind: str, facts: tuple[Fact, ...], subject):
        self.facts = facts
        self.request = request_in_force(kind, subject.pk)
        self.before = essentials_of(facts, subject) if self.request else []
        self.changes: list[Change] = []

    def asks(self, data: Mapping, changed) -> bool:
        """Say whether saving the row `changed` lets the approval lapse and the user was not asked
        yet.
        """
        if self.request is None or CONFIRMED in data:
            return False
        self.changes = differences(self.before, essentials_of(self.facts, changed))
        return bool(self.changes)

    @property
    def notice(self) -> str:
        """What stands above the form from the beginning; empty where nothing can lapse."""
        if self.request is None:
            return ""
        if self.request.is_open:
            text = _(
                "Das liegt zur Freigabe vor. Wenn Sie eine dieser Angaben ändern, erlischt die "
                "Vorlage: %(what)s."
            )
        else:
            text = _(
                "Das ist freigegeben. Wenn Sie eine dieser Angaben ändern, erlischt die Freigabe: "
                "%(what)s."
            )
        return text % {"what": name_essentials(self.facts)}
