"""Searching measures and projects by everything that is written about them, as far as the user may
read it.

Every word must occur in the record itself, with its lead and its section, or else all of them in
one of the texts that belong to it: a milestone, a report, a document.
"""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from core.folding import folded_words, has_words, matching
from core.roles import is_inside
from measures.enums import Obstacle
from measures.models import (
    Contact,
    Document,
    Indicator,
    Link,
    Measure,
    Milestone,
    Project,
    StatusReport,
)
from measures.permissions import can_see_internal_notes


def search_measures(measures: QuerySet[Measure], words: str, user) -> QuerySet[Measure]:
    """Return those of `measures`, which `user` may see, that have `words`. Still one query."""
    if not folded_words(words):
        return measures
    own = ["search", "lead__search", "section__search"]
    if can_see_internal_notes(user):
        own.append("search_internal")
    found = matching(words, *own)
    for texts in (
        # Whoever sees a measure sees its milestones and indicators.
        Milestone.objects.filter(matching(words)),
        Indicator.objects.filter(matching(words)),
        StatusReport.objects.visible_to(user).filter(matching(words) | _has_obstacle(words)),
        *_of_both(words, user),
    ):
        # Not correlated, so that the database reads each kind of text once.
        found |= Q(pk__in=texts.order_by().values("measure"))
    return measures.filter(found)


def search_projects(projects: QuerySet[Project], words: str, user) -> QuerySet[Project]:
    """Return those of `projects`, which `user` may see, that have `words`. Still one query."""
    if not folded_words(words):
        return projects
    found = matching(words, "search", "lead__search")
    for texts in _of_both(words, user):
        found |= Q(pk__in=texts.order_by().values("project"))
    return projects.filter(found)


def _of_both(words: str, user) -> Iterator[QuerySet]:
    """Yield what belongs to measures and to projects and has `words`."""
    # Outside the two offices nobody reads who a contact is, so nobody finds them by their name.
    names = ("person__search", "person__organisation__search") if is_inside(user) else ()
    yield Contact.objects.visible_to(user).filter(matching(words, "search", *names))
    yield Document.objects.visible_to(user).filter(matching(words))
    yield Link.objects.visible_to(user).filter(matching(words))


def _has_obstacle(words: str) -> Q:
    """Return the condition that the obstacle of a report is called by `words`."""
    called = [key for key, label in Obstacle.choices if has_words(words, str(label))]
    return Q(obstacle__in=called)
