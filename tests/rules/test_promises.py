"""Every sentence that promises news to somebody has a test that keeps it (docs/promises.md)."""

import ast
import re

import pytest

from tests.rules.source import BASE_DIR, modules, templates

pytestmark = pytest.mark.embedded

# What the portal says when it promises a message, or that there is none.
PROMISE = re.compile(
    r"benachrichtigt\b|erhalten Sie (?!als)|Sie erhalten|Sie erfahren"
    r"|\berfahren\b(?! wir| nur)|erfährt\b"
    r"|hören Sie von uns|Ihnen Bescheid|laden wir (?:Sie|Ihre)|meldet sich bei Ihnen|melden uns"
    r"|[Ww]ir antworten|bekommt? eine E-Mail|bekommen dann|auf dem Weg|ist dorthin|ist eine E-Mail"
)
ROW = re.compile(r"^\| „(?P<sentence>.+?)“ \| `(?P<test>[\w/.]+::\w+)`", re.MULTILINE)
# Modules that tell users nothing.
NOT_SAID = ("demo/", "operations/", "reminders/management/")


def rows() -> list[tuple[str, str]]:
    return ROW.findall((BASE_DIR / "docs/promises.md").read_text())


def texts() -> list[str]:
    """Return every text of the portal with single spaces."""
    found = [
        node.value
        for path, tree in modules()
        if not path.startswith(NOT_SAID)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found += [text for _path, text in templates()]
    return [" ".join(text.split()) for text in found]


def promises() -> list[str]:
    """Return the sentences that contain a promise."""
    sentences = [
        sentence
        for text in texts()
        for sentence in re.split(r"(?<=[.:!?»“]) (?=[A-ZÄÖÜ„{%<])|\n\n", text)
    ]
    return sorted({sentence for sentence in sentences if PROMISE.search(sentence)})


def test_every_promise_is_in_the_table():
    fragments = [sentence for sentence, _test in rows()]

    missing = [promise for promise in promises() if not any(part in promise for part in fragments)]

    assert missing == []


def test_every_row_is_a_promise_that_the_portal_makes():
    said = "\n".join(texts())

    assert [sentence for sentence, _test in rows() if sentence not in said] == []


def test_every_promise_is_kept_by_a_test_that_exists():
    missing = []
    for _sentence, test in rows():
        path, _colons, name = test.partition("::")
        source = (BASE_DIR / "tests" / path).read_text()
        if f"def {name}(" not in source:
            missing.append(test)

    assert missing == []
