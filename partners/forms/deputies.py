from operator import attrgetter

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import DayField, PickList
from core.roles import SENATOR_OFFICE
from partners.models import Person, User
from partners.permissions import INSIDE_ROLES, can_manage_partners
from partners.registry import kind_choices


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
        if not deputy.queryset.exists():
            deputy.help_text = _(
                "Aus diesem Haus hat niemand sonst ein Konto. Die Geschäftsstelle kann jemanden "
                "einladen; danach steht die Person hier zur Auswahl."
            )
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


def _possible_deputies(principal: Person, by: User) -> QuerySet[Person]:
    """Return the people with an active account; users outside the office choose a colleague."""
    colleagues = Q(organisation__isnull=False, organisation_id=principal.organisation_id)
    people = Person.objects.visible_to(by)
    if not can_manage_partners(by):
        people = Person.objects.filter(colleagues)
    # The same rule for a list as `can_act_for` for one person.
    account = getattr(principal, "user", None)
    if lent := account and account.own_roles & INSIDE_ROLES:
        holders = Person.objects.all()
        for role in lent:
            holders = holders.filter(user__groups__name=role)
        insiders = Person.objects.filter(user__groups__name__in=INSIDE_ROLES)
        colleagues &= ~Q(pk__in=insiders.values("pk"))
        people = people.filter(colleagues | Q(pk__in=holders.values("pk")))
    # Nobody can appoint themselves as deputy; the service enforces this too.
    people = people.filter(user__is_active=True).exclude(pk__in=[principal.pk, by.person_id])
    return people.select_related("organisation").order_by("sort_name", "search", "pk")
