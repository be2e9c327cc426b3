from django.apps import AppConfig


class AccessibilityConfig(AppConfig):
    name = "accessibility"
    verbose_name = "Barrierefreiheit"

    def ready(self):
        # Models can be imported only once all apps are loaded.
        from accessibility import mails  # noqa: F401  registers the text
        from accessibility.reminders import RULE, reminders_due
        from accessibility.services import PERSON_DATA
        from partners.registry import register_person_data
        from reminders.registry import register_reminders

        register_person_data(PERSON_DATA)
        register_reminders(RULE, due=reminders_due)
