"""What dialogues need people for, what they still expect of those who leave, and which details in
replies are no longer needed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest, Attachment, Condition
from core.dates import format_moment, local_date
from core.errors import Concern
from core.history import state_since
from core.models import Origin
from core.texts import Traces
from dialogues.enums import (
    BEFORE_THE_DAY,
    DIALOGUE_OVER,
    SEATED,
    TOPIC_OVER,
    DialogueState,
    RsvpState,
    TopicState,
)
from dialogues.models import Contribution, Dialogue, Invitation, ProgrammeItem, Topic
from dialogues.queries.needs import (
    need_rows,
    needs_of_contacts,
    needs_to_hand_over,
)
from outbox.models import Mail
from outbox.rendering.headers import address_key
from partners.models import ANONYMOUS, Organisation, Person, User
from partners.registry import Dependents, Need, Section

# Replies of guests who may still come.
EXPECTED = (*SEATED, RsvpState.TENTATIVE, RsvpState.WAITING, RsvpState.OPEN)


def closed_dialogues() -> QuerySet[Dialogue]:
    """Return the dialogues that are over, each with `closed_at`."""
    over = Q(state__in=DIALOGUE_OVER) | Q(origin=Origin.TAKEN_OVER)
    return Dialogue.objects.filter(over).annotate(closed_at=state_since(Dialogue))


def closed_contributions() -> QuerySet[Contribution]:
    return Contribution.objects.filter(dialogue__in=closed_dialogues().values("pk"))


def closed_programme_items() -> QuerySet[ProgrammeItem]:
    return ProgrammeItem.objects.filter(dialogue__in=closed_dialogues().values("pk"))


def closed_topics() -> QuerySet[Topic]:
    return Topic.objects.filter(Q(state__in=TOPIC_OVER) | Q(origin=Origin.TAKEN_OVER))


def closed_approvals() -> QuerySet[ApprovalRequest]:
    """Return the approvals of topics and dates with which nobody compares anything any more."""
    dates = Q(kind=ApprovalKind.DATES, subject_id__in=closed_dialogues().values("pk"))
    topics = Q(kind=ApprovalKind.TOPIC, subject_id__in=closed_topics().values("pk"))
    return ApprovalRequest.objects.filter(dates | topics)


def closed_conditions() -> QuerySet[Condition]:
    return Condition.objects.filter(approval__in=closed_approvals())


def closed_attachments() -> QuerySet[Attachment]:
    return Attachment.objects.filter(approval__in=closed_approvals())


# What ends the need for people who take part in a dialogue in progress, and on which page.
WAYS_OUT = {
    "host_contact": (
        gettext_lazy("Tragen Sie dort eine andere Ansprechperson des Gastgebers ein."),
        "dialogues:edit",
    ),
    "invitations__person": (
        gettext_lazy(
            "Ziehen Sie die Einladung zurück, oder streichen Sie die Person von der Liste."
        ),
        "dialogues:guests",
    ),
    "contributions__person": (
        gettext_lazy("Lassen Sie dort beim Beitrag die Person weg."),
        "dialogues:contributions",
    ),
    "pk": (
        gettext_lazy("Tragen Sie eine Antwort ein, in der die Person keinen Gast vertritt."),
        "dialogues:guests",
    ),
}
CLOSE = (gettext_lazy("Schließen Sie das Branchengespräch ab."), "dialogues:detail")
OUTCOME_OPEN = (DialogueState.HELD, DialogueState.DOCUMENTED)


def person_needs(people: QuerySet[Person]) -> Iterator[Need]:
    """Return the dialogues with these people as guests, substitutes or the host's contact
    (`partners.registry.FindNeeds`).
    """
    yield from _needs("host_contact", Dialogue.objects.filter(host_contact__in=people))
    speakers = Dialogue.objects.filter(contributions__person__in=people)
    yield from _needs("contributions__person", speakers)
    guests = Q(invitations__person__in=people)
    # Nobody waits for those whose invitation was withdrawn.
    active = Q(invitations__withdrawn_at__isnull=True)
    yield from _needs("invitations__person", Dialogue.objects.filter(guests & active))
    withdrawn = Invitation.objects.filter(person__in=people, withdrawn_at__isnull=False)
    for person, moment in withdrawn.values_list("person", "withdrawn_at"):
        yield _need_of_withdrawn(person, moment)
    yield from needs_of_contacts(people)
    yield from _needs_of_substitutes(people)


def _needs(field: str, dialogues: QuerySet[Dialogue]) -> Iterator[Need]:
    dialogues = dialogues.annotate(closed_at=state_since(Dialogue))
    columns = (field, "pk", "title", "state", "origin", "closed_at", "starts_on", "ends_on")
    for person, pk, title, state, origin, closed_at, *days in dialogues.values_list(*columns):
        why = _("Branchengespräch „%(title)s“") % {"title": title}
        if origin == Origin.TAKEN_OVER:
            yield Need(person, why, max(filter(None, days), default=dt.date.min))
        elif state in DIALOGUE_OVER and closed_at:
            yield Need(person, why, local_date(closed_at))
        else:
            # Once it took place, a dialogue and its guest list do not change any more.
            advice, page = CLOSE if state in OUTCOME_OPEN else WAYS_OUT[field]
            yield Need(person, why, advice=str(advice), url=reverse(page, args=[pk]))


def _need_of_withdrawn(person: int, moment: dt.datetime) -> Need:
    return Need(person, _("zurückgezogene Einladung"), local_date(moment))


def _needs_of_substitutes(people: QuerySet[Person]) -> Iterator[Need]:
    named = Invitation.objects.exclude(substitute_email="")
    # Compared here, because the database does not know that two spellings are one address.
    keys = {email: address_key(email) for email in named.values_list("substitute_email", flat=True)}
    # Several people may share a mailbox, and any of them may be meant.
    holders: dict[str, list[int]] = defaultdict(list)
    for email, person in people.exclude(email="").values_list("email", "pk"):
        holders[address_key(email)].append(person)
    known = {email: holders[key] for email, key in keys.items() if key in holders}
    if not known:
        return
    found = named.filter(substitute_email__in=list(known))
    # Nobody waits for them either, and no other reply can be entered there.
    withdrawn = found.filter(withdrawn_at__isnull=False)
    for email, moment in withdrawn.values_list("substitute_email", "withdrawn_at"):
        yield from (_need_of_withdrawn(person, moment) for person in known[email])
    found = found.filter(withdrawn_at__isnull=True)
    dialogues = Dialogue.objects.filter(pk__in=found.values("dialogue"))
    # Asked by dialogue, so that the key of each need is that of the dialogue.
    needs = {need.person: need for need in _needs("pk", dialogues)}
    for dialogue, email in found.values_list("dialogue", "substitute_email"):
        for person in known[email]:
            yield needs[dialogue]._replace(person=person)


def has_details() -> Q:
    """Return the condition that a reply, or a former version of it, has more than the answer."""
    return (
        ~Q(remark="")
        | ~Q(substitute_email="")
        | ~Q(substitute_function="")
        | ~Q(substitute_name__in=["", str(ANONYMOUS)])
    )


def dialogues_with_expired_replies(last_day: dt.date) -> QuerySet[Dialogue]:
    """Return the dialogues closed by `last_day` whose replies still have details."""
    closed = closed_dialogues().filter(closed_at__date__lte=last_day)
    present = Invitation.objects.filter(has_details(), dialogue=OuterRef("pk"))
    past = Invitation.history.filter(has_details(), dialogue=OuterRef("pk"))
    return closed.filter(Exists(present) | Exists(past))


def export_person(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return invitations with their replies, hosted dialogues and proposed topics
    (`partners.registry.ExportPerson`).
    """
    invitations = Invitation.objects.filter(person=person).select_related("dialogue")
    rows = [_invitation_row(invitation) for invitation in invitations.order_by("pk")]
    yield Section(_("Einladungen und Antworten"), rows)
    past = Invitation.history.filter(person=person).order_by("history_date", "history_id")
    yield Section(_("Verlauf der Einladungen"), [_history_row(entry) for entry in past])
    hosted = Dialogue.objects.filter(host_contact=person).order_by("pk")
    rows = [[(_("Branchengespräch"), dialogue.title)] for dialogue in hosted]
    yield Section(_("Ansprechperson beim Gastgeber"), rows)
    contributed = Contribution.objects.filter(person=person).select_related("dialogue")
    rows = [
        [
            (_("Branchengespräch"), contribution.dialogue.title),
            (_("Art"), contribution.get_kind_display()),
            (_("Beitrag"), contribution.title),
            (_("Einzelheiten"), contribution.text),
        ]
        for contribution in contributed.order_by("pk")
    ]
    yield Section(_("Beiträge"), rows)
    yield Section(_("Unterstützungsbedarfe"), need_rows(person))
    # Whoever shares a mailbox must not read about the others.
    named = Invitation.objects.annotate(address=Lower("substitute_email"))
    named = named.filter(address__in=addresses)
    rows = [
        [
            (_("Branchengespräch"), invitation.dialogue.title),
            (_("Name"), invitation.substitute_name),
            (_("Funktion"), invitation.substitute_function),
            (_("E-Mail"), invitation.substitute_email),
        ]
        for invitation in named.select_related("dialogue").order_by("pk")
    ]
    yield Section(_("Als Vertretung genannt"), rows)
    proposed = Topic.objects.filter(proposed_by__person=person).order_by("proposed_at", "pk")
    yield Section(_("Vorgeschlagene Themen"), [_topic_row(topic) for topic in proposed])


