from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from approvals.vorlage import WORD_TEMPLATE
from approvals.word_template import build_template


class Command(BaseCommand):
    help = "Die Word-Vorlage der Leitungsvorlage neu schreiben (templates/approvals/leitungsvorlage.docx)."
    requires_system_checks = []

    def handle(self, *args, **options):
        build_template().save(str(Path(settings.BASE_DIR) / "templates" / WORD_TEMPLATE))
