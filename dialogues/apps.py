from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = "Branchengespräche"

    def ready(self):
        from approvals.enums import ApprovalKind
        from approvals.registry import register_deciding_service
        from dialogues import (
            mails,  # noqa: F401  registers the texts
            services,
        )
        from dialogues.reminders import RULE, reminders_due
        from reminders.registry import register_reminders

        register_deciding_service(ApprovalKind.SERIES, services.decide_series)
        register_deciding_service(ApprovalKind.TOPIC, services.decide_topic)
        register_deciding_service(ApprovalKind.DATES, services.decide_dates)
        register_reminders(RULE, due=reminders_due)
