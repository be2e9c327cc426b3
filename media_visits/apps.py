from django.apps import AppConfig


class MediaVisitsConfig(AppConfig):
    name = "media_visits"
    verbose_name = "Unternehmensbesuche"

    def ready(self):
        from media_visits import mails  # noqa: F401  registers the texts
