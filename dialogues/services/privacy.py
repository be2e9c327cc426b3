"""Remove from invitations and replies who somebody was. Answers and seats stay, so no count
changes.
"""

from collections.abc import Collection, Iterable

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy, ngettext

from core.texts import Traces
from dialogues.enums import RsvpState
from dialogues.models import Dialogue, Invitation, Need
from dialogues.queries.needs import closed_needs
from dialogues.queries.people import (
    closed_approvals,
    closed_attachments,
    closed_conditions,
    closed_contributions,
    closed_dialogues,
    closed_programme_items,
    closed_topics,
    dialogues_with_expired_replies,
    export_person,
    has_details,
    mails_about,
    mails_around,
    person_needs,
)
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.people import move_person
from outbox.rendering.headers import spellings_of
from outbox.services import anonymise_mails, clean_mails, mails_mentioning
from partners.models import ANONYMOUS, Person, User
from partners.registry import ClosedTexts, ExpiryRule, PersonData
from partners.services.traces import clean_rows, reasons_in

# A represented reply needs a name (`invitation_represented_names_substitute`).
NOBODY_NAMED = Case(When(rsvp=RsvpState.REPRESENTED, then=Value(str(ANONYMOUS))), default=Value(""))


def anonymise_person(*, person: Person, traces: Traces, labels: Traces) -> list[str]:
    """Remove details of replies, personal links and mails about the invitations
    (`partners.registry.AnonymisePerson`).
    """
    past = Invitation.history.filter(person=person)
    keys = {*person.invitations.values_list("pk", flat=True), *past.values_list("id", flat=True)}
    substitutes = _traces_of_substitutes(keys) if keys else Traces()
    labels |= substitutes
    _forget_details(Invitation.objects.filter(pk__in=keys))
    _forget_details(Invitation.history.filter(id__in=keys))
    # No link leads anywhere from now on.
    Need.objects.filter(contact=person).update(link_version=F("link_version") + 1)
    Invitation.objects.filter(pk__in=keys).update(link_version=F("link_version") + 1)
    mails = anonymise_mails(mails_about(keys), traces=labels)
    mails += _forget_in_mails(keys, substitutes)
    named = _forget_substitute(traces)
    dialogues = {*_dialogues_of(keys), *_dialogues_of(named)}
    dialogues |= {*Dialogue.history.filter(host_contact=person).values_list("id", flat=True)}
    histories = (
        Invitation.history.filter(dialogue__in=dialogues),
        Dialogue.history.filter(id__in=dialogues),
    )
    clean_rows([reasons_in(history) for history in histories], labels)
    return _describe(len(keys), mails)


def _describe(invitations: int, mails: int) -> list[str]:
    lines = []
    if invitations:
        text = ngettext(
            "Nachricht, Vertretung und Link von %(count)d Einladung; die Antwort zählt weiter",
            "Nachrichten, Vertretungen und Links von %(count)d Einladungen; die Antworten zählen "
            "weiter",
            invitations,
        )
        lines.append(text % {"count": invitations})
    if mails:
        text = ngettext("%(count)d E-Mail dazu", "%(count)d E-Mails dazu", mails)
        lines.append(text % {"count": mails})
    return lines


def _forget_details(replies: QuerySet) -> None:
    replies.update(
        remark="", substitute_email="", substitute_function="", substitute_name=NOBODY_NAMED
    )


def _forget_substitute(traces: Traces) -> set[int]:
    """Remove the person where other guests named them; return the keys of those invitations."""
    named = Q(address__in=traces.addresses) | Q(substitute_name__in=traces.words)
    keys: set[int] = set()
    for replies, key in ((Invitation.objects.all(), "pk"), (Invitation.history.all(), "id")):
        found = replies.alias(address=Lower("substitute_email")).filter(named)
        keys |= set(found.values_list(key, flat=True))
        rows = list(found.values_list("pk", flat=True))
        replies.filter(pk__in=rows).update(
            substitute_email="", substitute_function="", substitute_name=NOBODY_NAMED
        )
    clean_mails(mails_about(keys), traces=traces)
    return keys


def _dialogues_of(invitations: Collection[int]) -> Iterable[int]:
    past = Invitation.history.filter(id__in=invitations)
    return past.order_by().values_list("dialogue", flat=True).distinct()


def remove_replies(dialogue: Dialogue) -> bool:
    """Remove messages and substitutes from the replies to a closed `dialogue`, in history and mails
    too; return whether there were any.
    """
    lock_dialogue(dialogue.pk)
    live = Invitation.objects.filter(has_details(), dialogue=dialogue)
    past = Invitation.history.filter(has_details(), dialogue=dialogue)
    keys = {*live.values_list("pk", flat=True), *past.values_list("id", flat=True)}
    if not keys:
        return False
    traces = _traces_of_substitutes(keys)
    _forget_in_mails(keys, traces)
    _forget_details(live)
    _forget_details(past)
    return True


def _forget_in_mails(keys: Collection[int], substitutes: Traces) -> int:
    """Remove substitutes from the mails around these invitations; return how many named them.

    Only there: in other mails, the same name may be somebody else's.
    """
    mails = mails_mentioning(substitutes).filter(pk__in=mails_around(keys))
    own = mails.filter(recipient__in=substitutes.addresses)
    return anonymise_mails(own, traces=substitutes) + clean_mails(mails, traces=substitutes)


def _traces_of_substitutes(keys: Collection[int]) -> Traces:
    """Return the names and addresses of substitutes, without addresses of people and accounts:
    theirs are kept as long as they are needed.
    """
    past = Invitation.history.filter(id__in=keys).order_by()
    names = set(past.values_list("substitute_name", flat=True)) - {"", str(ANONYMOUS)}
    addresses = spellings_of(*past.values_list("substitute_email", flat=True))
    people = Person.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    accounts = User.objects.filter(email__in=addresses)
    known = {*people.values_list("address", flat=True), *accounts.values_list("email", flat=True)}
    return Traces(addresses - spellings_of(*known), frozenset(names))


PERSON_DATA = PersonData(
    app="dialogues",
    moved=frozenset(
        {
            "dialogues.Contribution.person",
            "dialogues.Dialogue.host_contact",
            "dialogues.Dialogue.responsible",
            "dialogues.DialogueSeries.responsible",
            "dialogues.Invitation.person",
            "dialogues.Need.contact",
            "dialogues.Need.responsible",
            "dialogues.Topic.proposed_by",
            "dialogues.Topic.responsible",
        }
    ),
    kept=frozenset({"dialogues.Invitation.created_by"}),
    move=move_person,
    needs=person_needs,
    anonymise=anonymise_person,
    export=export_person,
    cleaned=frozenset({"dialogues.Invitation"}),
    texts=(
        ClosedTexts("dialogues.Contribution", closed_contributions),
        ClosedTexts("dialogues.Dialogue", closed_dialogues),
        ClosedTexts("dialogues.Need", closed_needs),
        ClosedTexts("dialogues.ProgrammeItem", closed_programme_items),
        ClosedTexts("dialogues.Topic", closed_topics),
        ClosedTexts("approvals.ApprovalRequest", closed_approvals),
        ClosedTexts("approvals.Condition", closed_conditions),
        ClosedTexts("approvals.Attachment", closed_attachments),
    ),
    # About a period of time, not about a meeting with people.
    nameless=frozenset({"dialogues.DialogueSeries"}),
    expiry=(
        ExpiryRule(
            "replies",
            gettext_lazy("Branchengespräche ohne Nachrichten und Vertretungen in Antworten"),
            dialogues_with_expired_replies,
            remove_replies,
        ),
    ),
)
