"""Settings for tests: those of the portal, with an environment that neither `.env` nor a shell
affects.

`TEST_STACK=postgresql` runs the tests on the server at `TEST_DATABASE_URL`. Otherwise they use a
SQLite file, because racing threads need a database they can share.
"""

import atexit
import os
import shutil
import tempfile
import zlib
from pathlib import Path

from scripts.machine import DATABASE_SERVER

ON_POSTGRESQL = os.environ.get("TEST_STACK") == "postgresql"

folder = Path(tempfile.mkdtemp(prefix="masterplan-test-"))
atexit.register(shutil.rmtree, folder, ignore_errors=True)
(folder / "static").mkdir()

os.environ.update(
    {
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "BROKER_URL": "memory://",
        "CONN_MAX_AGE": "0",
        "DATABASE_URL": DATABASE_SERVER if ON_POSTGRESQL else f"sqlite:///{folder / 'db.sqlite3'}",
        "DEBUG": "0",
        "DEMO": "0",
        "MAIL_BUNDLE_MINUTES": "0",
        "MAIL_FOLDER": str(folder / "mail"),
        "MAIL_URL": "folder://",
        "REDIS_URL": "",
        "SECRET_KEY": "a key for tests only, which is long enough to please the checks",
        "SITE_URL": "http://localhost:8000",
        "VAR_DIR": str(folder),
    }
)

from masterplan.settings import *  # noqa: E402,F403
from masterplan.settings import BASE_DIR, DATABASES  # noqa: E402

# Several checkouts may share a server, so each gets its own test database.
own_name = f"test_masterplan_{zlib.crc32(str(BASE_DIR).encode()):x}"
DATABASES["default"]["TEST"] = {
    "NAME": own_name if ON_POSTGRESQL else str(folder / "test.sqlite3"),
    # Tables are created from the models. One test compares models and migrations, and the tests
    # with real processes run the migrations.
    "MIGRATE": False,
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
