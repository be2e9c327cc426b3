"""The commands of docker-compose.yml, run natively with a real PostgreSQL and Redis."""

import subprocess
from functools import partial

import pytest
import yaml

from tests.stack import PATIENCE, free_port, native_environment, status_of, wait_until

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def services(base_dir):
    return yaml.safe_load((base_dir / "docker-compose.yml").read_text())["services"]


def test_services_work_together(services, base_dir, own_postgresql, own_redis, start, tmp_path):
    port = free_port()
    environment = {
        "DATABASE_URL": own_postgresql,
        "REDIS_URL": own_redis,
        "PORT": str(port),
        "VAR_DIR": str(tmp_path / "var"),
        "MAIL_FOLDER": str(tmp_path / "mail"),
    }
    (tmp_path / "var" / "static").mkdir(parents=True)
    subprocess.run(
        services["setup"]["command"],
        cwd=base_dir,
        env=native_environment(**environment),
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE,
    )

    for name in ("web", "worker", "beat"):
        start(services[name]["command"], **environment)

    for path in ("healthz", "healthz/betrieb"):
        address = f"http://127.0.0.1:{port}/{path}"
        wait_until(partial(is_healthy, address), what=partial(status_of, address))
    for name in ("worker", "beat"):
        kind, *check = services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        assert (
            subprocess.run(check, cwd=base_dir, env=native_environment(**environment)).returncode
            == 0
        )


def is_healthy(address: str) -> bool:
    return status_of(address)[0] == 200


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
