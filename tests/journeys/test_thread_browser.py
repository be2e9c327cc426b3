"""The main thread in a real Chromium with a real worker, embedded and on PostgreSQL with Redis."""

import pytest

from tests.journeys.running import start_embedded, start_stack
from tests.journeys.thread import walk_thread
from tests.stack import free_port

pytestmark = pytest.mark.browser


@pytest.mark.embedded
def test_thread_works_on_the_embedded_stack(browser, start, tmp_path, migrated):
    migrated(tmp_path / "var")

    walk_thread(browser, start_embedded(start, tmp_path, free_port()))


@pytest.mark.stack
def test_thread_works_with_the_services_of_docker_compose(
    browser, start, tmp_path, own_postgresql, own_redis, base_dir
):
    portal = start_stack(
        start, tmp_path, free_port(), database=own_postgresql, redis=own_redis, base_dir=base_dir
    )

    walk_thread(browser, portal)
