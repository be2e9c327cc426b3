"""Distribution lists."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.folding import has_words
from core.history import RelatedHistory
from core.models import Origin
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from partners.models.people import Person


class DistributionListQuerySet(models.QuerySet):
    def visible_to(self, user):
        # A list contains contacts of several organisations, which partners must not see.
        return self if has_role(user, OFFICE, SENATOR_OFFICE) else self.none()

    def matching(self, words: str):
        """Find lists by name and purpose, in Python: there are too few for a folded column."""
        texts = self.values_list("pk", "name", "description")
        return self.filter(pk__in=[pk for pk, *parts in texts if has_words(words, *parts)])


class DistributionList(models.Model):
    """*Verteiler*: a named set of people from which a guest list can be filled."""

    name = models.CharField(_("Name"), max_length=120, unique=True)
    description = models.TextField(_("Zweck"), blank=True)
    members = models.ManyToManyField(
        Person, verbose_name=_("Personen"), blank=True, related_name="distribution_lists"
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    # With members: people later ask who was on the list when a dialogue was prepared.
    history = RelatedHistory(m2m_fields=[members])
    objects = DistributionListQuerySet.as_manager()

    class Meta:
        verbose_name = _("Verteiler")
        verbose_name_plural = _("Verteiler")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:distribution_list", args=[self.pk])
