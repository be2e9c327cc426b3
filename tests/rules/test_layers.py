"""Imports follow the layers and stand at the top of a module; tasks named by string exist."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from masterplan.celery import app as celery_app
from tests.rules.source import APPS, modules

pytestmark = pytest.mark.embedded


def test_imports_follow_the_contracts(base_dir):
    lint = Path(sys.executable).parent / "lint-imports"

    result = subprocess.run([lint, "--no-cache"], cwd=base_dir, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout


def test_a_contract_places_every_module_of_each_app():
    containers = [
        app
        for contract in contracts().values()
        if contract.get("exhaustive")
        for app in contract["containers"]
    ]

    assert sorted(containers) == sorted(APPS)


def test_contracts_exempt_nothing_but_migrations():
    exempted = {
        name
        for contract in contracts().values()
        for name in [*contract.get("exhaustive_ignores", ()), *contract.get("ignore_imports", ())]
    }

    assert exempted == {"migrations"}


def test_architecture_page_names_the_layers_of_the_contract(base_dir):
    page = (base_dir / "docs" / "architecture.md").read_text()
    [order] = re.findall(r"```\n(enums .*?)```", page, re.DOTALL)

    named = [set(re.findall(r"\w+", layer)) for layer in reversed(order.split("←"))]

    assert named == [set(re.findall(r"\w+", layer)) for layer in contracts()["modules"]["layers"]]


def test_no_function_imports_a_module_of_the_project():
    hidden = [
        f"{path}:{inner.lineno}"
        for path, tree in modules()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        and not (path.endswith("/apps.py") and function.name == "ready")
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and imports_own_module(inner)
    ]

    assert hidden == []


def test_tasks_named_by_string_are_registered():
    celery_app.loader.import_default_modules()
    named = {
        call.args[0].value
        for _, tree in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "send_task"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert sorted((named | scheduled) - set(celery_app.tasks)) == []


def contracts() -> dict[str, dict]:
    """Return the import contracts by id."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in project["tool"]["importlinter"]["contracts"]}


def imports_own_module(node: ast.Import | ast.ImportFrom) -> bool:
    names = (
        [alias.name for alias in node.names]
        if isinstance(node, ast.Import)
        else [node.module or ""]
    )
    return any(name.partition(".")[0] in APPS for name in names)
