"""The one door to the outbox."""

from outbox.drafts import MailDraft, Recipient
from outbox.services.delivery import deliver_due_mails
from outbox.services.office import resend_mail, withdraw_mail
from outbox.services.pauses import PauseTarget, pause_reminders, resume_reminders
from outbox.services.queueing import enqueue_account_mail, enqueue_mails, settle_demo_mails
from outbox.services.reminding import enqueue_reminders
from outbox.services.rules import change_rule, reset_rule
from outbox.services.sweeping import sweep_mails
from outbox.services.withdrawing import withdraw_pending

__all__ = [
    "MailDraft",
    "PauseTarget",
    "Recipient",
    "change_rule",
    "deliver_due_mails",
    "enqueue_account_mail",
    "enqueue_mails",
    "enqueue_reminders",
    "pause_reminders",
    "resend_mail",
    "reset_rule",
    "resume_reminders",
    "settle_demo_mails",
    "sweep_mails",
    "withdraw_mail",
    "withdraw_pending",
]