def _topic_row(topic: Topic) -> list[tuple[str, object]]:
    return [
        (_("Thema"), topic.title),
        (_("Beschreibung"), topic.description),
        (_("Was soll am Ende stehen?"), topic.wish),
        (_("vorgeschlagen am"), format_moment(topic.proposed_at)),
        (_("Stand"), topic.get_state_display()),
    ]


def _invitation_row(invitation: Invitation) -> list[tuple[str, object]]:
    return [
        (_("Branchengespräch"), invitation.dialogue.title),
        (_("Termin"), invitation.dialogue.when),
        (_("eingeladen"), format_moment(invitation.released_at)),
        (_("zurückgezogen"), format_moment(invitation.withdrawn_at)),
        *_reply_row(invitation),
    ]


def _history_row(entry) -> list[tuple[str, object]]:
    # The line about a substitute who became a guest names them, who are somebody else.
    others = Traces(words=frozenset({entry.substitute_name} - {""}))
    return [
        (_("Zeitpunkt"), format_moment(entry.history_date)),
        (_("Was"), others.clean(entry.history_change_reason or "")),
        *_reply_row(entry),
    ]


def _reply_row(reply) -> list[tuple[str, object]]:
    return [
        (_("Antwort"), reply.get_rsvp_display()),
        (_("beantwortet"), format_moment(reply.replied_at)),
        (_("Weg"), reply.get_channel_display()),
        (_("Personen"), reply.party),
        (_("Vertretung genannt"), _("ja") if reply.substitute_name else _("nein")),
        (_("Nachricht an die Geschäftsstelle"), reply.remark),
        (_("Andere Gäste sehen die Teilnahme"), _("ja") if reply.shares_rsvp else _("nein")),
    ]


