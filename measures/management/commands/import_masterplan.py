"""`manage.py import_masterplan`: import a plan, as the office does in the portal."""

import io
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from core.errors import Refused
from measures.models import MeasureImport
from measures.progress import counted, shown_of, step_text
from measures.queries.imports import ImportPreview, preview_of, read_content
from measures.services import apply_import, confirm_import, create_import, show_import
from partners.models import User
from partners.queries import office_accounts

TENTHS, LONG = 10, 500  # rows


class Command(BaseCommand):
    said = ("", 0)  # the stage and tenth of the last line
    help = (
        "Importiert einen Plan mit Gliederung, Maßnahmen und Meilensteinen aus einer Excel- oder "
        "CSV-Datei, ganz oder gar nicht. docs/import.md beschreibt die Datei."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx oder .csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="nur zeigen, was übernommen würde"
        )
        parser.add_argument(
            "--account",
            metavar="E-MAIL",
            help="Konto der Geschäftsstelle, das im Verlauf steht; nötig, wenn es mehrere gibt",
        )

    def handle(self, *args, **options):
        user = _account(options["account"])
        started = time.monotonic()
        try:
            with transaction.atomic():
                record = self._upload(options["file"], user)
                content = read_content(io.BytesIO(record.upload))
                preview = preview_of(content, self._report)
                self._show(preview)
                if options["dry_run"]:
                    self.stdout.write("Probelauf: Es wurde nichts übernommen.")
                    transaction.set_rollback(True)
                    return
                self._apply(record, content, preview, user)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Übernommen in {time.monotonic() - started:.1f} s.")

    def _upload(self, path: Path, user: User) -> MeasureImport:
        self.stdout.write(f"{path.name} wird gelesen …")
        try:
            with path.open("rb") as file:
                return create_import(file=file, name=path.name, by=user, now=timezone.now())
        except OSError as error:
            raise CommandError(f"{path} lässt sich nicht lesen: {error.strerror}") from error

    def _apply(
        self, record: MeasureImport, content: dict[str, Any], preview: ImportPreview, user: User
    ) -> None:
        # The same steps as in the portal, in one transaction: no worker sees the record before.
        now = timezone.now()
        shown = shown_of(preview, now)
        record = show_import(
            measure_import=record, content=content, preview=preview, shown=shown, now=now
        )
        self.stdout.write("Wird übernommen …")
        record = confirm_import(
            measure_import=record, version=preview.version, choices={}, by=user, now=now
        )
        apply_import(measure_import=record, report=self._report, now=now)

    def _report(self, stage: str, done: int, total: int) -> None:
        """Say at every tenth how far it is; short imports need no such lines."""
        reached = (stage, TENTHS * done // total) if total >= LONG else (stage, 0)
        if reached[1] and reached != self.said:
            self.said = reached
            self.stdout.write(f"  {step_text(stage, done, total)}")

    def _show(self, preview: ImportPreview) -> None:
        """Print what would be done. Raises CommandError if rows are refused or in conflict."""
        for note in preview.notes:
            self.stdout.write(note)
        for problem in preview.problems:
            place = ", ".join(
                part
                for part in (
                    f"Blatt {problem.sheet}",
                    f"Zeile {problem.row}" if problem.row else "",
                    f"Spalte {problem.column}" if problem.column else "",
                )
                if part
            )
            self.stderr.write(f"{place}: {problem.reason}")
        if preview.problems:
            raise CommandError("Zeilen sind zurückgewiesen; es wurde nichts übernommen.")
        if preview.conflicts:
            raise CommandError(
                "Seit dem Export hat jemand dasselbe geändert. Bitte laden Sie die Datei im Portal "
                "hoch, und entscheiden Sie dort."
            )
        for line in counted(preview.counts):
            self.stdout.write(line)


def _account(email: str | None) -> User:
    accounts = list(office_accounts())
    if email:
        accounts = [account for account in accounts if account.email == email]
        if not accounts:
            raise CommandError(f"{email} ist kein aktives Konto der Geschäftsstelle.")
    if len(accounts) != 1:
        raise CommandError(
            "Bitte nennen Sie mit --account das Konto der Geschäftsstelle, das im Verlauf steht."
        )
    return accounts[0]
