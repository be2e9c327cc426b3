"""Markdown with {placeholders} → HTML and plain text, from one source so that both say the same.

A text is rendered once with markers in place of its placeholders, and values are filled into the
result. A value is therefore never parsed as Markdown and cannot add markup or links.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from outbox.rendering import TextError

# Letters and digits only, which Markdown and HTML leave alone; the name is hex-encoded between
# `qz` and `zq`, which no German word contains.
MARKER = re.compile(r"qz([0-9a-f]+)zq")
# A mail has no title of its own, so its headings start at the second level and need only two.
HEADINGS = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "h2", "h3", "blockquote", "hr", "br", "code"}


class Link(NamedTuple):
    """A link in a text; both parts may contain {placeholders}."""

    label: str
    target: str


def to_html(source: str) -> str:
    """Return sanitised HTML; a paragraph that is only a link gets the class `button`."""
    parser, tokens = _parser(), parse(source)
    for token in tokens:
        if token.tag in HEADINGS:
            token.tag = HEADINGS[token.tag]
        if token.type == "inline" and _is_only_a_link(token.children or []):
            token.children[0].attrSet("class", "button")
    html = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "class"}},
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel=None,
    )


def to_text(source: str) -> str:
    """Return plain text: links as `label: address`, lists and quotes as people type them."""
    lines: list[str] = []
    # The prefix of every open list and quote, outermost first.
    prefixes: list[str] = []
    bullet = ""
    for token in parse(source):
        if token.type in ("ordered_list_open", "bullet_list_open", "blockquote_open"):
            is_quote = token.type == "blockquote_open"
            prefixes.append("> " if is_quote else _list_indent(prefixes))
        elif token.type in ("ordered_list_close", "bullet_list_close", "blockquote_close"):
            prefixes.pop()
            while lines and not lines[-1].strip("> "):
                lines.pop()
            lines.append("".join(prefixes).rstrip() if prefixes else "")
        elif token.type == "list_item_open":
            bullet = f"{token.info}. " if token.info else "- "
        elif token.type == "inline":
            prefix = "".join(prefixes)
            for line in _inline_text(token.children or []).split("\n"):
                lines.append(prefix + bullet + line)
                bullet = " " * len(bullet)
            bullet = ""
        elif token.type in ("paragraph_close", "heading_close") and not token.hidden:
            lines.append("".join(prefixes).rstrip())
        elif token.type == "hr":
            lines += ["--", ""]
    return "\n".join(lines).strip()


def parse(source: str) -> list[Token]:
    return _parser().parse(source)


def links_in(body: str) -> list[Link]:
    """Return the links of the text `body`, in order."""
    links = []
    for token in parse(with_markers(body)):
        label, target = "", ""
        for child in token.children or []:
            if child.type == "link_open":
                label, target = "", str(child.attrGet("href") or "")
            elif child.type == "link_close":
                links.append(Link(without_markers(label).strip(), without_markers(target)))
            else:
                label += child.content
    return links


def is_link_name(name: str) -> bool:
    """Return whether the value of the placeholder `name` is a URL."""
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
        # `{person.password}` or `{0!r}` would reach into the values.
        if not name.isidentifier() or spec or conversion:
            raise TextError(f"only plain placeholders are allowed, not {{{name}}}")
        names.add(name)
    return names


def marker_for(name: str) -> str:
    return f"qz{name.encode().hex()}zq"


def name_in_marker(code: str) -> str:
    """Return the placeholder that the hex `code` stands for; empty if it cannot be decoded."""
    try:
        return bytes.fromhex(code).decode()
    except ValueError:
        return ""


def with_markers(template: str) -> str:
    """Replace the {placeholders} of `template` by markers."""
    for name in names_in(template):
        template = template.replace(f"{{{name}}}", marker_for(name))
    return template.replace("{{", "{").replace("}}", "}")


def without_markers(text: str) -> str:
    """Replace the markers in `text` by {placeholders}."""
    return MARKER.sub(
        lambda match: f"{{{name_in_marker(match[1])}}}" if name_in_marker(match[1]) else match[0],
        text,
    )


def fill_markers(template: str, values: Mapping[str, str]) -> str:
    """Replace the markers in `template` by `values`; markers without a value stay."""
    return MARKER.sub(lambda match: str(values.get(name_in_marker(match[1]), match[0])), template)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    # Mails contain no images and no code. Without the rules for code, an indented paragraph stays a
    # paragraph; without entities, nobody can hide an address behind `&#104;`.
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
        ["code", "fence", "image", "entity"]
    )


def _list_indent(prefixes: list[str]) -> str:
    """Return the indent of a new list: none for the outermost."""
    is_nested = any(prefix != "> " for prefix in prefixes)
    return "  " if is_nested else ""


def _is_only_a_link(children: list[Token]) -> bool:
    types = [child.type for child in children]
    return (
        len(types) > 1
        and types[0] == "link_open"
        and types[-1] == "link_close"
        and types.count("link_open") == 1
    )


def _inline_text(children: list[Token]) -> str:
    parts: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            targets.append((str(child.attrGet("href") or ""), len(parts)))
        elif child.type == "link_close":
            href, start = targets.pop()
            if "".join(parts[start:]) != href:
                parts.append(f": {href}")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)
