"""Forms to release invitations and to settle who is invited."""

import datetime as dt
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import CleanCharField, DayField, DeadlineInput, GermanIntegerField, WarnedForm
from dialogues.models import Invitation
from dialogues.reminders import reminder_note
from partners.models import Person


class ReleaseForm(WarnedForm):
    """The deadline for replies, the number of invitations shown on the button, and what the page
    showed (`guest_list_version`).
    """

    rsvp_by = DayField(label=_("Antwort bis"), widget=DeadlineInput)
    expected = GermanIntegerField(widget=forms.HiddenInput)
    version = CleanCharField(required=False, widget=forms.HiddenInput)
    overrule_label = _("Trotzdem einladen")

    def __init__(self, *args, today: dt.date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rsvp_by"].help_text = reminder_note(self.initial["rsvp_by"], today)

    @property
    def values(self) -> dict:
        """The arguments of `release_invitations` that the page knows."""
        names = ("rsvp_by", "expected", "version")
        return {name: self.cleaned_data[name] for name in names} | {"heeded": self.heeded_keys}

    def expect(self, count: int, version: str) -> None:
        """Make the next submission confirm `count` invitations, those that are shown now."""
        # A bound form would repeat what was submitted.
        if self.is_bound:
            self.data = self.data.copy()
            self.data["expected"], self.data["version"] = count, version


class ResendForm(forms.Form):
    """Whether the personal link that went to another address stays valid."""

    keep_link = forms.BooleanField(
        label=_("Bisherigen Link gültig lassen"),
        required=False,
        help_text=_("Nur wenn der Gast beide Adressen hat."),
    )


class SubstituteForm(forms.Form):
    """Who is invited to the new date: the guest, or the contact of whoever represented them."""

    GUEST = "guest"

    choice = forms.ChoiceField(
        label=_("Wer wird eingeladen?"), widget=forms.RadioSelect(attrs={"class": "choices--cards"})
    )

    def __init__(self, *args, invitation: Invitation, people: Iterable[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        guest = gettext("%(guest)s (Gast)") % {"guest": invitation.person.name}
        labels = [(pk, self._label(person)) for pk, person in self.people.items()]
        # The guest comes last: by default, whoever represented them is invited to the new date.
        self.fields["choice"].choices = [*labels, (self.GUEST, guest)]

    @staticmethod
    def _label(person: Person) -> str:
        listed = gettext("steht schon auf der Liste") if person.is_listed else ""
        return ", ".join(filter(None, [person.name, person.function, person.email, listed]))

    @property
    def person(self) -> Person | None:
        """The contact chosen; None for the guest."""
        return self.people.get(self.cleaned_data["choice"])
