"""Press slots of a visit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import format_moment
from core.models import Origin
from media_visits.enums import PressKind
from media_visits.models.visits import Visit


class PressSlot(models.Model):
    """When and how the press may accompany a visit. A visit has none, one or several."""

    visit = models.ForeignKey(
        Visit, on_delete=models.CASCADE, related_name="press_slots", verbose_name=_("Besuch")
    )
    kind = models.CharField(
        _("Art"), max_length=12, choices=PressKind, default=PressKind.WORD_PICTURE
    )
    starts_at = models.DateTimeField(_("Beginn"), null=True, blank=True)
    be_there_by = models.DateTimeField(_("Eintreffen bis"), null=True, blank=True)
    meeting_point = models.CharField(_("Treffpunkt"), max_length=200, blank=True)
    expected_pictures = models.CharField(
        _("Erwartbare Bilder"),
        max_length=300,
        blank=True,
        help_text=_("Zum Beispiel: Blick in die Montage, Statement am Prüfstand."),
    )
    registration_deadline = models.DateTimeField(_("Anmeldung bis"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("Plätze"), null=True, blank=True, help_text=_("Leer: ohne Grenze.")
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("Pressetermin")
        verbose_name_plural = _("Pressetermine")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=PressKind.values), name="press_slot_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="not_public")
                | Q(starts_at__isnull=False)
                | Q(origin="taken_over"),
                name="press_slot_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(be_there_by__isnull=True) | Q(be_there_by__lte=F("starts_at")),
                name="press_slot_arrive_before_start",
                violation_error_message=_("Das Eintreffen muss vor dem Beginn liegen."),
            ),
            models.CheckConstraint(
                condition=Q(registration_deadline__isnull=True)
                | Q(registration_deadline__lte=F("starts_at")),
                name="press_slot_register_before_start",
                violation_error_message=_("Der Anmeldeschluss muss vor dem Beginn liegen."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gt=0),
                name="press_slot_capacity_is_positive",
                violation_error_message=_("Die Zahl der Plätze muss größer als null sein."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {format_moment(self.starts_at)}".strip()

    @property
    def needs_a_start(self) -> bool:
        """Whether its beginning must be known: the words of the constraint
        `press_slot_has_a_start`.
        """
        return self.kind != PressKind.NOT_PUBLIC and self.origin != Origin.TAKEN_OVER
