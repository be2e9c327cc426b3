"""The one door to the outbox."""

from outbox.drafts import MailDraft, Recipient
from outbox.services.delivery import deliver_due_mails
from outbox.services.office import resend_mail, withdraw_mail
from outbox.services.queueing import enqueue_account_mail, enqueue_mails, settle_demo_mails
from outbox.services.sweeping import sweep_mails
from outbox.services.wordings import reset_wording, save_wording, send_test_mail

__all__ = [
    "MailDraft",
    "Recipient",
    "deliver_due_mails",
    "enqueue_account_mail",
    "enqueue_mails",
    "resend_mail",
    "reset_wording",
    "save_wording",
    "send_test_mail",
    "settle_demo_mails",
    "sweep_mails",
    "withdraw_mail",
]
