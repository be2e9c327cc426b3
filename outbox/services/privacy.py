"""Remove from mails what says who a person was. That a mail was sent, and when, stays."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import Refused
from core.texts import DELETED, Traces
from outbox.enums import FINAL_STATES
from outbox.models import Mail, MailLog

# Reserved for addresses that do not exist (RFC 2606).
NO_ADDRESS = "@geloescht.invalid"
TEXTS = ("recipient_name", "subject", "last_error", "server_answer")


def mails_mentioning(traces: Traces) -> QuerySet[Mail]:
    """Return the mails to one of the addresses, and those whose texts or log have a trace.

    The database may find too many: it does not look for whole words.
    """
    condition, in_log = Q(recipient__in=traces.addresses), Q(pk__in=[])
    for needle in traces.needles:
        in_log |= Q(note__icontains=needle)
        for name in ("text", *TEXTS):
            condition |= Q(**{f"{name}__icontains": needle})
    return Mail.objects.filter(condition | Q(pk__in=MailLog.objects.filter(in_log).values("mail")))


@transaction.atomic
def anonymise_mails(mails: QuerySet[Mail], *, traces: Traces) -> int:
    """Remove recipient and body of `mails` and clean their subjects; return how many there were.

    Raises Refused if one of them has not been sent yet.
    """
    # Those anonymised before would be counted once more.
    found = [mail for mail in _locked(mails) if not mail.recipient.endswith(NO_ADDRESS)]
    _require_finished(found)
    for mail in found:
        known = Traces(frozenset({mail.recipient}), frozenset({mail.recipient_name} - {""}))
        # With its key, because kind, subject, event and recipient are unique together.
        mail.recipient, mail.recipient_name = f"{mail.pk}{NO_ADDRESS}", str(DELETED)
        _save_clean(mail, traces | known)
    return len(found)


@transaction.atomic
def clean_mails(mails: QuerySet[Mail], *, traces: Traces) -> int:
    """Clean `mails` to others that mention somebody, without the body of those which do so in it;
    return how many did. Raises Refused if one of them has not been sent yet.
    """
    found = [mail for mail in _locked(mails) if _mentions(mail, traces)]
    _require_finished(found)
    for mail in found:
        _save_clean(mail, traces)
    return len(found)


def _locked(mails: QuerySet[Mail]) -> Iterable[Mail]:
    # The finished messages are removed unread; thousands of them would only fill the memory.
    return mails.order_by("pk").select_for_update().defer("mime", "secret")


def _mentions(mail: Mail, traces: Traces) -> bool:
    texts = [getattr(mail, name) for name in ("text", *TEXTS)]
    notes = MailLog.objects.filter(mail=mail).values_list("note", flat=True)
    return any(traces.found_in(text) for text in (*texts, *notes))


def _require_finished(mails: Iterable[Mail]) -> None:
    if any(mail.state not in FINAL_STATES for mail in mails):
        raise Refused(
            _(
                "Eine E-Mail an oder über diese Person ist noch nicht versandt. Bitte senden Sie "
                "sie, oder ziehen Sie sie im Postausgang zurück."
            )
        )


def _save_clean(mail: Mail, traces: Traces) -> None:
    fields = ["recipient", *TEXTS, "search"]
    # Text and message say the same, the message with the calendar entry and its participant.
    if mail.recipient.endswith(NO_ADDRESS) or traces.found_in(mail.text):
        mail.text, mail.mime, mail.secret = "", "", ""
        fields += ["text", "mime", "secret"]
    for name in TEXTS:
        setattr(mail, name, traces.clean(getattr(mail, name)))
    mail.save(update_fields=fields)
    for entry in MailLog.objects.filter(mail=mail).exclude(note=""):
        MailLog.objects.filter(pk=entry.pk).update(note=traces.clean(entry.note))
