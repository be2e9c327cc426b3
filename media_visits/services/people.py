"""What visits have to do with people: merging entries, deleting data, telling what is stored."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest, Attachment, Condition
from core.dates import local_date
from core.history import state_since
from core.models import Origin
from core.texts import Traces
from media_visits.enums import UNWATCHED_STATES
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.services.visits import lock_visit
from outbox.models import Mail
from outbox.services import anonymise_mails
from partners.models import Person
from partners.registry import ClosedTexts, Need, PersonData, Section


def move_person(*, source: Person, target: Person, by, now: dt.datetime) -> list[str]:
    """Move who was told of visits (`partners.registry.MovePerson`)."""
    # Locked by key: two merges about the same visits could wait for each other otherwise.
    keys = Visit.objects.filter(informed=source).order_by("pk").values_list("pk", flat=True)
    lines = []
    for visit in [lock_visit(pk) for pk in keys]:
        # Both entries may have been told; `add` does not list anybody twice.
        visit.informed.add(target)
        visit.informed.remove(source)
        lines.append(_("Ankündigung des Besuchs „%(visit)s“") % {"visit": visit})
    return lines


def person_needs(people: QuerySet[Person]) -> Iterator[Need]:
    """Return the visits that were announced to these people, and those still ahead at their
    company, whose contacts will be told (`partners.registry.FindNeeds`).
    """
    ahead = Visit.objects.in_workflow().exclude(state__in=UNWATCHED_STATES)
    contacts = people.filter(organisation__visits__in=ahead)
    for person, title in contacts.values_list("pk", "organisation__visits__title"):
        yield Need(
            person,
            _("Besuch im Unternehmen, „%(title)s“") % {"title": title},
            advice=_("Tragen Sie bei der Person keine oder eine andere Organisation ein."),
            url=reverse("partners:person_edit", args=[person]),
        )
    visits = Visit.objects.filter(informed__in=people).annotate(closed_at=state_since(Visit))
    columns = ("informed", "pk", "title", "state", "closed_at")
    advice = _("Es geht, sobald der Besuch vorbei ist oder abgesagt wird.")
    for person, pk, title, state, closed_at in visits.values_list(*columns):
        is_over = state in UNWATCHED_STATES and closed_at
        why = _("Ankündigung des Besuchs „%(title)s“") % {"title": title}
        # Of a visit that is not over, `closed_at` is only the beginning of its present state.
        until = local_date(closed_at) if is_over else None
        yield Need(person, why, until, advice, reverse("media_visits:detail", args=[pk]))


def anonymise_person(*, person: Person, traces: Traces, labels: Traces) -> list[str]:
    """Remove who a mail about a visit went to, at whatever address; the number of people told stays
    (`partners.registry.AnonymisePerson`).
    """
    keys = Visit.objects.filter(informed=person).order_by("pk").values_list("pk", flat=True)
    mails = Mail.objects.filter(subject_key__in=[f"visit:{key}:{person.pk}" for key in keys])
    count = anonymise_mails(mails, traces=labels)
    text = ngettext("%(count)d E-Mail über Besuche", "%(count)d E-Mails über Besuche", count)
    return [text % {"count": count}] if count else []


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the visits announced to `person` (`partners.registry.ExportPerson`)."""
    visits = Visit.objects.filter(informed=person).order_by("pk")
    rows = [[(_("Besuch"), str(visit)), (_("Termin"), visit.date_text)] for visit in visits]
    yield Section(_("Angekündigte Besuche"), rows)


def closed_visits() -> QuerySet[Visit]:
    over = Q(state__in=UNWATCHED_STATES) | Q(origin=Origin.TAKEN_OVER)
    return Visit.objects.filter(over)


def closed_press_slots() -> QuerySet[PressSlot]:
    return PressSlot.objects.filter(visit__in=closed_visits())


def closed_approvals() -> QuerySet[ApprovalRequest]:
    visits = closed_visits().values("pk")
    return ApprovalRequest.objects.filter(kind=ApprovalKind.VISIT, subject_id__in=visits)


def closed_conditions() -> QuerySet[Condition]:
    return Condition.objects.filter(approval__in=closed_approvals())


def closed_attachments() -> QuerySet[Attachment]:
    return Attachment.objects.filter(approval__in=closed_approvals())


PERSON_DATA = PersonData(
    app="media_visits",
    moved=frozenset({"media_visits.Visit.informed", "media_visits.Visit.responsible"}),
    move=move_person,
    needs=person_needs,
    anonymise=anonymise_person,
    export=export_person,
    texts=(
        ClosedTexts("media_visits.Visit", closed_visits),
        ClosedTexts("media_visits.PressSlot", closed_press_slots),
        ClosedTexts("approvals.ApprovalRequest", closed_approvals),
        ClosedTexts("approvals.Condition", closed_conditions),
        ClosedTexts("approvals.Attachment", closed_attachments),
        # Published elsewhere; a headline may name a guest all the same.
        ClosedTexts("media_visits.Coverage", Coverage.objects.all),
    ),
)
