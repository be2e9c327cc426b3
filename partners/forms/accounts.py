"""Forms for accounts and deputies."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from core.roles import SENATOR_OFFICE
from outbox.rendering.headers import validate_address
from partners.enums import ROLE_LABELS
from partners.models import Person, User
from partners.permissions import can_manage_partners
from partners.registry import kind_choices


class AccountForm(forms.Form):
    """Address and roles of an account, and whether it leads the office: for the invitation and for
    changes later.
    """

    email = forms.EmailField(
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
        error_messages={"required": _("Bitte wählen Sie mindestens eine Rolle.")},
    )
    is_office_head = forms.BooleanField(
        label=_("Leitung der Geschäftsstelle"),
        required=False,
        help_text=_(
            "Nur mit der Rolle Geschäftsstelle. Wer sie leitet, erfährt von Freigaben, die liegen "
            "bleiben."
        ),
    )


class DeputyForm(forms.Form):
    """Who acts for `principal`, from when to when; for whom decides on approvals, also on which
    kinds of them.
    """

    deputy = forms.ModelChoiceField(
        label=_("Wer vertritt?"),
        queryset=Person.objects.none(),
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
        people = Person.objects.visible_to(by) if can_manage_partners(by) else colleagues_of(by)
        people = people.filter(user__is_active=True).exclude(pk__in=[principal.pk, by.person_id])
        self.fields["deputy"].queryset = people.select_related("organisation").order_by(
            "search", "pk"
        )
        self.fields["deputy"].label_from_instance = label_person
        self.fields["kinds"].choices = kind_choices()
        account = getattr(principal, "user", None)
        if account is None or SENATOR_OFFICE not in account.own_roles:
            del self.fields["kinds"]
        else:
            self.fields["ends_on"].help_text = _(
                "Leer: bis auf Weiteres; an Freigaben wird die Vertretung dann erst nach Ablauf "
                "der Frist erinnert, "
                "mit einem letzten Tag von Anfang an."
            )


class PasswordForm(SetPasswordForm):
    """The first password, twice, with the rules for it."""


def colleagues_of(account: User):
    """Return whom somebody may name as deputy without the office: people of the own organisation."""
    return Person.objects.filter(
        organisation__isnull=False, organisation_id=account.organisation_id
    )


def label_person(person: Person) -> str:
    """Return name and organisation in one line."""
    return f"{person.name} ({person.organisation.label})" if person.organisation else person.name
