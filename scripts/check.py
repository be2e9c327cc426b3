"""`make check`: format, types, layers, migrations, generated pages and style, one line each."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
# As on a production server with HTTPS, which `check --deploy` is about.
ENVIRONMENT = {
    "DATABASE_URL": "sqlite:///:memory:",
    "DEBUG": "0",
    "DEMO": "0",
    "REDIS_URL": "redis://127.0.0.1:6379/9",
    "SECRET_KEY": "a key for checks only, long and with enough different letters 0123456789",
    "SITE_URL": "https://portal.example.org",
}
STEPS = (
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("templates", ["djlint", "--lint", "--quiet", "templates"]),
    ("types", ["mypy"]),
    ("layers", ["lint-imports"]),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("catalogues", ["python", "-m", "scripts.catalogues"]),
    ("states", ["python", "-m", "scripts.states", "--check"]),
    ("style", ["python", "-m", "scripts.style_report", "--check"]),
    ("settings", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]),
)


def main() -> int:
    """Run each step, show the output of failing ones, and return 0 when all passed."""
    failed = []
    for name, (program, *arguments) in STEPS:
        result = subprocess.run(
            [str(SCRIPTS / program), *arguments],
            env=os.environ | ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        sys.stdout.write(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name}\n")
        if result.returncode:
            failed.append(name)
            sys.stdout.write(result.stdout)
        sys.stdout.flush()
    sys.stdout.write(f"Failed: {', '.join(failed)}\n" if failed else "All checks passed.\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
