"""Migrations are named, linear, reversible, and match the models."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from tests.rules.source import APPS

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def migrations():
    disk = MigrationLoader(None).disk_migrations
    return {key: migration for key, migration in disk.items() if key[0] in APPS}


def test_models_and_migrations_agree(db):
    output = StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=output)

    assert output.getvalue().strip() == "No changes detected"


def test_migrations_are_numbered_and_named(migrations):
    unnamed = [key for key in migrations if not re.fullmatch(r"\d{4}_(?!auto_)[a-z0-9_]+", key[1])]

    assert unnamed == []


def test_migrations_of_each_app_are_linear(migrations):
    leaves = [key for key in MigrationLoader(None).graph.leaf_nodes() if key[0] in APPS]

    assert sorted(app for app, _ in leaves) == sorted({app for app, _ in migrations})


def test_migrations_are_reversible(migrations):
    one_way = [
        key
        for key, migration in migrations.items()
        for operation in migration.operations
        if isinstance(operation, RunPython | RunSQL) and not operation.reversible
    ]

    assert one_way == []
