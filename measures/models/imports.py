"""Uploaded files of measures, kept from the preview to the confirmation and for undoing it."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.roles import is_office
from measures.enums import ImportState


class MeasureImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office only: files contain internal notes."""
        return self if is_office(user) else self.none()

    def newest_first(self):
        return self.order_by("-uploaded_at", "-pk")


class MeasureImport(models.Model):
    """A file that the office uploaded.

    `content` is what its cells say (`measures.queries.imports.tables`), emptied once the import is
    applied or discarded. `effects` is what applying it did, for undoing it. `counts` is for lists.
    """

    file_name = models.CharField(_("Datei"), max_length=120)
    state = models.CharField(
        _("Stand"), max_length=10, choices=ImportState, default=ImportState.PREPARED
    )
    content = models.JSONField(default=dict, blank=True)
    effects = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    counts = models.JSONField(default=dict, blank=True)
    uploaded_at = models.DateTimeField(_("hochgeladen am"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("hochgeladen von"),
    )
    applied_at = models.DateTimeField(_("übernommen am"), null=True, blank=True)
    undone_at = models.DateTimeField(_("rückgängig gemacht am"), null=True, blank=True)

    objects = MeasureImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("Import")
        verbose_name_plural = _("Importe")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="measureimport_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=(ImportState.PREPARED, ImportState.DISCARDED))
                ^ Q(applied_at__isnull=False),
                name="measureimport_applied_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.UNDONE) ^ Q(undone_at__isnull=True),
                name="measureimport_undone_has_its_time",
            ),
        ]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("measures:import", args=[self.pk])

    @property
    def is_prepared(self) -> bool:
        return self.state == ImportState.PREPARED

    @property
    def is_applied(self) -> bool:
        return self.state == ImportState.APPLIED
