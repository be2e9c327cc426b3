"""Settings come from the environment; each is documented, and a missing one says how to fix it."""

import re
import subprocess
import sys

import pytest
import yaml

from tests.stack import native_environment

pytestmark = pytest.mark.embedded


def test_each_setting_is_documented(base_dir):
    read = re.findall(
        r"\benv(?:\.\w+)?\(\s*\"([A-Z_]+)\"", (base_dir / "masterplan" / "settings.py").read_text()
    )
    read += re.findall(
        r"\benviron\.get\(['\"]([A-Z_]+)['\"]",
        (base_dir / "deploy" / "gunicorn.conf.py").read_text(),
    )
    documented = (base_dir / ".env.example").read_text()

    assert [
        name for name in read if not re.search(rf"^(# )?{name}=", documented, re.MULTILINE)
    ] == []


def test_compose_uses_documented_settings_only(base_dir):
    asked = re.findall(r"\$\{([A-Z_]+)", (base_dir / "docker-compose.yml").read_text())
    documented = (base_dir / ".env.example").read_text()

    assert len(asked) > 5
    assert [
        name for name in asked if not re.search(rf"^(# )?{name}=", documented, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("name", ["setup", "web", "worker", "beat"])
def test_each_documented_setting_reaches_the_services(base_dir, name):
    """The value comes from `.env`. Where compose sets the setting itself, it falls back to the
    variable, or `.env.example` says that it does not.
    """
    service = yaml.safe_load((base_dir / "docker-compose.yml").read_text())["services"][name]
    documented, own = (base_dir / ".env.example").read_text().split("# --- Nur ohne Docker")

    lost = [
        key
        for key in names_in(documented)
        if "${" + key not in service["environment"].get(key, "${" + key)
    ]

    assert service["env_file"] == ".env"
    assert lost == []
    assert sorted(names_in(own)) == sorted(set(service["environment"]) - set(names_in(documented)))


def test_no_setting_left_out_of_the_file_reaches_a_service_as_an_empty_text(base_dir):
    portal = yaml.safe_load((base_dir / "docker-compose.yml").read_text())["x-portal"][
        "environment"
    ]

    assert [
        name for name, value in portal.items() if re.fullmatch(r"\$\{[A-Z_]+(:?-)?\}", value)
    ] == []


def names_in(documented):
    return re.findall(r"^(?:# )?([A-Z_]+)=", documented, re.MULTILINE)


def test_missing_key_says_how_to_fix_it(base_dir, tmp_path):
    environment = native_environment(VAR_DIR=str(tmp_path)) | {"SECRET_KEY": ""}

    result = run_check(base_dir, environment)

    assert result.returncode == 1
    assert "SECRET_KEY is missing. Set it in the environment or in .env" in result.stderr


def test_generated_key_is_read_from_its_file(base_dir, tmp_path):
    (tmp_path / "secret_key").write_text("generated\n")

    result = run_check(base_dir, native_environment(VAR_DIR=str(tmp_path)) | {"SECRET_KEY": ""})

    assert result.returncode == 0, result.stderr


def test_deployment_over_https_has_no_warning(base_dir, tmp_path):
    environment = native_environment(
        SECRET_KEY="a long key with many different letters, 0123456789 ABCDEFGHIJ",
        SITE_URL="https://portal.example.org",
        REDIS_URL="redis://127.0.0.1:6379/9",
        VAR_DIR=str(tmp_path),
    )

    result = run_check(base_dir, environment, "--deploy", "--fail-level", "WARNING")

    assert result.returncode == 0, result.stderr


def run_check(base_dir, environment, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=base_dir,
        env=environment,
        capture_output=True,
        text=True,
    )
