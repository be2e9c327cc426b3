"""Find what gives a person away, and replace it in texts."""

from collections.abc import Iterable, Sequence

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.utils.translation import ngettext

from core.folding import FoldedField
from core.texts import Traces
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
    full = {_joined(*name[:2]) for name in names if name[0]} | {
        _joined(name[2], *name[:2]) for name in names if name[0]
    }
    labels = {_joined(title, given, family) for given, family, title in names}
    labels |= {family for _given, family, _title in names}
    labels |= set(person.former_entries.values_list("name", flat=True)) - {str(ANONYMOUS)}
    phones = {entry.phone for entry in entries if len(entry.phone) >= SHORTEST_PHONE}
    addresses = {entry.email.lower() for entry in entries if entry.email}
    own = Traces(_without_shared(person, addresses), _unique_names(person, names, full))
    own |= Traces(words=frozenset(phones - _phones_of_others(person, phones)))
    return own, own | Traces(words=frozenset(labels | full))


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))


def _without_shared(person: Person, addresses: set[str]) -> frozenset[str]:
    others = Person.objects.exclude(pk=person.pk).annotate(address=Lower("email"))
    shared = set(others.filter(address__in=addresses).values_list("address", flat=True))
    accounts = User.objects.exclude(person=person).filter(email__in=addresses)
    return frozenset(addresses - shared - set(accounts.values_list("email", flat=True)))


def _unique_names(person: Person, names: set[tuple], full: set[str]) -> frozenset[str]:
    for given, family, _title in names:
        others = Person.objects.exclude(pk=person.pk)
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
    count = sum(_clean_store(store, traces) for data in person_data() for store in data.texts)
    count += sum(
        clean_rows(model._base_manager.all(), traces, ["history_change_reason"])
        for model in history_models()
    )
    if not count:
        return []
    text = ngettext(
        "Name und Adresse in %(count)d Text oder Zeile des Verlaufs",
        "Name und Adresse in %(count)d Texten und Zeilen des Verlaufs",
        count,
    )
    return [text % {"count": count}]


def _clean_store(store: ClosedTexts, traces: Traces) -> int:
    closed = store.closed()
    count = clean_rows(closed, traces)
    if hasattr(closed.model, "history"):
        past = closed.model.history.filter(id__in=closed.order_by().values("pk"))
        count += clean_rows(past, traces)
    return count


def history_models() -> Iterable[type[models.Model]]:
    return [model for model in apps.get_models() if hasattr(model, "history_object")]


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """Return the fields into which somebody may have written a name."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) and not field.choices and not isinstance(field, FoldedField)
    ]


def clean_rows(rows: QuerySet, traces: Traces, only: Sequence[str] = ()) -> int:
    """Replace `traces` in the texts of `rows`, without a line of history, as that would repeat
    them; return how many rows had any.
    """
    fields = [field for field in text_fields(rows.model) if not only or field.name in only]
    count = 0
    keys = list(_mentioning(rows, fields, traces).values_list("pk", flat=True))
    for row in rows.model._base_manager.select_for_update().filter(pk__in=keys):
        values = {field: getattr(row, field.name) for field in fields}
        cleaned = {field: traces.clean(value) for field, value in values.items()}
        changed = [field for field in fields if cleaned[field] != values[field]]
        for field in changed:
            setattr(row, field.name, _fitting(cleaned[field], field))
        if changed:
            row.skip_history_when_saving = True
            row.save(update_fields=[field.name for field in (*changed, *_folded(rows.model))])
            count += 1
    return count


def _mentioning(rows: QuerySet, fields: Sequence[models.Field], traces: Traces) -> QuerySet:
    condition = Q(pk__in=[])
    for field in fields:
        name = f"{field.name}_as_text"
        rows = rows.alias(**{name: Cast(field.name, TextField())})
        for needle in traces.needles:
            condition |= Q(**{f"{name}__icontains": needle})
            # SQLite keeps JSON with its umlauts escaped.
            escaped = needle.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
            if isinstance(field, models.JSONField) and escaped != needle:
                condition |= Q(**{f"{name}__icontains": escaped})
    return rows.filter(condition)


def _fitting(value, field: models.Field):
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
