from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"
    verbose_name = "Maßnahmen"

    def ready(self):
        # Lower apps cannot import this one (docs/architecture.md), so it registers its mails and
        # reminders with them.
        from measures import mails  # noqa: F401  registers the texts
        from measures.reminders import RULE, reminders_due
        from reminders.registry import register_reminders

        register_reminders(RULE, due=reminders_due)
