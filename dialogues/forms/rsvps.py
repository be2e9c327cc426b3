"""Forms for replies, given by guests or entered by the office."""

from collections.abc import Collection

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.forms import CleanCharField, CleanEmailField, GermanIntegerField
from dialogues.enums import RsvpState
from dialogues.models import Invitation, Rsvp
from dialogues.queries import Seats
from dialogues.services.rsvps import (
    ADDRESS_OF_GUEST,
    GIVEN_RSVPS,
    MAX_PARTY,
    OWN_ADDRESS,
    RSVP_FIELDS,
    RSVP_MISSING,
    SUBSTITUTE_MISSING,
    TOO_MANY_SUBSTITUTES,
    is_own_address,
    names_too_many,
)
from outbox.rendering.headers import validate_address

# The page shows these in a <details>, which is open only if they contain something.
FOLDED_FIELDS = ("party", "remark", "shares_rsvp")
SUBSTITUTE_FIELDS = ("substitute_name", "substitute_function", "substitute_email")


class RsvpField(forms.ChoiceField):
    """Takes each reply, also one that is not shown: what is possible may change after the page was
    opened, and the service then says why not.
    """

    def valid_value(self, value) -> bool:
        return value in GIVEN_RSVPS


class RsvpForm(SeenForm):
    """A guest's reply. The substitute's name is required only if the guest is represented."""

    LABELS = {
        RsvpState.ACCEPTED: _("Zusage: Ich nehme teil."),
        RsvpState.TENTATIVE: _("Vorbehalt: Ich weiß es noch nicht sicher."),
        RsvpState.WAITING: _("Warteliste: Ich möchte nachrücken."),
        RsvpState.DECLINED: _("Absage: Ich kann nicht teilnehmen."),
        RsvpState.REPRESENTED: _("Vertretung: Es kommt jemand anderes für mich."),
    }

    own_address = OWN_ADDRESS
    limits_substitutes = True

    rsvp = RsvpField(
        label=_("Ihre Antwort"),
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
        error_messages={"required": RSVP_MISSING},
    )
    party = GermanIntegerField(
        label=_("Wie viele Personen kommen?"),
        min_value=1,
        max_value=MAX_PARTY,
        required=False,
        help_text=_("Sie selbst oder Ihre Vertretung mitgezählt."),
    )
    substitute_name = CleanCharField(label=_("Name der Vertretung"), max_length=150, required=False)
    substitute_function = CleanCharField(
        label=_("Funktion der Vertretung"), max_length=150, required=False
    )
    substitute_email = CleanEmailField(
        label=_("E-Mail der Vertretung"),
        required=False,
        validators=[validate_address],
        help_text=_("Dorthin geht eine Nachricht mit Termin und Ort."),
    )
    remark = CleanCharField(
        label=_("Nachricht an die Geschäftsstelle"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shares_rsvp = forms.BooleanField(
        label=_("Andere Gäste dürfen sehen, dass ich teilnehme."), required=False
    )

    def __init__(self, *args, invitation: Invitation, seats: Seats, **kwargs):
        has_replied = invitation.rsvp != RsvpState.OPEN
        # An open invitation preselects nothing: a reply must be a choice, not a default.
        initial = {name: getattr(invitation, name) for name in Rsvp._fields} | (
            {} if has_replied else {"rsvp": ""}
        )
        shown = {"instance": invitation, "seen_fields": RSVP_FIELDS}
        super().__init__(*args, initial=initial, **shown, **kwargs)
        shown_rsvps = self.rsvps_to_choose(invitation, seats)
        self.fields["rsvp"].choices = [
            (rsvp, label) for rsvp, label in self.LABELS.items() if rsvp in shown_rsvps
        ]
        # Marked as required on the empty form, where the legend says "only with a substitute".
        self.fields["substitute_name"].required = not self.is_bound or self._is_represented
        self.fields["substitute_name"].error_messages["required"] = SUBSTITUTE_MISSING

    def rsvps_to_choose(self, invitation: Invitation, seats: Seats) -> Collection[RsvpState]:
        """Return the replies to show: an offer is taken or not, and a full house makes one wait."""
        if seats.offer:
            return {RsvpState.ACCEPTED, RsvpState.DECLINED, RsvpState.REPRESENTED}
        if seats.most <= 0:
            return {RsvpState.WAITING, RsvpState.TENTATIVE, RsvpState.DECLINED}
        hidden = set() if invitation.rsvp == RsvpState.WAITING else {RsvpState.WAITING}
        return self.LABELS.keys() - hidden

    def clean_substitute_email(self):
        email = self.cleaned_data["substitute_email"]
        if self._is_represented and is_own_address(self.instance, email):
            raise forms.ValidationError(self.own_address)
        is_limited = self._is_represented and self.limits_substitutes
        if is_limited and names_too_many(self.instance, email):
            raise forms.ValidationError(TOO_MANY_SUBSTITUTES)
        return email

    def clean(self):
        """Drop input about a substitute, valid or not, unless the guest is represented."""
        values = super().clean()
        if not self._is_represented:
            # Without JavaScript the fields stay visible, so leftovers of another choice are normal.
            for name in SUBSTITUTE_FIELDS:
                self.errors.pop(name, None)
                values[name] = ""
        return values

    @property
    def opens_more(self) -> bool:
        """Whether the folded fields contain something that the guest must see."""
        return any(
            self[name].errors or self[name].value() not in ("", None, 1, "1", False)
            for name in FOLDED_FIELDS
        )

    @property
    def _is_represented(self) -> bool:
        return self.data.get(self.add_prefix("rsvp")) == RsvpState.REPRESENTED

    @property
    def rsvp_details(self) -> Rsvp:
        values = {name: self.cleaned_data[name] for name in Rsvp._fields}
        return Rsvp(**values | {"party": values["party"] or 1})


class OfficeRsvpForm(RsvpForm):
    """A reply given by phone and entered by the office."""

    LABELS = {rsvp: rsvp.label for rsvp in GIVEN_RSVPS}
    own_address = ADDRESS_OF_GUEST
    limits_substitutes = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rsvp"].label = _("Antwort")
        self.fields["party"].help_text = _("Der Gast oder die Vertretung mitgezählt.")
        self.fields["remark"].label = _("Nachricht des Gastes")
        self.fields["shares_rsvp"].label = _("Andere Gäste dürfen die Teilnahme sehen.")

    def rsvps_to_choose(self, invitation: Invitation, seats: Seats) -> Collection[RsvpState]:
        return GIVEN_RSVPS
