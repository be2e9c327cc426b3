"""Reported barriers for the list, the start page and what is stored about a person."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext as _

from accessibility.enums import BarrierState
from accessibility.models import BarrierReport
from core.dates import format_date, format_moment
from outbox.rendering.headers import address_key
from partners.models import Person
from partners.registry import Need, Section


def barriers_to_list(user) -> QuerySet[BarrierReport]:
    """Return the reports that `user` sees, each with `is_answered`, by which lists put open ones
    first.
    """
    answered = When(state=BarrierState.ANSWERED, then=True)
    is_answered = Case(answered, default=False, output_field=BooleanField())
    return BarrierReport.objects.visible_to(user).annotate(is_answered=is_answered)


def barriers_awaiting_answer() -> QuerySet[BarrierReport]:
    """Return the open reports for the start page; nobody is in charge of one more than others."""
    nobody = Cast(Value(None), IntegerField())
    return BarrierReport.objects.open().annotate(due_day=F("due_on"), in_charge=nobody)


def answered_barriers() -> QuerySet[BarrierReport]:
    return BarrierReport.objects.answered()


def expired_barriers(last_day: dt.date) -> QuerySet[BarrierReport]:
    """Return the reports answered by `last_day` that still say what was written."""
    return answered_barriers().filter(answered_at__date__lte=last_day).exclude(message="")


def barriers_from(addresses: Collection[str]) -> QuerySet[BarrierReport]:
    """Return what was reported from one of `addresses`, in lower case."""
    return BarrierReport.objects.annotate(address=Lower("email")).filter(address__in=addresses)


def person_needs(people: QuerySet[Person]) -> Iterator[Need]:
    """Return the reports that still await an answer to these people
    (`partners.registry.FindNeeds`).
    """
    reports = list(BarrierReport.objects.open().exclude(email="").order_by("pk"))
    if not reports:
        return
    # Several people may share a mailbox, and any of them may have written.
    holders: dict[str, list[int]] = defaultdict(list)
    addresses = people.filter(~Q(email="")).order_by("pk")
    for email, person in addresses.values_list("email", "pk"):
        holders[address_key(email)].append(person)
    advice = _("Beantworten Sie den Hinweis, und vermerken Sie dort, wie.")
    for report in reports:
        why = _("Hinweis zur Barrierefreiheit vom %(day)s") % {
            "day": format_date(report.received_at)
        }
        for person in holders[address_key(report.email)]:
            yield Need(person, why, advice=advice, url=report.get_absolute_url())


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return what was reported from an address of `person` alone
    (`partners.registry.ExportPerson`).
    """
    reports = barriers_from(addresses).order_by("received_at", "pk")
    yield Section(_("Hinweise zur Barrierefreiheit"), [_export_row(report) for report in reports])


def _export_row(report: BarrierReport) -> list[tuple[str, object]]:
    return [
        (_("eingegangen am"), format_moment(report.received_at)),
        (_("Hinweis"), report.message),
        (_("Seite"), report.page),
        (_("Adresse für die Antwort"), report.email),
        (_("Stand"), report.get_state_display()),
        (_("beantwortet am"), format_moment(report.answered_at)),
        (_("Wie geantwortet wurde"), report.answer),
    ]
