"""What the acts of the office are called, with the exact number in it."""

from django.utils.translation import ngettext

from outbox.choices import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.enums import MailState
from outbox.queries import WILL_BE_SENT


def label_for(action: str, counts: dict[str, int]) -> str:
    """Return what the act does to `counts` (state → number of mails): „3 fehlgeschlagene E-Mails
    erneut senden“.
    """
    count, states = sum(counts.values()), {state for state, number in counts.items() if number}
    return _LABELS[action](count, states) % {"count": count}


def done_text(action: str, count: int) -> str:
    """Return what was done."""
    texts = {
        APPROVE: ngettext(
            "%(count)d E-Mail geht nun hinaus.", "%(count)d E-Mails gehen nun hinaus.", count
        ),
        RESEND: ngettext(
            "%(count)d E-Mail wird erneut gesendet.",
            "%(count)d E-Mails werden erneut gesendet.",
            count,
        ),
        WITHDRAW: ngettext(
            "%(count)d E-Mail ist zurückgezogen und wird nicht gesendet.",
            "%(count)d E-Mails sind zurückgezogen und werden nicht gesendet.",
            count,
        ),
        SETTLE: ngettext(
            "%(count)d E-Mail ist als erledigt abgelegt.",
            "%(count)d E-Mails sind als erledigt abgelegt.",
            count,
        ),
    }
    return texts[action] % {"count": count}


def _approve_label(count: int, states: set[str]) -> str:
    return ngettext("%(count)d Entwurf versenden", "%(count)d Entwürfe versenden", count)


def _resend_label(count: int, states: set[str]) -> str:
    if states == {MailState.FAILED}:
        return ngettext(
            "%(count)d fehlgeschlagene E-Mail erneut senden",
            "%(count)d fehlgeschlagene E-Mails erneut senden",
            count,
        )
    if states == {MailState.EXPIRED}:
        return ngettext(
            "%(count)d verfallene E-Mail erneut senden",
            "%(count)d verfallene E-Mails erneut senden",
            count,
        )
    return ngettext(
        "%(count)d fehlgeschlagene oder verfallene E-Mail erneut senden",
        "%(count)d fehlgeschlagene oder verfallene E-Mails erneut senden",
        count,
    )


def _withdraw_label(count: int, states: set[str]) -> str:
    if states == {MailState.DRAFT}:
        return ngettext("%(count)d Entwurf zurückziehen", "%(count)d Entwürfe zurückziehen", count)
    if states <= set(WILL_BE_SENT):
        return ngettext(
            "%(count)d wartende E-Mail zurückziehen",
            "%(count)d wartende E-Mails zurückziehen",
            count,
        )
    return ngettext(
        "%(count)d noch nicht versandte E-Mail zurückziehen",
        "%(count)d noch nicht versandte E-Mails zurückziehen",
        count,
    )


def _settle_label(count: int, states: set[str]) -> str:
    return ngettext(
        "%(count)d ungelöste E-Mail als erledigt ablegen",
        "%(count)d ungelöste E-Mails als erledigt ablegen",
        count,
    )


_LABELS = {
    APPROVE: _approve_label,
    RESEND: _resend_label,
    WITHDRAW: _withdraw_label,
    SETTLE: _settle_label,
}
