import zipfile
from io import BytesIO

import docx
import pytest
from django.core.management import call_command

from approvals.documents import WORD_TEMPLATE
from approvals.management.commands.word_template import build_template

pytestmark = pytest.mark.embedded

PARTS = ("word/document.xml", "word/styles.xml", "word/footer1.xml", "word/numbering.xml")


def parts_of(file) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as package:
        return {name: package.read(name) for name in PARTS}


def test_committed_template_matches_its_source(base_dir):
    fresh = BytesIO()
    build_template().save(fresh)

    assert parts_of(base_dir / "templates" / WORD_TEMPLATE) == parts_of(fresh), (
        "Run manage.py word_template"
    )


def test_template_is_accessible(base_dir):
    document = docx.Document(str(base_dir / "templates" / WORD_TEMPLATE))

    language = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang/@w:val")
    assert language == ["de-DE"]
    assert [len(table.rows[0]._tr.trPr.xpath("w:tblHeader")) for table in document.tables] == [1, 1]
    assert [p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")] == [
        "Heading 1",
        *["Heading 2"] * 5,
    ]


def test_command_writes_the_template(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates" / "approvals").mkdir(parents=True)

    call_command("word_template")

    assert (tmp_path / "templates" / WORD_TEMPLATE).stat().st_size > 10_000
