"""A text and its values → subject, plain text and HTML of one mail.

The text of a kind is rendered and styled once, with markers in place of its values; each mail only
fills them in.
"""

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.texts import clean_text
from outbox.rendering import TextError
from outbox.rendering.headers import one_line, without_closing_mark
from outbox.rendering.markdown import (
    MARKER,
    fill_markers,
    is_link_name,
    name_in_marker,
    to_html,
    to_text,
    with_markers,
)
from outbox.texts import MailText, Markdown, placeholders_of

BLOCK_OR_MARKER = re.compile(r"<p[^>]*>\s*qz(?P<block>[0-9a-f]+)zq\s*</p>|qz(?P<word>[0-9a-f]+)zq")
EMPTY = re.compile(r"<(p|blockquote)[^>]*>\s*</\1>\s*")


class Message(NamedTuple):
    subject: str
    text: str
    html: str


class Frame(NamedTuple):
    """What surrounds the text of every mail: the portal's name and the office's signature."""

    portal: str
    office: str
    address: str
    phone: str
    email: str
    privacy_url: str


def write_message(
    text: MailText, *, greeting: str, link: str, values: Mapping[str, str]
) -> Message:
    """Fill `values` into `text`. Raises `TextError` unless they fit its placeholders exactly."""
    if set(values) != set(text.placeholders):
        raise TextError(
            f"{text.kind}: values {sorted(values)} do not fit placeholders "
            f"{sorted(text.placeholders)}"
        )
    greeting = without_closing_mark(one_line(greeting)) or _("Guten Tag")
    filled = {**values, "greeting": greeting, "link": link}
    for name in filter(is_link_name, filled):
        filled[name] = complete_link(filled[name])
    return _fill(str(text.subject), str(text.body), filled)


def write_sample(text: MailText) -> Message:
    """Return a mail filled with the placeholders' examples; its link leads to the start page."""
    values = {
        name: Markdown(placeholder.example) if placeholder.is_block else str(placeholder.example)
        for name, placeholder in placeholders_of(text).items()
        if name in text.placeholders
    }
    return write_message(text, greeting="", link="/", values=values)


def write_plain_message(*, subject: str, text: str) -> Message:
    """Return a mail whose `text` is plain and has its own greeting and closing."""
    page = fill_markers(_styled_frame("{text}", frame()), {"text": _html_value(text)})
    return Message(
        subject=one_line(subject), text=clean_text(text).strip() + "\n", html=_link_addresses(page)
    )


def words_of(text: str) -> str:
    """Return the plain `text` of a mail without its greeting and closing."""
    # By the first line of the closing only: the settings of the rest may have changed since.
    before, closing, _rest = text.rpartition("\n\n" + _("Mit freundlichen Grüßen") + "\n")
    return (before if closing else text).partition("\n\n")[2].strip()


def frame() -> Frame:
    return Frame(
        portal=settings.PORTAL_NAME,
        office=settings.OFFICE_NAME,
        address=settings.OFFICE_ADDRESS,
        phone=settings.OFFICE_PHONE,
        email=settings.OFFICE_EMAIL,
        privacy_url=f"{settings.SITE_URL}/datenschutz/",
    )


def complete_link(link: str) -> str:
    """Return `link` as an absolute URL; a path is appended to SITE_URL. Raises `TextError` unless
    the result is an http(s) URL.
    """
    address = f"{settings.SITE_URL}{link}" if link.startswith("/") or not link else link
    # Quotes and spaces could break out of the attribute that the link is written into.
    if not re.fullmatch(r"https?://[^\s\"'<>\\]+", address):
        raise TextError("a link must be a path of the portal or an address with http(s)")
    return address


def _fill(subject: str, body: str, values: dict[str, str]) -> Message:
    framed = frame()
    return Message(
        # Many begin with a value that is lower case inside a sentence, such as the state.
        subject=capfirst(one_line(fill_markers(with_markers(subject), values))),
        text=_fill_text(_plain_frame(body, framed), values),
        html=_fill_html(_styled_frame("{greeting},\n\n" + body, framed), values),
    )


def _fill_text(source: str, values: dict[str, str]) -> str:
    lines = []
    for line in source.split("\n"):
        # A value of several lines inside a quote needs the quote's prefix on each of them.
        lead = re.match(r"(?:> ?)*", line).group()
        filled = MARKER.sub(
            lambda match: _text_value(values.get(name_in_marker(match[1]), match[0])), line
        )
        # Drop a line that holds nothing but empty values.
        if filled.strip("> ") or not MARKER.search(line):
            lines.append(filled.replace("\n", "\n" + lead))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _fill_html(source: str, values: dict[str, str]) -> str:
    filled = BLOCK_OR_MARKER.sub(lambda match: _html_of(match, values), source)
    # Twice: a quote is empty only after the empty paragraph in it is gone.
    return EMPTY.sub("", EMPTY.sub("", filled))


def _html_of(match: re.Match, values: dict[str, str]) -> str:
    if match["word"]:
        return _html_value(values.get(name_in_marker(match["word"]), match[0]))
    value = values.get(name_in_marker(match["block"]), f"qz{match['block']}zq")
    if isinstance(value, Markdown):
        return css_inline.inline_fragment(to_html(value), _css())
    start, end = match.start("block") - 2 - match.start(), match.end("block") + 2 - match.start()
    return match.group()[:start] + _html_value(value) + match.group()[end:]


def _text_value(value: str) -> str:
    return to_text(value) if isinstance(value, Markdown) else clean_text(value).strip()


def _html_value(value: str) -> str:
    if isinstance(value, Markdown):
        raise TextError("a Markdown value must stand alone in its paragraph")
    return html.escape(clean_text(value).strip()).replace("\n", "<br>\n")


def _link_addresses(page: str) -> str:
    """Turn the portal's own addresses in a plain mail into links."""
    # A plain mail may quote user input; an address in that must not become a link.
    own = re.compile(re.escape(html.escape(settings.SITE_URL)) + r"/[^\s<\"']*")
    body_start = page.index("<body")
    head, body = page[:body_start], page[body_start:]
    start, end = body.index("<!--content-->"), body.index("<!--/content-->")
    linked = own.sub(
        lambda match: f'<a href="{match.group()}">{match.group()}</a>', body[start:end]
    )
    return head + body[:start] + linked + body[end:]


@lru_cache(maxsize=256)
def _plain_frame(body: str, framed: Frame) -> str:
    words = to_text(with_markers("{greeting},\n\n" + body))
    closing = render_to_string("outbox/mail.txt", {"frame": framed})
    return f"{words}\n\n{closing.strip()}\n"


# Inlining the styles is the slow step of writing a mail, so it is done once per kind.
@lru_cache(maxsize=256)
def _styled_frame(body: str, framed: Frame) -> str:
    content = to_html(with_markers(body))
    return inline_styles(
        render_to_string(
            "outbox/mail.html", {"content": content, "frame": framed, "closing": body != "{text}"}
        )
    )


def inline_styles(page: str) -> str:
    """Return the HTML `page` with its styles inlined, as mail clients ignore stylesheets."""
    return css_inline.CSSInliner(extra_css=_css(), load_remote_stylesheets=False).inline(page)


@lru_cache(maxsize=1)
def _css() -> str:
    return render_to_string("outbox/mail.css")
