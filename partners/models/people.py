"""People as contacts of the office; only some of them have an account."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField, matching
from core.models import Origin
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role
from partners.models.organisations import Organisation


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Partners: themselves and contacts of organisations they
        speak for.
        """
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if has_role(user, PARTNER):
            return self.filter(Q(pk=user.person_id) | Q(organisation_id__in=user.organisation_ids))
        return self.none()

    def matching(self, words: str):
        """Find people by their own text and the name of their organisation."""
        # Both together, so that `leitung mueller` finds the head of a department at Müller.
        return self.filter(matching(words, "search", "organisation__search"))

    def reachable(self):
        """Active contacts with an e-mail address."""
        return self.filter(is_active=True).exclude(email="")


class Person(models.Model):
    """A contact of the office. Most never get an account.

    In the demo and in tests the name is a role, never an invented person.
    """

    name = models.CharField(_("Name"), max_length=150)
    salutation = models.CharField(
        _("Anrede im Brief"),
        max_length=150,
        blank=True,
        help_text=_(
            "So beginnt jede E-Mail, zum Beispiel „Sehr geehrte Frau Dr. …“. Leer: „Guten Tag“."
        ),
    )
    function = models.CharField(_("Funktion"), max_length=150, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("Organisation"),
    )
    email = models.EmailField(_("E-Mail"), blank=True)
    phone = models.CharField(_("Telefon"), max_length=50, blank=True)
    notes = models.TextField(_("interner Vermerk"), blank=True)
    is_active = models.BooleanField(_("aktiv"), default=True)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)
    search = FoldedField(sources=("name", "function", "email"))

    # `search` is derived from other fields, so it has no history.
    history = HistoricalRecords(excluded_fields=["search"])
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("Personen")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:person", args=[self.pk])

    @property
    def greeting(self) -> str:
        """The first line of a mail, without the comma."""
        return self.salutation or str(_("Guten Tag"))

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO
