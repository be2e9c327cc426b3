"""The guests of a dialogue: the state of their mails, and who can be added."""

from collections import Counter
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core.dates import format_date
from core.folding import matching
from dialogues.enums import SEATED
from dialogues.models import Dialogue, Invitation
from outbox.enums import MAIL_BADGE_COLOURS, UNDER_WAY_STATES, UNSOLVED_STATES, MailState
from outbox.models import Mail
from outbox.queries.mails import is_unsolved, mails_about
from partners.models import REACHABLE, DistributionList, Organisation, Person, Sector
from partners.queries import recipient_of

INVITING_KINDS = ("invitation", "invitation_reminder")
IN_GUEST_ORDER = ("person__organisation__search", "person__sort_name", "pk")


class GuestRow(NamedTuple):
    """One row of the guest list. `colour` is the reply's; `mail_…` describe the `mail` that did not
    go out, of any kind, or else the latest invitation or reminder.
    """

    invitation: Invitation
    colour: str
    mail_text: str
    mail_colour: str = ""  # empty for plain text
    mail_state: str = ""
    is_released: bool = False
    mail: Mail | None = None


class DeliveryCounts(NamedTuple):
    """How many mails of the released invitations were sent, failed, and were to be sent at all."""

    sent: int
    failed: int
    total: int

    @classmethod
    def of(cls, guests: list[GuestRow]) -> "DeliveryCounts":
        """Count the mails of `guests`, without drafts, withdrawn and never enqueued mails."""
        states = Counter(guest.mail_state for guest in guests)
        sent, failed = states[MailState.SENT], sum(states[state] for state in UNSOLVED_STATES)
        return cls(sent, failed, sent + failed + sum(states[state] for state in UNDER_WAY_STATES))

    @property
    def is_under_way(self) -> bool:
        return self.sent + self.failed < self.total


def guest_rows(dialogue: Dialogue, invitations: QuerySet[Invitation]) -> list[GuestRow]:
    """Return `invitations` as rows of the guest list, by organisation and name, in two queries."""
    guests = invitations.select_related("person__organisation", "person__user")
    guests = list(guests.order_by(*IN_GUEST_ORDER))
    mails = _mails_to_show(dialogue, guests)
    return [_guest_row(dialogue, guest, mails.get(guest.pk)) for guest in guests]


def _mails_to_show(dialogue: Dialogue, guests: list[Invitation]) -> dict[int, Mail]:
    """Return by invitation the latest unsolved mail of any kind, or else the latest invitation or
    reminder.
    """
    by_key = {guest.mail_key: [guest] for guest in guests}
    # A mail to several guests at one address is about the dialogue, not about an invitation.
    by_address: dict[str, list[Invitation]] = {}
    for guest in guests:
        by_address.setdefault(recipient_of(guest.person).email, []).append(guest)
    # All mails to guests link to the page of the dialogue, so one query finds them by its path.
    mails = mails_about(dialogue.get_absolute_url())
    mails = mails.filter(Q(kind__in=INVITING_KINDS) | is_unsolved())
    found: dict[int, Mail] = {}
    # In order of creation, so that a later mail replaces earlier ones.
    for mail in mails.order_by("created_at", "pk"):
        for guest in by_key.get(mail.subject_key) or by_address.get(mail.recipient, ()):
            if _is_problem(mail) or not _is_problem(found.get(guest.pk)):
                found[guest.pk] = mail
    return found


def _is_problem(mail: Mail | None) -> bool:
    return mail is not None and mail.state in UNSOLVED_STATES and mail.settled_at is None


def _guest_row(dialogue: Dialogue, invitation: Invitation, mail: Mail | None) -> GuestRow:
    is_released = invitation.released_round == dialogue.round and invitation.released_at is not None
    guest = GuestRow(invitation, invitation.badge_colour, "", is_released=is_released)
    # Before everything else: somebody has to act on a mail that did not go out.
    if _is_problem(mail):
        return _with_state(guest, mail)
    if invitation.withdrawn_at:
        day = format_date(invitation.withdrawn_at)
        return guest._replace(mail_text=_("zurückgezogen %(day)s") % {"day": day})
    if not is_released:
        return guest._replace(mail_text=_("noch nicht versandt"))
    if mail is None:
        day = format_date(invitation.released_at)
        return guest._replace(mail_text=_("eingeladen %(day)s") % {"day": day})
    if mail.state != MailState.SENT:
        return _with_state(guest, mail)
    is_reminder = mail.kind == "invitation_reminder"
    text = _("erinnert %(day)s") if is_reminder else _("versandt %(day)s")
    day = format_date(mail.sent_at)
    return guest._replace(mail=mail, mail_state=mail.state, mail_text=text % {"day": day})


