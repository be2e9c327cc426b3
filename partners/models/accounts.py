"""Accounts: the user model."""

import datetime as dt
import json

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.queries import SQL, fetch_all, written_once
from core.roles import OFFICE, PARTNER
from partners.enums import ACCOUNT_BADGE_COLOURS, AccountState
from partners.models.deputies import Deputy
from partners.models.people import Person


class UserManager(BaseUserManager):
    # Addresses are stored in lower case, but users may type capitals.
    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)

    def create_user(
        self, *, email: str, person: Person | None = None, password: str | None = None, **fields
    ):
        """Create an account for `person`, or for a new person named after the address.

        Without `password` the account cannot sign in with one.
        """
        email = email.strip().lower()
        person = person or Person.objects.create(family_name=email, email=email)
        user = self.model(email=email, person=person, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **fields):
        """Create an account with every permission and the office's role (`createsuperuser`)."""
        user = self.create_user(email=email, password=password, is_superuser=True, **fields)
        user.groups.add(Group.objects.get(name=OFFICE))
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An account, one to one with a person; only the office creates one, by invitation."""

    email = models.EmailField(_("E-Mail"), unique=True)
    # PROTECT: the history and the approvals of an account must keep the name of its person.
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="user", verbose_name=_("Person")
    )
    is_active = models.BooleanField(_("aktiv"), default=True)
    is_demo = models.BooleanField(_("Demokonto"), default=False, editable=False)
    is_office_head = models.BooleanField(_("Leitung der Geschäftsstelle"), default=False)
    date_joined = models.DateTimeField(_("eingerichtet am"), default=timezone.now, editable=False)
    invited_at = models.DateTimeField(_("eingeladen am"), null=True, editable=False)
    # Part of the signed link in the invitation; raising it revokes all earlier links.
    invitation_version = models.PositiveIntegerField(default=0, editable=False)

    # The history must not accumulate former password hashes or sign-in times.
    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("Konto")
        verbose_name_plural = _("Konten")
        constraints = [
            # Otherwise `unique` would accept the same address again in different case.
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            )
        ]

    def __str__(self):
        return self.person.name

    def save(self, *args, **kwargs):
        # The history documents decisions; it must not record when people work.
        fields = kwargs.get("update_fields")
        if fields and set(fields) <= {"last_login", "password"}:
            self.skip_history_when_saving = True
        super().save(*args, **kwargs)
        self.__dict__.pop("skip_history_when_saving", None)

    @property
    def organisation_id(self) -> int | None:
        return self.person.organisation_id

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations this account speaks for today: its own and those of its principals.

        Only people who hold the role PARTNER themselves speak for their organisation: a role lent
        to someone must not open that person's own organisation. Deputyships limited to kinds of
        approval lend no organisation, as approvals are not about the work of organisations.
        """
        return frozenset(
            organisation_id
            for role, kinds, organisation_id in self._memberships
            if role == PARTNER and organisation_id and not kinds
        )

    @property
    def is_pending(self) -> bool:
        """Whether the account has been invited but has no password yet."""
        return self.is_active and not self.has_usable_password()

    @property
    def state(self) -> AccountState:
        if not self.is_active:
            return AccountState.CLOSED
        return AccountState.INVITED if self.is_pending else AccountState.ACTIVE

    @property
    def badge_colour(self) -> str:
        return ACCOUNT_BADGE_COLOURS[self.state]

    @cached_property
    def deputyships_today(self) -> tuple[Deputy, ...]:
        """The deputyships by which this account acts for others today."""
        deputyships = Deputy.objects.valid_on(timezone.localdate()).filter(deputy=self.person_id)
        return tuple(deputyships.order_by("pk"))

    # Every page needs the roles, so one cached query per request loads own and lent ones.
    @cached_property
    def _memberships(self) -> tuple[tuple[str, list[str] | None, int | None], ...]:
        """Own and lent roles as (role, kinds, organisation of the person who holds the role).

        `kinds` is None for an own role, else the kinds of approval that the deputyship is limited
        to.
        """
        today = timezone.localdate()
        key = ("memberships", self.pk, self.person_id, today)
        found = fetch_all(*written_once(key, None, lambda: self._write_memberships(today)))
        # Databases return JSON as text.
        return tuple(
            (role, json.loads(kinds or "null"), organisation_id)
            for role, kinds, organisation_id in found
        )

    def _write_memberships(self, today: dt.date) -> SQL:
        # UNION requires the same columns on both sides, so own roles get NULL as kinds.
        own = Group.objects.filter(user=self).annotate(
            kinds=Value(None, output_field=models.JSONField())
        )
        lent = Deputy.objects.valid_on(today).filter(
            deputy=self.person_id,
            principal__user__is_active=True,
            principal__user__groups__isnull=False,
        )
        memberships = own.values_list("name", "kinds", "user__person__organisation").union(
            lent.values_list("principal__user__groups__name", "kinds", "principal__organisation"),
            all=True,
        )
        return memberships.query.sql_with_params()

    @cached_property
    def roles(self) -> frozenset[str]:
        """The own roles and those lent by a deputyship that is valid today."""
        return frozenset(role for role, _kinds, _organisation in self._memberships)

    @cached_property
    def rights(self) -> tuple:
        """All that decides what this account may see today, to keep by it what pages show."""
        return self.pk, self.is_active, *sorted(map(repr, self._memberships))

    @cached_property
    def own_roles(self) -> frozenset[str]:
        return frozenset(role for role, kinds, _organisation in self._memberships if kinds is None)

    @cached_property
    def lent_kinds(self) -> dict[str, frozenset[str]]:
        """The kinds of approval to which lent roles are limited, by role.

        A role is missing here when the account holds it itself or when one deputyship lends it
        without a limit.
        """
        lent: dict[str, list[list[str]]] = {}
        for role, kinds, _organisation in self._memberships:
            if kinds is not None and role not in self.own_roles:
                lent.setdefault(role, []).append(kinds)
        # An empty list stands for all kinds, so one such deputyship lifts the limits of the others.
        return {role: frozenset().union(*limits) for role, limits in lent.items() if all(limits)}
