"""Every template compiles, complies with the content security policy, and is translatable."""

import re

import pytest
from django.template import engines
from django.template.base import Lexer, TokenType

from tests.rules.source import BASE_DIR, templates

pytestmark = pytest.mark.embedded

INLINE = re.compile(
    r"""\sstyle=|<style|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\bsrc=)""", re.IGNORECASE
)
OUTSIDE = re.compile(r"""(?:src|action|srcset)=["'](?:https?:)?//""", re.IGNORECASE)
MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
SHOWN_ATTRIBUTE = re.compile(
    r"""\b(?:alt|title|placeholder|aria-label|data-label|label)=(["'])(.*?)\1""", re.DOTALL
)
CLASSES = re.compile(r'\bclass="([^"]*)"')
WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
FORM = re.compile(r"<form\b(?:\{[%{].*?[%}]\}|[^>])*>", re.DOTALL)
# Forms in which nobody types or ticks anything, or that open without signing in.
NOTHING_TO_RESTORE = {
    "templates/components/_user_menu.html",
    "templates/components/post_button.html",
    "templates/dialogues/_guest_menu.html",
    "templates/accessibility/statement.html",
    "templates/outbox/bulk.html",
    "templates/outbox/wording_reset.html",
    "templates/partners/handover.html",
    "templates/reminders/_forecast_mail.html",
    "templates/reminders/rules.html",
}
UNTRANSLATED = {"PDF", "Excel", "WCAG"}
NOT_SHOWN = ("blocktranslate", "blocktrans", "comment", "verbatim", "block layout_class")

STYLES = "".join(
    path.read_text()
    for folder in ("static", "templates")
    for path in sorted((BASE_DIR / folder).rglob("*.css"))
)
ALL = [
    pytest.param(path, text, id=path)
    for path, text in templates()
    if path.endswith((".html", ".txt"))
]


@pytest.mark.parametrize(("path", "text"), ALL)
def test_template_compiles(path, text):
    assert engines["django"].engine.get_template(
        str((BASE_DIR / path).relative_to(BASE_DIR / "templates"))
    )


@pytest.mark.parametrize(("path", "text"), ALL)
def test_template_keeps_to_the_content_security_policy(path, text):
    assert [match.group() for match in INLINE.finditer(text)] == []
    assert [match.group() for match in OUTSIDE.finditer(text)] == []


@pytest.mark.parametrize(("path", "text"), ALL)
def test_every_word_can_be_translated(path, text):
    assert bare_words(text) == []


@pytest.mark.parametrize(("path", "text"), ALL)
def test_every_class_is_styled(path, text):
    assert unstyled_classes(text) == []


def test_rule_detects_unstyled_classes():
    source = '<p class="card nowhere kern-x badge--{{ colour }}{% if a %} nav {% endif %}">'

    assert unstyled_classes(source) == ["nowhere"]


def test_rule_detects_bare_words():
    source = (
        '<p title="Alter Titel" class="x">Bare {{ name }} {% translate "gut" %}</p>'
        "{% blocktranslate %}auch gut{% endblocktranslate %}"
    )

    assert bare_words(source) == ["Alter", "Titel", "Bare"]


def unstyled_classes(text: str) -> list[str]:
    """Return the classes of a template that no style sheet of the project names.

    KERN's own classes and those that contain a variable are left out.
    """
    markup = "".join(
        # A variable may be part of a class name, a tag only stands between two.
        {TokenType.TEXT: token.contents, TokenType.VAR: "\x00"}.get(token.token_type, " ")
        for token in Lexer(text).tokenize()
    )
    found = " ".join(CLASSES.findall(markup)).split()
    return [
        name
        for name in found
        if "\x00" not in name and not name.startswith("kern-") and not styled(name)
    ]


def styled(name: str) -> bool:
    """Return whether a rule names this class, or one of its elements as in `nav__link`."""
    return bool(re.search(rf"\.{re.escape(name)}(__|(?![\w-]))", STYLES))


def bare_words(text: str) -> list[str]:
    """Return the visible words of a template that are not inside gettext."""
    kept, inside = [], None
    for token in Lexer(text).tokenize():
        tag = token.contents if token.token_type == TokenType.BLOCK else ""
        if inside:
            inside = None if tag.startswith(f"end{inside}") else inside
        elif opened := next(
            (name for name in NOT_SHOWN if tag == name or tag.startswith(f"{name} ")), None
        ):
            inside = opened.split()[0]
        elif token.token_type == TokenType.TEXT:
            kept.append(token.contents)
        else:
            kept.append("\x00")  # keeps a tag that contains a variable in one piece
    markup = "".join(kept)
    attributes = " ".join(match.group(2) for match in SHOWN_ATTRIBUTE.finditer(markup))
    seen = re.sub(r"&#?\w+;", " ", f"{attributes} {MARKUP.sub(' ', markup)}")
    return [word for word in WORD.findall(seen) if word not in UNTRANSLATED]


@pytest.mark.parametrize(("path", "text"), ALL)
def test_signing_out_forgets_what_was_typed(path, text):
    forms = [form for form in FORM.findall(text) if "logout" in form]

    assert [form for form in forms if "data-forget-drafts" not in form] == []


@pytest.mark.parametrize(("path", "text"), ALL)
def test_form_keeps_its_input_over_signing_in_again(path, text):
    # Passwords and codes must not wait in the browser.
    if path.startswith(("templates/account", "templates/mfa")) or path in NOTHING_TO_RESTORE:
        return
    forms = [form for form in FORM.findall(text) if 'method="post"' in form]

    assert [form for form in forms if "data-restore" not in form] == []
