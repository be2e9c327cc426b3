"""Markdown of the portal's own texts → HTML and plain text. One source, so that the two cannot
drift apart.
"""

from functools import lru_cache
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from outbox.rendering.placeholders import marked, unmarked

# A mail has no title of its own: its headings are of two levels.
HEADINGS = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "h2", "h3", "blockquote", "hr", "br", "code"}


class Link(NamedTuple):
    """A link in a template: the words it shows and where it leads, placeholders as {names}."""

    label: str
    target: str


def to_html(source: str) -> str:
    """Return safe HTML of the Markdown `source`; a paragraph that is only a link gets the class
    `button`.
    """
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
    """Return the Markdown `source` as plain text: links as `label: address`, lists and quotes as in
    a letter.
    """
    lines: list[str] = []
    frames: list[str] = []
    marker = ""
    for token in parse(source):
        if token.type in ("ordered_list_open", "bullet_list_open", "blockquote_open"):
            frames.append("> " if token.type == "blockquote_open" else "  " * _lists_in(frames))
        elif token.type in ("ordered_list_close", "bullet_list_close", "blockquote_close"):
            frames.pop()
            while lines and not lines[-1].strip("> "):
                lines.pop()
            lines.append("".join(frames).rstrip() if frames else "")
        elif token.type == "list_item_open":
            marker = f"{token.info}. " if token.info else "- "
        elif token.type == "inline":
            lead = "".join(frames)
            for line in _inline_text(token.children or []).split("\n"):
                lines.append(lead + marker + line)
                marker = " " * len(marker)
            marker = ""
        elif token.type in ("paragraph_close", "heading_close") and not token.hidden:
            lines.append("".join(frames).rstrip())
        elif token.type == "hr":
            lines += ["--", ""]
    return "\n".join(lines).strip()


def parse(source: str) -> list[Token]:
    """Return the tokens of the Markdown `source`."""
    return _parser().parse(source)


def links_in(body: str) -> list[Link]:
    """Return the links of the Markdown `body` with its {placeholders}, in their order."""
    links = []
    for token in parse(marked(body)):
        label, target = "", ""
        for child in token.children or []:
            if child.type == "link_open":
                label, target = "", str(child.attrGet("href") or "")
            elif child.type == "link_close":
                links.append(Link(unmarked(label).strip(), unmarked(target)))
            else:
                label += child.content
    return links


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """Letters need no pictures and no code: what is indented is a paragraph, and nothing hides in
    an entity.
    """
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
        ["code", "fence", "image", "entity"]
    )


def _lists_in(frames: list[str]) -> int:
    return 1 if any(frame != "> " for frame in frames) else 0


def _is_only_a_link(children: list[Token]) -> bool:
    depth = [child.type for child in children]
    return (
        len(depth) > 1
        and depth[0] == "link_open"
        and depth[-1] == "link_close"
        and depth.count("link_open") == 1
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
