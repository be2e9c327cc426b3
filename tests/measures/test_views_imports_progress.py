"""The page of an import that a worker is at: how far it is, and how to go on."""

import datetime as dt
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils import timezone
from redis import RedisError

from core.roles import OFFICE, SENATOR_OFFICE
from measures.models import Measure, MeasureImport
from measures.progress import work_on_import
from measures.progress.importing import Step
from measures.services import create_import
from measures.tasks import sweep_imports
from tests.measures.builders import make_measure, make_plan
from tests.measures.workbooks import confirm, exported, make_workbook, save, upload, worked_on
from tests.partners.builders import make_user
from tests.stack import native_environment
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
# Writes one record and then stands still in the middle of its transaction.
STUCK_WORKER = """
import sys, time
import django
django.setup()
from django.utils import timezone
from measures.progress import importing
from measures.services import importing as writing
write = writing.create_all_as
def write_once(*args, **kwargs):
    if kwargs.get("reason") in written:
        print("stuck", flush=True)
        time.sleep(600)
    written.append(kwargs.get("reason"))
    write(*args, **kwargs)
written = []
writing.create_all_as, writing.BATCH_SIZE, importing.REPORT_SECONDS = write_once, 1, 0
importing.work_on_import(int(sys.argv[1]), clock=timezone.now)
"""


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def uploaded(office) -> MeasureImport:
    """A file with two new measures that no worker has read yet."""
    make_plan("MPI")
    rows = [["Maßnahme", "Plan"], ["Ankauf", "MPI"], ["Tausch", "MPI"]]
    file = make_workbook(Maßnahmen=rows)
    return create_import(file=file, name="liste.xlsx", by=office, now=timezone.now())


def page_of(client, record: MeasureImport) -> str:
    return client.get(record.get_absolute_url()).content.decode()


def fragment_of(client, record: MeasureImport, stage: str = ""):
    return client.get(f"{record.get_absolute_url()}?stand={stage}", headers=HTMX)


def tell(record: MeasureImport, stage: str, done: int, total: int, at=None) -> None:
    """Leave the news that a worker leaves."""
    caches["progress"].set(f"import-{record.pk}", Step(stage, done, total, at or timezone.now()))


def test_page_says_how_far_reading_is_and_leads_to_the_preview(client, uploaded):
    page = page_of(client, uploaded)
    assert "Wird gelesen" in page
    assert "Die Datei wird gelesen." in page
    assert f'<a href="{uploaded.get_absolute_url()}">Aktualisieren</a>' in page
    assert "Fortsetzen" not in page

    tell(uploaded, "comparing", 1200, 5000)
    fragment = fragment_of(client, uploaded).content.decode()
    assert "1.200 von 5.000 Zeilen sind mit dem Portal verglichen." in fragment
    assert 'max="5000"' in fragment
    assert 'value="1200"' in fragment
    assert f'hx-get="{uploaded.get_absolute_url()}?stand=comparing"' in fragment
    assert "<html" not in fragment
    # Read aloud once a stage.
    assert "import-news" in fragment
    assert "import-news" not in fragment_of(client, uploaded, "comparing").content.decode()

    worked_on(uploaded)
    assert fragment_of(client, uploaded).headers["HX-Refresh"] == "true"
    assert "2 neue Maßnahmen" in page_of(client, uploaded)


def test_page_says_how_far_applying_and_undoing_are(client, office, uploaded):
    record = confirm(worked_on(uploaded), office)
    assert "Der Import wird gleich übernommen." in page_of(client, record)
    tell(record, "writing", 1, 2)
    assert "1 von 2 Einträgen sind geschrieben." in page_of(client, record)

    worked_on(record)
    assert "übernommen" in page_of(client, record)
    client.post(f"{record.get_absolute_url()}rueckgaengig/")
    assert "Der Import wird gleich rückgängig gemacht." in page_of(client, record)
    tell(record, "undoing", 1, 2)
    assert "1 von 2 Einträgen sind zurückgenommen." in page_of(client, record)
    worked_on(record)
    assert "rückgängig gemacht" in page_of(client, record)
    assert not Measure.objects.exists()


