"""Arrange and end deputyships."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.dates import local_date
from core.errors import NotAllowed, Refused
from core.history import delete_as, save_as
from core.roles import SENATOR_OFFICE
from partners.enums import ROLE_LABELS
from partners.mails import mail_deputyship, mail_deputyship_ended
from partners.models import Deputy, Person
from partners.permissions import INSIDE_ROLES, can_act_for, can_arrange_deputy
from partners.registry import ordered_kinds


@transaction.atomic
def create_deputy(
    *,
    principal: Person,
    deputy: Person,
    starts_on: dt.date,
    ends_on: dt.date | None,
    by,
    now: dt.datetime,
    kinds: Iterable[str] = (),
) -> Deputy:
    """Let `deputy` act for `principal` on these days; without `ends_on` until further notice.

    Mails both of them. `kinds` limits the deputyship to some kinds of approval. Several people may
    act for one principal at the same time. Raises NotAllowed unless `by` is the office or the
    principal; Refused for impossible or past dates, an overlapping deputyship of the same two, a
    side without an active account, a user who would make themselves a deputy, and a deputy from
    another house or from the other office who would get the rights of one of the two offices.
    """
    _require_can_arrange(by, principal)
    # Locking the principal keeps two requests from arranging overlapping deputyships.
    locked = Person.objects.select_for_update().get(pk=principal.pk)
    _require_two_accounts(locked, deputy, by)
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("Das Ende der Vertretung liegt vor ihrem Beginn."))
    if ends_on is not None and ends_on < local_date(now):
        raise Refused(_("Diese Vertretung wäre schon vorbei. Bitte prüfen Sie ihren letzten Tag."))
    _require_no_overlap(locked, deputy, starts_on, ends_on)
    deputyship = Deputy(
        principal=locked,
        deputy=deputy,
        starts_on=starts_on,
        ends_on=ends_on,
        kinds=ordered_kinds(kinds),
    )
    save_as(deputyship, by=by, now=now, reason=_("Vertretung eingetragen"))
    mail_deputyship(deputyship, now=now, by=by)
    return deputyship


@transaction.atomic
def end_deputy(*, deputyship: Deputy, by, now: dt.datetime) -> None:
    """End a deputyship with yesterday as its last day. Delete it if it starts today or later.

    Mails both sides, so that nobody waits for the other to act.
    Raises NotAllowed as `create_deputy`, Refused when it has ended already.
    """
    today = local_date(now)
    locked = (
        Deputy.objects.select_for_update(of=("self",))
        .select_related("principal", "deputy")
        .filter(pk=deputyship.pk)
        .first()
    )
    if locked is None or locked.is_over(today):
        raise Refused(_("Diese Vertretung ist schon beendet."))
    _require_can_arrange(by, locked.principal)
    # Before its last day changes: the mail names the period that both were told.
    mail_deputyship_ended(locked, now=now, by=by)
    if locked.starts_on >= today:
        # No full day of it has passed, so only the history keeps it.
        delete_as(locked, by=by, now=now, reason=_("Vertretung zurückgenommen"))
        return
    locked.ends_on = today - dt.timedelta(days=1)
    save_as(locked, by=by, now=now, reason=_("Vertretung beendet"))


def _require_can_arrange(by, principal: Person) -> None:
    if not can_arrange_deputy(by, principal):
        raise NotAllowed(
            _("Vertretungen trägt die Geschäftsstelle ein oder die vertretene Person selbst.")
        )


def _require_two_accounts(principal: Person, deputy: Person, by) -> None:
    if principal.pk == deputy.pk:
        raise Refused(_("Niemand kann sich selbst vertreten. Bitte wählen Sie eine andere Person."))
    # Otherwise the office could lend itself any role, such as that of the senator's office.
    if deputy.pk == by.person_id:
        raise Refused(
            _(
                "Sich selbst kann niemand als Vertretung eintragen. Bitte wenden Sie sich an die "
                "vertretene Person."
            )
        )
    for person in (principal, deputy):
        account = getattr(person, "user", None)
        if account is None or not account.is_active:
            raise Refused(_("%(name)s hat kein aktives Konto.") % {"name": person.name})
    if can_act_for(deputy, principal):
        return
    if deputy.user.own_roles & INSIDE_ROLES:
        raise Refused(
            _(
                "Geschäftsstelle und %(senator_office)s vertreten einander nicht: Wer vorlegt, "
                "entscheidet nicht. Bitte wählen Sie jemanden mit derselben Rolle."
            )
            % {"senator_office": ROLE_LABELS[SENATOR_OFFICE]}
        )
    raise Refused(
        _(
            "%(deputy)s gehört nicht zum Haus von %(principal)s und könnte als Vertretung "
            "alles Interne lesen. Bitte wählen Sie jemanden aus demselben Haus."
        )
        % {"deputy": deputy.name, "principal": principal.name}
    )


def _require_no_overlap(
    principal: Person, deputy: Person, starts_on: dt.date, ends_on: dt.date | None
) -> None:
    deputyships = Deputy.objects.filter(principal=principal, deputy=deputy)
    overlapping = deputyships.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        overlapping = overlapping.filter(starts_on__lte=ends_on)
    if found := overlapping.order_by("starts_on", "pk").first():
        raise Refused(
            _(
                "In dieser Zeit ist diese Vertretung schon eingetragen: %(name)s, %(period)s. "
                "Beenden Sie sie zuerst."
            )
            % {"name": deputy.name, "period": found.period}
        )
