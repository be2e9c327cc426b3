"""Save, test and reset the office's own text for a kind of mail."""

import datetime as dt

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_unchanged
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import save_as
from outbox.models import Wording
from outbox.permissions import require_can_edit_wordings
from outbox.queries.wordings import WORDING_FIELDS, with_words, wording_for_form
from outbox.rendering.headers import one_line
from outbox.rendering.messages import write_sample
from outbox.rendering.wordings import Words, clean_words, default_words, find_faults
from outbox.services.queueing import enqueue_test_mail
from outbox.texts import MailText, Recipient, text_of

DEFAULT_IN_FORCE = gettext_lazy("Für diese E-Mails gilt bereits die Voreinstellung.")
RESET = gettext_lazy("Auf die Voreinstellung zurückgesetzt")


@transaction.atomic
def save_wording(
    *,
    kind: str,
    subject: str,
    body: str,
    needs_release: bool = False,
    version: str,
    now: dt.datetime,
    by: Model,
) -> Wording:
    """Use the office's text for all mails of `kind` written from now on.

    With `needs_release` these mails wait as drafts. `version` is the fingerprint
    (`core.conflicts.version_of`) of what the form showed. Raises NotAllowed, ChangedMeanwhile, or
    Refused with the first fault of the text.
    """
    require_can_edit_wordings(by)
    default, wording = text_of(kind), _lock_wording(kind)
    require_unchanged(wording_for_form(default, wording), version, WORDING_FIELDS)
    if needs_release and not default.can_wait:
        raise Refused(
            _(
                "E-Mails dieser Art gehen immer sofort hinaus; sie können nicht auf eine "
                "Durchsicht warten."
            )
        )
    words = _check_words(default, subject, body)
    # A text that equals the default is not stored, so that it follows the default in new versions.
    own = Words("", "") if words == default_words(default) else words
    if changes := _changes(wording, own, needs_release):
        wording.subject, wording.body, wording.needs_release = *own, needs_release
        _save(wording, ", ".join(changes), now=now, by=by)
    return wording


@transaction.atomic
def reset_wording(*, kind: str, version: str, now: dt.datetime, by: Model) -> Wording:
    """Use the default text again; `needs_release` stays as it is.

    Raises NotAllowed, ChangedMeanwhile, or Refused if the default is already in force.
    """
    require_can_edit_wordings(by)
    default, wording = text_of(kind), _lock_wording(kind)
    if not wording.has_own_words:
        raise Refused(str(DEFAULT_IN_FORCE))
    require_unchanged(wording_for_form(default, wording), version, WORDING_FIELDS)
    wording.subject = wording.body = ""
    _save(wording, str(RESET), now=now, by=by)
    return wording


@transaction.atomic
def send_test_mail(*, kind: str, subject: str, body: str, now: dt.datetime, by: Model) -> None:
    """Mail this text, filled with example values, to `by` only; nothing else is saved.

    Raises NotAllowed, or Refused with the first fault of the text.
    """
    require_can_edit_wordings(by)
    default = text_of(kind)
    message = write_sample(with_words(default, _check_words(default, subject, body)))
    test_subject = one_line(_("Test: %(subject)s") % {"subject": message.subject})
    enqueue_test_mail(
        kind=kind,
        message=message._replace(subject=test_subject),
        to=Recipient(by.email, str(by)),
        now=now,
        by=by,
    )


def _lock_wording(kind: str) -> Wording:
    # There may be no record to lock yet; the unique constraint then decides (see `_save`).
    return Wording.objects.select_for_update().filter(kind=kind).first() or Wording(kind=kind)


def _check_words(default: MailText, subject: str, body: str) -> Words:
    words = clean_words(subject, body)
    if faults := find_faults(default, words):
        raise Refused(faults[0].sentence)
    return words


def _changes(wording: Wording, own: Words, needs_release: bool) -> list[str]:
    """Return the German history lines for what changes."""
    changes = []
    if own != Words(wording.subject, wording.body):
        changes.append(_("Eigener Text gespeichert") if own.body else str(RESET))
    if needs_release != wording.needs_release:
        changes.append(
            _("Versand erst nach Durchsicht") if needs_release else _("Versand ohne Durchsicht")
        )
    return changes


def _save(wording: Wording, reason: str, *, now: dt.datetime, by) -> None:
    wording.changed_at, wording.changed_by = now, by
    saved_meanwhile = ChangedMeanwhile(
        _("Dieser Text wurde eben schon geändert. Beide Fassungen stehen auf dieser Seite.")
    )
    # Two people may save the first wording of a kind at once: there was no record to lock.
    with violation_as(saved_meanwhile):
        save_as(wording, by=by, now=now, reason=reason)
