"""People whom to ask about a measure or a project."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField
from core.models import Origin
from core.roles import is_inside
from measures.enums import ContactRole
from measures.models.measures import Measure
from measures.models.projects import Project
from partners.models import Person

BELONGS_TO_ONE = Q(measure__isnull=True, project__isnull=False) | Q(
    measure__isnull=False, project__isnull=True
)


def of_visible_owner(user) -> Q:
    """Return the condition that `user` may see the measure or project of a part."""
    measures = Measure.objects.visible_to(user).order_by().values("pk")
    projects = Project.objects.visible_to(user).order_by().values("pk")
    return Q(measure__in=measures) | Q(project__in=projects)


class UndertakingPart(models.Model):
    """Something that belongs to one measure or one project."""

    # PROTECT: undoing an import or a decision must not take along what somebody has added since.
    measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="%(class)ss",
        verbose_name=_("Maßnahme"),
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="%(class)ss",
        verbose_name=_("Projekt"),
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    class Meta:
        abstract = True

    @property
    def owner(self) -> Measure | Project:
        """The measure or the project. Querysets need `select_related("measure", "project")`."""
        return self.measure or self.project  # type: ignore[return-value]

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Others: those of visible measures and projects, while
        the person is active.

        What a page says of the person is up to `measures.progress.contacts`.
        """
        if is_inside(user):
            return self
        return self.filter(of_visible_owner(user), person__is_active=True)

    def in_order(self):
        return self.order_by("position", "role", "pk")


class Contact(UndertakingPart):
    """*Kontakt*: a person to ask about a measure or project, in a role."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("Person")
    )
    role = models.CharField(
        _("Rolle"), max_length=8, choices=ContactRole, default=ContactRole.CONTACT
    )
    function = models.CharField(
        _("Funktion hier"),
        max_length=150,
        blank=True,
        help_text=_("Nur, wenn es nicht die Funktion ist, die bei der Person steht."),
    )
    position = models.PositiveSmallIntegerField(
        _("Reihenfolge"),
        default=0,
        help_text=_("Kleinere Zahlen zuerst; bei gleicher steht die Ansprechperson vorn."),
    )

    search = FoldedField(sources=("function",))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("Kontakt")
        verbose_name_plural = _("Kontakte")
        constraints = [
            models.CheckConstraint(condition=BELONGS_TO_ONE, name="contact_belongs_to_one"),
            models.UniqueConstraint(fields=["measure", "person"], name="contact_once_a_measure"),
            models.UniqueConstraint(fields=["project", "person"], name="contact_once_a_project"),
            models.CheckConstraint(
                condition=Q(role__in=ContactRole.values), name="contact_role_is_known"
            ),
        ]

    def __str__(self):
        return gettext("%(role)s: %(person)s") % {
            "role": self.get_role_display(),
            "person": self.person,
        }

    @property
    def function_label(self) -> str:
        """The function here, else that of the person, perhaps "". Needs the person."""
        return self.function or self.person.function