def _with_state(guest: GuestRow, mail: Mail) -> GuestRow:
    return guest._replace(
        mail=mail,
        mail_state=mail.state,
        mail_text=mail.get_state_display(),
        mail_colour=MAIL_BADGE_COLOURS[MailState(mail.state)],
    )


def sharing_guests(dialogue: Dialogue) -> QuerySet[Invitation]:
    """Return the guests who will attend and agreed that other guests may see it."""
    guests = dialogue.invitations.released().filter(
        shares_rsvp=True, rsvp__in=SEATED, released_round=dialogue.round
    )
    return guests.select_related("person__organisation").order_by(*IN_GUEST_ORDER)


class GuestSearch(NamedTuple):
    """What limits the people and organisations that can be put on a guest list."""

    words: str = ""
    sector: Sector | None = None
    kind: str = ""
    list: DistributionList | None = None


class GuestChoices(NamedTuple):
    """Who can be put on a guest list, in the order of the page."""

    lists: QuerySet[DistributionList]
    organisations: QuerySet[Organisation]
    people: QuerySet[Person]


def guest_choices(dialogue: Dialogue, search: GuestSearch) -> GuestChoices:
    """Return the distribution lists, and the organisations and people that `search` finds.

    Without a search there are no people, because there are too many to browse; with one there are
    no lists, because it says nothing about them.
    """
    lists, organisations, people = _all_choices(dialogue)
    if not any(search):
        return GuestChoices(lists, organisations, people.none())
    found = _organisations_found(search)
    if found is not None:
        organisations = organisations.filter(pk__in=found)
    if search.list:
        members = search.list.members
        organisations = organisations.filter(pk__in=members.values("organisation"))
    organisations = organisations.filter(matching(search.words))
    return GuestChoices(lists.none(), organisations, _people_found(people, search))


def people_without_address(search: GuestSearch) -> QuerySet[Person]:
    """Return the active people whom `search` finds and nobody can invite: they have no address."""
    people = Person.objects.filter(is_active=True, email="").select_related("organisation")
    # Without words a whole sector would be listed, which nobody asked for.
    found = _people_found(people, search) if search.words else people.none()
    return found.order_by("organisation__search", "sort_name", "pk")


def _organisations_found(search: GuestSearch) -> QuerySet | None:
    """Return the keys of the organisations of the sector and kind searched for; None for all."""
    condition = Q()
    if search.sector:
        condition &= Q(pk__in=search.sector.organisations.values("pk"))
    if search.kind:
        condition &= Q(kind=search.kind)
    return Organisation.objects.filter(condition).values("pk") if condition else None


def _people_found(people: QuerySet[Person], search: GuestSearch) -> QuerySet[Person]:
    found = _organisations_found(search)
    if found is not None:
        people = people.filter(organisation__in=found)
    if search.list:
        people = people.filter(pk__in=search.list.members.values("pk"))
    return people.filter(matching(search.words, "search", "organisation__search"))


def ticked_choices(
    dialogue: Dialogue, *, lists: list[int], organisations: list[int], people: list[int]
) -> GuestChoices:
    """Return those with the primary keys given."""
    choices, keys = _all_choices(dialogue), (lists, organisations, people)
    return GuestChoices(
        *(queryset.filter(pk__in=pks) for queryset, pks in zip(choices, keys, strict=True))
    )


def _all_choices(dialogue: Dialogue) -> GuestChoices:
    """Return all who can be reached. `reach` counts the active people of a list or organisation who
    have an address, `listed` those of an organisation who are already on the guest list;
    `is_listed` marks people on it.
    """
    on_list = dialogue.invitations.active()
    lists = DistributionList.objects.annotate(
        reach=Count("members", filter=Q(members__is_active=True) & ~Q(members__email=""))
    )
    # Both counts share one join on people, so they do not inflate each other.
    organisations = Organisation.objects.filter(is_active=True).annotate(
        reach=Count("people", filter=Q(people__is_active=True) & ~Q(people__email="")),
        listed=Count("people", filter=Q(people__in=on_list.values("person"))),
    )
    people = Person.objects.filter(REACHABLE).select_related("organisation")
    people = people.annotate(is_listed=Exists(on_list.filter(person=OuterRef("pk"))))
    return GuestChoices(
        lists.order_by("name", "pk"),
        organisations.filter(reach__gt=0).order_by("search", "pk"),
        people.order_by("organisation__search", "sort_name", "pk"),
    )
