"""Guests of a dialogue: their answers, how their mails stand, and what others may see of them."""

from collections import Counter
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from core.folding import matching
from core.progress import Segment
from dialogues.enums import COLOUR_OF_RSVP, SEATED, RsvpState
from dialogues.models import Dialogue, Invitation
from outbox.enums import BADGE_COLOURS, MailState
from outbox.models import Mail
from outbox.queries import UNDER_WAY, UNSOLVED, mails_about
from partners.models import DistributionList, Organisation, Person

MOST = 60  # organisations or people shown at once
INVITING = ("invitation", "invitation_reminder")


class GuestRow(NamedTuple):
    """One line of the guest list: the invitation, the tone of its answer, and how its last mail
    stands.
    """

    invitation: Invitation
    colour: str
    mail_text: str
    mail_colour: str  # empty for plain text
    mail_state: str
    is_released: bool


class Sending(NamedTuple):
    """How far the invitations that were released have come: `done` of `total`, and how many failed."""

    done: int
    failed: int
    total: int

    @classmethod
    def of(cls, rows: list[GuestRow]) -> "Sending":
        """Count the mails of `rows`; those never mailed through the outbox, taken back or not let
        go are left out.
        """
        states = Counter(row.mail_state for row in rows)
        sent, failed = states[MailState.SENT], sum(states[state] for state in UNSOLVED)
        return cls(sent, failed, sent + failed + sum(states[state] for state in UNDER_WAY))

    @property
    def is_under_way(self) -> bool:
        return self.done + self.failed < self.total


class AnswerCounts(NamedTuple):
    """The answers to the invitations that went out in the present round, and the seats they hold."""

    segments: list[Segment]
    invited: int
    seats_held: int

    @classmethod
    def of(cls, rows: list[Invitation], dialogue: Dialogue) -> "AnswerCounts":
        """Count `rows`, invitations of `dialogue`; withdrawn ones and those of former rounds are
        left out.
        """
        live = [
            row for row in rows if not row.withdrawn_at and row.released_round == dialogue.round
        ]
        counts = Counter(row.rsvp for row in live)
        segments = [
            Segment(label_of(rsvp, counts[rsvp]), counts[rsvp], colour)
            for rsvp, colour in COLOUR_OF_RSVP.items()
        ]
        return cls(segments, len(live), sum(row.seats_taken for row in live))


def label_of(rsvp: str, count: int) -> str:
    """Return what `count` answers of a kind are called: `2 Zusagen`, `1 Absage`."""
    if rsvp == RsvpState.ACCEPTED:
        return ngettext("Zusage", "Zusagen", count)
    if rsvp == RsvpState.DECLINED:
        return ngettext("Absage", "Absagen", count)
    return str(RsvpState(rsvp).label)


def guest_rows(dialogue: Dialogue, invitations: QuerySet[Invitation]) -> list[GuestRow]:
    """Return `invitations` of `dialogue` as lines of its guest list, by organisation and name, in
    two queries.
    """
    rows = invitations.select_related("person__organisation").order_by(
        "person__organisation__search", "person__search", "pk"
    )
    mails = _latest_mails(dialogue)
    return [_guest_row(dialogue, row, mails.get(row.mail_key)) for row in rows]


def _latest_mails(dialogue: Dialogue) -> dict[str, Mail]:
    rows = (
        mails_about(dialogue.get_absolute_url())
        .filter(kind__in=INVITING)
        .order_by("created_at", "pk")
    )
    return {mail.subject_key: mail for mail in rows}


def _guest_row(dialogue: Dialogue, row: Invitation, mail: Mail | None) -> GuestRow:
    colour = COLOUR_OF_RSVP[RsvpState(row.rsvp)]
    is_released = row.released_round == dialogue.round and row.released_at is not None
    if row.withdrawn_at:
        text = _("zurückgezogen %(day)s") % {"day": format_date(row.withdrawn_at)}
        return GuestRow(row, colour, text, "", "", is_released)
    if not is_released:
        return GuestRow(row, colour, _("noch nicht versandt"), "", "", is_released)
    if mail is None:
        text = _("eingeladen %(day)s") % {"day": format_date(row.released_at)}
        return GuestRow(row, colour, text, "", "", is_released)
    if mail.state != MailState.SENT:
        return GuestRow(
            row,
            colour,
            mail.get_state_display(),
            BADGE_COLOURS[MailState(mail.state)],
            mail.state,
            is_released,
        )
    verb = _("erinnert %(day)s") if mail.kind == "invitation_reminder" else _("versandt %(day)s")
    return GuestRow(
        row, colour, verb % {"day": format_date(mail.sent_at)}, "", mail.state, is_released
    )


def sharing_guests(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests who come and agreed that other guests may see it, by organisation and name."""
    rows = dialogue.invitations.released().filter(
        shares_rsvp=True, rsvp__in=SEATED, released_round=dialogue.round
    )
    return rows.select_related("person__organisation").order_by(
        "person__organisation__search", "person__search", "pk"
    )


class Choices(NamedTuple):
    """Who can be put on a guest list; `more` says that the search found more than are shown."""

    lists: list[DistributionList]
    organisations: list[Organisation]
    people: list[Person]
    more: bool


def guests_to_choose(dialogue: Dialogue, words: str) -> Choices:
    """Return distribution lists, organisations and people that match `words`, with how many can be
    reached.

    `listed` of an organisation counts its people who stand on the guest list of `dialogue` already,
    `is_listed` of a person says so. People appear only when searched for, as there are too many to
    look through.
    """
    reachable = Q(is_active=True) & ~Q(email="")
    on_list = dialogue.invitations.active()
    lists = DistributionList.objects.annotate(
        reach=Count("members", filter=Q(members__is_active=True) & ~Q(members__email=""))
    )
    organisations = Organisation.objects.filter(is_active=True).annotate(
        reach=Count("people", filter=Q(people__is_active=True) & ~Q(people__email="")),
        listed=Count("people", filter=Q(people__in=on_list.values("person"))),
    )
    people = Person.objects.filter(reachable).select_related("organisation")
    people = people.annotate(is_listed=Exists(on_list.filter(person=OuterRef("pk"))))
    found = Q(matching(words)) | matching(words, "organisation__search")
    chosen = (
        list(people.filter(found).order_by("organisation__search", "search", "pk")[: MOST + 1])
        if words
        else []
    )
    groups = list(
        organisations.filter(matching(words), reach__gt=0).order_by("search", "pk")[: MOST + 1]
    )
    return Choices(
        list(lists.order_by("name", "pk")),
        groups[:MOST],
        chosen[:MOST],
        max(len(groups), len(chosen)) > MOST,
    )
