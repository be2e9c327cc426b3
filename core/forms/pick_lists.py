"""Long lists to pick from: they filter as one types and put the likely choices first."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django import forms
from django.db.models import QuerySet
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.html import draw_attributes, fill, fill_each

# Up to this number a plain select is quicker to use.
LEAST_TO_FILTER = 15
MOST_RECENT = 5
MOST_SEARCHED = 200  # records in which to look for them


class Option(NamedTuple):
    """One choice; `owner` is the primary key of what it belongs to, `keywords` find it too."""

    value: str
    label: str
    owner: str = ""
    keywords: str = ""


# A heading, empty for none, and the options below it.
Group = tuple[str, list[Option]]


class PickList(forms.Select):
    """A select that becomes a field filtering as one types if it has many options.

    `first` are the values to put first, under the heading `first_label`. `owner_of(record)` returns
    the primary key in the field `owner_field` of the same form that a record belongs to: when that
    is chosen, its records come first, under `owner_label`.
    """

    first: tuple[str, ...] = ()
    first_label: str | Promise = ""
    owner_field = ""
    owner_label: str | Promise = ""

    @staticmethod
    def owner_of(record) -> int | None:
        return None

    @staticmethod
    def keywords_of(record) -> str:
        """Return what finds `record` besides its label."""
        return getattr(record, "short_name", "")

    # Not by templates: one for each option would take four times as long.
    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        attrs = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        selected = self.format_value(value)
        groups = fill_each(
            "{}",
            ((_draw_group(label, options, selected),) for label, options in self._groups()),
        )
        select = fill("<select{}>{}</select>", draw_attributes(attrs), groups)
        # With its script, so that only pages with a list load it; a browser runs it once.
        return fill(
            '<pick-list{}>{}</pick-list><script type="module" src="{}"></script>',
            self._draw_data(attrs),
            select,
            static("js/pick-list.js"),
        )

    def _groups(self) -> list[Group]:
        groups: list[Group] = []
        for label, options in self.choices:
            if isinstance(options, list | tuple):
                groups.append((str(label), [self._option(*option) for option in options]))
            elif groups and not groups[-1][0]:
                groups[-1][1].append(self._option(label, options))
            else:
                groups.append(("", [self._option(label, options)]))
        return self._with_first(groups)

    def _option(self, value, label) -> Option:
        record = getattr(value, "instance", None)
        if record is None:
            return Option("" if value is None else str(value), str(label))
        owner = self.owner_of(record)
        return Option(str(value), str(label), str(owner or ""), self.keywords_of(record))

    def _with_first(self, groups: list[Group]) -> list[Group]:
        by_value = {option.value: option for _label, options in groups for option in options}
        first = [by_value[value] for value in self.first if value in by_value]
        rest = [
            (label, [option for option in options if option.value and option not in first])
            for label, options in groups
        ]
        # With nothing below it, the heading of the likely choices would say nothing.
        if not first or not any(options for _label, options in rest):
            return groups
        empty = [("", [by_value[""]])] if "" in by_value else []
        rest = [(label or _("Alle weiteren"), options) for label, options in rest if options]
        return [*empty, (str(self.first_label), first), *rest]

    def _draw_data(self, attrs) -> SafeString:
        data = {
            "data-least": LEAST_TO_FILTER,
            "data-label": _("Auswahl"),
            "data-none": _("Nichts gefunden"),
            "data-count": _("{n} Treffer"),
        }
        if self.owner_field:
            # Without the form's prefix, which both fields share.
            own_name = attrs["name"].rpartition("-")[2]
            data["data-with"] = attrs.get("id", "").removesuffix(own_name) + self.owner_field
            data["data-with-label"] = self.owner_label
        return draw_attributes(data)


def _draw_group(label: str, options: Iterable[Option], selected: Collection[str]) -> SafeString:
    drawn = fill_each("<option{}>{}</option>", _drawn_options(options, selected))
    return fill('<optgroup label="{}">{}</optgroup>', label, drawn) if label else drawn


def _drawn_options(options: Iterable[Option], selected: Collection[str]) -> Iterator[tuple]:
    for value, label, owner, keywords in options:
        attributes = {
            "value": value,
            "data-of": owner or None,
            "data-also": keywords or None,
            "selected": value in selected,
        }
        yield draw_attributes(attributes), label


def put_first(field: forms.ChoiceField, values: Iterable, label: str | Promise) -> None:
    """Offer `values` of `field`, a PickList, before all others, under the heading `label`."""
    field.widget.first = tuple(str(value) for value in values)
    field.widget.first_label = label


def recently_used(records: QuerySet, field: str) -> list[int]:
    """Return the keys of what the latest of `records` have in the foreign key `field`."""
    # Of the last few only: the newest use of each key would have to be sought in all records.
    latest = records.filter(**{f"{field}__isnull": False}).order_by("-pk")
    keys = latest.values_list(field, flat=True)[:MOST_SEARCHED]
    return list(dict.fromkeys(keys))[:MOST_RECENT]
