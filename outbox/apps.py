from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = "Postausgang"

    def ready(self):
        from outbox import checks  # noqa: F401
