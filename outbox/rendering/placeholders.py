"""The {placeholders} of a text: what they stand for, and the marks that hold their place while a
text is rendered.
"""

import re
from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple

from django.utils.functional import Promise

from outbox.errors import TextError

MARK = re.compile(r"qz([0-9a-f]+)zq")


class Placeholder(NamedTuple):
    """What the office reads about a placeholder: what it stands for, and a value for example.

    A block (`is_block`) is Markdown of the portal's own making, such as a list: it stands alone in
    its paragraph.
    """

    label: str | Promise
    example: str | Promise
    is_block: bool = False


def is_link_name(name: str) -> bool:
    """Say whether the placeholder `name` carries an address."""
    return name == "link" or name.endswith("_link")


def names_in(template: str) -> set[str]:
    """Return the placeholders of `template`. Raises `TextError` for anything but plain {names}."""
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise TextError(f"braces do not match in {template[:60]!r}") from error
    names = set()
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise TextError(f"only plain placeholders are allowed, not {{{name}}}")
        names.add(name)
    return names


def mark_of(name: str) -> str:
    """Return the mark of the placeholder `name`: letters and digits, which Markdown and HTML leave
    alone.
    """
    return f"qz{name.encode().hex()}zq"


def marked(template: str) -> str:
    """Return `template` with a mark in place of each placeholder."""
    for name in names_in(template):
        template = template.replace(f"{{{name}}}", mark_of(name))
    return template.replace("{{", "{").replace("}}", "}")


def name_of(code: str) -> str:
    """Return the placeholder whose mark holds `code`, or an empty string when it only looks like a
    mark.
    """
    try:
        return bytes.fromhex(code).decode()
    except ValueError:
        return ""


def unmarked(words: str) -> str:
    """Return `words` with the {placeholders} in place of their marks."""
    return MARK.sub(
        lambda match: f"{{{name_of(match[1])}}}" if name_of(match[1]) else match[0], words
    )


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the marked `template` with the `values` in place of their marks; what only looks like
    one stays.
    """
    return MARK.sub(lambda match: str(values.get(name_of(match[1]), match[0])), template)
