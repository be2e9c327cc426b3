from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Freigaben"

    def ready(self):
        from approvals import mails  # noqa: F401  registers the texts
        from approvals.enums import ApprovalKind
        from approvals.reminders import RULE, reminders_due
        from partners.registry import register_kinds
        from reminders.registry import register_reminders

        register_kinds(ApprovalKind.choices)
        register_reminders(RULE, due=reminders_due)
