"""Filters of the list that somebody keeps under a name."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.folding import FoldedField


class SavedFilterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everyone sees their own."""
        return self.filter(user=user.pk)


class SavedFilter(models.Model):
    """A filtered list of measures under a name of the user's own (*Ansicht*). It never changes."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(_("Name"), max_length=60)
    # As in the address of the list, without page and ticks.
    query = models.CharField(max_length=2000, blank=True, editable=False)
    search = FoldedField(sources=("name",))

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("Ansicht")
        verbose_name_plural = _("Ansichten")
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="savedfilter_name_once_a_user")
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        url = reverse("measures:list")
        return f"{url}?{self.query}" if self.query else url
