from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = "Branchengespräche"

    def ready(self):
        from dialogues import mails  # noqa: F401  registers the texts
