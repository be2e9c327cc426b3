"""Search over everything that a user may see, one kind of record after the other.

Each kind uses `visible_to` and the same condition as the list of its app, so that search and list
find the same records.
"""

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import NamedTuple

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Length, NullIf, StrIndex, Trim
from django.db.models.lookups import GreaterThan, LessThan

from core.folding import fold, folded_words, matching
from dialogues.enums import DialogueCategory
from dialogues.models import Dialogue, DialogueSeries, Topic
from dialogues.queries import search_dialogues
from measures.models import Document, Link, Measure, PlanSection, Project
from measures.queries import search_measures, search_projects
from media_visits.models import Coverage, Visit
from outbox.models import Mail
from partners.models import DistributionList, Organisation, Person

HITS_PER_KIND = 5
MIN_CHARACTERS = 2
MAX_WORDS_LENGTH = 200
# How well a hit fits, the best first.
CODE, START, TOGETHER, HEADING, ELSEWHERE, INSIDE = range(6)


class Kind(NamedTuple):
    """A kind of record that can be searched.

    `heading` are the columns that its hits show as their title. They come first in the column
    `search`; without them hits are not ranked. `code` is a column whose exact value beats
    everything else. `order` decides between hits of the same rank.
    """

    key: str
    find: Callable[[object, str], QuerySet]
    order: tuple
    heading: tuple[str | Combinable, ...] = ()
    code: str = ""


class Found(NamedTuple):
    """The best hits of one kind and the number of all."""

    kind: Kind
    records: list
    count: int


def _newest_first(column: str):
    # Explicit, because PostgreSQL and SQLite sort NULL differently.
    return F(column).desc(nulls_last=True)


def _measures(user, words: str) -> QuerySet[Measure]:
    measures = Measure.objects.visible_to(user).select_related("plan", "lead")
    return search_measures(measures, words, user)


def _projects(user, words: str) -> QuerySet[Project]:
    projects = Project.objects.visible_to(user).select_related("plan", "lead")
    return search_projects(projects, words, user)


def _sections(user, words: str) -> QuerySet[PlanSection]:
    sections = PlanSection.objects.visible_to(user).select_related("plan")
    return sections.filter(matching(words))


def _documents(user, words: str) -> QuerySet[Document]:
    documents = Document.objects.visible_to(user).select_related("measure", "project")
    return documents.filter(matching(words))


def _links(user, words: str) -> QuerySet[Link]:
    links = Link.objects.visible_to(user).select_related("measure", "project")
    return links.filter(matching(words))


def _topics(user, words: str) -> QuerySet[Topic]:
    return Topic.objects.visible_to(user).matching(words).select_related("organisation")


def _dialogues(user, words: str) -> QuerySet[Dialogue]:
    dialogues = Dialogue.objects.visible_to(user).select_related("host")
    return search_dialogues(dialogues.filter(category=DialogueCategory.DIALOGUE), words, user)


def _events(user, words: str) -> QuerySet[Dialogue]:
    dialogues = Dialogue.objects.visible_to(user).select_related("host")
    return search_dialogues(dialogues.filter(category=DialogueCategory.EVENT), words, user)


def _series(user, words: str) -> QuerySet[DialogueSeries]:
    return DialogueSeries.objects.visible_to(user).matching(words)


def _visits(user, words: str) -> QuerySet[Visit]:
    return Visit.objects.visible_to(user).matching(words).select_related("company")


def _coverage(user, words: str) -> QuerySet[Coverage]:
    return Coverage.objects.visible_to(user).matching(words).select_related("visit__company")


def _organisations(user, words: str) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(user).matching(words)


def _people(user, words: str) -> QuerySet[Person]:
    people = Person.objects.visible_to(user).known()
    return people.matching(words).select_related("organisation")


def _lists(user, words: str) -> QuerySet[DistributionList]:
    return DistributionList.objects.visible_to(user).matching(words)


def _mails(user, words: str) -> QuerySet[Mail]:
    return Mail.objects.visible_to(user).without_bodies().matching(words)


