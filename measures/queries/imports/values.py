"""The values of measures as the texts of a sheet, and texts of a sheet as values."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from core.dates import format_date
from core.enums import TRAFFIC_LIGHT_MEANINGS
from core.folding import fold
from core.forms import DayField, formfield_for
from core.numbers import format_money
from core.texts import clean_text
from measures.models import Measure, Milestone, Plan, PlanSection
from measures.queries.imports.tables import SHEETS
from measures.queries.sections import top_sections
from partners.enums import OrganisationKind
from partners.models import Organisation, Sector
from partners.progress import responsible_label

PLAIN_FIELDS = (
    "code",
    "title",
    "description",
    "runtime",
    "starts_on",
    "ends_on",
    "amount",
    "internal_notes",
)
ANSWER_FIELDS = ("is_lighthouse", "is_published")
DISPLAYED_FIELDS = ("phase", "traffic_light", "financing", "origin", "status_origin")
LINKS = ("supporters", "sectors")
ANSWERS = {True: ("ja", "j", "x", "1", "yes", "wahr"), False: ("nein", "n", "0", "no", "falsch")}
EDITABLE = tuple(
    column.name
    for column in SHEETS["measures"].columns
    if not column.is_read_only and column.name not in ("key", "version", "exported_at")
)
READ_ONLY = tuple(column.name for column in SHEETS["measures"].columns if column.is_read_only)


class Unfit(ValueError):
    """A text that is no value of its column. The sentence says why."""


class Directory:
    """The organisations, sectors, plans and sections that measures may name, in four queries, and
    the words of their choices in the language of the reader. `sections` may be those of a former
    day.
    """

    def __init__(self, sections: Iterable[PlanSection] | None = None) -> None:
        organisations = Organisation.objects.only("name", "short_name", "kind", "is_active")
        self.organisations = {found.pk: found for found in organisations}
        self.sectors = {sector.pk: sector for sector in Sector.objects.all()}
        self.plans = {plan.pk: plan for plan in Plan.objects.newest_first()}
        known = PlanSection.objects.all() if sections is None else sections
        self.sections = {section.pk: section for section in known}
        self.tops = top_sections(self.sections.values())
        self._named: dict[str, dict[int, Organisation]] = defaultdict(dict)
        for organisation in self.organisations.values():
            for name in {organisation.name, organisation.short_name} - {""}:
                self._named[fold(name)][organisation.pk] = organisation
        # Django translates a choice again for each record, which takes half the time of an export.
        self._choices = {
            name: {value: str(label) for value, label in Measure._meta.get_field(name).flatchoices}
            for name in DISPLAYED_FIELDS
        }
        self.meanings = {light: str(text) for light, text in TRAFFIC_LIGHT_MEANINGS.items()}

    def display(self, obj: Any, name: str) -> str:
        """Return the word for the value of a field with choices."""
        value = getattr(obj, name)
        return self._choices[name].get(value, value)

    def organisation(self, text: str) -> Organisation | None:
        """Return the organisation of this name or short name, None if there is none.

        Raises Unfit if several have it, or if the one is no longer active.
        """
        found = [
            organisation
            for organisation in self._named.get(fold(text), {}).values()
            # The press is registered as organisations too, but never leads or supports a measure.
            if organisation.kind != OrganisationKind.PRESS
        ]
        if len(found) > 1:
            raise Unfit(_("„%(name)s“ heißen mehrere Organisationen.") % {"name": text})
        # An inactive organisation can no longer be asked, so a new lead must not be one.
        if found and not found[0].is_active:
            raise Unfit(_("„%(name)s“ ist nicht mehr aktiv.") % {"name": text})
        return found[0] if found else None

    def plan(self, text: str) -> Plan:
        """Return the plan of this title or short title. Raises Unfit."""
        folded = fold(text)
        for plan in self.plans.values():
            if folded in (fold(plan.short_title), fold(plan.title)):
                return plan
        known = ", ".join(f"„{plan}“" for plan in self.plans.values())
        raise Unfit(
            _("Den Plan „%(plan)s“ gibt es nicht. Es gibt: %(known)s.")
            % {"plan": text, "known": known or "–"}
        )

    def section(self, text: str, plan: Plan, field: str) -> PlanSection:
        """Return the section of `plan` with this label, title or code; `field`, the Handlungsfeld,
        decides between several. Raises Unfit.
        """
        sections = [section for section in self.sections.values() if section.plan_id == plan.pk]
        return find_section(text, sections, self.tops, field)


def find_section(
    text: str, sections: Iterable[PlanSection], tops: Mapping[int, PlanSection], field: str
) -> PlanSection:
    folded = fold(text)
    found = [section for section in sections if folded in _section_names(section)]
    if len(found) > 1 and field:
        below = [section for section in found if fold(field) == fold(tops[section.pk].label)]
        # A Handlungsfeld that fits none of them is a slip; the sentence about several helps more.
        found = below or found
    if not found:
        raise Unfit(_("Einen Abschnitt „%(text)s“ gibt es in diesem Plan nicht.") % {"text": text})
    if len(found) > 1:
        raise Unfit(
            _("„%(text)s“ heißen mehrere Abschnitte. Bitte nennen Sie seine Kennung.")
            % {"text": text}
        )
    return found[0]


def _section_names(section: PlanSection) -> set[str]:
    names = {section.label, section.title, section.code, section.level_label}
    return {fold(name) for name in names if name}


def links_of(measure: Measure) -> dict[str, list[int]]:
    """Return the keys of what `measure` is related to by `LINKS`. Needs them prefetched."""
    return {name: [row.pk for row in getattr(measure, name).all()] for name in LINKS}


def texts_of(
    obj: Any,
    directory: Directory,
    links: Mapping[str, Collection[int]],
    *,
    without: Collection[str] = (),
) -> dict[str, str]:
    """Return what the editable columns say of a measure with these `links_of` it, or of a record of
    its history; nothing of the fields `without`, which may not have been loaded.
    """
    section = directory.sections.get(obj.section_id)
    lead = directory.organisations.get(obj.lead_id)
    return {
        "plan": str(directory.plans.get(obj.plan_id, "")),
        "section": section.label if section else "",
        "lead": lead.label if lead else obj.lead_text,
        "supporters": _supporters_text(
            (directory.organisations[pk] for pk in links.get("supporters", ())), obj.supporters_text
        ),
        "sectors": _sectors_text(directory.sectors[pk] for pk in links.get("sectors", ())),
        **{name: yes_or_no(getattr(obj, name)) for name in ANSWER_FIELDS},
        **{name: _plain_text(getattr(obj, name)) for name in PLAIN_FIELDS if name not in without},
        "amount": format_money(obj.amount),
    }


def read_only_texts(measure: Measure, directory: Directory) -> dict[str, str]:
    """Return what the columns say that nobody changes in a file."""
    top = directory.tops.get(measure.section_id) if measure.section_id else None
    return {
        "field": top.label if top else "",
        **{name: directory.display(measure, name) for name in DISPLAYED_FIELDS},
        "meaning": directory.meanings.get(measure.traffic_light, ""),
        "reason": _plain_text(measure.traffic_light_reason),
        "help": _plain_text(measure.help_wanted),
        "status_on": format_date(measure.status_on),
        "responsible": responsible_label(measure),
    }


def milestone_texts(milestone: Milestone) -> dict[str, str]:
    """Return what the editable columns say of a milestone. Needs its owner."""
    days = ("baseline_on", "due_on", "forecast_on", "done_on")
    return {
        "title": _plain_text(milestone.title),
        **{name: format_date(getattr(milestone, name)) for name in days},
        "forecast_reason": _plain_text(milestone.forecast_reason),
        "weight": str(milestone.weight),
        "owner": milestone.owner_label,
    }


def fingerprint(texts: Mapping[str, str]) -> str:
    """Return what tells one version of a row from another."""
    content = json.dumps({name: tidy(text) for name, text in texts.items()}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def tidy(text: str) -> str:
    """Return `text` as two cells compare that look the same."""
    # Most cells, and cleaning them takes longest. What is printable has no other space than this.
    if text.isprintable() and "  " not in text and text == text.strip():
        return text
    return "\n".join(" ".join(line.split()) for line in clean_text(text).strip().split("\n"))


SLASHED_DAY = re.compile(r"\d{1,2}/\d{1,2}/(?:\d{2}|\d{4})", re.ASCII)


def parse_plain(model: type, name: str, text: str) -> Any:
    """Return the value of a field that is neither a relation nor a truth value. Raises Unfit."""
    field = _field(model, name)
    if isinstance(field, DayField) and SLASHED_DAY.fullmatch(text.strip()):
        # An English spreadsheet writes the month first into a CSV file: no guess is safe.
        raise Unfit(
            _("Bei %(text)s ist unklar, was der Tag und was der Monat ist. Bitte mit Punkten.")
            % {"text": text}
        )
    try:
        value = field.clean(text)
    except forms.ValidationError as error:
        raise Unfit(" ".join(error.messages)) from error
    return format_money(value) if name == "amount" else value


@lru_cache(maxsize=64)
def _field(model: type, name: str) -> forms.Field:
    return formfield_for(model._meta.get_field(name))  # type: ignore[attr-defined,return-value]


def parse_answer(text: str) -> bool:
    for answer, words in ANSWERS.items():
        if fold(text) in words:
            return answer
    if not text:
        return False
    raise Unfit(_("Bitte schreiben Sie „ja“ oder „nein“."))


def parse_lead(text: str, directory: Directory) -> tuple[str, dict[str, Any]]:
    """Return the text as the sheet writes it and the values: an organisation, or else a text."""
    organisation = directory.organisation(text) if text else None
    if organisation:
        return organisation.label, {"lead": organisation, "lead_text": ""}
    kept = parse_plain(Measure, "lead_text", text)
    return kept, {"lead": None, "lead_text": kept}


def parse_supporters(text: str, directory: Directory) -> tuple[str, dict[str, Any]]:
    """Like `parse_lead` of one name a line; in a single line, semicolons separate them."""
    names = text.split("\n") if "\n" in text else text.split(";")
    found: dict[int, Organisation] = {}
    kept = []
    for name in filter(None, map(str.strip, names)):
        if organisation := directory.organisation(name):
            found[organisation.pk] = organisation
        else:
            kept.append(name)
    rest = parse_plain(Measure, "supporters_text", "\n".join(kept))
    values = {"supporters": list(found.values()), "supporters_text": rest}
    return _supporters_text(found.values(), rest), values


def parse_sectors(text: str, directory: Directory) -> tuple[str, dict[str, Any]]:
    """Return the text as the sheet writes it and the sectors. Raises Unfit."""
    named = {fold(sector.name): sector for sector in directory.sectors.values()}
    found: dict[int, Sector] = {}
    for part in re.split("[;\n]", text):
        words = [word.strip() for word in part.split(",") if word.strip()]
        while words:
            # A name may contain a comma itself, so the longest that fits counts.
            lengths = range(len(words), 0, -1)
            length = next((n for n in lengths if fold(", ".join(words[:n])) in named), 0)
            if not length:
                raise Unfit(_("Die Branche „%(name)s“ gibt es nicht.") % {"name": words[0]})
            sector = named[fold(", ".join(words[:length]))]
            found[sector.pk] = sector
            words = words[length:]
    return _sectors_text(found.values()), {"sectors": list(found.values())}


def _sectors_text(sectors: Iterable[Sector]) -> str:
    return ", ".join(sorted((sector.name for sector in sectors), key=fold))


def _supporters_text(organisations: Iterable[Organisation], rest: str) -> str:
    labels = sorted((organisation.label for organisation in organisations), key=fold)
    return "\n".join([*labels, *filter(None, rest.splitlines())])


def yes_or_no(value: bool) -> str:
    return _("ja") if value else _("nein")


def _plain_text(value: Any) -> str:
    return value if isinstance(value, str) else format_date(value)
