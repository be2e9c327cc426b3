"""Move what refers to a person when two entries of the same person are merged."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from core.dates import format_moment
from core.history import delete_as, save_as
from dialogues import mails
from dialogues.enums import RsvpState
from dialogues.models import (
    Contribution,
    Dialogue,
    FormerInvitation,
    Invitation,
    Need,
    Topic,
)
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.waiting import end_offer_of
from partners.models import Person

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


def move_person(*, source: Person, target: Person, by, now: dt.datetime) -> list[str]:
    """Move invitations, hosts' contacts and topics (`partners.registry.MovePerson`).

    Invited twice to one dialogue, the person keeps the invitation with the later answer; links of
    the other one open it from now on.
    """
    concerned = Dialogue.objects.filter(
        Q(host_contact=source) | Q(invitations__person=source) | Q(contributions__person=source)
    )
    # In the order of the keys, so that two merges cannot wait for each other.
    keys = sorted(set(concerned.values_list("pk", flat=True)))
    lines: list[str] = []
    for dialogue in [lock_dialogue(pk) for pk in keys]:
        lines += _move_invitation(dialogue, source, target, by=by, now=now)
        lines += _move_contact(dialogue, source, target, by=by, now=now)
    lines += _move_needs(source, target, by=by, now=now)
    lines += _move_contributions(source, target, by=by, now=now)
    return [*lines, *_move_topics(source, target, by=by, now=now)]


def _move_invitation(
    dialogue: Dialogue, source: Person, target: Person, *, by, now: dt.datetime
) -> Iterator[str]:
    invitations = Invitation.objects.select_for_update().filter(dialogue=dialogue)
    found = list(invitations.filter(person__in=[source, target]))
    if not any(invitation.person_id == source.pk for invitation in found):
        return
    kept = max(found, key=_validity)
    values = {"dialogue": dialogue.title, "answer": kept.get_rsvp_display()}
    for dropped in found:
        if dropped is not kept:
            _drop(dropped, kept, by=by, now=now)
            values["time"] = format_moment(kept.replied_at)
            yield _describe_double(kept) % values
    # Also if it was the target's before: `_drop` may have raised its revision.
    if kept.person_id != target.pk or len(found) > 1:
        kept.person = target
        save_as(kept, by=by, now=now, reason=_("Personen zusammengeführt"))
    if len(found) == 1:
        yield _("Einladung zu „%(dialogue)s“ (%(answer)s)") % values


def _validity(invitation: Invitation) -> tuple:
    """Return what decides which of two invitations to one dialogue stands."""
    return (
        invitation.withdrawn_at is None,
        invitation.released_at is not None,
        # An answer to a former date no longer counts.
        invitation.released_round,
        invitation.replied_at or NEVER,
        invitation.released_at or NEVER,
        invitation.pk,
    )


def _describe_double(kept: Invitation) -> str:
    if kept.rsvp == RsvpState.OPEN:
        return _("Zweite Einladung zu „%(dialogue)s“: entfällt, es bleibt eine ohne Antwort")
    return _(
        "Zweite Einladung zu „%(dialogue)s“: entfällt, es gilt die Antwort „%(answer)s“ vom "
        "%(time)s"
    )


def _drop(dropped: Invitation, kept: Invitation, *, by, now: dt.datetime) -> None:
    """Delete `dropped`; its personal links open `kept` unless they were revoked."""
    note = _("Die Person war zweimal eingeladen.")
    mails.withdraw_unsent_mails([dropped], note=note, by=by, now=now)
    # A calendar that holds both entries takes an update only with the higher SEQUENCE.
    kept.revision = max(kept.revision, dropped.revision)
    kept.seat_wanted_at = _seat_wanted_at(kept, dropped)
    _move_offers(kept, dropped, by=by, now=now)
    if dropped.released_at and not dropped.withdrawn_at:
        versions = {"invitation": kept, "valid_version": kept.link_version}
        # Links of an earlier merge led to `dropped`; they have to lead on from there.
        former = dropped.former_invitations.filter(valid_version=dropped.link_version)
        former.update(**versions)
        FormerInvitation.objects.create(
            number=dropped.pk, link_version=dropped.link_version, **versions
        )
    delete_as(dropped, by=by, now=now, reason=_("Personen zusammengeführt"))


def _seat_wanted_at(kept: Invitation, dropped: Invitation) -> dt.datetime | None:
    """Return the earlier of both wishes for a seat, because seats are offered in that order."""
    wishes = [kept.seat_wanted_at]
    # Any other reply ends the wish, and so does the end of the invitation or of its date.
    both_wait = kept.rsvp == dropped.rsvp == RsvpState.WAITING
    is_same_date = dropped.released_round == kept.released_round
    if both_wait and is_same_date and not dropped.withdrawn_at:
        wishes.append(dropped.seat_wanted_at)
    return min(filter(None, wishes), default=None)


def _move_offers(kept: Invitation, dropped: Invitation, *, by, now: dt.datetime) -> None:
    """Move the seat offers of `dropped`; an open one ends, because a guest answers only one reply.

    If both wait, the wish of the other one stands, and the next free seat is offered to it.
    """
    end_offer_of(dropped, "withdraw", by=by, now=now)
    dropped.seat_offers.update(invitation=kept)


def _move_contact(
    dialogue: Dialogue, source: Person, target: Person, *, by, now: dt.datetime
) -> Iterator[str]:
    if dialogue.host_contact_id == source.pk:
        dialogue.host_contact = target
        save_as(dialogue, by=by, now=now, reason=_("Ansprechperson zusammengeführt"))
        yield _("Ansprechperson beim Gastgeber: „%(dialogue)s“") % {"dialogue": dialogue.title}


def _move_contributions(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    contributions = Contribution.objects.select_for_update().filter(person=source)
    for contribution in contributions.order_by("pk"):
        contribution.person = target
        save_as(contribution, by=by, now=now, reason=_("Personen zusammengeführt"))
        yield _("Beitrag „%(title)s“") % {"title": contribution.title}


def _move_needs(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    needs = Need.objects.select_for_update(of=("self",)).filter(contact=source)
    for need in needs.order_by("pk"):
        need.contact = target
        save_as(need, by=by, now=now, reason=_("Ansprechperson zusammengeführt"))
        yield _("Bedarf „%(title)s“") % {"title": need.title}


def _move_topics(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    """Move the topics proposed with the closed account, because nobody could edit them."""
    account, closed = getattr(target, "user", None), getattr(source, "user", None)
    if account is None or closed is None or account.pk == closed.pk:
        return
    topics = Topic.objects.select_for_update(of=("self",)).filter(proposed_by=closed)
    for topic in topics.order_by("pk"):
        topic.proposed_by = account
        save_as(topic, by=by, now=now, reason=_("Personen zusammengeführt"))
        yield _("Thema „%(title)s“") % {"title": topic.title}
