"""Which words are in force: the default of the code, or what the office wrote in its place."""

import logging
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.folding import fold
from outbox.models import Wording
from outbox.texts import MailText, all_texts, area_of, text_of
from outbox.validators import Words, default_words, faults_of

logger = logging.getLogger(__name__)

FIELDS = ("subject", "body", "needs_release")


class TextInForce(NamedTuple):
    """The text that the mails of a kind are written with, and whether they wait until the office
    releases them.
    """

    text: MailText
    needs_release: bool = False


class WordingRow(NamedTuple):
    """One kind of mail as the list shows it; `wording` is None while the office settled nothing."""

    text: MailText
    area: str
    wording: Wording | None
    is_outdated: bool


def texts_in_force(kinds: Iterable[str]) -> dict[str, TextInForce]:
    """Return the text in force of each of `kinds`, in one query. Raises `TextError` for an
    undeclared kind.
    """
    defaults = {kind: text_of(kind) for kind in kinds}
    rows = {row.kind: row for row in Wording.objects.filter(kind__in=defaults)} if defaults else {}
    return {kind: _in_force(default, rows.get(kind)) for kind, default in defaults.items()}


def text_in_force(kind: str) -> TextInForce:
    """Return the text in force of `kind`."""
    return texts_in_force([kind])[kind]


def waiting_note(kind: str) -> str:
    """Return a sentence for whoever writes mails of `kind` when they wait for a release, else an
    empty string.
    """
    if not text_in_force(kind).needs_release:
        return ""
    return _(
        "Diese E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie dort "
        "versendet."
    )


def with_waiting_note(done: str, kind: str) -> str:
    """Return the message `done` about an act that wrote mails of `kind`, and what holds them up
    where they wait.
    """
    return f"{done} {waiting_note(kind)}".strip()


def wording_rows(user) -> list[WordingRow]:
    """Return every kind of mail with what the office settled for it, by area and title, in one
    query.
    """
    rows = {
        row.kind: row
        for row in Wording.objects.visible_to(user).select_related("changed_by__person")
    }
    kinds = [(text, rows.get(text.kind)) for text in all_texts()]
    listed = [
        WordingRow(text, area_of(text.kind), row, is_outdated(text, row)) for text, row in kinds
    ]
    return sorted(
        listed, key=lambda row: (fold(row.area), fold(str(row.text.title)), row.text.kind)
    )


def is_outdated(default: MailText, row: Wording | None) -> bool:
    """Say whether the office's words no longer fit what this version of the portal puts into the
    mail.
    """
    return (
        row is not None and row.has_own_words and not _fits(default, Words(row.subject, row.body))
    )


def as_shown(default: MailText, row: Wording | None) -> Wording:
    """Return what the office settled as its form shows it: with the default's words where there are
    none of its own.

    The result is for showing and comparing, never for saving.
    """
    shown = copy(row) if row else Wording(kind=default.kind)
    if not shown.has_own_words:
        shown.subject, shown.body = default_words(default)
    return shown


def worded(default: MailText, words: Words) -> MailText:
    """Return `default` with `words`, which must be without faults."""
    return replace(default, subject=words.subject, body=words.body)


def _in_force(default: MailText, row: Wording | None) -> TextInForce:
    if row is None:
        return TextInForce(default)
    needs_release = row.needs_release and default.can_wait
    if not row.has_own_words:
        return TextInForce(default, needs_release)
    if is_outdated(default, row):
        # A mail with the default's words is better than none; the list of texts shows what is to be
        # done.
        logger.warning("the wording of %s no longer fits; the default is used", default.kind)
        return TextInForce(default, needs_release)
    return TextInForce(worded(default, Words(row.subject, row.body)), needs_release)


@lru_cache(maxsize=256)
def _fits(default: MailText, words: Words) -> bool:
    return not faults_of(default, words)
