from django.apps import AppConfig


class MasterplanConfig(AppConfig):
    name = "masterplan"
    verbose_name = "Masterplan-Portal"

    def ready(self):
        from masterplan import legal  # noqa: F401  registers the text of its mail
