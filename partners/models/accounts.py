"""Accounts and deputies."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role
from partners.models.contacts import Person
from partners.registry import kind_limit_text


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)

    def create_user(
        self, *, email: str, person: Person | None = None, password: str | None = None, **fields
    ):
        """Return a new account for `person` (made from the address when missing); without a
        password it has none.
        """
        email = email.strip().lower()
        person = person or Person.objects.create(name=email, email=email)
        user = self.model(email=email, person=person, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **fields):
        """Return a new account with every permission and the office's role, for `manage.py
        createsuperuser`.
        """
        from_command = {
            name: value
            for name, value in fields.items()
            if name not in ("is_staff", "is_superuser")
        }
        user = self.create_user(email=email, password=password, is_superuser=True, **from_command)
        user.groups.add(Group.objects.get(name="office"))
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in, one to one with a person, created only by the office's invitation."""

    email = models.EmailField(_("E-Mail"), unique=True)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="user", verbose_name=_("Person")
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    is_demo = models.BooleanField(_("Demokonto"), default=False, editable=False)
    is_office_head = models.BooleanField(_("Leitung der Geschäftsstelle"), default=False)
    date_joined = models.DateTimeField(_("eingerichtet am"), default=timezone.now, editable=False)
    invited_at = models.DateTimeField(_("eingeladen am"), null=True, editable=False)
    invitation_version = models.PositiveIntegerField(
        default=0, editable=False
    )  # raised: older links are void

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("Konto")
        verbose_name_plural = _("Konten")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            )
        ]

    def __str__(self):
        return self.person.name

    def save(self, *args, **kwargs):
        """Keep sign-ins out of the history: it traces decisions and supervises nobody."""
        fields = kwargs.get("update_fields")
        if fields and set(fields) <= {"last_login", "password"}:
            self.skip_history_when_saving = True
        super().save(*args, **kwargs)
        self.__dict__.pop("skip_history_when_saving", None)

    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    @property
    def organisation_id(self) -> int | None:
        """The organisation that this account's person belongs to."""
        return self.person.organisation_id

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations this account speaks for as a partner today: the own one and those of
        its principals.

        Each needs the partner's role of its own person, as a role merely lent must not open the own
        organisation. A deputyship for some kinds of approval lends none: it is not about what
        organisations do here.
        """
        return frozenset(
            organisation_id
            for role, kinds, organisation_id in self._memberships
            if role == PARTNER and organisation_id and not kinds
        )

    @property
    def is_pending(self) -> bool:
        """Invited, but no password set yet: the link of the invitation still opens."""
        return self.is_active and not self.has_usable_password()

    @property
    def state(self) -> tuple[str, str]:
        """How the account stands, as text and tone of a badge."""
        if not self.is_active:
            return str(_("deaktiviert")), "muted"
        if self.is_pending:
            return str(_("eingeladen")), "info"
        return str(_("aktiv")), "success"

    @cached_property
    def deputyships_today(self) -> tuple["Deputy", ...]:
        """The deputyships by which this account acts for others today."""
        return tuple(
            Deputy.objects.valid_on(timezone.localdate())
            .filter(deputy=self.person_id)
            .order_by("pk")
        )

    @cached_property
    def _memberships(self) -> tuple[tuple[str, list[str] | None, int | None], ...]:
        """Each role with None where it is the own, or with the kinds of approval of the deputyship
        that lends it, and with the organisation of whoever holds it."""
        own = Group.objects.filter(user=self).annotate(
            kinds=Value(None, output_field=models.JSONField())
        )
        lent = Deputy.objects.valid_on(timezone.localdate()).filter(
            deputy=self.person_id,
            principal__user__is_active=True,
            principal__user__groups__isnull=False,
        )
        rows = own.values_list("name", "kinds", "user__person__organisation").union(
            lent.values_list("principal__user__groups__name", "kinds", "principal__organisation"),
            all=True,
        )
        return tuple(rows)

    @cached_property
    def roles(self) -> frozenset[str]:
        """Names of the own roles and of the roles this account holds today as somebody's deputy."""
        return frozenset(role for role, _kinds, _organisation in self._memberships)

    @cached_property
    def own_roles(self) -> frozenset[str]:
        """Names of the roles this account holds itself, deputyships left out."""
        return frozenset(role for role, kinds, _organisation in self._memberships if kinds is None)

    @cached_property
    def lent_kinds(self) -> dict[str, frozenset[str]]:
        """Of the roles that are only lent, those that hold for some kinds of approval alone, each
        with these kinds.
        """
        lent: dict[str, list[list[str]]] = {}
        for role, kinds, _organisation in self._memberships:
            if kinds is not None and role not in self.own_roles:
                lent.setdefault(role, []).append(kinds)
        return {role: frozenset().union(*lists) for role, lists in lent.items() if all(lists)}


class DeputyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The house sees all deputyships, everybody else those on either side of oneself."""
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(Q(principal_id=user.person_id) | Q(deputy_id=user.person_id))

    def valid_on(self, day):
        """Deputyships that hold on `day`; outside their dates the right is gone by itself."""
        return self.filter(Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day)))


class Deputy(models.Model):
    """*Vertretung*: `deputy` acts for `principal` from a day to a day, or until further notice.

    `kinds` names the kinds of approval that the deputy may decide on; empty: all of them.
    """

    principal = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="deputies",
        verbose_name=_("vertretene Person"),
    )
    deputy = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="deputyships", verbose_name=_("Vertretung")
    )
    starts_on = models.DateField(_("von"))
    ends_on = models.DateField(
        _("bis"), null=True, blank=True, help_text=_("Leer: bis auf Weiteres.")
    )
    kinds = models.JSONField(
        _("Arten von Freigaben"), default=list, blank=True
    )  # empty: all of them

    history = HistoricalRecords()
    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("Vertretung")
        verbose_name_plural = _("Vertretungen")
        constraints = [
            models.CheckConstraint(
                condition=~Q(principal=F("deputy")), name="deputy_is_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="deputy_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.deputy} – {self.principal}"

    def holds_on(self, day) -> bool:
        """Whether the deputyship holds on `day`."""
        return self.starts_on <= day and not self.is_over(day)

    def is_over(self, today) -> bool:
        """Whether the last day has passed."""
        return self.ends_on is not None and self.ends_on < today

    def covers(self, kind: str) -> bool:
        """Whether the deputyship holds for approvals of `kind`."""
        return not self.kinds or kind in self.kinds

    @property
    def scope(self) -> str:
        """For which approvals only it holds, in words; empty when for all of them."""
        return kind_limit_text(self.kinds)
