"""What the pages of organisations and people show about everything that refers to them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from overview.progress.search import HitGroup, hits_of
from overview.queries import Related

RELATION_LABELS = {
    "zustaendig-massnahmen": _("Zuständig für Maßnahmen"),
    "zustaendig-reihen": _("Zuständig für Reihen"),
    "zustaendig-themen": _("Zuständig für Themen"),
    "zustaendig-gespraeche": _("Zuständig für Branchengespräche"),
    "zustaendig-bedarfe": _("Zuständig für Unterstützungsbedarfe"),
    "zustaendig-besuche": _("Zuständig für Unternehmensbesuche"),
    "federfuehrung": _("Maßnahmen in Federführung"),
    "unterstuetzung": _("Unterstützte Maßnahmen"),
    "kontakte": _("Maßnahmen mit Kontakten von hier"),
    "kontakt": _("Kontakt von Maßnahmen"),
    "kontakt-projekte": _("Kontakt von Projekten"),
    "einzelprojekte": _("Einzelprojekte"),
    "dokumente": _("Dokumente zu Maßnahmen und Projekten"),
    "links": _("Links zu Maßnahmen und Projekten"),
    "gastgeber": _("Gespräche als Gastgeber"),
    "ansprechperson": _("Gespräche als Ansprechperson des Gastgebers"),
    "themen": _("Vorgeschlagene Themen"),
    "bedarfe": _("Eingebrachte Unterstützungsbedarfe"),
    "gerichtete-bedarfe": _("Unterstützungsbedarfe, die hierher gerichtet sind"),
    "einladungen": _("Einladungen und Antworten"),
    "berichtsanfragen": _("Um Berichte gebeten"),
    "besuche": _("Unternehmensbesuche"),
    "presse": _("Pressespiegel"),
    "mails": _("E-Mails dazu"),
}


def related_groups(found: Iterable[Related], url: str, user) -> list[HitGroup]:
    """Return the relations as groups of hits; `url` is the page that lists all of one with
    `?art=`.
    """
    return [
        HitGroup(
            relation.key,
            str(RELATION_LABELS[relation.key]),
            count,
            hits_of(relation.kind, records, user),
            f"{url}?art={relation.key}" if count > len(records) else "",
        )
        for relation, records, count in found
    ]
