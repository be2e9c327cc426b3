from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Betrieb"

    def ready(self):
        """Create the folders of the embedded broker, because Celery expects them to exist."""
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            for option in ("data_folder_in", "control_folder", "processed_folder"):
                Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[option]).mkdir(
                    parents=True, exist_ok=True
                )
