"""`manage.py tidy_people`: delete or anonymise whoever is no longer needed, as beat does."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from partners.services import tidy_people
from partners.services.privacy import count_labels


class Command(BaseCommand):
    help = (
        "Löscht oder anonymisiert Personen, die das Portal nicht mehr braucht, wenn ihr letzter "
        "Vorgang länger als PERSONAL_DATA_MONTHS Monate zurückliegt; mit --dry-run wird nur "
        "gezeigt, wer fällig ist."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="nur zeigen, nichts löschen")

    def handle(self, *args, **options):
        done = tidy_people(now=timezone.now(), dry_run=options["dry_run"])
        title = "Fällig" if options["dry_run"] else "Erledigt"
        self.stdout.write(f"{title}, Frist {settings.PERSONAL_DATA_MONTHS} Monate:")
        labels = count_labels()
        for name, keys in done.items():
            # Keys, not names: the output may end up in a log.
            shown = f" (Nummern: {', '.join(map(str, keys))})" if keys else ""
            self.stdout.write(f"  {labels[name]}: {len(keys)}{shown}")