def test_killed_worker_is_noticed_and_can_be_made_up_for(client, uploaded):
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    MeasureImport.objects.update(attempts=1, touched_at=long_ago)
    resume = f"{uploaded.get_absolute_url()}fortsetzen/"
    # It lives: it says so outside the database.
    tell(uploaded, "comparing", 1, 2)
    assert "Fortsetzen" not in page_of(client, uploaded)
    tell(uploaded, "comparing", 1, 2, at=long_ago)
    page = page_of(client, uploaded)
    assert "hat sich nichts getan. Das Portal versucht es von selbst noch einmal." in page
    assert f'action="{resume}"' in page

    assert "Es geht weiter." in client.post(resume, follow=True).content.decode()
    sweep_imports()

    assert "2 neue Maßnahmen" in page_of(client, uploaded)
    late = client.post(resume, follow=True).content.decode()
    assert "Dieser Import ist schon fertig." in late


def test_refused_import_says_why_and_lists_the_conflicts(client, office):
    measure = make_measure(title="Ankauf", code="A")
    save(measure, office, code="B")
    record = upload(
        exported(client, lambda _book, cell: setattr(cell("Kennung"), "value", "C")), office
    )
    client.post(record.get_absolute_url(), {"version": record.version})
    measure.refresh_from_db()
    save(measure, office, code="D")
    worked_on(record)

    page = page_of(client, record)

    assert "Inzwischen hat jemand etwas geändert, das der Import betrifft." in page
    assert "im Portal: D" in page
    assert "in der Datei: C" in page


def test_unreadable_file_says_why_and_what_to_do(client, office):
    record = upload(make_workbook(Sonstiges=[["x"]], Anderes=[["y"]]), office)

    page = page_of(client, record)

    assert "In der Datei fehlt das Blatt „Maßnahmen“." in page
    assert "Andere Datei hochladen" in page
    assert "nicht lesbar" in client.get("/massnahmen/import/").content.decode()


def test_comparing_again_is_offered_with_the_time_of_the_last(client, uploaded):
    worked_on(uploaded)
    assert "Verglichen mit dem Portal am" in page_of(client, uploaded)

    client.post(f"{uploaded.get_absolute_url()}neu-vergleichen/")

    uploaded.refresh_from_db()
    assert uploaded.state == "reading"


def test_progress_is_for_the_office_only(client, uploaded):
    client.force_login(make_user(SENATOR_OFFICE))
    address = uploaded.get_absolute_url()

    with nothing_changes(uploaded):
        answers = [
            client.get(address),
            client.post(f"{address}fortsetzen/"),
            client.post(f"{address}neu-vergleichen/"),
        ]

    assert [answer.status_code for answer in answers] == [403] * 3


@pytest.mark.parametrize("error", [RedisError, OSError])
def test_lost_cache_stops_nothing(client, uploaded, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error("gone")

    for name in ("get", "set", "delete"):
        monkeypatch.setattr(caches["progress"], name, fail)

    assert "Die Datei wird gelesen." in page_of(client, uploaded)
    assert worked_on(uploaded).state == "prepared"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_it_writes_leaves_nothing_and_is_made_up_for(client, office, uploaded):
    record = confirm(worked_on(uploaded), office)
    connection.close()
    worker = subprocess.Popen(
        [sys.executable, "-c", STUCK_WORKER, str(record.pk)],
        cwd=settings.BASE_DIR,
        env=native_environment(DATABASE_URL=url_of_test_database(), VAR_DIR=str(settings.VAR_DIR)),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline() == "stuck\n"
        # Another process sees how far it is, and nothing of what it wrote.
        assert "1 von 2 Einträgen sind geschrieben." in page_of(client, record)
        assert not Measure.objects.exists()
        # The sweep does not disturb it.
        sweep_imports()
        work_on_import(record.pk, clock=timezone.now)
        assert MeasureImport.objects.get().state == "applying"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()

    assert not Measure.objects.exists()
    MeasureImport.objects.update(touched_at=timezone.now() - dt.timedelta(minutes=5))
    tell(record, "writing", 1, 2, at=timezone.now() - dt.timedelta(minutes=5))
    assert "Fortsetzen" in page_of(client, record)
    sweep_imports()
    record.refresh_from_db()
    assert (record.state, record.attempts, Measure.objects.count()) == ("applied", 2, 2)


def url_of_test_database() -> str:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(given)
