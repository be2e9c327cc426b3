"""Forms for organisations, people, accounts, deputies and distribution lists."""

from operator import attrgetter

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm, VersionedForm, version_of
from core.forms import (
    CleanCharField,
    CleanEmailField,
    DayField,
    PickList,
    WarnedForm,
    formfield_for,
    offer,
    put_first,
    recently_used,
)
from core.roles import SENATOR_OFFICE
from outbox.rendering.headers import validate_address
from partners.enums import NOBODY, ROLE_LABELS, Salutation
from partners.models import Assignable, DistributionList, Organisation, Person, Sector, User
from partners.permissions import can_manage_partners
from partners.progress import account_label
from partners.queries import Handover, accounts_to_choose, office_accounts
from partners.registry import assignable_kinds, kind_choices
from partners.services import lists, organisations, people, privacy
from partners.services.accounts import ACCOUNT_FIELDS, ROLE_REQUIRED

NOBODY_KEY = "niemand"  # in forms, instead of the key of an account


class OrganisationForm(VersionedForm, WarnedForm):
    sectors = forms.ModelMultipleChoiceField(
        label=_("Branchen"),
        queryset=Sector.objects.order_by("name", "pk"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organisation
        fields = organisations.FIELDS
        formfield_callback = formfield_for
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "short_name": _("Zum Beispiel „IHK Berlin“. Er steht in Listen, wo wenig Platz ist."),
            "is_active": _("Ohne Haken wird die Organisation nicht mehr zur Auswahl angeboten."),
        }
        error_messages = {"name": {"unique": organisations.NAME_TAKEN}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.overrule_label = _("Trotzdem anlegen")
        # An empty group of check boxes would only confuse; the office adds sectors later.
        if not self.fields["sectors"].queryset.exists():
            del self.fields["sectors"]

    def _post_clean(self):
        super()._post_clean()
        if self.has_error("name", "unique"):
            # Shows the other one; the same name cannot be used twice.
            same = Organisation.objects.filter(name=self.data.get("name", "").strip())
            self.concerns, self.overrule_label = organisations.concerns_about(same), ""


class PersonForm(VersionedForm, WarnedForm):
    """A contact with the internal note, which only the office may read."""

    class Meta:
        model = Person
        fields = people.FIELDS
        formfield_callback = formfield_for
        widgets = {
            "salutation": forms.RadioSelect(attrs={"class": "choices--inline"}),
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "title": _("So, wie er in der Anrede steht: „Dr.“ oder „Prof. Dr.“."),
            "family_name": _(
                "Ist nur die Funktion bekannt, steht sie hier, zum Beispiel „Leitung des Werks“."
            ),
            "letter_salutation": _(
                "Leer: aus Anrede, Titel und Namen, zum Beispiel „Sehr geehrte Frau Dr. …“. Das "
                "Komma setzt das Portal."
            ),
            "notes": _("Nur für die Geschäftsstelle sichtbar."),
            "is_active": _("Ohne Haken wird die Person nicht mehr zur Auswahl angeboten."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.overrule_label = _("Trotzdem anlegen")
        # Django accepts addresses that the portal cannot write to, such as quoted ones.
        self.fields["email"].validators.append(validate_address)
        in_order = Organisation.objects.order_by("search", "pk")
        offer(self, "organisation", in_order, Q(is_active=True))
        recent = recently_used(Person.objects, "organisation")
        put_first(self.fields["organisation"], recent, _("Zuletzt gewählt"))
        self.fields["organisation"].empty_label = _("keine Organisation")


class KeepForm(SeenForm):
    """Until when and why somebody is kept longer than others."""

    until = DayField(
        label=_("Behalten bis"),
        required=False,
        help_text=_("Leer: nicht länger als andere."),
    )
    reason = CleanCharField(
        label=_("Grund"),
        max_length=200,
        required=False,
        help_text=_("Zum Beispiel ein laufendes Verfahren. Nur für die Geschäftsstelle sichtbar."),
    )

    def __init__(self, *args, instance: Person, **kwargs):
        initial = {"until": instance.kept_until, "reason": instance.kept_reason}
        fields = privacy.KEPT_FIELDS
        super().__init__(*args, instance=instance, seen_fields=fields, initial=initial, **kwargs)

    @property
    def values(self) -> dict:
        """The arguments `until`, `reason` and `seen` of `keep_person`."""
        given = {name: self.cleaned_data[name] for name in ("until", "reason")}
        return given | {"seen": self.version_shown}


class ErasureForm(forms.Form):
    """The fingerprint of what the page showed before somebody is anonymised."""

    version = CleanCharField(widget=forms.HiddenInput)

    def show_version(self, version: str) -> None:
        self.data = self.data.copy()
        self.data["version"] = self.initial["version"] = version


class MergeForm(forms.Form):
    """Which value of two entries of the same person stays, for each field in which they differ."""

    version = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, source: Person, target: Person, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {"target": target, "source": source}
        # Both notes stay.
        for name in people.FIELDS:
            field = Person._meta.get_field(name)
            shown = {key: in_words(person, name) for key, person in self.people.items()}
            if name == "notes" or shown["target"] == shown["source"]:
                continue
            choices = [(key, words or _("nichts")) for key, words in shown.items()]
            # The entry that stays keeps what it has; an empty field tells nothing.
            initial = "target" if is_filled(target, name) else "source"
            self.fields[name] = forms.ChoiceField(
                label=field.verbose_name,
                choices=choices,
                initial=initial,
                widget=forms.RadioSelect,
            )

    @property
    def values(self) -> dict:
        """The chosen values; before the form was sent, those it proposes."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {
            name: getattr(self.people[chosen.get(name, self.fields[name].initial)], name)
            for name in self.fields
            if name != "version"
        }

    def show_version(self, version: str) -> None:
        """Send `version` with the form."""
        self.initial["version"] = version
        if self.is_bound:
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = version


def in_words(person: Person, name: str) -> str:
    """Return the value of a field as pages show it."""
    value = getattr(person, name)
    if isinstance(value, bool):
        return gettext("ja") if value else gettext("nein")
    choices = dict(Person._meta.get_field(name).flatchoices)
    return str(choices.get(value, value or ""))


def is_filled(person: Person, name: str) -> bool:
    value = getattr(person, name)
    return bool(value) and value != Salutation.NEUTRAL


class DistributionListForm(VersionedForm):
    """Name and purpose of a list; its members have a page of their own."""

    class Meta:
        model = DistributionList
        fields = lists.FIELDS
        formfield_callback = formfield_for
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"unique": lists.NAME_TAKEN}}


class AccountForm(WarnedForm):
    """Address and roles of an account, for the invitation and for later changes."""

    email = CleanEmailField(
        validators=[validate_address],
        label=_("E-Mail"),
        help_text=_(
            "Mit dieser Adresse meldet sich die Person an. Jede Adresse hat nur ein Konto."
        ),
    )
    roles = forms.MultipleChoiceField(
        label=_("Rollen"),
        choices=list(ROLE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Bitte nur so viel wie nötig. Die Rolle Partner gilt für die Organisation der Person."
        ),
        error_messages={"required": ROLE_REQUIRED},
    )
    is_office_head = forms.BooleanField(
        label=_("Leitung der Geschäftsstelle"),
        required=False,
        help_text=_(
            "Nur mit der Rolle Geschäftsstelle. Wer sie leitet, erfährt von Freigaben, die liegen "
            "bleiben."
        ),
    )

    @property
    def values(self) -> dict:
        """The arguments of the account services."""
        return {
            "email": self.cleaned_data["email"],
            "roles": self.cleaned_data["roles"],
            "is_office_head": self.cleaned_data["is_office_head"],
            "heeded": self.heeded_keys,
        }


class ChangeAccountForm(SeenForm, AccountForm):
    """Address and roles of the account `instance`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, seen_fields=ACCOUNT_FIELDS, **kwargs)


class DeputyForm(forms.Form):
    """A deputy of `principal`: person, days and, if they decide on approvals, kinds of approval."""

    deputy = forms.ModelChoiceField(
        label=_("Wer vertritt?"),
        queryset=Person.objects.none(),
        widget=PickList,
        empty_label=_("Bitte wählen"),
        help_text=_("Zur Auswahl stehen Personen mit aktivem Konto."),
    )
    starts_on = DayField(label=_("Erster Tag"))
    ends_on = DayField(
        label=_("Letzter Tag"), required=False, help_text=_("Leer: bis auf Weiteres.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Nur für diese Freigaben"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--inline"}),
        help_text=_("Nichts angekreuzt: für alle Freigaben."),
    )

    def __init__(self, *args, principal: Person, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        deputy = self.fields["deputy"]
        deputy.queryset = _possible_deputies(principal, by)
        deputy.label_from_instance = attrgetter("name_with_organisation")
        self.fields["kinds"].choices = kind_choices()
        # Only the senator's office decides on approvals, so only its deputies can be limited.
        account = getattr(principal, "user", None)
        if account is None or SENATOR_OFFICE not in account.own_roles:
            del self.fields["kinds"]
        else:
            self.fields["ends_on"].help_text = _(
                "Leer: bis auf Weiteres; an Freigaben wird die Vertretung dann erst nach Ablauf "
                "der Frist erinnert, mit einem letzten Tag von Anfang an."
            )

    @property
    def values(self) -> dict:
        """The arguments `deputy`, `starts_on`, `ends_on` and perhaps `kinds` of `create_deputy`."""
        return self.cleaned_data


class PasswordForm(SetPasswordForm):
    """The first password, twice, with the rules for it."""


def _possible_deputies(principal: Person, by: User) -> QuerySet[Person]:
    """Return the people with an active account; users outside the office choose a colleague."""
    people = Person.objects.visible_to(by)
    if not can_manage_partners(by):
        people = Person.objects.filter(
            organisation__isnull=False, organisation_id=by.organisation_id
        )
    # Nobody can appoint themselves as deputy; the service enforces this too.
    people = people.filter(user__is_active=True).exclude(pk__in=[principal.pk, by.person_id])
    return people.select_related("organisation").order_by("sort_name", "search", "pk")


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
        names = [(key, account_label(account)) for key, account in self.accounts.items()]
        self.fields["account"].choices = [*names, (NOBODY_KEY, NOBODY)]

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
        names = [(key, account_label(account)) for key, account in self.accounts.items()]
        self.fields["von"].choices = [("", _("Bitte wählen")), *names, (NOBODY_KEY, NOBODY)]

    def clean(self):
        values = super().clean()
        if "von" in values and values["von"] == str(getattr(values.get("an"), "pk", "")):
            self.add_error("an", _("Bitte wählen Sie jemand anderen als die Person, die abgibt."))
        return values

    @property
    def handover(self) -> Handover:
        if self.ticked is not None:
            return Handover(list(self.ticked), ticked=self.ticked)
        return Handover(self.cleaned_data["art"], self.accounts.get(self.cleaned_data["von"]))