PERSON_HEADING = (Trim(Concat("given_name", Value(" "), "family_name")),)
VISIT_HEADING = (Coalesce(NullIf("company_text", Value("")), "company__name"), "title")
# In the order of the navigation.
KINDS = (
    Kind("measures", _measures, ("-plan__position", "search"), ("title", "code"), code="code"),
    Kind("projects", _projects, ("search",), ("title",)),
    Kind("sections", _sections, ("-plan__position", "search"), ("title",), code="code"),
    Kind("documents", _documents, ("-pk",), ("heading",)),
    Kind("links", _links, ("-pk",), ("heading",)),
    Kind("dialogues", _dialogues, (_newest_first("starts_at"), "search"), ("title",)),
    Kind("topics", _topics, ("search",), ("title",)),
    Kind("series", _series, ("-pk",)),
    Kind("events", _events, (_newest_first("starts_on"), "search"), ("title",)),
    Kind("visits", _visits, (_newest_first("starts_on"), "search"), VISIT_HEADING),
    Kind("coverage", _coverage, (_newest_first("starts_on"), "search"), ("medium", "title")),
    Kind(
        "organisations",
        _organisations,
        ("-is_active", "search"),
        ("name", "short_name"),
        code="short_name",
    ),
    Kind("people", _people, ("-is_active", "sort_name"), PERSON_HEADING),
    Kind("lists", _lists, ("name",)),
    Kind("mails", _mails, ("-created_at",), ("subject",)),
)


def is_too_short(words: str) -> bool:
    """Whether `words` would find nearly everything: a single character, or accents alone."""
    return len("".join(words.split())) < MIN_CHARACTERS or not folded_words(words)


def find(user, words: str) -> list[Found]:
    """Return the kinds with hits for `words`, each with the best ones, in a constant number of
    queries. Kinds that have the words only inside others come last, one with that very code first.
    """
    found = []
    for kind in KINDS:
        hits = ranked(kind, user, words).annotate(total=Window(Count("*")))
        records = list(hits[:HITS_PER_KIND])
        if records:
            found.append(Found(kind, records, records[0].total))
    # Stable, so that otherwise the kinds stay in the order of the navigation.
    return sorted(found, key=lambda hits: _class_of(hits, words))


def _class_of(found: Found, words: str) -> int:
    if found.kind.heading:
        rank = found.records[0].rank
    else:
        # Their table has no folded column, so the few records that are shown decide.
        titles = [f" {fold(str(record))}" for record in found.records]
        parts = folded_words(words)
        begins = any(all(f" {word}" in title for word in parts) for title in titles)
        rank = HEADING if begins else INSIDE
    return 0 if rank == CODE else 1 if rank < INSIDE else 2


def ranked(kind: Kind, user, words: str) -> QuerySet:
    """Return all hits of `kind` for `words`, the best first: the code itself, then headings that
    begin with the words, contain them together or one by one, then other text; last of all those
    in which the words only stand inside others.
    """
    hits = kind.find(user, words)
    if not kind.heading:
        return hits.order_by(*kind.order, "pk")
    rank = Case(*_ranks(kind, words), default=Value(INSIDE + 1), output_field=IntegerField())
    return hits.annotate(rank=rank).order_by("rank", *kind.order, "pk")


def _ranks(kind: Kind, words: str) -> list[When]:
    parts, phrase = folded_words(words), " ".join(folded_words(words))
    # Umlauts are longer when folded, so a hit at the very end of a heading may count as outside.
    length = reduce(add, (Length(column) + Value(1) for column in kind.heading))
    conditions = {
        START: Q(search__startswith=phrase),
        TOGETHER: _within(f" {phrase}", length),
        HEADING: reduce(lambda found, word: found & _begins(word, length), parts, Q()),
        ELSEWHERE: reduce(lambda found, word: found & _begins(word), parts, Q()),
        INSIDE: reduce(lambda found, word: found & _within(word, length), parts, Q()),
    }
    if kind.code:
        conditions[CODE] = Q(**{f"{kind.code}__iexact": " ".join(words.split())})
    return [When(conditions[rank], then=Value(rank)) for rank in sorted(conditions)]


def _begins(word: str, length: Combinable | None = None) -> Q:
    """Return the condition that a word of `search`, or of its first `length` characters, begins
    with `word`.
    """
    later = _within(f" {word}", length) if length else Q(search__contains=f" {word}")
    return Q(search__startswith=word) | later


def _within(text: str, length: Combinable) -> Q:
    """Return the condition that `text` begins in the first `length` characters of `search`."""
    position = StrIndex("search", Value(text))
    return Q(GreaterThan(position, 0)) & Q(LessThan(position, length))
