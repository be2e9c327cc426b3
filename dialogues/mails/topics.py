"""Mails about topics."""

import datetime as dt

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.roles import OFFICE
from dialogues.models import Topic
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailDraft
from partners.models import Person
from partners.queries import people_with_role, recipient_of


def mail_topic_proposed(topic: Topic, *, by, now: dt.datetime) -> None:
    """Mail the proposal to everybody in the office but `by`."""
    values = {"organisation": str(topic.organisation or by), "description": topic.description}
    people = people_with_role(OFFICE).exclude(user=by)
    drafts = [_draft(topic, "topic_proposed", person, **values) for person in people]
    enqueue_mails(drafts, now=now, by=by)


def mail_topic_to_proposer(
    topic: Topic, kind: str, *, conditions: int = 0, by, now: dt.datetime
) -> None:
    """Mail the proposer how the topic progressed; mails nobody if `proposer_to_notify` is empty.

    The mail says that there are `conditions`, but not which: they stay inside.
    """
    values = {
        # Apart for each kind: the outbox refuses values that a text does not name.
        "topic_declined": {"reason": topic.reason},
        "topic_decided": {
            "state": capfirst(topic.get_state_display()),
            "reason": topic.reason or _condition_note(conditions),
        },
    }.get(kind, {})
    people = proposer_to_notify(topic, by=by)
    enqueue_mails([_draft(topic, kind, person, **values) for person in people], now=now, by=by)


def _condition_note(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "Mit der Freigabe ist eine Auflage verbunden. Um sie kümmert sich die Geschäftsstelle.",
        "Mit der Freigabe sind Auflagen verbunden. Um sie kümmert sich die Geschäftsstelle.",
        count,
    )


def _draft(topic: Topic, kind: str, person: Person, **values: str) -> MailDraft:
    # A topic can reach a state twice; with the history id, the second notice is no duplicate.
    event = f"{topic.state}:{topic.history.values_list('history_id', flat=True).first()}"
    return MailDraft(
        kind=kind,
        subject_key=f"topic:{topic.pk}",
        event=event,
        to=recipient_of(person),
        values={"topic": topic.title} | values,
        path=topic.get_absolute_url(),
    )


def proposer_to_notify(topic: Topic, *, by) -> list[Person]:
    """Return the proposer; empty if they are `by`, in the office or have no active account."""
    proposer = topic.proposed_by
    if proposer is None or not proposer.is_active:
        return []
    # Their own role: a partner who is only a deputy in the office is still notified.
    if proposer.pk == by.pk or OFFICE in proposer.own_roles:
        return []
    return [proposer.person]


def withdraw_proposal_mails(topic: Topic, *, by, now: dt.datetime) -> None:
    """Withdraw unsent mails that announce the proposal, as it was retracted."""
    note = _("Der Vorschlag wurde zurückgezogen.")
    keys, kinds = [f"topic:{topic.pk}"], ["topic_proposed"]
    withdraw_pending(subject_keys=keys, kinds=kinds, note=note, by=by, now=now)
