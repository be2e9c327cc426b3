"""Services for needs: recorded by the office, answered by whom they address, filed at the end."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import apply_values
from core.dates import concerns_about_day, local_date
from core.errors import Concern, NotAllowed, Refused, require_heeded
from core.history import changes_between, save_as
from core.links import read_link
from core.roles import is_office, require_office
from core.states import require_in_workflow, target_of
from dialogues import mails
from dialogues.enums import NEED_MOVES, NeedState
from dialogues.models import Contribution, Need
from dialogues.models.needs import LINK_KIND, LINK_LIFETIME_SECONDS
from dialogues.permissions import can_answer_need
from dialogues.services.contributions import concerns_about_person
from dialogues.services.rsvps import LINK_REVOKED
from partners.queries import default_responsible

# Which text an answer fills, and what is said where it is missing.
ANSWER_TEXTS = {
    "promise": ("promise", gettext_lazy("Bitte sagen Sie, was zugesagt wird.")),
    "renew": ("promise", gettext_lazy("Bitte sagen Sie, was zugesagt wird.")),
    "complete": ("outcome", gettext_lazy("Bitte sagen Sie, was daraus geworden ist.")),
    "decline": ("reason", gettext_lazy("Bitte begründen Sie, warum es nicht möglich ist.")),
}
ANSWER_REASONS = {
    "promise": gettext_lazy("Zugesagt"),
    "start": gettext_lazy("In Arbeit"),
    "renew": gettext_lazy("Zusage geändert"),
    "complete": gettext_lazy("Erledigt"),
    "decline": gettext_lazy("Nicht möglich"),
}
CHECK_MISSING = gettext_lazy("Bitte sagen Sie auch, was bei der Wiedervorlage zu prüfen ist.")
DAY_MISSING = gettext_lazy("Bitte nennen Sie auch den Tag der Wiedervorlage.")
ONE_PLACE = gettext_lazy("Bitte wählen Sie die Maßnahme oder den Abschnitt, nicht beides.")
OWN_ADDRESSEE = gettext_lazy("Wer den Bedarf einbringt, kann nicht zugleich der Adressat sein.")
NOT_YOURS = gettext_lazy(
    "Diesen Bedarf beantwortet die Geschäftsstelle oder die Organisation, an die er gerichtet ist."
)


# Of these, the company reads former and new value.
TOLD_TEXTS = ("title", "text", "due_on")


class Answer(NamedTuple):
    """What the addressee says: `action` is one of `NEED_ANSWERS`, `text` the promise, the outcome
    or the reason, `due_on` by when the promise is to be kept.
    """

    action: str
    text: str = ""
    due_on: dt.date | None = None


@transaction.atomic
def create_need(
    *,
    values: Mapping[str, Any],
    contribution: Contribution | None = None,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
    notify: bool = True,
) -> Need:
    """Record a need, from `contribution` or without one; mails the contact, if `notify`.

    Raises Refused if the contribution is recorded already, Warned by a contact from elsewhere and
    by days on which nobody works.
    """
    require_office(by)
    need = Need(responsible=default_responsible(by), raised_on=local_date(now), moved_at=now)
    if contribution:
        # Locked, so that two people cannot record it at once.
        contribution = Contribution.objects.select_for_update().get(pk=contribution.pk)
        require_unrecorded(contribution)
        need.contribution, need.dialogue = contribution, contribution.dialogue
    apply_values(need, values)
    if need.dialogue and need.dialogue.starts_at:
        need.raised_on = local_date(need.dialogue.starts_at)
    _require_sound(need)
    require_heeded(_concerns(need, Need()), heeded, _question())
    save_as(need, by=by, now=now, reason=_("Bedarf aufgenommen"))
    if notify:
        mails.mail_need_recorded(need, by=by, now=now)
    return need


def require_unrecorded(contribution: Contribution) -> None:
    if Need.objects.filter(contribution=contribution).exists():
        raise Refused(_("Dieser Beitrag ist schon als Bedarf aufgenommen."))


@transaction.atomic
def change_need(
    *,
    need: Need,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    version: str | None = None,
    heeded: Collection[str] = (),
    notify: bool = True,
) -> Need:
    """Correct what was recorded; mails the contact what they read of it, if `notify`.

    Raises ChangedMeanwhile, Refused, Warned like `create_need`.
    """
    require_office(by)
    need = lock_need(need.pk)
    require_in_workflow(need)
    before = Need.objects.get(pk=need.pk)
    apply_values(need, values, version)
    _require_sound(need)
    require_heeded(_concerns(need, before), heeded, _question())
    if need.contact_id != before.contact_id:
        # The former contact reads no longer what becomes of it.
        need.link_version += 1
    save_as(need, by=by, now=now, reason=_("Angaben geändert"))
    changes = _changes_told(before, need)
    if changes and notify:
        mails.mail_need_changed(need, changes, by=by, now=now)
    return need


def _changes_told(before: Need, need: Need) -> list[str]:
    """Return the changes of what the company reads, each as `Gerichtet an: A → B`."""
    text = _("%(field)s: %(before)s → %(after)s")
    told = [
        text % {"field": field, "before": former, "after": new}
        for field, former, new in changes_between(before, need, TOLD_TEXTS)
    ]
    if before.addressee_id != need.addressee_id:
        values = {"before": before.addressee_label, "after": need.addressee_label}
        told.append(text % {"field": _("Gerichtet an"), **values})
    return told


@transaction.atomic
def answer_need(*, need: Need, answer: Answer, by, now: dt.datetime) -> Need:
    """Record what the addressee says; mails the contact, and the office unless it answers itself.

    Raises NotAllowed; Refused without the text that belongs to the answer, or if the state does not
    allow it.
    """
    need = lock_need(need.pk)
    if not can_answer_need(by, need):
        raise NotAllowed(str(NOT_YOURS))
    target = target_of(NEED_MOVES, answer.action, need)
    if answer.action in ANSWER_TEXTS:
        name, missing = ANSWER_TEXTS[answer.action]
        if not answer.text.strip():
            raise Refused(str(missing))
        setattr(need, name, answer.text.strip())
    if answer.action == "complete":
        # Why it was taken up again is no longer what its page has to explain.
        need.reason = ""
    # An answer without a day leaves the one that was agreed.
    need.due_on = answer.due_on or need.due_on
    _move(need, target, by=by, now=now, reason=ANSWER_REASONS[answer.action])
    mails.mail_need_moved(need, by=by, now=now)
    if not is_office(by):
        mails.mail_need_answered(need, by=by, now=now)
    return need


@transaction.atomic
def file_need(*, need: Need, by, now: dt.datetime) -> Need:
    """Put a settled need *z. d. A.*, so that nobody has to look at it again; mails the contact."""
    require_office(by)
    need = lock_need(need.pk)
    target = target_of(NEED_MOVES, "file", need)
    need.resubmit_on, need.resubmit_check = None, ""
    _move(need, target, by=by, now=now, reason=_("Zu den Akten gelegt"))
    mails.mail_need_moved(need, by=by, now=now)
    return need


@transaction.atomic
def reopen_need(*, need: Need, reason: str, by, now: dt.datetime) -> Need:
    """Take up a need again that was settled or filed; mails the contact. Raises Refused without a
    reason.
    """
    require_office(by)
    need = lock_need(need.pk)
    target = target_of(NEED_MOVES, "reopen", need)
    if not reason.strip():
        raise Refused(_("Bitte begründen Sie, warum der Bedarf wieder aufgenommen wird."))
    # What was said at the end stays in *Verlauf*, but no longer holds.
    need.reason, need.outcome, need.due_on = reason.strip(), "", None
    _move(need, target, by=by, now=now, reason=_("Wieder aufgenommen"))
    mails.mail_need_moved(need, by=by, now=now)
    return need


@transaction.atomic
def resubmit_need(
    *, need: Need, resubmit_on: dt.date | None, resubmit_check: str, by, now: dt.datetime
) -> Need:
    """Say when the office looks at the need again and what it checks then; without both nobody
    does. Raises Refused with only one of them, and for a filed need.
    """
    require_office(by)
    need = lock_need(need.pk)
    require_resubmittable(need)
    need.resubmit_on, need.resubmit_check = resubmit_on, resubmit_check.strip()
    _require_sound(need)
    reason = _("Wiedervorlage bestimmt") if resubmit_on else _("Wiedervorlage erledigt")
    # Whoever has looked at it has moved it, even if nothing else is new.
    _move(need, need.state, by=by, now=now, reason=reason)
    return need


def require_resubmittable(need: Need) -> None:
    require_in_workflow(need)
    if need.state == NeedState.FILED:
        raise Refused(_("Der Bedarf ist zu den Akten gelegt. Nehmen Sie ihn zuerst wieder auf."))


def open_need(token: str) -> Need:
    """Return the need of the personal link of its contact. Must not change anything, because mail
    scanners open links too.

    Raises Refused with advice if the link is damaged, expired or revoked.
    """
    target = read_link(LINK_KIND, token, max_age=LINK_LIFETIME_SECONDS)
    needs = Need.objects.select_related("raised_by", "contact", "addressee")
    need = needs.filter(pk=target.pk).first()
    if need is None or need.link_version != target.version or need.contact is None:
        raise Refused(str(LINK_REVOKED))
    # A mailbox outlives the person.
    if not need.contact.is_active:
        raise Refused(str(LINK_REVOKED))
    return need


def lock_need(pk: int) -> Need:
    """Return the need with what its page names, locked until the end of the transaction."""
    needs = Need.objects.select_for_update(of=("self",)).select_related(
        "raised_by", "contact__user", "addressee", "dialogue", "responsible"
    )
    return needs.get(pk=pk)


def _move(need: Need, state: str, *, by, now: dt.datetime, reason: str | Promise) -> None:
    need.state, need.moved_at = state, now
    save_as(need, by=by, now=now, reason=reason)


def _require_sound(need: Need) -> None:
    """Raise Refused where a constraint would be violated."""
    if need.resubmit_on and not need.resubmit_check:
        raise Refused(str(CHECK_MISSING))
    if need.resubmit_check and not need.resubmit_on:
        raise Refused(str(DAY_MISSING))
    if need.measure_id and need.section_id:
        raise Refused(str(ONE_PLACE))
    if need.addressee_id and need.addressee_id == need.raised_by_id:
        raise Refused(str(OWN_ADDRESSEE))


def _question() -> str:
    return _("Bitte sehen Sie sich das an; danach können Sie trotzdem speichern.")


def _concerns(need: Need, before: Need) -> list[Concern]:
    """Return what to look at of the values that differ from those of `before`."""
    concerns = []
    if (need.contact_id, need.raised_by_id) != (before.contact_id, before.raised_by_id):
        concerns += concerns_about_person(need.contact, need.raised_by)
    for name in ("due_on", "resubmit_on"):
        day = getattr(need, name)
        if day and day != getattr(before, name):
            concerns += concerns_about_day(day)
    return concerns
