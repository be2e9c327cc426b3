from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Freigaben"

    def ready(self):
        from approvals import mails  # noqa: F401  registers the texts
        from approvals.enums import ApprovalKind
        from partners.kinds import register_kinds

        register_kinds(ApprovalKind.choices)
