from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"
    verbose_name = "Maßnahmen"

    def ready(self):
        # Lower apps learn from registrations what this app sends and what it reminds of; they
        # cannot import it (docs/architecture.md).
        from measures import mails  # noqa: F401  registers the texts
        from measures.reminders import RULE, reminders_due
        from reminders.registry import register_reminders

        register_reminders(RULE, due=reminders_due)
