from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class MasterplanConfig(AppConfig):
    name = "masterplan"
    verbose_name = "Masterplan-Portal"

    def ready(self):
        """Register the texts of mails; make the folders of the embedded broker, which Celery
        expects.
        """
        from masterplan import feedback, reminding  # noqa: F401

        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            for option in ("data_folder_in", "control_folder", "processed_folder"):
                Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[option]).mkdir(
                    parents=True, exist_ok=True
                )
