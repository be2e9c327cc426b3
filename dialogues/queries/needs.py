import datetime as dt
from collections.abc import Iterator

from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Least, NullIf
from django.urls import reverse
from django.utils.translation import gettext as _

from core.dates import add_months, end_of_day, format_date, local_date
from core.errors import Concern
from core.history import entries_of, state_since
from core.models import Origin
from core.progress import HistoryEntry
from core.roles import is_inside
from dialogues.enums import NEED_OPEN, NeedState
from dialogues.models import Dialogue, Need
from dialogues.permissions import can_see_contact_of_need
from measures.models import Measure
from partners import registry
from partners.models import Organisation, Person
from partners.queries import without_responsible

STILL_MONTHS = 6  # without movement; then the office asks what became of it
# Stands for no day, so that both databases find the earlier of two.
NEVER = dt.date.max
# Fields whose former and new value *Verlauf* names: to everybody who sees the need, and to others.
NEED_TEXTS = ("title", "text", "addressee", "promise", "due_on", "outcome", "reason")
INSIDE_TEXTS = ("raised_by", "measure", "section", "dialogue", "resubmit_on", "resubmit_check")
CONTACT_TEXTS = ("contact",)


def listed_needs(user) -> QuerySet[Need]:
    """Return the needs `user` may see, unordered, with the values that the list shows."""
    needs = Need.objects.visible_to(user).select_related(
        "raised_by", "addressee", "measure", "section", "dialogue", "responsible__person"
    )
    # The list shows none of these long columns.
    return needs.defer("text", "internal_notes", "search", "raised_by__search", "addressee__search")


def needs_in_full(user) -> QuerySet[Need]:
    """Return the needs `user` may see with everything that the page of one shows."""
    return Need.objects.visible_to(user).select_related(
        "raised_by",
        "contact__user",
        "contact__organisation",
        "addressee",
        "measure",
        "section",
        "dialogue",
        "became_measure",
        "became_project",
        "responsible__person",
    )


def open_needs() -> QuerySet[Need]:
    """Return the needs that somebody in the office still has to watch, by title."""
    needs = Need.objects.exclude(origin=Origin.TAKEN_OVER).exclude(state=NeedState.FILED)
    return needs.order_by("search", "pk")


def needs_of_dialogue(dialogue: Dialogue, user) -> QuerySet[Need]:
    needs = Need.objects.visible_to(user).filter(dialogue=dialogue)
    return needs.select_related("raised_by", "addressee").order_by("pk")


def is_still(today: dt.date) -> Q:
    """Return the condition that nothing happened to an open need for `STILL_MONTHS`."""
    return Q(state__in=NEED_OPEN, moved_at__lt=end_of_day(add_months(today, -STILL_MONTHS)))


def is_overdue(today: dt.date) -> Q:
    return Q(state__in=NEED_OPEN, due_on__lt=today)


def is_resubmitted(today: dt.date) -> Q:
    """Return the condition that the day of the *Wiedervorlage* has come."""
    return Q(resubmit_on__lte=today) & ~Q(state=NeedState.FILED)


def addressees_of(needs: QuerySet[Need]) -> QuerySet[Organisation]:
    """Return the organisations that any of `needs` is addressed to, by name."""
    keys = needs.order_by().filter(addressee__isnull=False).values("addressee")
    found = Organisation.objects.filter(pk__in=keys).only("name", "short_name", "search")
    return found.order_by("search", "pk")


def measures_touched_by(needs: QuerySet[Need]) -> QuerySet[Measure]:
    """Return the measures that any of `needs` touches, by title."""
    keys = needs.order_by().filter(measure__isnull=False).values("measure")
    found = Measure.objects.filter(pk__in=keys).only("title", "code", "search")
    return found.order_by("search", "pk")


def needs_awaiting_office(today: dt.date) -> QuerySet[Need]:
    """Return the needs whose *Wiedervorlage* or deadline has come, and those new ones for which
    nobody has set a day.
    """
    # Without any day, nothing would ever bring the need before somebody's eyes again.
    unplanned = Q(state=NeedState.RAISED, due_on__isnull=True, resubmit_on__isnull=True)
    reached = is_resubmitted(today) | Q(state__in=NEED_OPEN, due_on__lte=today)
    needs = Need.objects.exclude(origin=Origin.TAKEN_OVER).filter(reached | unplanned)
    return needs.annotate(due_day=_first_day(today), in_charge=F("responsible"))


def _first_day(today: dt.date) -> NullIf:
    """The earlier one of the days that have come."""
    never = Value(NEVER, output_field=DateField())
    due = Case(When(state__in=NEED_OPEN, due_on__lte=today, then=F("due_on")), default=never)
    seen = Case(When(resubmit_on__lte=today, then=F("resubmit_on")), default=never)
    return NullIf(Least(due, seen, output_field=DateField()), never, output_field=DateField())


def need_history(need: Need, user) -> list[HistoryEntry]:
    compare = NEED_TEXTS
    if can_see_contact_of_need(user, need):
        compare += CONTACT_TEXTS
    if is_inside(user):
        compare += INSIDE_TEXTS
    reader = None if is_inside(user) else user
    return without_responsible(entries_of(need, reader=reader, compare=compare), user)


def closed_needs() -> QuerySet[Need]:
    """Return the needs that no work goes on with, each with `closed_at`."""
    over = Q(state=NeedState.FILED) | Q(origin=Origin.TAKEN_OVER)
    return Need.objects.filter(over).annotate(closed_at=state_since(Need))


def needs_of_contacts(people: QuerySet[Person]) -> Iterator[registry.Need]:
    """Return for what needs the portal keeps their contacts (`partners.registry.FindNeeds`)."""
    needs = Need.objects.filter(contact__in=people).annotate(closed_at=state_since(Need))
    columns = ("contact", "pk", "title", "state", "closed_at")
    for person, pk, title, state, closed_at in needs.values_list(*columns):
        why = _("Unterstützungsbedarf „%(title)s“") % {"title": title}
        if state == NeedState.FILED and closed_at:
            yield registry.Need(person, why, local_date(closed_at))
        else:
            advice = _("Legen Sie den Bedarf zu den Akten, oder lassen Sie dort die Person weg.")
            yield registry.Need(
                person, why, advice=advice, url=reverse("dialogues:need", args=[pk])
            )


def needs_to_hand_over(condition: Q, text: str, action: str) -> list[Concern]:
    """Return the open needs with somebody who is about to leave."""
    return [
        Concern(
            key=f"need-{need.pk}",
            label=need.title,
            url=need.get_absolute_url(),
            text=text,
            action=action,
            action_url=reverse("dialogues:need_edit", args=[need.pk]),
        )
        for need in open_needs().filter(condition, state__in=NEED_OPEN).order_by("pk")
    ]


def need_rows(person: Person) -> list[list[tuple[str, object]]]:
    """Return the needs with `person` as the contact (`partners.registry.ExportPerson`)."""
    return [
        [
            (_("Bedarf"), need.title),
            (_("Worum es geht"), need.text),
            (_("eingebracht am"), format_date(need.raised_on)),
            (_("Stand"), need.get_state_display()),
        ]
        for need in Need.objects.filter(contact=person).order_by("pk")
    ]
