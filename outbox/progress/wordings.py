"""What the pages about mail texts show for each kind of mail."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from core.dates import format_moment
from outbox.models import Wording
from outbox.queries.wordings import WordingSummary
from outbox.texts import MailText, names_of, placeholders_of


class WordingLine(NamedTuple):
    """A line of the list of texts; `badges` holds (text, colour)."""

    text: MailText
    area: str
    badges: list[tuple[str, str]]
    change_notes: list[str]


def wording_line(summary: WordingSummary) -> WordingLine:
    return WordingLine(
        text=summary.text,
        area=summary.area,
        badges=wording_badges(summary.wording, summary.is_outdated),
        change_notes=change_notes(summary.wording),
    )


def wording_badges(wording: Wording | None, is_outdated: bool) -> list[tuple[str, str]]:
    """Return (text, colour): which text is in force, and whether the mails wait for release."""
    # An own text with a placeholder that no longer exists is not used, so that mail still goes out.
    if is_outdated:
        badges = [(_("passt nicht mehr, es gilt die Voreinstellung"), "danger")]
    elif wording is not None and wording.has_own_words:
        badges = [(_("eigener Text"), "info")]
    else:
        badges = [(_("Voreinstellung"), "neutral")]
    if wording is not None and wording.needs_release:
        badges.append((_("erst nach Durchsicht"), "warning"))
    return badges


def change_notes(wording: Wording | None) -> list[str]:
    """Return when and by whom the wording was last changed; empty for an untouched default."""
    if wording is None:
        return []
    moment = format_moment(wording.changed_at)
    if wording.changed_by is None:
        return [_("geändert am %(moment)s") % {"moment": moment}]
    return [_("geändert am %(moment)s von %(who)s") % {"moment": moment, "who": wording.changed_by}]


def kept_release_note(wording: Wording | None) -> str:
    """Return that these mails go on waiting for release without the office's text; empty if they
    do not wait.
    """
    if wording is None or not wording.needs_release:
        return ""
    return _(
        "Zurückgesetzt wird nur der Text: E-Mails dieser Art gehen weiterhin erst nach Durchsicht "
        "hinaus. Das ändern Sie auf der Seite des Textes."
    )


def placeholder_lines(text: MailText) -> list[tuple[str, str, str]]:
    """Return ([Name], meaning, example) of the placeholders that `text` may contain."""
    names = names_of(text)
    return [
        (
            f"[…]({names[name]})" if name == "link" else f"[{names[name]}]",
            str(placeholder.label),
            _("steht nur in einem Link")
            if name == "link"
            else f"{_('Beispiel:')} {placeholder.example}",
        )
        for name, placeholder in placeholders_of(text).items()
    ]
