"""The office's own versions of mail texts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.roles import OFFICE, has_role
from outbox.rendering.headers import SUBJECT_LENGTH
from outbox.texts import title_of


class WordingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if has_role(user, OFFICE) else self.none()


class Wording(models.Model):
    """The office's settings for one kind of mail: its own subject and body, and whether these mails
    wait for release.

    Subject and body are empty while the default in code applies, so that an improved default in a
    new version takes effect without further action.
    """

    kind = models.CharField(_("Art"), max_length=60)
    subject = models.CharField(_("Betreff"), max_length=SUBJECT_LENGTH, blank=True)
    body = models.TextField(_("Text"), blank=True)
    needs_release = models.BooleanField(
        _("E-Mails dieser Art erst nach Durchsicht senden"), default=False
    )
    changed_at = models.DateTimeField(_("geändert am"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("geändert von"),
    )

    history = HistoricalRecords()
    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("Text einer E-Mail")
        verbose_name_plural = _("Texte der E-Mails")
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="wording_is_one_a_kind"),
            # `has_own_words` looks at the body alone and relies on this.
            models.CheckConstraint(
                condition=Q(subject="", body="") | ~Q(subject="") & ~Q(body=""),
                name="wording_is_whole_or_default",
            ),
        ]

    def __str__(self):
        return title_of(self.kind)

    def get_absolute_url(self):
        return reverse("outbox:wording", args=[self.kind])

    @property
    def has_own_words(self) -> bool:
        return bool(self.body)
