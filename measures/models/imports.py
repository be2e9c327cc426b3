"""Uploaded files of measures, kept from the preview to the confirmation and for undoing it."""

import datetime as dt

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.roles import is_office
from measures.enums import WORKED_STATES, WRITING_STATES, ImportState

# Longer than a worker takes from one sign of life to the next.
IMPORT_STALE_AFTER = dt.timedelta(minutes=2)
WITHOUT_EFFECT = (
    ImportState.READING,
    ImportState.UNREADABLE,
    ImportState.PREPARED,
    ImportState.APPLYING,
    ImportState.DISCARDED,
)


class MeasureImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office only: files contain internal notes."""
        return self if is_office(user) else self.none()

    def being_worked_on(self):
        return self.filter(state__in=WORKED_STATES).order_by("pk")

    def newest_first(self):
        return self.order_by("-uploaded_at", "-pk")


class MeasureImport(models.Model):
    """A file that the office uploaded, and how far a worker is with it.

    `upload` is the file until it is read, `content` what its cells say
    (`measures.queries.imports.tables`), emptied once the import is applied or discarded. `shown` is
    the preview and `version` its fingerprint. `choices` says by conflict who is right, "" while
    nobody has decided. `effects` is what applying did, for undoing it. `counts` is for lists.
    """

    file_name = models.CharField(_("Datei"), max_length=120)
    state = models.CharField(
        _("Stand"), max_length=10, choices=ImportState, default=ImportState.READING
    )
    # In the database, so that it comes and goes with the record; no file is left behind.
    upload = models.BinaryField(default=b"", blank=True)
    content = models.JSONField(default=dict, blank=True)
    shown = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    version = models.CharField(max_length=40, blank=True, editable=False)
    choices = models.JSONField(default=dict, blank=True)
    effects = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    counts = models.JSONField(default=dict, blank=True)
    # Why it cannot be read, or was not applied or undone.
    note = models.TextField(_("Grund"), blank=True, editable=False)
    # The last sign of life of a worker in the database. While it writes, the cache has later ones.
    touched_at = models.DateTimeField(_("zuletzt daran gearbeitet"))
    # How many workers took up what is to be done now; 0 while it waits for the first.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    uploaded_at = models.DateTimeField(_("hochgeladen am"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("hochgeladen von"),
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bestätigt von"),
    )
    applied_at = models.DateTimeField(_("übernommen am"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rückgängig gemacht von"),
    )
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
                condition=Q(state__in=WITHOUT_EFFECT) ^ Q(applied_at__isnull=False),
                name="measureimport_applied_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.UNDONE) ^ Q(undone_at__isnull=True),
                name="measureimport_undone_has_its_time",
            ),
            # The same entry for each of them, so that there is at most one.
            models.UniqueConstraint(
                Value(1),
                condition=Q(state__in=WRITING_STATES),
                name="measureimport_one_writes",
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

    @property
    def is_worked_on(self) -> bool:
        return self.state in WORKED_STATES

    def is_abandoned(self, now: dt.datetime, seen_at: dt.datetime | None = None) -> bool:
        """Return whether nobody is at it, although somebody should; `seen_at` is a sign of life
        that the database does not know of.
        """
        latest = max(self.touched_at, seen_at) if seen_at else self.touched_at
        return self.is_worked_on and latest < now - IMPORT_STALE_AFTER
