"""Catalogues are complete, and no library message says "du"."""

import ast
import gettext
import re

import pytest
from django.utils.translation import gettext as _

from operations.setup import compile_catalogues
from scripts import catalogues
from tests.rules.source import modules, templates

pytestmark = pytest.mark.embedded

CATALOGUE = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "one"\nmsgstr "{}"\n'
)


# What is called otherwise on other pages → the word that all pages use.
OTHER_WORDS = {
    r"\b(?:oder|ist) nicht geklärt\b": "ungeklärt",
    r"\b(?:der|den|auf|wieder) Standard\b": "Voreinstellung",
    r"^Standard$": "Voreinstellung",
    r"^Unterstützende$": "Unterstützende Akteure",
    r"^Leuchtturm$": "Leuchtturmprojekt",
    r"^ohne Angabe$": "keine Angabe",
    r"^Antwort erbeten bis$": "Antwort bis",
    r"\bLeitung des Hauses\b": "der Titel aus den Einstellungen",
}
# Titles of columns that older files have.
FORMER_TITLES = {"measures/queries/imports/tables.py"}


def test_one_thing_has_one_word():
    texts = [
        (path, node.value)
        for path, tree in modules()
        if path not in FORMER_TITLES and not path.startswith("demo/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    for path, source in templates():
        texts += [(path, text) for text in re.findall(r'"([^"{}]+)"', source)]
        texts.append((path, source))

    found = [
        f"{path}: {text[:60]!r}: {word}"
        for path, text in texts
        for pattern, word in OTHER_WORDS.items()
        if re.search(pattern, text)
    ]

    assert found == []


def test_catalogues_are_complete():
    assert catalogues.faults() == []


def test_missing_translation_is_detected(tmp_path):
    source = tmp_path / "django.po"
    source.write_text(CATALOGUE.format(""))

    assert catalogues.faults_of(source) == [f"{source}: no translation of 'one'"]


def test_messages_of_allauth_are_formal():
    assert catalogues.unfit_messages_of_allauth() == []


def test_project_translations_override_those_of_allauth():
    assert _("You have signed out.") == "Sie sind abgemeldet."


def test_catalogues_are_compiled_once(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE.format("eins"))

    assert (compile_catalogues(tmp_path), compile_catalogues(tmp_path)) == (1, 0)
    with (folder / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("one") == "eins"
