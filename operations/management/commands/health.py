from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.health import OPERATION_CHECKS


class Command(BaseCommand):
    help = "Prüfen, ob ein Teil des Portals arbeitet; für die Zustandsprüfung der Container."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("part", choices=OPERATION_CHECKS)

    def handle(self, *args, part, **options):
        if fault := OPERATION_CHECKS[part](timezone.now()):
            raise CommandError(fault)
