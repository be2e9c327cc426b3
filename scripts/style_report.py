"""Measure the style of the code; `make check` enforces the limits.

python -m scripts.style_report            show every measure
python -m scripts.style_report --check    show and enforce those with a limit
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import NamedTuple

BASE_DIR = Path(__file__).resolve().parent.parent
APPS = sorted(path.parent.name for path in BASE_DIR.glob("*/apps.py"))
NOT_COUNTED = {"__init__", "migrations", "management", "templatetags"}
# Records are called by their nouns instead (`topic`, `invitation`).
NAME_OF_A_RECORD = "row"


class Measure(NamedTuple):
    """One line of the report, bounded by `floor` and `limit`."""

    label: str
    value: float
    limit: float
    floor: float = 0
    is_enforced: bool = True
    details: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.floor <= self.value <= self.limit


def measures() -> list[Measure]:
    """Measure the working tree."""
    modules = {path: path.read_text() for path in app_modules()}
    python = {path: path.read_text() for path in python_files()}
    lines = sum(len(text.splitlines()) for text in modules.values())
    templates = [line for path in template_files() for line in path.read_text().splitlines()]
    wide = sum(len(line) > 160 for line in templates)
    ifs = sum(len(re.findall(r"{%-? *if\b", line)) for line in templates)
    comments = sum(count_comment_lines(text) for text in modules.values())
    rows = sum(count_name(text, NAME_OF_A_RECORD) for text in modules.values())
    names = {app: module_names(app) for app in APPS}
    long_files = [name_of(path) for path, text in python.items() if len(text.splitlines()) >= 400]
    long_functions = [
        f"{name_of(path)}: {name}"
        for path, text in modules.items()
        for name in functions_over(text)
    ]
    pairs = importing_each_other({path: ast.parse(text) for path, text in modules.items()})
    return [
        # In two parts, so that this file does not count itself.
        Measure("`fmt: skip`", sum(text.count("# fmt: " + "skip") for text in python.values()), 0),
        Measure("template lines over 160 characters, %", share(wide, len(templates)), 0.5),
        Measure("`{% if %}` per 100 template lines", share(ifs, len(templates)), 8),
        Measure(
            "module names per app, median",
            median(map(len, names.values())),
            14,
            details=tuple(f"{app} {len(found)}" for app, found in names.items()),
        ),
        Measure("comment lines per 100", share(comments, lines), 6, 3, is_enforced=False),
        Measure("files of 400 lines and more", len(long_files), 0, details=tuple(long_files)),
        Measure("functions over 50 lines", len(long_functions), 0, details=tuple(long_functions)),
        Measure("pairs of apps that import each other", len(pairs), 0, details=tuple(pairs)),
        # `share` is per 100.
        Measure("`row` as a name per 1 000 lines", 10 * share(rows, lines), 5),
    ]


def share(part: int, whole: int) -> float:
    """Return `part` per 100 of `whole`, with one decimal."""
    return round(100 * part / whole, 1) if whole else 0


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def app_modules() -> Iterator[Path]:
    """Yield the Python files of the apps, migrations left out."""
    for app in APPS:
        yield from (
            path
            for path in sorted((BASE_DIR / app).rglob("*.py"))
            if "migrations" not in path.parts
        )


def python_files() -> Iterator[Path]:
    """Yield the Python files of apps, scripts and tests."""
    yield from app_modules()
    for folder in ("scripts", "tests"):
        yield from sorted((BASE_DIR / folder).rglob("*.py"))


def template_files() -> Iterator[Path]:
    yield from sorted((BASE_DIR / "templates").rglob("*.html"))


def module_names(app: str) -> set[str]:
    """Return the distinct module names below `app`: packages and their files."""
    folder = BASE_DIR / app
    paths = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py")]
    return {
        part
        for path in paths
        if not NOT_COUNTED.intersection(path.parts[:-1]) and path.parts[0] not in NOT_COUNTED
        for part in path.parts
        if part not in NOT_COUNTED
    }


def count_comment_lines(text: str) -> int:
    """Return how many lines carry a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.COMMENT for token in tokens)


def count_name(text: str, name: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.NAME and token.string == name for token in tokens)


def functions_over(text: str, limit: int = 50) -> list[str]:
    """Return the names of functions with more than `limit` lines, docstring and decorators in."""
    return [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > limit
    ]


def importing_each_other(trees: dict[Path, ast.Module]) -> list[str]:
    """Return the pairs of apps that import each other."""
    imports = {
        (path.relative_to(BASE_DIR).parts[0], target)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        for target in imported_apps(node)
    }
    return [f"{a} and {b}" for a, b in combinations(APPS, 2) if {(a, b), (b, a)} <= imports]


def imported_apps(node: ast.AST) -> set[str]:
    modules: list[str] = []
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    elif isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    return {module.split(".")[0] for module in modules}.intersection(APPS)


def main(arguments: list[str]) -> int:
    """Print the report; with `--check` return 1 when an enforced limit is exceeded."""
    found = measures()
    for measure in found:
        bounds = f"{measure.floor}–{measure.limit}" if measure.floor else f"≤ {measure.limit}"
        mark = "ok    " if measure.holds else "FAILED" if measure.is_enforced else "note  "
        sys.stdout.write(f"{mark} {measure.label}: {measure.value:g} ({bounds})\n")
        for detail in measure.details if not measure.holds or "--verbose" in arguments else ():
            sys.stdout.write(f"         {detail}\n")
    fails = any(measure.is_enforced and not measure.holds for measure in found)
    return int(fails and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
