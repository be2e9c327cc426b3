"""The office's own words for a kind of mail: saving, going back to the default, trying out."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import save_as
from outbox.drafts import Recipient
from outbox.models import Wording
from outbox.permissions import can_edit_wordings
from outbox.rendering.headers import one_line
from outbox.rendering.messages import write_sample
from outbox.services.queueing import enqueue_test_mail
from outbox.texts import MailText, text_of
from outbox.validators import Words, clean_words, default_words, faults_of
from outbox.wordings import FIELDS, as_shown, worded


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
    """Put the office's words in force for all mails of `kind` written from now on, and return the
    row.

    The default's own words leave the default in force. With `needs_release` the mails wait as
    drafts. `version` is the fingerprint (`core.conflicts.version_of`) of what was shown. Raises
    `NotEntitled`, `Refused` with the first fault of the words, or `Outpaced`.
    """
    _require_office(by)
    default, row = text_of(kind), _locked(kind)
    require_unchanged(as_shown(default, row), version, FIELDS)
    if needs_release and not default.can_wait:
        raise Refused(
            _(
                "E-Mails dieser Art gehen immer sofort hinaus; sie können nicht auf eine "
                "Durchsicht warten."
            )
        )
    words = _checked(default, subject, body)
    own = Words("", "") if words == default_words(default) else words
    if reasons := _reasons(row, own, needs_release):
        row.subject, row.body, row.needs_release = *own, needs_release
        _save(row, ", ".join(reasons), now=now, by=by)
    return row


@transaction.atomic
def reset_wording(*, kind: str, version: str, now: dt.datetime, by: Model) -> Wording:
    """Put the default's words in force again for `kind`; whether its mails wait for a release stays
    as it is.

    Raises `NotEntitled`, `Refused` where the default holds already, or `Outpaced` when the words
    are no longer those that `version` was made of.
    """
    _require_office(by)
    default, row = text_of(kind), _locked(kind)
    if not row.has_own_words:
        raise Refused(_("Für diese E-Mails gilt bereits der Standard."))
    require_unchanged(as_shown(default, row), version, FIELDS)
    row.subject = row.body = ""
    _save(row, _("Auf den Standard zurückgesetzt"), now=now, by=by)
    return row


@transaction.atomic
def send_test_mail(*, kind: str, subject: str, body: str, now: dt.datetime, by: Model) -> None:
    """Send `by`, and nobody else, a mail of `kind` with these words and invented values; nothing is
    saved.

    Raises `NotEntitled` or `Refused` with the first fault of the words.
    """
    _require_office(by)
    default = text_of(kind)
    letter = write_sample(worded(default, _checked(default, subject, body)))
    letter = letter._replace(subject=one_line(_("Test: %(subject)s") % {"subject": letter.subject}))
    enqueue_test_mail(kind=kind, letter=letter, to=Recipient(by.email, str(by)), now=now, by=by)


def _require_office(by: Model) -> None:
    if not can_edit_wordings(by):
        raise NotAllowed(_("Nur die Geschäftsstelle darf die Texte der E-Mails ändern."))


def _locked(kind: str) -> Wording:
    return Wording.objects.select_for_update().filter(kind=kind).first() or Wording(kind=kind)


def _checked(default: MailText, subject: str, body: str) -> Words:
    words = clean_words(subject, body)
    if faults := faults_of(default, words):
        raise Refused(faults[0].sentence)
    return words


def _reasons(row: Wording, own: Words, needs_release: bool) -> list[str]:
    """Return what changes, in the words of the history."""
    reasons = []
    if own != Words(row.subject, row.body):
        reasons.append(
            _("Eigener Text gespeichert") if own.body else _("Auf den Standard zurückgesetzt")
        )
    if needs_release != row.needs_release:
        reasons.append(
            _("Versand erst nach Durchsicht") if needs_release else _("Versand ohne Durchsicht")
        )
    return reasons


def _save(row: Wording, reason: str, *, now: dt.datetime, by) -> None:
    row.changed_at, row.changed_by = now, by
    try:
        with transaction.atomic():
            save_as(row, by=by, now=now, reason=reason)
    except (
        IntegrityError
    ) as error:  # the first two savings of a kind at once: there was no row to lock
        raise ChangedMeanwhile(
            _("Dieser Text wurde eben schon geändert. Beide Fassungen stehen auf dieser Seite.")
        ) from error
