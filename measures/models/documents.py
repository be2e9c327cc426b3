"""Files and web addresses at a measure or a project."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core import models as core_models
from core.folding import FoldedField
from core.roles import OFFICE, has_role, is_inside
from measures.models.contacts import BELONGS_TO_ONE, UndertakingPart, of_visible_owner


class MaterialQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office: all. Senator's office: all but internal ones. Others: those of visible measures
        and projects that are not internal.
        """
        if has_role(user, OFFICE):
            return self
        shared = self.filter(is_internal=False)
        return shared if is_inside(user) else shared.filter(of_visible_owner(user))

    def in_order(self):
        return self.order_by("heading", "pk")


class Material(UndertakingPart):
    """What documents and links have in common."""

    heading = models.CharField(_("Titel"), max_length=200)
    # Internal until somebody decides otherwise: a file once read cannot be taken back.
    is_internal = models.BooleanField(
        _("nur intern"),
        default=True,
        help_text=_("Nur die Geschäftsstelle sieht es; sonst alle, die die Maßnahme sehen."),
    )

    objects = MaterialQuerySet.as_manager()

    class Meta(UndertakingPart.Meta):
        abstract = True

    def __str__(self):
        return self.heading


class Document(Material, core_models.Document):
    """*Dokument*: an uploaded file. `title` is the name of the file, `heading` what it is."""

    search = FoldedField(sources=("heading", "title"))

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("Dokument")
        verbose_name_plural = _("Dokumente")
        constraints = [
            models.CheckConstraint(condition=BELONGS_TO_ONE, name="document_belongs_to_one"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(file="") & Q(size__gt=0), name="document_has_a_file"
            ),
        ]

    def get_absolute_url(self):
        return reverse("measures:document", args=[self.pk])


class Link(Material):
    """A web address, `http` or `https`."""

    url = models.URLField(_("Internetadresse"), max_length=500)

    search = FoldedField(sources=("heading", "url"))

    history = HistoricalRecords(excluded_fields=["search"])

    class Meta:
        verbose_name = _("Link")
        verbose_name_plural = _("Links")
        constraints = [
            models.CheckConstraint(condition=BELONGS_TO_ONE, name="link_belongs_to_one"),
            # Anything else, such as `javascript:`, would act in the reader's name.
            models.CheckConstraint(
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="link_leads_to_the_web",
            ),
        ]

    def get_absolute_url(self):
        return self.url
