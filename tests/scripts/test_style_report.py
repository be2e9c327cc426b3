"""The metrics of the style report detect what they claim to measure."""

import ast
from pathlib import Path

from scripts import style_report
from scripts.style_report import (
    BASE_DIR,
    Measure,
    count_comment_lines,
    count_name,
    functions_over,
    importing_each_other,
    module_names,
)


def test_long_function_is_named():
    body = "    x = 1\n" * 50

    assert functions_over(f"def short():\n{body[:-10]}\n\ndef long():\n{body}    y = 2\n") == [
        "long"
    ]


def test_name_is_counted_without_strings_and_longer_names():
    assert count_name("row = rows[0]  # row\nprint(row, 'row', row_count)\n", "row") == 2


def test_comment_lines_are_counted_without_docstrings():
    assert count_comment_lines('"""# no"""\nx = "# no"  # yes\n# yes\n') == 2


def test_apps_that_import_each_other_are_found():
    trees = {
        BASE_DIR / "core/a.py": ast.parse("from outbox.models import Mail"),
        BASE_DIR / "outbox/b.py": ast.parse("import core.dates"),
        BASE_DIR / "partners/c.py": ast.parse("from core import dates"),
    }

    assert importing_each_other(trees) == ["core and outbox"]


def test_module_names_count_packages_and_files_once(tmp_path, monkeypatch):
    for name in (
        "__init__.py",
        "models/__init__.py",
        "models/topics.py",
        "views/topics.py",
        "migrations/0001_initial.py",
        "management/commands/demo.py",
    ):
        path = Path(tmp_path / "app" / name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(style_report, "BASE_DIR", tmp_path)

    assert module_names("app") == {"models", "topics", "views"}


def test_measure_holds_between_its_bounds():
    assert [Measure("", value, 6, 3).holds for value in (2.9, 3, 6, 6.1)] == [
        False,
        True,
        True,
        False,
    ]
