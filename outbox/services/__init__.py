"""The public services of the outbox; other apps import them from here."""

from outbox.services.bulk import approve_mails, resend_mails, settle_mails, withdraw_mails
from outbox.services.delivery import deliver_due_mails
from outbox.services.mails import (
    approve_mail,
    hasten_pending,
    readdress_pending,
    replace_links,
    replace_pending,
    resend_mail,
    settle_mail,
    settle_superseded,
    withdraw_mail,
    withdraw_mails_to,
    withdraw_pending,
)
from outbox.services.privacy import anonymise_mails, clean_mails, mails_mentioning
from outbox.services.queueing import enqueue_account_mail, enqueue_mails, settle_demo_mails
from outbox.services.rehearsing import fingerprint_of, perform, rehearse
from outbox.services.sweeping import remove_bodies, sweep_mails
from outbox.services.wordings import reset_wording, save_wording, send_test_mail

__all__ = [
    "anonymise_mails",
    "approve_mail",
    "approve_mails",
    "clean_mails",
    "deliver_due_mails",
    "enqueue_account_mail",
    "enqueue_mails",
    "fingerprint_of",
    "hasten_pending",
    "mails_mentioning",
    "perform",
    "readdress_pending",
    "rehearse",
    "remove_bodies",
    "replace_links",
    "replace_pending",
    "resend_mail",
    "resend_mails",
    "reset_wording",
    "save_wording",
    "send_test_mail",
    "settle_demo_mails",
    "settle_mail",
    "settle_mails",
    "settle_superseded",
    "sweep_mails",
    "withdraw_mail",
    "withdraw_mails",
    "withdraw_mails_to",
    "withdraw_pending",
]
