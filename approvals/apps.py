from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "approvals"
    verbose_name = "Freigaben"

    def ready(self):
        from approvals import mails  # noqa: F401  registers the texts
        from approvals.enums import ApprovalKind
        from approvals.queries import DEPENDENTS, export_person
        from approvals.reminders import RULE, reminders_due
        from partners.registry import (
            PersonData,
            register_dependents,
            register_kinds,
            register_person_data,
        )
        from reminders.registry import register_reminders

        register_kinds(ApprovalKind.choices)
        register_dependents(DEPENDENTS)
        register_person_data(
            PersonData(
                app="approvals",
                export=export_person,
                # Who decided stays on record as it was.
                kept=frozenset(
                    {
                        "approvals.ApprovalRequest.decided_by",
                        "approvals.ApprovalRequest.lapsed_by",
                        "approvals.ApprovalRequest.submitted_by",
                        "approvals.ApprovalRequest.withdrawn_by",
                        "approvals.Attachment.uploaded_by",
                        "approvals.Condition.met_by",
                    }
                ),
            )
        )
        register_reminders(RULE, due=reminders_due)
