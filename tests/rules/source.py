"""The project's own source files, for the rules in this folder."""

import ast
from collections.abc import Iterator
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
APPS = (
    "masterplan",
    "demo",
    "overview",
    "sign_in",
    "reminders",
    "operations",
    "media_visits",
    "dialogues",
    "measures",
    "accessibility",
    "approvals",
    "partners",
    "outbox",
    "core",
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the path and syntax tree of every module of the apps, without migrations."""
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(BASE_DIR)), ast.parse(path.read_text())


def templates() -> Iterator[tuple[str, str]]:
    """Yield the path and text of every template except binary ones."""
    for path in sorted((BASE_DIR / "templates").rglob("*")):
        if path.is_file() and path.suffix != ".docx":
            yield str(path.relative_to(BASE_DIR)), path.read_text()
