"""The migration that makes links comparable."""

from importlib import import_module

import pytest
from django.db.migrations.loader import MigrationLoader

from media_visits.models import Coverage
from tests.media_visits.builders import make_coverage

NAME = "0003_coverage_url_key"
migration = import_module(f"media_visits.migrations.{NAME}")


@pytest.mark.django_db
def test_stored_links_become_comparable():
    linked = make_coverage(url="http://www.example.org/a/?utm_source=x")
    plain = make_coverage(url="")
    Coverage.objects.update(url_key="")
    apps = MigrationLoader(None).project_state(("media_visits", NAME)).apps

    migration.fill(apps, None)

    linked.refresh_from_db()
    plain.refresh_from_db()
    assert (linked.url_key, plain.url_key) == ("example.org/a", "")
    assert linked.history.count() == 1
