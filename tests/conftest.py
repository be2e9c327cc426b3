"""Shared by all tests: closed network, empty cache, and skipping what this machine cannot run."""

import datetime as dt
import gc
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.management import create_contenttypes
from django.core.cache import cache, caches
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation.reloader import translation_file_changed
from hypothesis import settings as hypothesis_settings
from simple_history.signals import pre_create_historical_record

from core.roles import ROLES
from operations.setup import compile_catalogues
from scripts import machine
from tests.network import close_network
from tests.page_client import PageClient
from tests.settings import ON_POSTGRESQL

pytest_plugins = ["tests.stack"]

# A busy machine would miss any deadline; every run draws the same examples.
hypothesis_settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis_settings.load_profile("portal")
# On PostgreSQL, a test with more cases than this runs every fourth of them …
MOST_CASES = 3
# … unless the database itself evaluates what the cases vary: constraints, queries, locks.
EVERY_CASE_IN = re.compile(r"/test_(models|queries|filters)|_race\b|^tests/journeys/")
# Decided in Python about objects in memory, whichever database they came from.
NOT_REPEATED = re.compile(r"/test_(enums|permissions|progress|forms)")
# Their logic is Python over queries and constraints that run there in full, and the walk opens
# every kind of page.
EVERY_THIRD_IN = re.compile(r"/test_(views|services|mails|documents|adapters|registry|planning)")
TAKES_LONG = ("slow", "stack", "browser")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs an event loop in the main thread


BUILT_AT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@receiver(pre_create_historical_record)
def date_what_tests_build(instance, history_instance, **kwargs):
    """Backdate the history of objects that tests build; services set their own time."""
    if not hasattr(instance, "_history_date"):
        history_instance.history_date = BUILT_AT


def pytest_configure(config):
    """Compile the translation catalogues once, before the worker processes start."""
    if not hasattr(config, "workerinput"):
        for folder in settings.LOCALE_PATHS:
            if compile_catalogues(folder):
                # Without worker processes, Django has already read what was there.
                translation_file_changed(None, folder / "django.mo")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Skip, with the reason, what this machine cannot run; on PostgreSQL deselect what needs no
    database.

    Modules with slow tests start first, so that no worker process is left with one at the end. The
    tests of a module stay together, because they share what its fixtures loaded.
    """
    if ON_POSTGRESQL:
        repeated = thinned([item for item in items if asks_a_database(item)])
        config.hook.pytest_deselected(items=[item for item in items if item not in set(repeated)])
        items[:] = repeated
    for item in items:
        if item.get_closest_marker("stack") and (missing := machine.missing_servers()):
            item.add_marker(pytest.mark.skip(reason=missing))
        if item.get_closest_marker("browser") and (missing := machine.missing_browser()):
            item.add_marker(pytest.mark.skip(reason=missing))
    slow = {item.path for item in items if takes_long(item)}
    first = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(
        key=lambda item: (
            not item.nodeid.startswith("tests/journeys/"),
            item.path not in slow,
            first[item.path],
        )
    )


def takes_long(item) -> bool:
    return any(item.get_closest_marker(name) for name in TAKES_LONG)


def thinned(items):
    """Return `items` with every fourth case of parametrised tests and every third test of pages
    and services, or all with EVERY_CASE=1.

    All cases run on SQLite; the database does not matter to what they vary (role, page, state).
    """
    if os.environ.get("EVERY_CASE"):
        return items
    cases = defaultdict(list)
    for item in items:
        cases[item.nodeid.partition("[")[0]].append(item)
    kept, repeatable = set(), sorted(filter(is_repeatable, cases.values()), key=name_of)
    for place, table in enumerate(repeatable):
        if place % 3:
            del cases[name_of(table)]
    for name, table in cases.items():
        step = 4 if len(table) > MOST_CASES and not EVERY_CASE_IN.search(name) else 1
        kept |= set(sorted(table, key=lambda item: item.nodeid)[::step])
    return [item for item in items if item in kept]


def name_of(table) -> str:
    return table[0].nodeid.partition("[")[0]


def is_repeatable(table) -> bool:
    """Whether the cases of a test need not all run on both databases."""
    name, needs_servers = name_of(table), table[0].get_closest_marker("stack")
    return bool(EVERY_THIRD_IN.search(name)) and not (EVERY_CASE_IN.search(name) or needs_servers)


def asks_a_database(item) -> bool:
    if NOT_REPEATED.search(item.nodeid) and not os.environ.get("EVERY_CASE"):
        return False
    marked = any(item.get_closest_marker(name) for name in ("django_db", "stack"))
    return marked or not {"db", "transactional_db"}.isdisjoint(item.fixturenames)


def pytest_collection_finish():
    """Exempt imported objects from garbage collection and collect less often: saves a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Count a skipped test as failed with REQUIRE_ALL=1."""
    report = yield
    if report.skipped and machine.REQUIRE_ALL and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, but it did not run: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="session")
def closed_network():
    with pytest.MonkeyPatch.context() as patch:
        close_network(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def lasting_roles():
    """Recreate the roles, which come from a migration, after a test that empties all tables."""

    def bring_back(**kwargs):
        Group.objects.bulk_create([Group(name=name) for name in ROLES], ignore_conflicts=True)

    sender = apps.get_app_config("partners")
    post_migrate.connect(bring_back, sender=sender)
    yield
    post_migrate.disconnect(bring_back, sender=sender)


@pytest.fixture(autouse=True, scope="session")
def no_permissions():
    """Leave out Django's permissions and content types, which the portal does not use: writing them
    again after each test that commits takes ten times as long as emptying the tables.
    """
    post_migrate.disconnect(create_contenttypes)
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(autouse=True, scope="session")
def quick_flush():
    """Empty tables with DELETE after tests that commit: TRUNCATE recreates the tables' files."""
    if not ON_POSTGRESQL:
        yield
        return
    truncate = DatabaseOperations.sql_flush

    def delete(self, style, tables, *, reset_sequences=False, allow_cascade=False):
        if reset_sequences or not tables:
            return truncate(
                self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
            )
        return ["; ".join(f"DELETE FROM {self.quote_name(table)}" for table in tables)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", delete)
        yield


@pytest.fixture(autouse=True)
def empty_cache():
    """Clear rate limits, cached figures and progress left by the previous test."""
    cache.clear()
    caches["progress"].clear()


@pytest.fixture
def client() -> PageClient:
    """pytest-django's fixture, but it sends what forms carry as browsers do."""
    return PageClient()


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """An empty folder for uploads."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": machine.chromium(),
        "args": machine.CHROMIUM_FLAGS,
    }


@pytest.fixture(scope="session")
def base_dir() -> Path:
    return settings.BASE_DIR
