"""The form of a programme: a row per item, which can be moved and removed without a script."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import Conflict, SeenForm
from core.errors import ChangedMeanwhile, Unreadable
from core.forms import CleanCharField, TimeField, WarnedForm
from core.typed_dates import parse_time
from dialogues.enums import ProgrammeKind
from dialogues.models import Dialogue
from dialogues.queries import (
    Programme,
    ProgrammeEntry,
    entries_of,
    entry_kind,
    programme_rows,
    programme_version,
)
from dialogues.queries.programme import HALF_DAY_MINUTES, clock, minutes_of

MOST_ITEMS = 40
EMPTY_ROWS, LEAST_ROWS = 3, 6
# The button that arranges rows sends its act and the number of a row: `up-2`, `remove-0`, `more`.
ARRANGE = "arrange"
TYPED = ("begins", "ends", "title", "who")

ACTS = (
    ("up", gettext_lazy("Nach\u00a0oben")),
    ("down", gettext_lazy("Nach\u00a0unten")),
    ("remove", gettext_lazy("Entfernen")),
)

Row = dict[str, Any]


class ItemForm(forms.Form):
    """One item. Rows without anything typed are ignored."""

    begins = TimeField(label=gettext_lazy("von"), required=False)
    ends = TimeField(label=gettext_lazy("bis"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Art"), choices=ProgrammeKind, initial=ProgrammeKind.OTHER
    )
    title = CleanCharField(label=gettext_lazy("Was"), max_length=200, required=False)
    who = CleanCharField(label=gettext_lazy("Wer"), max_length=200, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Needed in all rows that are not empty, so the page must not call them optional.
        for name in ("begins", "title"):
            self.fields[name].is_conditional = True

    @property
    def is_empty(self) -> bool:
        is_typed = any(self[name].value() for name in TYPED)
        # A kind was chosen where it is not the one that empty rows begin with.
        return not is_typed and self["kind"].value() in (None, "", ProgrammeKind.OTHER)

    @property
    def acts(self) -> tuple:
        """The buttons of the row, by what they send."""
        return () if self.is_empty else ACTS

    def clean(self):
        values = super().clean()
        if self.is_empty:
            return values
        begins, ends = values.get("begins"), values.get("ends")
        if begins is None and "begins" not in self.errors:
            self.add_error("begins", _("Bitte nennen Sie die Uhrzeit."))
        # Past midnight the end is the smaller number; half a day later it can only be a mistake.
        if begins and ends and not 0 < _minutes_between(begins, ends) < HALF_DAY_MINUTES:
            self.add_error("ends", _("Das Ende liegt nicht nach dem Beginn."))
        if values.get("kind") == ProgrammeKind.OTHER and not self["title"].value():
            self.add_error("title", _("Bitte sagen Sie, was es ist."))
        return values

    @property
    def entry(self) -> ProgrammeEntry:
        values = self.cleaned_data
        return ProgrammeEntry(
            values["begins"], values["kind"], values["title"], values["who"], values["ends"]
        )


def _minutes_between(begins: dt.time, ends: dt.time) -> int:
    return (minutes_of(ends) - minutes_of(begins)) % (2 * HALF_DAY_MINUTES)


# `absolute_max` also stops forged requests, which can claim any number of forms.
ItemFormSet = forms.formset_factory(
    ItemForm, extra=EMPTY_ROWS, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS
)


class ProgrammeForm(SeenForm, WarnedForm):
    """All items of a programme, with the start that its times belong to until a date is fixed."""

    starts = TimeField(
        label=gettext_lazy("Beginn des Gesprächs"),
        required=False,
        help_text=gettext_lazy(
            "Bis der Termin feststeht; danach wandern die Zeiten mit dem Termin. Ohne Angabe gilt "
            "die Zeit der ersten Zeile."
        ),
    )
    # What the templates of conflicts show; filled by `show_conflict`.
    can_overwrite = True

    def __init__(self, data: Mapping | None = None, *, instance: Dialogue, rows=(), **kwargs):
        """`rows` are shown instead of the stored items."""
        self.conflicts: list[Conflict] = []
        super().__init__(data, instance=instance, **kwargs)
        self.initial.setdefault("starts", instance.programme_start)
        if instance.starts_at:
            del self.fields["starts"]
        shown = rows if rows or data is not None else stored_rows(instance)
        self.items = ItemFormSet(data, initial=shown, prefix="item")
        # Room for a usual programme from the start.
        self.items.extra = max(EMPTY_ROWS, LEAST_ROWS - len(shown))

    def _version_of(self, obj: Dialogue) -> str:
        return programme_version(obj)

    def is_valid(self) -> bool:
        # Both, so that the page shows all errors at once.
        return all([super().is_valid(), self.items.is_valid()])

    @property
    def programme(self) -> Programme:
        entries = [form.entry for form in self.items if not form.is_empty]
        return Programme(tuple(entries), self.cleaned_data.get("starts"))

    def show_conflict(self, error: ChangedMeanwhile, current: Dialogue | None) -> None:
        super().show_conflict(error, current)
        theirs = current.programme if current else ""
        mine = "\n".join(
            f"{form['begins'].value()} {form['title'].value() or form.cleaned_data['kind']}"
            for form in self.items
            if not form.is_empty
        )
        self.conflicts = [Conflict(_("Programm"), theirs or "–", mine or "–")]


def stored_rows(dialogue: Dialogue) -> list[Row]:
    """Return what the form shows at first. Lines of an older programme are taken to be items."""
    if entries := entries_of(dialogue):
        return [entry._asdict() for entry in entries]
    rows = []
    for line in programme_rows(dialogue):
        begins, _dash, ends = line.time.replace("-", "–").partition("–")
        kind, title = entry_kind(line.what)
        row = {"begins": begins.strip(), "ends": ends.strip(), "kind": kind, "title": title}
        rows.append(row)
    return rows


def is_arranging(data: Mapping) -> bool:
    return ARRANGE in data


def arranged(data: Mapping, dialogue: Dialogue) -> ProgrammeForm:
    """Return the form with the rows of `data`, valid or not, as the pressed button arranges."""
    rows = list(_typed_rows(data))
    act, _dash, number = data[ARRANGE].partition("-")
    at = int(number) if number.isdecimal() and int(number) < len(rows) else None
    if act == "remove" and at is not None:
        del rows[at]
    elif act in ("up", "down") and at is not None:
        _swap(rows, at - 1 if act == "up" else at)
    kept = [row for row in rows if not _is_empty(row)]
    initial = {name: data.get(name, "") for name in ("starts", "heeded")}
    form = ProgrammeForm(instance=dialogue, rows=kept or [{}], initial=initial)
    # What the first page showed, not what is stored by now.
    form.initial["version"] = data.get("version", "")
    return form


def _is_empty(row: Row) -> bool:
    return not any(row[name] for name in TYPED) and row["kind"] in ("", ProgrammeKind.OTHER)


def _typed_rows(data: Mapping) -> Iterator[Row]:
    for number in range(MOST_ITEMS):
        prefix = f"item-{number}-"
        if f"{prefix}begins" in data:
            yield {name: data.get(prefix + name, "") for name in (*TYPED, "kind")}


def _swap(rows: list[Row], first: int) -> None:
    """Let the rows `first` and the next one change places; both keep how long they take."""
    if not 0 <= first < len(rows) - 1:
        return
    earlier, later = rows[first], rows[first + 1]
    following = rows[first + 2] if first + 2 < len(rows) else None
    rows[first], rows[first + 1] = later, earlier
    times = [_read(earlier["begins"]), _read(later["begins"])]
    if None in times:
        return
    start, second = times
    until = _read(later["ends"]) or (_read(following["begins"]) if following else None)
    # Without an end nobody knows how long the last one takes: then only the starts are exchanged.
    length = (until - second) % (2 * HALF_DAY_MINUTES) if until is not None else second - start
    _move(later, start)
    _move(earlier, start + length)


def _read(typed: str) -> int | None:
    try:
        return minutes_of(parse_time(typed)) if typed else None
    except Unreadable:
        return None


def _move(row: Row, begins: int) -> None:
    former, ends = _read(row["begins"]), _read(row["ends"])
    row["begins"] = f"{clock(begins):%H:%M}"
    if ends is not None and former is not None:
        row["ends"] = f"{clock(begins + ends - former):%H:%M}"
