"""What docker-compose.yml says; the walk through the main thread runs its services."""

import pytest
import yaml

pytestmark = pytest.mark.embedded


@pytest.fixture(scope="module")
def services(base_dir):
    return yaml.safe_load((base_dir / "docker-compose.yml").read_text())["services"]


def test_each_service_has_a_health_check(services):
    assert [
        name
        for name, service in services.items()
        if "healthcheck" not in service and name != "setup"
    ] == []


def test_no_service_holds_a_secret_of_its_own(services):
    values = {
        name: value
        for service in services.values()
        for name, value in (service.get("environment") or {}).items()
        if "PASSWORD" in name or "SECRET" in name
    }

    assert values
    assert [name for name, value in values.items() if not value.startswith("${")] == []
