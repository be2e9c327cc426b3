from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = "Partner"

    def ready(self):
        from partners import mails  # noqa: F401  registers the texts
