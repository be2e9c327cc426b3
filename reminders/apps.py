from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = "Erinnerungen"

    def ready(self):
        from partners.registry import register_person_data
        from reminders import mails  # noqa: F401  registers the texts
        from reminders.registry import register_reminders
        from reminders.reminders import RULE, reminders_due
        from reminders.services import PERSON_DATA

        register_person_data(PERSON_DATA)
        register_reminders(RULE, due=reminders_due)
