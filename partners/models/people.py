"""People as contacts of the office; only some of them have an account."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField, fold, matching
from core.models import Origin
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role
from outbox.rendering.headers import spellings_of, without_closing_mark
from partners.enums import Salutation
from partners.models.organisations import Organisation

# Active contacts with an e-mail address.
REACHABLE = Q(is_active=True) & ~Q(email="")
# The name of people whose data was deleted; their invitations and counts stay.
ANONYMOUS = _("Person (gelöscht)")
# Parts before a family name that lists ignore, as German registers do (DIN 5007-2).
NAME_PREFIXES = frozenset(
    "von vom zu zum zur van der den dem de del della dos du da das di des la ten ter und".split()
)
TITLES = frozenset(
    "dr dr. prof prof. pd dipl. ing. mag. h. c. h.c. med. jur. phil. rer. nat. oec. pol.".split()
)


def at_address(*emails: str) -> Q:
    """Return the condition of people whose contact or account has one of `emails`, in whichever
    spelling.
    """
    condition = Q(pk__in=[])
    for spelling in spellings_of(*emails):
        condition |= Q(email__iexact=spelling) | Q(user__email=spelling)
    return condition


def sorting_name(family_name: str) -> str:
    """Return `Heide` for `Dr. von der Heide`; a name of nothing but prefixes stays as it is."""
    words = family_name.split()
    for index, word in enumerate(words):
        word = word.lower()
        if word not in NAME_PREFIXES | TITLES and not word.startswith(("dipl.-", "dr.-")):
            return " ".join(words[index:])
    return family_name


class SortNameField(FoldedField):
    """The folded family name without prefixes and titles, then the given name."""

    def folded(self, model_instance: models.Model) -> str:
        family, *others = (str(getattr(model_instance, name) or "") for name in self.sources)
        return fold(" ".join(filter(None, [sorting_name(family), *others])))


def full_name(title: str, given_name: str, family_name: str) -> str:
    return " ".join(filter(None, [title, given_name, family_name]))


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

    def known(self):
        """Leave out people whose data was deleted; they all look alike."""
        return self.filter(anonymised_at__isnull=True)

    def reachable(self):
        return self.filter(REACHABLE)


class Person(models.Model):
    """A contact of the office. Most never get an account.

    Somebody known by function only has it as family name, such as `Leitung des Werks`. In the demo
    and in tests everybody is, never an invented person.
    """

    salutation = models.CharField(
        _("Anrede"), max_length=8, choices=Salutation, default=Salutation.NEUTRAL
    )
    title = models.CharField(_("Titel"), max_length=40, blank=True)
    given_name = models.CharField(_("Vorname"), max_length=100, blank=True)
    family_name = models.CharField(_("Familienname"), max_length=150)
    letter_salutation = models.CharField(_("Anrede im Brief"), max_length=150, blank=True)
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
    # Set by the office to keep somebody beyond PERSONAL_DATA_MONTHS.
    kept_until = models.DateField(_("behalten bis"), null=True, blank=True, editable=False)
    kept_reason = models.CharField(_("Grund"), max_length=200, blank=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymisiert am"), null=True, editable=False)
    search = FoldedField(sources=("given_name", "family_name", "title", "function", "email"))
    sort_name = SortNameField(sources=("family_name", "given_name"))

    # The folded columns are derived from other fields, so they have no history.
    history = HistoricalRecords(excluded_fields=["search", "sort_name"])
    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("Personen")
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_until__isnull=True, kept_reason="")
                | Q(kept_until__isnull=False) & ~Q(kept_reason=""),
                name="person_is_kept_for_a_reason",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:person", args=[self.pk])

    @property
    def name(self) -> str:
        """Title, given and family name: `Dr. Vorname Nachname`."""
        return full_name(self.title, self.given_name, self.family_name)

    @property
    def name_with_organisation(self) -> str:
        """`Dr. Vorname Nachname (Kurzname)`."""
        return f"{self.name} ({self.organisation.label})" if self.organisation else self.name

    @property
    def greeting(self) -> str:
        """The first line of a mail, without the comma."""
        return without_closing_mark(self.letter_salutation) or self.greeting_by_name

    @property
    def greeting_by_name(self) -> str:
        """The greeting that `letter_salutation` overrides."""
        addressed = " ".join(filter(None, [self.title, self.family_name]))
        if self.salutation == Salutation.MS:
            return gettext("Sehr geehrte Frau %(name)s") % {"name": addressed}
        if self.salutation == Salutation.MR:
            return gettext("Sehr geehrter Herr %(name)s") % {"name": addressed}
        # Without title and given name it may be a function, which nobody is greeted by.
        if self.title or self.given_name:
            return gettext("Guten Tag %(name)s") % {"name": self.name}
        return gettext("Guten Tag")

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class FormerPerson(models.Model):
    """*Früherer Eintrag*: a person that was merged into another one.

    Its page and its history are found under `number`, the former primary key.
    """

    number = models.PositiveBigIntegerField(unique=True)
    name = models.CharField(_("Name"), max_length=300)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="former_entries", verbose_name=_("Person")
    )
    merged_at = models.DateTimeField(_("zusammengeführt am"))

    class Meta:
        verbose_name = _("früherer Eintrag")
        verbose_name_plural = _("frühere Einträge")

    def __str__(self):
        return self.name
