from django.core.management.base import BaseCommand

from core.documents import unpack_fonts


class Command(BaseCommand):
    help = "Schriften der Dokumente aus node_modules auspacken, soweit sie noch fehlen."
    requires_system_checks = []

    def handle(self, *args, **options):
        unpack_fonts()
