"""Forms to put somebody in charge, and to hand over."""

from collections.abc import Iterable

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.conflicts import version_of
from core.forms import CleanCharField, PickList
from partners.enums import NOBODY
from partners.models import Assignable, User
from partners.progress import account_label, accounts_with_absences
from partners.queries import Handover, accounts_to_choose, office_accounts
from partners.registry import assignable_kinds

NOBODY_KEY = "niemand"  # in forms, instead of the key of an account


def _choices(accounts: Iterable[User]) -> list[tuple[str, str]]:
    accounts = list(accounts)
    away = accounts_with_absences(accounts, timezone.localdate())
    return [(str(one.pk), away.get(one.pk) or account_label(one)) for one in accounts]


class ResponsibleForm(forms.Form):
    """Who is in charge of `record`: nobody, an account of the office, or whoever is at present."""

    account = forms.ChoiceField(label=_("Zuständig"), widget=PickList)
    version = CleanCharField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, record: Assignable, by: User):
        # Mostly somebody takes on what nobody is in charge of.
        present = record.responsible or by
        initial = {"account": str(present.pk), "version": version_of(record, ["responsible"])}
        super().__init__(data, initial=initial)
        chosen = type(record)._default_manager.filter(pk=record.pk)
        self.accounts = {str(account.pk): account for account in accounts_to_choose(chosen)}
        self.fields["account"].choices = [*_choices(self.accounts.values()), (NOBODY_KEY, NOBODY)]

    @property
    def responsible(self) -> User | None:
        return self.accounts.get(self.cleaned_data["account"])

    def adopt(self, record: Assignable) -> None:
        """Take the fingerprint of `record` as it is now, so that the next save overwrites it."""
        self.data = self.data.copy()
        self.data["version"] = version_of(record, ["responsible"])


class HandoverForm(forms.Form):
    """From whom, to whom, and which kinds of record. It is sent by GET, so its names are German."""

    von = forms.ChoiceField(label=_("Wer gibt ab?"), widget=PickList)
    an = forms.ModelChoiceField(
        label=_("Wer übernimmt?"),
        queryset=User.objects.none(),
        widget=PickList,
        empty_label=_("Bitte wählen"),
    )
    art = forms.MultipleChoiceField(
        label=_("Was wird übergeben?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Bitte kreuzen Sie an, was übergeben wird.")},
    )

    def __init__(self, data=None, *, ticked=None, **kwargs):
        super().__init__(data, **kwargs)
        self.ticked = ticked
        self.fields["an"].queryset = office_accounts()
        self.away = accounts_with_absences(office_accounts(), timezone.localdate())
        self.fields["an"].label_from_instance = lambda one: self.away.get(one.pk) or str(one)
        kinds = assignable_kinds()
        self.fields["art"].choices = [(kind.key, kind.label) for kind in kinds]
        if ticked is not None:
            # What was ticked in a list says it all.
            del self.fields["von"], self.fields["art"]
            return
        self.accounts = {
            str(account.pk): account
            for account in accounts_to_choose(*(kind.open_records() for kind in kinds))
        }
        names = _choices(self.accounts.values())
        self.fields["von"].choices = [("", _("Bitte wählen")), *names, (NOBODY_KEY, NOBODY)]

    def clean(self):
        values = super().clean()
        if "von" in values and values["von"] == str(getattr(values.get("an"), "pk", "")):
            self.add_error("an", _("Bitte wählen Sie jemand anderen als die Person, die abgibt."))
        return values

    @property
    def warning(self) -> str:
        """What to know of whoever takes over, "" unless they are away."""
        away = self.away.get(self.cleaned_data["an"].pk)
        return _("Bitte bedenken: %(who)s.") % {"who": away} if away else ""

    @property
    def handover(self) -> Handover:
        if self.ticked is not None:
            return Handover(list(self.ticked), ticked=self.ticked)
        return Handover(self.cleaned_data["art"], self.accounts.get(self.cleaned_data["von"]))