def mails_about(invitations: Iterable[int]) -> QuerySet[Mail]:
    return Mail.objects.filter(subject_key__in=[f"invitation:{key}" for key in invitations])


def mails_around(invitations: Collection[int]) -> QuerySet[Mail]:
    """Return the mails about these invitations, about their dialogues, which say to several people
    at once that the date is off or has changed, and those that bundle such mails.
    """
    dialogues = Invitation.history.filter(id__in=invitations).order_by().values_list("dialogue")
    keys = [f"invitation:{key}" for key in invitations]
    keys += [f"dialogue:{key}" for (key,) in dialogues.distinct()]
    found = Mail.objects.filter(subject_key__in=keys)
    return Mail.objects.filter(Q(pk__in=found) | Q(pk__in=found.values("bundled_in")))


def _planned(condition: Q, text: str, action: str) -> list[Concern]:
    dialogues = Dialogue.objects.exclude(origin=Origin.TAKEN_OVER)
    return [
        Concern(
            key=f"dialogue-{dialogue.pk}",
            label=dialogue.title,
            url=dialogue.get_absolute_url(),
            text=text,
            action=action,
            action_url=reverse("dialogues:edit", args=[dialogue.pk]),
        )
        for dialogue in dialogues.filter(condition, state__in=BEFORE_THE_DAY).order_by("pk")
    ]


def _of_person(person: Person) -> list[Concern]:
    invitations = Invitation.objects.active().filter(
        person=person, dialogue__state__in=BEFORE_THE_DAY, rsvp__in=EXPECTED
    )
    guest = [
        Concern(
            key=f"invitation-{invitation.pk}",
            label=invitation.dialogue.title,
            url=reverse("dialogues:guests", args=[invitation.dialogue_id]),
            text=_("Gast, Antwort: %(rsvp)s") % {"rsvp": invitation.get_rsvp_display()},
        )
        for invitation in invitations.select_related("dialogue").order_by("pk")
    ]
    text = _("Ansprechperson beim Gastgeber")
    planned = _planned(Q(host_contact=person), text, _("Andere Person eintragen"))
    needs = needs_to_hand_over(Q(contact=person), _("Ansprechperson"), _("Andere Person eintragen"))
    return planned + guest + needs


def _of_account(account: User) -> list[Concern]:
    states = (TopicState.DRAFT, TopicState.PROPOSED)
    return [
        Concern(
            key=f"topic-{topic.pk}",
            label=topic.title,
            url=topic.get_absolute_url(),
            text=_("Thema im Stand „%(state)s“") % {"state": topic.get_state_display()},
        )
        for topic in Topic.objects.filter(proposed_by=account, state__in=states).order_by("pk")
    ]


def _of_organisation(organisation: Organisation) -> list[Concern]:
    planned = _planned(Q(host=organisation), _("Gastgeber"), _("Anderen Gastgeber eintragen"))
    addressed = needs_to_hand_over(
        Q(addressee=organisation), _("Adressat"), _("Anderen Adressaten eintragen")
    )
    return planned + addressed


DEPENDENTS = Dependents(
    of_account=_of_account, of_person=_of_person, of_organisation=_of_organisation
)
