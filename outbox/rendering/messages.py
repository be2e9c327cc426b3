"""A text and its values → the finished words of one mail: subject, plain text, HTML.

The words of a kind are rendered and styled once, with marks in place of the values; each mail then
only fills its values in. So a value is never read as Markdown or HTML: it cannot become markup, nor
a link.
"""

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from outbox.errors import TextError
from outbox.rendering.headers import clean_lines, one_line
from outbox.rendering.markdown import to_html, to_text
from outbox.rendering.placeholders import MARK, fill, is_link_name, marked, name_of
from outbox.texts import MailText, Markdown, explained

BLOCK_OR_MARK = re.compile(r"<p[^>]*>\s*qz(?P<block>[0-9a-f]+)zq\s*</p>|qz(?P<word>[0-9a-f]+)zq")
EMPTY = re.compile(r"<(p|blockquote)[^>]*>\s*</\1>\s*")


class Letter(NamedTuple):
    """The words of one mail."""

    subject: str
    text: str
    html: str


class Frame(NamedTuple):
    """What stands around every mail: the portal's name and the office's closing."""

    portal: str
    office: str
    address: str
    phone: str
    email: str
    privacy_url: str


def write_letter(text: MailText, *, greeting: str, link: str, values: Mapping[str, str]) -> Letter:
    """Return the words of a mail of kind `text`. Raises `TextError` unless `values` fits the
    placeholders exactly.
    """
    if set(values) != set(text.placeholders):
        raise TextError(
            f"{text.kind}: values {sorted(values)} do not fit placeholders "
            f"{sorted(text.placeholders)}"
        )
    filled = {**values, "greeting": one_line(greeting) or _("Guten Tag"), "link": link}
    for name in filter(is_link_name, filled):
        filled[name] = complete_link(filled[name])
    return _fill(str(text.subject), str(text.body), filled)


def write_sample(text: MailText) -> Letter:
    """Return the words of a mail of kind `text` with its examples for values; the link leads to the
    portal's start.
    """
    values = {
        name: Markdown(placeholder.example) if placeholder.is_block else str(placeholder.example)
        for name, placeholder in explained(text).items()
        if name in text.placeholders
    }
    return write_letter(text, greeting="", link="/", values=values)


def write_plain_letter(*, subject: str, text: str) -> Letter:
    """Return the words of a mail whose text is given as it is; it brings its own greeting and
    closing.
    """
    page = fill(_styled_frame("{text}", frame()), {"text": _html_value(text)})
    return Letter(
        subject=one_line(subject), text=clean_lines(text).strip() + "\n", html=_link_addresses(page)
    )


def frame() -> Frame:
    """Return the office's closing from the settings."""
    return Frame(
        portal=settings.PORTAL_NAME,
        office=settings.OFFICE_NAME,
        address=settings.OFFICE_ADDRESS,
        phone=settings.OFFICE_PHONE,
        email=settings.OFFICE_EMAIL,
        privacy_url=f"{settings.SITE_URL}/datenschutz/",
    )


def complete_link(link: str) -> str:
    """Return `link` with the portal's address in front of a path. Raises `TextError` for anything
    but http(s).
    """
    address = f"{settings.SITE_URL}{link}" if link.startswith("/") or not link else link
    if not re.fullmatch(r"https?://[^\s\"'<>\\]+", address):
        raise TextError("a link must be a path of the portal or an address with http(s)")
    return address


def _fill(subject: str, body: str, values: dict[str, str]) -> Letter:
    framed = frame()
    return Letter(
        subject=one_line(fill(marked(subject), values)),
        text=_fill_text(_plain_frame(body, framed), values),
        html=_fill_html(_styled_frame("{greeting},\n\n" + body, framed), values),
    )


def _fill_text(source: str, values: dict[str, str]) -> str:
    lines = []
    for line in source.split("\n"):
        lead = re.match(r"(?:> ?)*", line).group()
        filled = MARK.sub(lambda match: _text_value(values.get(name_of(match[1]), match[0])), line)
        if filled.strip("> ") or not MARK.search(line):
            lines.append(filled.replace("\n", "\n" + lead))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _fill_html(source: str, values: dict[str, str]) -> str:
    filled = BLOCK_OR_MARK.sub(lambda match: _html_of(match, values), source)
    return EMPTY.sub("", EMPTY.sub("", filled))


def _html_of(match: re.Match, values: dict[str, str]) -> str:
    if match["word"]:
        return _html_value(values.get(name_of(match["word"]), match[0]))
    value = values.get(name_of(match["block"]), f"qz{match['block']}zq")
    if isinstance(value, Markdown):
        return css_inline.inline_fragment(to_html(value), _css())
    start, end = match.start("block") - 2 - match.start(), match.end("block") + 2 - match.start()
    return match.group()[:start] + _html_value(value) + match.group()[end:]


def _text_value(value: str) -> str:
    return to_text(value) if isinstance(value, Markdown) else clean_lines(value).strip()


def _html_value(value: str) -> str:
    if isinstance(value, Markdown):
        raise TextError("a Markdown value must stand alone in its paragraph")
    return html.escape(clean_lines(value).strip()).replace("\n", "<br>\n")


def _link_addresses(page: str) -> str:
    """Make the portal's own addresses in a plain mail clickable; no other."""
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
    words = to_text(marked("{greeting},\n\n" + body))
    closing = render_to_string("outbox/mail.txt", {"frame": framed})
    return f"{words}\n\n{closing.strip()}\n"


@lru_cache(maxsize=256)
def _styled_frame(body: str, framed: Frame) -> str:
    """Return the page of a kind with all styles inlined; this is the slow step and done once a
    kind.
    """
    content = to_html(marked(body))
    return styled(
        render_to_string(
            "outbox/mail.html", {"content": content, "frame": framed, "closing": body != "{text}"}
        )
    )


def styled(page: str) -> str:
    """Return the whole HTML `page` with the styles of the mails in its elements."""
    return css_inline.CSSInliner(extra_css=_css(), load_remote_stylesheets=False).inline(page)


@lru_cache(maxsize=1)
def _css() -> str:
    return render_to_string("outbox/mail.css")
