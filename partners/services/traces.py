"""Find what gives a person away, and replace it in texts."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import BigIntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Lower
from django.utils.translation import ngettext

from core.folding import FoldedField
from core.texts import Traces
from outbox.rendering.headers import spellings_of
from partners.models import ANONYMOUS, Person, User
from partners.registry import ClosedTexts, person_data

# Shorter numbers are extensions, which stand for other things too.
SHORTEST_PHONE = 7


def numbers_of(person: Person) -> list[int]:
    """Return the key of `person` and those of the entries merged into it."""
    return [person.pk, *person.former_entries.order_by("pk").values_list("number", flat=True)]


def traces_of(person: Person) -> tuple[Traces, Traces]:
    """Return the traces of `person`, present and former: those nobody else has, and all."""
    entries = [person, *Person.history.filter(id__in=numbers_of(person))]
    names = {(entry.given_name, entry.family_name, entry.title) for entry in entries}
    names = {name for name in names if name[1] not in ("", str(ANONYMOUS))}
    # Not the family name alone: it may be a word, or a function where no name is known.
    full = {_joined(*name[:2]) for name in names if name[0]} | {
        _joined(name[2], *name[:2]) for name in names if name[0]
    }
    labels = {_joined(title, given, family) for given, family, title in names}
    labels |= {family for _given, family, _title in names}
    labels |= set(person.former_entries.values_list("name", flat=True)) - {str(ANONYMOUS)}
    phones = {entry.phone for entry in entries if len(entry.phone) >= SHORTEST_PHONE}
    own = Traces(_own_addresses(person, entries), _unique_names(person, names, full))
    own |= Traces(words=frozenset(phones - _phones_of_others(person, phones)))
    return own, own | Traces(words=frozenset(labels | full))


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def addresses_of(person: Person) -> frozenset[str]:
    """Return the address of the account of `person`, and the present and former ones of the contact
    that nobody else has, in every spelling.
    """
    account = getattr(person, "user", None)
    entries = [person, *Person.history.filter(id__in=numbers_of(person))]
    own = spellings_of(account.email) if account else frozenset()
    return _own_addresses(person, entries) | own


def _own_addresses(person: Person, entries: Iterable) -> frozenset[str]:
    addresses = spellings_of(*(entry.email for entry in entries))
    others = Person.objects.exclude(pk=person.pk).annotate(address=Lower("email"))
    shared = set(others.filter(address__in=addresses).values_list("address", flat=True))
    accounts = User.objects.exclude(person=person).filter(email__in=addresses)
    return addresses - spellings_of(*shared, *accounts.values_list("email", flat=True))


def _unique_names(person: Person, names: set[tuple], full: set[str]) -> frozenset[str]:
    for given, family, _title in names:
        others = Person.objects.exclude(pk=person.pk)
        # A text may mean the namesake instead, so no name can be taken for this person's.
        if others.filter(given_name=given, family_name=family).exists():
            return frozenset()
    return frozenset(full)


def _phones_of_others(person: Person, phones: set[str]) -> set[str]:
    others = Person.objects.exclude(pk=person.pk).filter(phone__in=phones)
    return set(others.values_list("phone", flat=True))


def clean_texts(traces: Traces) -> list[str]:
    """Replace `traces` in the texts of matters that are closed, and in the lines of every history;
    return a German line if there were any.
    """
    texts = [rows for data in person_data() for store in data.texts for rows in _with_past(store)]
    searches = [Search(rows, text_fields(rows.model)) for rows in texts]
    searches += [
        reasons_in(model._base_manager.all())
        for model in apps.get_models()
        if hasattr(model, "history_change_reason")
    ]
    count = clean_rows(searches, traces)
    if not count:
        return []
    text = ngettext(
        "Name und Adresse in %(count)d Text oder Zeile des Verlaufs",
        "Name und Adresse in %(count)d Texten und Zeilen des Verlaufs",
        count,
    )
    return [text % {"count": count}]


def _with_past(store: ClosedTexts) -> Iterator[QuerySet]:
    closed = store.closed()
    yield closed
    if hasattr(closed.model, "history"):
        yield closed.model.history.filter(id__in=closed.order_by().values("pk"))


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """Return the fields into which somebody may have written a name."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and not field.choices and not isinstance(field, FoldedField)
    ]


class Search(NamedTuple):
    """Rows, and those of their texts in which names are looked for."""

    rows: QuerySet
    fields: Sequence[models.Field]


def reasons_in(history: QuerySet) -> Search:
    """Return the search for names in the lines of a history."""
    fields = [f for f in text_fields(history.model) if f.name == "history_change_reason"]
    return Search(history, fields)


def clean_rows(searches: Sequence[Search], traces: Traces) -> int:
    """Replace `traces` in texts, without a line of history, as that would repeat them; return how
    many rows had any. One query for all of them, and two for each that has any.
    """
    if not traces.needles:
        return 0
    found: dict[int, list[int]] = {}
    queries = [
        _mentioning(search, traces)
        # SQLite allows no order in the parts of a UNION, and histories have one by default.
        .order_by()
        .annotate(search_number=Value(number), row_key=Cast("pk", BigIntegerField()))
        .values_list("search_number", "row_key")
        for number, search in enumerate(searches)
    ]
    for number, key in queries[0].union(*queries[1:], all=True):
        found.setdefault(number, []).append(key)
    return sum(_clean(searches[number], keys, traces) for number, keys in sorted(found.items()))


def _clean(search: Search, keys: Sequence[int], traces: Traces) -> int:
    model, count = search.rows.model, 0
    for row in model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk"):
        values = {field: getattr(row, field.name) for field in search.fields}
        cleaned = {field: traces.clean(value) for field, value in values.items()}
        changed = [field for field in search.fields if cleaned[field] != values[field]]
        for field in changed:
            setattr(row, field.name, _fitting(cleaned[field], field))
        if changed:
            row.skip_history_when_saving = True
            # The folded columns have to be named as well, or a search would still find the name.
            row.save(update_fields=[field.name for field in (*changed, *_folded(model))])
            count += 1
    return count


def _mentioning(search: Search, traces: Traces) -> QuerySet:
    rows, condition = search.rows, Q(pk__in=[])
    for field in search.fields:
        name = f"{field.name}_as_text"
        rows = rows.alias(**{name: Cast(field.name, TextField())})
        for needle in traces.needles:
            condition |= Q(**{f"{name}__icontains": needle})
            # SQLite keeps JSON with its umlauts escaped.
            escaped = json.dumps(needle)[1:-1]
            if isinstance(field, models.JSONField) and escaped != needle:
                condition |= Q(**{f"{name}__icontains": escaped})
    return rows.filter(condition)


def _fitting(value, field: models.Field):
    # What replaces a name may be longer than the name.
    return value[: field.max_length] if isinstance(value, str) and field.max_length else value


def _folded(model: type[models.Model]) -> list[FoldedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, FoldedField)]


def describe_mails(count: int) -> list[str]:
    if not count:
        return []
    text = ngettext(
        "Empfänger, Betreff und Inhalt von %(count)d E-Mail",
        "Empfänger, Betreff und Inhalt von %(count)d E-Mails",
        count,
    )
    return [text % {"count": count}]
