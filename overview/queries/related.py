"""Everything that has to do with an organisation or a person, as far as a user may see it."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import CharField, Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Cast, Concat

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from dialogues.models import Dialogue, Invitation, Need, Topic
from dialogues.queries import open_dialogues, open_needs, open_series, open_topics
from measures.models import (
    Contact,
    Document,
    Link,
    Measure,
    Project,
    ReportRequest,
    StatusReport,
)
from measures.permissions import can_run_rounds
from measures.queries import open_measures
from media_visits.models import Coverage, Visit
from media_visits.queries import open_visits
from outbox.models import Mail
from partners.models import Organisation
from partners.permissions import can_see_responsible

RELATED_PER_KIND = 5


class Relation(NamedTuple):
    """One way in which records refer to an organisation or a person.

    `key` is part of URLs, `kind` the kind of record as in the search. `find` takes the user and
    the organisation or person and returns what the user may see, in the order of the page.
    """

    key: str
    kind: str
    find: Callable[..., QuerySet]


class Related(NamedTuple):
    """The first records of a relation and the number of all."""

    relation: Relation
    records: list
    count: int


def _led(user, organisation) -> QuerySet[Measure]:
    return _measures(user).filter(lead=organisation)


def _supported(user, organisation) -> QuerySet[Measure]:
    return _measures(user).filter(supporters=organisation)


def _measures(user) -> QuerySet[Measure]:
    measures = Measure.objects.visible_to(user).select_related("plan", "lead")
    return measures.order_by("-plan__position", "search", "pk")


def _projects(user, organisation) -> QuerySet[Project]:
    # A subquery, because a join would repeat projects.
    supported = Project.objects.filter(supporters=organisation).values("pk")
    projects = Project.objects.visible_to(user).select_related("plan", "lead")
    found = projects.filter(Q(lead=organisation) | Q(pk__in=supported))
    return found.order_by("search", "pk")


def _measures_with_contact(user, person) -> QuerySet[Measure]:
    return _measures(user).filter(contacts__person=person)


def _projects_with_contact(user, person) -> QuerySet[Project]:
    projects = Project.objects.visible_to(user).select_related("plan", "lead")
    return projects.filter(contacts__person=person).order_by("search", "pk")


def _measures_with_contact_of(user, organisation) -> QuerySet[Measure]:
    # A subquery, because a join would repeat measures with several contacts.
    contacts = Contact.objects.filter(person__organisation=organisation, person__is_active=True)
    return _measures(user).filter(pk__in=contacts.values("measure"))


def _materials(model: type[Document | Link]) -> Callable[..., QuerySet]:
    """Return the function that finds what lies at measures and projects of an organisation."""

    def find(user, organisation) -> QuerySet:
        # Subqueries, because joins would repeat what has several supporters.
        takes_part = Q(lead=organisation) | Q(supporters=organisation)
        measures = Measure.objects.filter(takes_part).values("pk")
        projects = Project.objects.filter(takes_part).values("pk")
        found = model.objects.visible_to(user).select_related("measure", "project")
        # The latest entry first; a changed title does not make it newer.
        return found.filter(Q(measure__in=measures) | Q(project__in=projects)).order_by("-pk")

    return find


def _hosted(user, organisation) -> QuerySet[Dialogue]:
    return _dialogues(user).filter(host=organisation)


def _received(user, person) -> QuerySet[Dialogue]:
    return _dialogues(user).filter(host_contact=person)


def _dialogues(user) -> QuerySet[Dialogue]:
    dialogues = Dialogue.objects.visible_to(user).select_related("host")
    return dialogues.order_by(F("starts_at").desc(nulls_last=True), "-pk")


def _topics_of_organisation(user, organisation) -> QuerySet[Topic]:
    return _topics(user).filter(organisation=organisation)


def _topics_of_person(user, person) -> QuerySet[Topic]:
    return _topics(user).filter(proposed_by__person=person)


def _topics(user) -> QuerySet[Topic]:
    topics = Topic.objects.visible_to(user).select_related("organisation")
    # Drafts have no such day; PostgreSQL and SQLite would put them at different ends.
    return topics.order_by(F("proposed_at").desc(nulls_last=True), "-pk")


def _needs_raised_by(user, organisation) -> QuerySet[Need]:
    return _needs(user).filter(raised_by=organisation)


def _needs_addressed_to(user, organisation) -> QuerySet[Need]:
    return _needs(user).filter(addressee=organisation)


def _needs_with_contact(user, person) -> QuerySet[Need]:
    return _needs(user).filter(contact=person)


def _needs(user) -> QuerySet[Need]:
    needs = Need.objects.visible_to(user).select_related("raised_by", "addressee")
    return needs.order_by("-raised_on", "-pk")


def _invitations_of_organisation(user, organisation) -> QuerySet[Invitation]:
    return _invitations(user).filter(person__organisation=organisation)


def _invitations_of_person(user, person) -> QuerySet[Invitation]:
    return _invitations(user).filter(person=person)


def _invitations(user) -> QuerySet[Invitation]:
    invitations = Invitation.objects.visible_to(user).select_related("dialogue__host", "person")
    return invitations.order_by(F("dialogue__starts_at").desc(nulls_last=True), "-pk")


def _asked_to_report(user, person) -> QuerySet[ReportRequest]:
    requests = ReportRequest.objects.select_related("round", "organisation")
    requests = requests if can_run_rounds(user) else requests.none()
    return requests.filter(person=person).order_by("-round__cut_off_on", "-pk")


def _visits(user, organisation) -> QuerySet[Visit]:
    visits = Visit.objects.visible_to(user).select_related("company")
    return _latest_day(visits.filter(company=organisation))


def _announced(user, person) -> QuerySet[Visit]:
    visits = Visit.objects.visible_to(user).select_related("company")
    return _latest_day(visits.filter(informed=person))


def _coverage(user, organisation) -> QuerySet[Coverage]:
    coverage = Coverage.objects.visible_to(user).select_related("visit__company")
    return _latest_day(coverage.filter(visit__company=organisation))


def _in_charge(records: Callable[[], QuerySet], *related: str) -> Callable[..., QuerySet]:
    """Return the function that finds the open `records` that a person is in charge of."""

    def find(user, person) -> QuerySet:
        if not can_see_responsible(user):
            return records().none()
        found = records().visible_to(user).filter(responsible__person=person)
        return found.select_related(*related) if related else found

    return find


def _mails_about_organisation(user, organisation) -> QuerySet[Mail]:
    reports = StatusReport.objects.filter(measure__lead=organisation)
    dialogues = Dialogue.objects.filter(host=organisation)
    topics = Topic.objects.filter(organisation=organisation)
    visits = Visit.objects.filter(company=organisation)
    return _mails(
        user,
        _keys("organisation", Organisation.objects.filter(pk=organisation.pk)),
        _keys("report", reports),
        _keys("dialogue", dialogues),
        _keys("topic", topics),
        _keys("visit", visits),
        _announcement_keys(Q(visit__company=organisation)),
        _keys("invitation", Invitation.objects.filter(person__organisation=organisation)),
        _keys("approval", _approvals(ApprovalKind.TOPIC, topics)),
        _keys("approval", _approvals(ApprovalKind.DATES, dialogues)),
        _keys("approval", _approvals(ApprovalKind.VISIT, visits)),
    )


def _mails_about_person(user, person) -> QuerySet[Mail]:
    return _mails(
        user,
        _keys("topic", Topic.objects.filter(proposed_by__person=person)),
        _keys("invitation", Invitation.objects.filter(person=person)),
        _announcement_keys(Q(person=person)),
    )


def _mails(user, *keys: QuerySet) -> QuerySet[Mail]:
    """Return the mails about these matters, not those to an address: people may share a mailbox."""
    about = reduce(or_, (Q(subject_key__in=part) for part in keys))
    return (
        Mail.objects.visible_to(user).without_bodies().filter(about).order_by("-created_at", "-pk")
    )


def _keys(prefix: str, records: QuerySet) -> QuerySet:
    """Return the `subject_key` under which the outbox knows `records`."""
    # Built by the database, so that the number of records does not matter.
    key = Concat(Value(f"{prefix}:"), Cast("pk", CharField()))
    return records.order_by().annotate(key=key).values("key")


def _announcement_keys(condition: Q) -> QuerySet:
    """Return the keys of the mails about visits to each person who was told of them."""
    parts = (
        Value("visit:"),
        Cast("visit_id", CharField()),
        Value(":"),
        Cast("person_id", CharField()),
    )
    told = Visit.informed.through.objects.filter(condition)
    return told.annotate(key=Concat(*parts)).values("key")


def _approvals(kind: ApprovalKind, subjects: QuerySet) -> QuerySet[ApprovalRequest]:
    # The same number may belong to a topic and to a visit.
    return ApprovalRequest.objects.filter(kind=kind, subject_id__in=subjects.values("pk"))


def _latest_day(records: QuerySet) -> QuerySet:
    return records.order_by(F("starts_on").desc(nulls_last=True), "-pk")


# In the order of the page.
RELATED_TO_ORGANISATION = (
    Relation("federfuehrung", "measures", _led),
    Relation("unterstuetzung", "measures", _supported),
    Relation("kontakte", "measures", _measures_with_contact_of),
    Relation("einzelprojekte", "projects", _projects),
    Relation("dokumente", "documents", _materials(Document)),
    Relation("links", "links", _materials(Link)),
    Relation("gastgeber", "dialogues", _hosted),
    Relation("themen", "topics", _topics_of_organisation),
    Relation("bedarfe", "needs", _needs_raised_by),
    Relation("gerichtete-bedarfe", "needs", _needs_addressed_to),
    Relation("einladungen", "invitations", _invitations_of_organisation),
    Relation("besuche", "visits", _visits),
    Relation("presse", "coverage", _coverage),
    Relation("mails", "mails", _mails_about_organisation),
)
RELATED_TO_PERSON = (
    Relation("zustaendig-massnahmen", "measures", _in_charge(open_measures, "plan", "lead")),
    Relation("zustaendig-reihen", "series", _in_charge(open_series)),
    Relation("zustaendig-themen", "topics", _in_charge(open_topics, "organisation")),
    Relation("zustaendig-gespraeche", "dialogues", _in_charge(open_dialogues, "host")),
    Relation("zustaendig-bedarfe", "needs", _in_charge(open_needs, "raised_by", "addressee")),
    Relation("zustaendig-besuche", "visits", _in_charge(open_visits, "company")),
    Relation("kontakt", "measures", _measures_with_contact),
    Relation("kontakt-projekte", "projects", _projects_with_contact),
    Relation("einladungen", "invitations", _invitations_of_person),
    Relation("ansprechperson", "dialogues", _received),
    Relation("themen", "topics", _topics_of_person),
    Relation("bedarfe", "needs", _needs_with_contact),
    Relation("berichtsanfragen", "requests", _asked_to_report),
    Relation("besuche", "visits", _announced),
    Relation("mails", "mails", _mails_about_person),
)


def related(relations: tuple[Relation, ...], user, subject) -> list[Related]:
    """Return the relations in which `subject` has records, one query for each relation."""
    found = []
    for relation in relations:
        # The window counts before the limit applies, which saves a second query.
        records = list(
            relation.find(user, subject).annotate(total=Window(Count("*")))[:RELATED_PER_KIND]
        )
        if records:
            found.append(Related(relation, records, records[0].total))
    return found
