"""Compare the Excel export with plain openpyxl, measure its memory, and time an import.

Runs on the measures that `scripts.bench.pages` has made, or makes as many.
"""

import gc
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

if TYPE_CHECKING:
    # It loads pytest, which would count as memory of the export.
    from scripts.bench.sink import CountingSink

IMPORTED = 5_000
TRIES = 3
MEMORY = "memory"


def measure(sink: "CountingSink") -> dict[str, float]:
    """Return ratios, seconds and megabytes by name; print them with what they were measured on."""
    from scripts.bench.pages import make_stock

    make_stock()
    return _compare_export() | _measure_memory() | _time_import()


def _compare_export() -> dict[str, float]:
    from measures.models import Measure

    first = Measure.objects.order_by("pk").first()
    query = f"?plan={first.plan_id}&lead={first.lead_id}"
    export, plain, by_processor = [], [], []
    # In turn, so that a busy machine slows both alike; the fastest, since noise only adds.
    for _number in range(TRIES):
        # Otherwise the cells of the try before would be looked through again and again.
        gc.collect()
        began, processor_began = time.perf_counter(), time.process_time()
        content = _export(query)
        export.append(time.perf_counter() - began)
        by_processor.append(time.process_time() - processor_began)
        tables = [list(sheet.values) for sheet in load_workbook(io.BytesIO(content)).worksheets]
        gc.collect()
        began, processor_began = time.perf_counter(), time.process_time()
        _write_plainly(tables)
        plain.append(time.perf_counter() - began)
        by_processor[-1] /= time.process_time() - processor_began
        lines = sum(map(len, tables))
        del tables
    ratio = min(export) / min(plain)
    _tell(
        f"Excel export, {lines} rows: {ratio:.2f} × plain openpyxl by the clock, "
        f"{min(by_processor):.2f} by processor time ({min(export):.1f} s)"
    )
    return {"export": ratio, "export_by_processor": min(by_processor)}


def _write_plainly(tables: list[list[tuple]]) -> None:
    """Write the same cells without formats."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet()
        for values in table:
            sheet.append(values)
    book.save(io.BytesIO())


def _measure_memory() -> dict[str, float]:
    """Export every measure in a process of its own, since a process never gives memory back."""
    command = [sys.executable, "-m", __name__, MEMORY]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    before, peak, seconds, size = map(float, done.stdout.split()[-4:])
    _tell(
        f"Excel export of everything: {peak:.0f} MB at most, {before:.0f} MB of it before "
        f"({seconds:.0f} s, file of {size:.0f} MB)"
    )
    return {"export_megabytes": peak}


def _time_import() -> dict[str, float]:
    from measures.models import Measure
    from measures.progress import work_on_import
    from measures.services import confirm_import, create_import, request_undo
    from partners.models import User

    plan, user = Measure.objects.order_by("pk").first().plan, User.objects.order_by("pk").first()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Maßnahmen")
    sheet.append(["Plan", "Titel", "Beschreibung"])
    for number in range(IMPORTED):
        sheet.append([plan.short_title, f"Neue Fläche {number}", f"Fläche {number} kommt hinzu."])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    queries: list[str] = []
    began = time.perf_counter()
    with connection.execute_wrapper(
        lambda execute, sql, *rest: queries.append(sql) or execute(sql, *rest)
    ):
        record = create_import(file=file, name="neu.xlsx", by=user, now=timezone.now())
        work_on_import(record.pk, clock=timezone.now)
        read = time.perf_counter() - began
        record.refresh_from_db()
        confirm_import(
            measure_import=record, version=record.version, choices={}, by=user, now=timezone.now()
        )
        work_on_import(record.pk, clock=timezone.now)
    seconds = time.perf_counter() - began
    assert Measure.objects.filter(title__startswith="Neue Fläche").count() == IMPORTED
    record.refresh_from_db()
    request_undo(measure_import=record, by=user, now=timezone.now())
    work_on_import(record.pk, clock=timezone.now)
    undone = time.perf_counter() - began - seconds
    assert not Measure.objects.filter(title__startswith="Neue Fläche").exists()
    _tell(
        f"Import of {IMPORTED} measures: {seconds:.1f} s (reading {read:.1f}, applying "
        f"{seconds - read:.1f}; {len(queries)} queries), undoing {undone:.1f} s"
    )
    return {"import_seconds": seconds}


def _export(query: str) -> bytes:
    return b"".join(_chunks(query))


def _chunks(query: str) -> Iterator[bytes]:
    """Ask for the export as a browser does, and yield it as it is sent."""
    from partners.models import User

    client, user = Client(), User.objects.order_by("pk").first()
    client.force_login(user, backend="sign_in.adapters.AccountBackend")
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        response = client.get(reverse("measures:export") + query)
    assert response.status_code == 200, f"export: {response.status_code}"
    yield from response


def _tell(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


def _export_everything() -> None:
    django.setup()
    # Everything that an export loads, with none in it.
    _export("?q=kein+Treffer")
    before = _peak()
    began = time.perf_counter()
    size = sum(map(len, _chunks("?plan=")))
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{before} {_peak()} {seconds} {size / 1e6}\n")


def _peak() -> float:
    """Return the most memory this process has used, in megabytes (Linux counts in kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__" and sys.argv[1:] == [MEMORY]:
    _export_everything()
