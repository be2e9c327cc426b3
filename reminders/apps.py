from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "reminders"
    verbose_name = "Erinnerungen"

    def ready(self):
        from partners.registry import PersonData, register_person_data
        from reminders import mails  # noqa: F401  registers the texts
        from reminders.queries import export_person
        from reminders.registry import register_reminders
        from reminders.reminders import RULE, reminders_due
        from reminders.services import anonymise_person, move_person

        register_person_data(
            PersonData(
                app="reminders",
                kept=frozenset(
                    {"reminders.ReminderPause.created_by", "reminders.ReminderPause.ended_by"}
                ),
                move=move_person,
                anonymise=anonymise_person,
                export=export_person,
                cleaned=frozenset({"reminders.ReminderLog", "reminders.ReminderPause"}),
                nameless=frozenset({"reminders.ReminderRule"}),
            )
        )
        register_reminders(RULE, due=reminders_due)
