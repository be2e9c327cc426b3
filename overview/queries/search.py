"""Search over everything that a user may see, one kind of record after the other.

Each kind uses `visible_to` and the same condition as the list of its app, so that search and list
find the same records.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import groupby
from operator import add, itemgetter
from typing import NamedTuple

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import (
    Coalesce,
    Concat,
    Length,
    NullIf,
    RowNumber,
    StrIndex,
    Trim,
)
from django.db.models.lookups import GreaterThan, LessThan

from core.folding import fold, folded_words, matching
from dialogues.enums import DialogueCategory
from dialogues.models import Dialogue, DialogueSeries, Need, Topic
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


def _by_text(records: QuerySet, words: str, user) -> QuerySet:
    return records.filter(matching(words))


def _by_own_rule(records: QuerySet, words: str, user) -> QuerySet:
    return records.matching(words)


def _dialogues(dialogues: QuerySet[Dialogue], words: str, user) -> QuerySet[Dialogue]:
    return search_dialogues(dialogues.filter(category=DialogueCategory.DIALOGUE), words, user)


def _events(dialogues: QuerySet[Dialogue], words: str, user) -> QuerySet[Dialogue]:
    return search_dialogues(dialogues.filter(category=DialogueCategory.EVENT), words, user)


class Kind(NamedTuple):
    """A kind of record that can be searched.

    `records` have what their hits show; `search` limits them to those with the words, as the user
    may know them. `heading` are the columns that hits show as their title. They come first in the
    column `search`; without them hits are not ranked. `code` is a column whose exact value beats
    everything else. `order` decides between hits of the same rank.
    """

    key: str
    records: QuerySet
    order: tuple
    heading: tuple[str | Combinable, ...] = ()
    code: str = ""
    search: Callable[[QuerySet, str, object], QuerySet] = _by_own_rule


class Found(NamedTuple):
    """The best hits of one kind, the rank of the first, and the number of all."""

    kind: Kind
    records: list
    count: int
    rank: int


def _newest_first(column: str):
    # Explicit, because PostgreSQL and SQLite sort NULL differently.
    return F(column).desc(nulls_last=True)


PERSON_HEADING = (Trim(Concat("given_name", Value(" "), "family_name")),)
VISIT_HEADING = (Coalesce(NullIf("company_text", Value("")), "company__name"), "title")
DIALOGUES = Dialogue.objects.select_related("host")
# In the order of the navigation.
KINDS = (
    Kind(
        "measures",
        Measure.objects.select_related("plan", "lead"),
        ("-plan__position", "search"),
        ("title", "code"),
        code="code",
        search=search_measures,
    ),
    Kind(
        "projects",
        Project.objects.select_related("plan", "lead"),
        ("search",),
        ("title",),
        search=search_projects,
    ),
    Kind(
        "sections",
        PlanSection.objects.select_related("plan"),
        ("-plan__position", "search"),
        ("title",),
        code="code",
        search=_by_text,
    ),
    Kind(
        "documents",
        Document.objects.select_related("measure", "project"),
        ("-pk",),
        ("heading",),
        search=_by_text,
    ),
    Kind(
        "links",
        Link.objects.select_related("measure", "project"),
        ("-pk",),
        ("heading",),
        search=_by_text,
    ),
    Kind(
        "dialogues",
        DIALOGUES,
        (_newest_first("starts_at"), "search"),
        ("title",),
        search=_dialogues,
    ),
    Kind("topics", Topic.objects.select_related("organisation"), ("search",), ("title",)),
    Kind(
        "needs",
        Need.objects.select_related("raised_by", "addressee"),
        ("-raised_on", "search"),
        ("title",),
    ),
    Kind("series", DialogueSeries.objects.all(), ("-pk",)),
    Kind("events", DIALOGUES, (_newest_first("starts_on"), "search"), ("title",), search=_events),
    Kind(
        "visits",
        Visit.objects.select_related("company"),
        (_newest_first("starts_on"), "search"),
        VISIT_HEADING,
    ),
    Kind(
        "coverage",
        Coverage.objects.select_related("visit__company"),
        (_newest_first("starts_on"), "search"),
        ("medium", "title"),
    ),
    Kind(
        "organisations",
        Organisation.objects.all(),
        ("-is_active", "search"),
        ("name", "short_name"),
        code="short_name",
    ),
    Kind(
        "people",
        Person.objects.known().select_related("organisation"),
        ("-is_active", "sort_name"),
        PERSON_HEADING,
    ),
    Kind("lists", DistributionList.objects.all(), ("name",)),
    Kind("mails", Mail.objects.without_bodies(), ("-created_at",), ("subject",)),
)


def is_too_short(words: str) -> bool:
    """Whether `words` would find nearly everything: a single character, or accents alone."""
    return len("".join(words.split())) < MIN_CHARACTERS or not folded_words(words)


def find(user, words: str) -> list[Found]:
    """Return the kinds with hits for `words`, each with the best ones. Kinds that have the words
    only inside others come last, one with that very code first.

    One query finds the hits of all kinds, and one for each model with hits loads them.
    """
    first, *others = (_best(number, kind, user, words) for number, kind in enumerate(KINDS))
    # Sorted by kind and by place.
    hits = sorted(first.union(*others, all=True))
    records = _records_of(hits)
    found = []
    for number, some in groupby(hits, key=itemgetter(0)):
        kind, places = KINDS[number], list(some)
        _number, _place, _pk, rank, count = places[0]
        # A record may have been deleted between the two queries.
        loaded = [records.get((kind.records.model, pk)) for _number, _place, pk, *_rest in places]
        shown = [record for record in loaded if record]
        if shown:
            found.append(Found(kind, shown, count, rank))
    # Stable, so that otherwise the kinds stay in the order of the navigation.
    return sorted(found, key=lambda hits: _class_of(hits, words))


def _best(number: int, kind: Kind, user, words: str) -> QuerySet:
    """Return number of the kind, place, key and rank of its best hits, and how many are found."""
    hits = ranked(kind, user, words)
    if not kind.heading:
        hits = hits.annotate(rank=Value(ELSEWHERE))
    hits = hits.order_by().annotate(
        hit_kind=Value(number),
        hit_place=Window(RowNumber(), order_by=hits.query.order_by),
        hit_total=Window(Count("*")),
    )
    # SQLite allows no LIMIT in a part of a UNION.
    best = hits.filter(hit_place__lte=HITS_PER_KIND)
    return best.values_list("hit_kind", "hit_place", "pk", "rank", "hit_total")


def _records_of(hits: Iterable[tuple]) -> dict[tuple[type[Model], int], Model]:
    """Return the records of `hits` by model and key."""
    keys, querysets = defaultdict(list), {}
    for number, _place, pk, *_rest in hits:
        records = KINDS[number].records
        keys[records.model].append(pk)
        querysets[records.model] = records
    return {
        (model, record.pk): record
        for model, records in querysets.items()
        for record in records.filter(pk__in=keys[model])
    }


def _class_of(found: Found, words: str) -> int:
    rank = found.rank
    if not found.kind.heading:
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
    hits = kind.search(kind.records.visible_to(user), words, user)
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
