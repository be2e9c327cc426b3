from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Freigaben"

    def ready(self):
        from approvals import mails  # noqa: F401  registers the texts
