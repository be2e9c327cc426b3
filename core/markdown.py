"""Text that users write as plain Markdown, made into safe HTML."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {"a", "blockquote", "br", "code", "em", "h3", "h4", "hr", "li", "ol", "p", "strong", "ul"}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}

_parser = MarkdownIt("commonmark", {"html": False, "breaks": True})


def render_markdown(text: str | None) -> SafeString:
    """Return `text` as HTML that holds nothing but paragraphs, lists, emphasis, links and small
    headings.
    """
    html = nh3.clean(
        _parser.render(text or ""),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(html)
