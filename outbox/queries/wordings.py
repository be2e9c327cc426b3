"""Which text is in force for a kind of mail: the default in code, or the office's own."""

import logging
from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.folding import fold
from outbox.models import Wording
from outbox.rendering.messages import Message, complete_link, write_message
from outbox.rendering.wordings import Words, default_words, find_faults
from outbox.texts import MailDraft, MailText, all_texts, area_of, text_of

logger = logging.getLogger(__name__)

WORDING_FIELDS = ("subject", "body", "needs_release")


class TextInForce(NamedTuple):
    """The text for new mails of a kind; with `needs_release` they start as drafts."""

    text: MailText
    needs_release: bool = False


class WordingSummary(NamedTuple):
    """One kind of mail in the list of texts; `wording` is None until the office edits it."""

    text: MailText
    area: str
    wording: Wording | None
    is_outdated: bool


def texts_in_force(kinds: Iterable[str]) -> dict[str, TextInForce]:
    """Return the text in force of each of `kinds`, in one query. Raises `TextError` for an
    unregistered kind.
    """
    defaults = {kind: text_of(kind) for kind in kinds}
    wordings = {}
    if defaults:
        wordings = {wording.kind: wording for wording in Wording.objects.filter(kind__in=defaults)}
    return {kind: _in_force(default, wordings.get(kind)) for kind, default in defaults.items()}


def text_in_force(kind: str) -> TextInForce:
    return texts_in_force([kind])[kind]


def preview_message(draft: MailDraft) -> Message:
    """Return subject and text of the mail that `draft` would become now, without a personal link:
    whoever sees the page could act as its recipient.
    """
    link = draft.link or draft.path
    message = write_message(
        text_in_force(draft.kind).text, greeting=draft.to.greeting, link=link, values=draft.values
    )
    if not draft.has_personal_link:
        return message
    text = message.text.replace(complete_link(link), _("[persönlicher Link]"))
    # The HTML part is dropped, because it contains the link as well.
    return message._replace(text=text, html="")


def waiting_note(kind: str) -> str:
    """Return a sentence if mails of `kind` wait for release, otherwise an empty string."""
    if not text_in_force(kind).needs_release:
        return ""
    return _(
        "Diese E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie dort "
        "versendet."
    )


def with_waiting_note(done: str, kind: str) -> str:
    """Append the `waiting_note` of `kind` to the message `done`."""
    return f"{done} {waiting_note(kind)}".strip()


def wording_summaries(user) -> list[WordingSummary]:
    """Return every kind of mail, sorted by area and title, in one query."""
    visible = Wording.objects.visible_to(user).select_related("changed_by__person")
    wordings = {wording.kind: wording for wording in visible}
    summaries = [_summary(text, wordings.get(text.kind)) for text in all_texts()]
    return sorted(
        summaries,
        key=lambda summary: (
            fold(summary.area),
            fold(str(summary.text.title)),
            summary.text.kind,
        ),
    )


def is_outdated(default: MailText, wording: Wording | None) -> bool:
    """Return whether the office's text no longer fits the placeholders of the current default."""
    if wording is None or not wording.has_own_words:
        return False
    return not _fits(default, Words(wording.subject, wording.body))


def wording_for_form(default: MailText, wording: Wording | None) -> Wording:
    """Return a copy of `wording`, filled with the default text if the office has none of its own.

    Only for showing and comparing: saving it would freeze the default.
    """
    shown = copy(wording) if wording else Wording(kind=default.kind)
    if not shown.has_own_words:
        shown.subject, shown.body = default_words(default)
    return shown


def with_words(default: MailText, words: Words) -> MailText:
    """Return `default` with `words`, which must have passed `find_faults`."""
    return replace(default, subject=words.subject, body=words.body)


def _summary(text: MailText, wording: Wording | None) -> WordingSummary:
    return WordingSummary(text, area_of(text.kind), wording, is_outdated(text, wording))


def _in_force(default: MailText, wording: Wording | None) -> TextInForce:
    if wording is None:
        return TextInForce(default)
    needs_release = wording.needs_release and default.can_wait
    if not wording.has_own_words:
        return TextInForce(default, needs_release)
    if is_outdated(default, wording):
        # An update changed the placeholders. Sending the default text is better than sending
        # nothing; the list of texts asks the office to adapt its own.
        logger.warning("the wording of %s no longer fits; the default is used", default.kind)
        return TextInForce(default, needs_release)
    return TextInForce(with_words(default, Words(wording.subject, wording.body)), needs_release)


# Parsing the Markdown again for every mail would dominate the cost of writing one.
@lru_cache(maxsize=256)
def _fits(default: MailText, words: Words) -> bool:
    return not find_faults(default, words)
