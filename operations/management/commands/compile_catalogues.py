from django.conf import settings
from django.core.management.base import BaseCommand

from operations.setup import compile_catalogues


class Command(BaseCommand):
    help = "Übersetzungskataloge (.po) übersetzen, soweit sie neuer sind als ihr Ergebnis (.mo)."
    requires_system_checks = []

    def handle(self, *args, **options):
        for folder in settings.LOCALE_PATHS:
            compile_catalogues(folder)
