"""Hits of the search as the page shows them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_moment
from core.folding import has_words
from core.models import Origin
from dialogues.models import Dialogue, DialogueSeries, Invitation, Need, Topic
from dialogues.queries import as_seen_by
from measures.models import Document, Link, Measure, PlanSection, Project, ReportRequest
from media_visits.models import Coverage, Visit
from outbox.models import Mail
from overview.queries import Found, Kind
from partners.models import DistributionList, Organisation, Person

KIND_LABELS = {
    "measures": gettext_lazy("Maßnahmen"),
    "projects": gettext_lazy("Einzelprojekte"),
    "sections": gettext_lazy("Abschnitte von Plänen"),
    "documents": gettext_lazy("Dokumente zu Maßnahmen und Projekten"),
    "links": gettext_lazy("Links zu Maßnahmen und Projekten"),
    "dialogues": gettext_lazy("Branchengespräche"),
    "topics": gettext_lazy("Themen"),
    "needs": gettext_lazy("Unterstützungsbedarfe"),
    "series": gettext_lazy("Reihen"),
    "events": gettext_lazy("Veranstaltungen"),
    "visits": gettext_lazy("Unternehmensbesuche"),
    "coverage": gettext_lazy("Pressespiegel"),
    "organisations": gettext_lazy("Organisationen"),
    "people": gettext_lazy("Personen"),
    "lists": gettext_lazy("Verteiler"),
    "mails": gettext_lazy("E-Mails"),
}
# URL names of the lists that search with `?q=`. Other kinds are listed by the search itself.
LISTS = {
    "measures": "measures:list",
    "dialogues": "dialogues:list",
    "topics": "dialogues:topics",
    "needs": "dialogues:needs",
    "events": "dialogues:events",
    "visits": "media_visits:list",
    "coverage": "media_visits:coverage",
    "organisations": "partners:list",
    "people": "partners:people",
    "lists": "partners:lists",
    "mails": "outbox:list",
}


class Hit(NamedTuple):
    """A record as a search result; `note` is the line below its title."""

    title: str
    note: str
    url: str


class HitGroup(NamedTuple):
    """The best hits of one kind; `more_url` leads to all of them and is empty if these are all."""

    key: str
    label: str
    count: int
    hits: list[Hit]
    more_url: str


def grouped_hits(found: Iterable[Found], words: str, user) -> list[HitGroup]:
    groups = []
    for kind, records, count, _rank in found:
        hits, has_more = hits_of(kind.key, records, user), count > len(records)
        if kind.key in ("measures", "projects"):
            pairs = zip(hits, records, strict=True)
            hits = [_with_place(hit, record, words) for hit, record in pairs]
        url = _url_of_all(kind, words) if has_more else ""
        groups.append(HitGroup(kind.key, str(KIND_LABELS[kind.key]), count, hits, url))
    return groups


def hits_of(kind: str, records: Iterable, user) -> list[Hit]:
    """Return records of a kind as hits; dialogues as `user` may know them."""
    if kind == "dialogues":
        records = as_seen_by(user, records)
    return [_marked(HIT_BUILDERS[kind](record), record) for record in records]


def _with_place(hit: Hit, found: Measure | Project, words: str) -> Hit:
    """Say of a hit whose own text lacks `words` where else they stand."""
    if has_words(words, found.search, found.lead.search if found.lead else ""):
        return hit
    place = _("Treffer in Abschnitt, Meilensteinen, Berichten, Kontakten oder Dokumenten")
    return hit._replace(note=f"{hit.note} · {place}")


def _marked(hit: Hit, record) -> Hit:
    # In a list of hits, invented records look just like real ones.
    if getattr(record, "origin", "") != Origin.DEMO:
        return hit
    return hit._replace(note=" · ".join(filter(None, [hit.note, str(Origin.DEMO.label)])))


def _url_of_all(kind: Kind, words: str) -> str:
    if kind.key in LISTS:
        return f"{reverse(LISTS[kind.key])}?{urlencode({'q': words})}"
    return f"{reverse('search')}?{urlencode({'q': words, 'art': kind.key})}"


def _hit(title: str, url: str, *notes) -> Hit:
    return Hit(title, " · ".join(str(note) for note in notes if note), url)


def _measure(measure: Measure) -> Hit:
    notes = (measure.plan, measure.lead_label, measure.get_phase_display())
    return _hit(measure.label, measure.get_absolute_url(), *notes)


def _project(project: Project) -> Hit:
    # Not its measure, which the user may not see.
    place = _("außerhalb des Plans") if project.is_outside_plans else project.plan
    return _hit(project.title, project.get_absolute_url(), place, project.lead_label)


def _section(section: PlanSection) -> Hit:
    return _hit(section.label, section.get_absolute_url(), section.plan, section.level_label)


def _material(material: Document | Link, about: str) -> Hit:
    # The page beside it says what it is about; the link itself may lead out of the portal.
    internal = _("intern") if material.is_internal else ""
    url = f"{material.owner.get_absolute_url()}#dokumente"
    return _hit(material.heading, url, material.owner, about, internal)


def _document(document: Document) -> Hit:
    return _material(document, document.description)


def _link(link: Link) -> Hit:
    return _material(link, link.url)


def _dialogue(dialogue: Dialogue) -> Hit:
    host = dialogue.host.label if dialogue.host else dialogue.host_text
    notes = (dialogue.when, host, dialogue.get_state_display())
    return _hit(dialogue.title, dialogue.get_absolute_url(), *notes)


def _event(event: Dialogue) -> Hit:
    return _hit(event.title, event.get_absolute_url(), event.when, event.event_kind)


def _topic(topic: Topic) -> Hit:
    proposer = topic.organisation.label if topic.organisation else ""
    return _hit(topic.title, topic.get_absolute_url(), proposer, topic.get_state_display())


def _need(need: Need) -> Hit:
    addressee = _("an %(addressee)s") % {"addressee": need.addressee_label}
    notes = (need.raised_by.label, addressee, need.get_state_display())
    return _hit(need.title, need.get_absolute_url(), *notes)


def _series(series: DialogueSeries) -> Hit:
    return _hit(series.title, series.get_absolute_url(), series.period, series.get_state_display())


def _visit(visit: Visit) -> Hit:
    return _hit(str(visit), visit.get_absolute_url(), visit.date_text, visit.get_state_display())


def _coverage(clipping: Coverage) -> Hit:
    # A clipping has no page of its own: its visit shows it, or the Pressespiegel.
    query = urlencode({"q": clipping.title or clipping.about or clipping.medium})
    url = f"{reverse('media_visits:coverage')}?{query}"
    if clipping.visit:
        url = clipping.visit.get_absolute_url()
    return _hit(str(clipping), url, clipping.known_date, clipping.visit or "")


def _organisation(organisation: Organisation) -> Hit:
    notes = (organisation.short_name, organisation.get_kind_display(), organisation.city)
    return _hit(organisation.name, organisation.get_absolute_url(), *notes, _inactive(organisation))


def _person(person: Person) -> Hit:
    organisation = person.organisation.label if person.organisation else ""
    notes = (person.function, organisation, person.email, _inactive(person))
    return _hit(person.name, person.get_absolute_url(), *notes)


def _inactive(record: Organisation | Person) -> str:
    return "" if record.is_active else _("nicht mehr aktiv")


def _list(distribution_list: DistributionList) -> Hit:
    url = distribution_list.get_absolute_url()
    return _hit(distribution_list.name, url, distribution_list.description)


def _mail(mail: Mail) -> Hit:
    notes = (mail.addressee, format_moment(mail.created_at), mail.get_state_display())
    return _hit(mail.subject, mail.get_absolute_url(), *notes)


def _invitation(invitation: Invitation) -> Hit:
    dialogue = invitation.dialogue_as_announced
    notes = (invitation.person.name, dialogue.when, invitation.get_rsvp_display())
    return _hit(dialogue.title, dialogue.get_absolute_url(), *notes)


def _request(request: ReportRequest) -> Hit:
    # A request has no page of its own: the round lists them.
    url = f"{request.round.get_absolute_url()}#anfragen"
    revoked = _("zurückgenommen") if request.revoked_at else ""
    return _hit(request.round.title, url, request.organisation.label, revoked)


HIT_BUILDERS = {
    "measures": _measure,
    "projects": _project,
    "sections": _section,
    "documents": _document,
    "links": _link,
    "dialogues": _dialogue,
    "topics": _topic,
    "needs": _need,
    "series": _series,
    "events": _event,
    "visits": _visit,
    "coverage": _coverage,
    "organisations": _organisation,
    "people": _person,
    "lists": _list,
    "mails": _mail,
    "invitations": _invitation,
    "requests": _request,
}
