"""What the page of a batch shows about its delivery, and what a confirmation page shows before."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment
from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW, MailState, StateFilter
from outbox.models import Mail
from outbox.progress.bulk import QuickFilter, bulk_buttons, quick_filters
from outbox.progress.mails import calendar_facts
from outbox.queries.batches import Batch
from outbox.queries.wordings import preview_message
from outbox.rendering.messages import complete_link
from outbox.rendering.preview import preview_calendar, preview_text
from outbox.texts import MailDraft, title_of

# The page refreshes every few seconds, but screen readers announce only every further tenth.
ANNOUNCED_STEP_PERCENT = 10
# Method, date and place; the other facts concern a single recipient.
SHARED_CALENDAR_FACTS = 3


class MailPreview(NamedTuple):
    """One text and everybody who gets it; `text` is that of the first, with their greeting."""

    title: str
    subject: str
    text: str
    recipients: list[str]
    calendar: list[tuple[str, str]]

    @property
    def heading(self) -> str:
        count = len(set(self.recipients))
        # Not people: an address may be the mailbox of several.
        text = ngettext("E-Mail an %(count)d Adresse", "E-Mail an %(count)d Adressen", count)
        return text % {"count": count}


def mail_previews(mails: Iterable[Mail]) -> list[MailPreview]:
    """Return the different texts of `mails`, in the order in which they were written."""
    previews: dict[tuple[str, ...], MailPreview] = {}
    for mail in mails:
        text = preview_text(mail)
        # The first line greets the recipient.
        key = (mail.kind, mail.subject, text.partition("\n")[2])
        if key not in previews:
            facts = calendar_facts(preview_calendar(mail))[:SHARED_CALENDAR_FACTS]
            previews[key] = MailPreview(mail.kind_title, mail.subject, text, [], facts)
        previews[key].recipients.append(mail.addressee)
    return list(previews.values())


def draft_previews(drafts: Iterable[MailDraft], *, link: str = "") -> list[MailPreview]:
    """Return previews of `drafts`, for a form that is not filled in yet.

    `link` says what stands for their links, whose pages do not exist yet.
    """
    previews: dict[tuple, MailPreview] = {}
    for draft in drafts:
        key = (draft.kind, *sorted(draft.values.items()), draft.link or draft.path)
        if key not in previews:
            message = preview_message(draft)
            text = message.text
            if link:
                text = text.replace(complete_link(draft.link or draft.path), link)
            previews[key] = MailPreview(title_of(draft.kind), message.subject, text, [], [])
        previews[key].recipients.append(f"{draft.to.name} <{draft.to.email}>")
    return list(previews.values())


def previews_note(previews: Iterable[MailPreview]) -> str:
    """Return a sentence that says how many people are mailed when the form is sent."""
    count = len({recipient for preview in previews for recipient in preview.recipients})
    if not count:
        return _("Mit dem Absenden wird niemand benachrichtigt.")
    text = ngettext(
        "Mit dem Absenden wird %(count)d Person benachrichtigt. Diese E-Mail ansehen",
        "Mit dem Absenden werden %(count)d Personen benachrichtigt. Diese E-Mail ansehen",
        count,
    )
    return text % {"count": count}


def counted_label(label: str, mails: int) -> str:
    """Return the label of the button for an act that writes so many mails."""
    text = ngettext("%(label)s (%(count)d E-Mail)", "%(label)s (%(count)d E-Mails)", mails)
    return text % {"label": label, "count": mails}


def notified_note(mails: Iterable[Mail]) -> str:
    """Return a sentence that says how many people are told, and which mails wait for release."""
    mails = list(mails)
    states = [mail.state for mail in mails]
    waiting = states.count(MailState.DRAFT)
    # One person may get several mails, such as one for each organisation they speak for, and one
    # mail may name several people who share a mailbox.
    people = {mail.addressee: mail.people for mail in mails if mail.state != MailState.DRAFT}
    count, sending = sum(people.values()), len(states) - waiting
    mails_note = ngettext(" (%(count)d E-Mail)", " (%(count)d E-Mails)", sending)
    if not states:
        return _("Niemand wird benachrichtigt.")
    if waiting == len(states):
        return ngettext(
            "%(count)d E-Mail wartet als Entwurf im Postausgang, bis die Geschäftsstelle sie "
            "versendet.",
            "%(count)d E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie "
            "versendet.",
            waiting,
        ) % {"count": waiting}
    sent = ngettext(
        "%(count)d Person wird benachrichtigt%(mails)s.",
        "%(count)d Personen werden benachrichtigt%(mails)s.",
        count,
    ) % {"count": count, "mails": "" if count == sending else mails_note % {"count": sending}}
    if not waiting:
        return sent
    rest = ngettext(
        "%(count)d E-Mail wartet als Entwurf im Postausgang.",
        "%(count)d E-Mails warten als Entwurf im Postausgang.",
        waiting,
    ) % {"count": waiting}
    return f"{sent} {rest}"


def batch_title(batch: Batch) -> str:
    return _("Versand vom %(when)s") % {"when": format_moment(batch.written_at)}


def batch_heading(batch: Batch) -> str:
    if batch.under_way:
        return _("Versand läuft")
    return _("Alles versandt") if batch.sent == batch.total else _("Stand des Versands")


def batch_summary(batch: Batch) -> str:
    return ngettext(
        "%(sent)s von %(total)s E-Mail ist versandt.",
        "%(sent)s von %(total)s E-Mails sind versandt.",
        batch.total,
    ) % {"sent": batch.sent, "total": batch.total}


def announced_percent(batch: Batch) -> str:
    """Return the percentage sent, rounded down to a step; `fertig` when nothing is under way."""
    if not batch.under_way:
        return "fertig"
    return str(batch.percent // ANNOUNCED_STEP_PERCENT * ANNOUNCED_STEP_PERCENT)


def batch_facts(batch: Batch) -> list[tuple[str, str]]:
    facts = [
        (_("Geschrieben"), format_moment(batch.written_at)),
        (_("Erste versandt"), format_moment(batch.first_sent_at)),
        (_("Letzte versandt"), format_moment(batch.last_sent_at)),
        (_("Seite im Portal"), _path_link(batch.path)),
    ]
    return [(label, value) for label, value in facts if value]


def batch_quick_filters(batch: Batch, query: QueryDict) -> list[QuickFilter]:
    shown = (*MailState.values, StateFilter.TESTED)
    return [link for link in quick_filters(batch.counts, "", query) if link.value in shown]


def remedy_buttons(batch: Batch, query: QueryDict) -> list[tuple[str, str, str]]:
    """Return the buttons for mails that could not be sent; the first one is primary."""
    buttons = bulk_buttons(batch.counts, "", query, (RESEND, SETTLE))
    return [(label, url, "primary") for label, url, _variant in buttons[:1]] + buttons[1:]


def delivery_buttons(batch: Batch, query: QueryDict) -> list[tuple[str, str, str]]:
    """Return the buttons for mails not yet sent; sending is primary unless there are failures."""
    buttons = bulk_buttons(batch.counts, "", query, (APPROVE, WITHDRAW))
    if remedy_buttons(batch, query):
        return buttons
    return [
        (label, url, "primary" if variant == "secondary" else variant)
        for label, url, variant in buttons
    ]


def _path_link(path: str) -> str:
    # The id lets htmx restore the focus after a refresh.
    return format_html('<a id="about" href="{0}">{0}</a>', path) if path else ""
