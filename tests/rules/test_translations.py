"""Catalogues are complete, and no library message says "du"."""

import gettext

import pytest
from django.utils.translation import gettext as _

from operations.setup import compile_catalogues
from scripts import catalogues

pytestmark = pytest.mark.embedded

CATALOGUE = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "one"\nmsgstr "{}"\n'
)


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
