"""What a form of a milestone or an indicator has shown: only what somebody entered counts."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import cached_property

from core.conflicts import VersionedForm
from core.errors import ChangedMeanwhile
from core.forms import CleanCharField
from core.forms.texts import MAX_TEXT_LENGTH
from measures.enums import OVERTAKEN

# Hidden fields, which change although nobody enters anything.
CARRIED = {"version", "shown"}
CARRIES = re.compile(r"([si]\d+)-shown")
KNOWN, SEEN = "known", "seen"


class StatementForm(VersionedForm):
    """What a report says of a milestone or an indicator.

    `shown` carries the texts of the fields as the page showed them, `known`: what the milestone or
    indicator itself said, and `seen`: its `subject_version`. The office may change either before
    the form is sent.
    """

    fields_stand_alone = False

    # Longer than a text: it carries two, and line ends take two characters.
    shown = CleanCharField(required=False, widget=forms.HiddenInput, max_length=3 * MAX_TEXT_LENGTH)

    def __init__(self, *args, known: Any = "", seen: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.known_now, self.seen_now = known, seen
        self.was_shown = parse_shown(self._sent("shown")) if self.is_bound else {}

    def get_initial_for_field(self, field, field_name):
        if field_name != "shown":
            return super().get_initial_for_field(field, field_name)
        texts = {name: self._initial_text(name) for name in self.entered_names}
        return self._carrying(texts, self.known_now, self.seen_now)

    @property
    def entered_names(self) -> list[str]:
        return [name for name in self.fields if name not in CARRIED]

    @cached_property
    def changed_data(self) -> list[str]:
        """What was entered since the form was shown, not what others have changed since."""
        # What a colleague has put into the report itself must be seen before it is sent.
        if not self.was_shown or self.instance.pk:
            return [name for name in super().changed_data if name not in CARRIED]
        return [name for name in self.entered_names if self._is_entered(name)]

    @property
    def shown_again(self) -> str:
        """What the form shows once what was sent is saved."""
        texts = {name: self._sent(name) for name in self.entered_names}
        return self._carrying(texts, self.was_shown.get(KNOWN), self.seen_shown)

    @property
    def seen_shown(self) -> str:
        return self.was_shown.get(SEEN, "")

    @property
    def is_overtaken(self) -> bool:
        """Whether the milestone or indicator itself has changed since the form showed it."""
        return self.seen_shown != self.seen_now

    def show_overtaken(self, current: models.Model | None) -> None:
        """Show what holds by now, `current`, beside what was typed, which then overwrites it."""
        version = self.data.get(self.add_prefix("version"), "")
        self.show_conflict(ChangedMeanwhile(str(OVERTAKEN)), current)
        texts = {name: self.was_shown.get(name, "") for name in self.entered_names}
        data = self.data.copy()
        # Of the report's own record, which is another one than `current`.
        data[self.add_prefix("version")] = version
        data[self.add_prefix("shown")] = self._carrying(texts, self.known_now, self.seen_now)
        self.data = data

    @staticmethod
    def _carrying(texts: Mapping[str, str], known: Any, seen: str) -> str:
        return json.dumps({**texts, KNOWN: known, SEEN: seen}, ensure_ascii=False)

    def _is_entered(self, name: str) -> bool:
        field, shown = self.fields[name], self.was_shown.get(name, "")
        try:
            shown = field.to_python(shown)
        except forms.ValidationError:
            pass
        return field.has_changed(shown, self._sent(name))

    def _initial_text(self, name: str) -> str:
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        return field.widget.format_value(value) or ""

    def _sent(self, name: str) -> str:
        return self.data.get(self.add_prefix(name)) or ""


def parse_shown(text: str) -> dict[str, Any]:
    """Return what `StatementForm.shown` carries, nothing if it cannot be read."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: part for name, part in found.items() if name == KNOWN or isinstance(part, str)}


def texts_not_asked(data: Mapping, asked: set[str | None]) -> list[str]:
    """Return what was entered in `data` of milestones and indicators whose prefixes are not in
    `asked`: they were reached or deleted since the page was shown.
    """
    found = []
    for match in filter(None, map(CARRIES.fullmatch, data)):
        if match[1] in asked:
            continue
        for name, shown in parse_shown(data[match[0]]).items():
            text = data.get(f"{match[1]}-{name}", "")
            # Browsers send line ends as two characters.
            if text.strip() and text.split() != str(shown).split():
                found.append(text.strip())
    return found
