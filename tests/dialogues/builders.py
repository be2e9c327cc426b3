"""Series, topics, dialogues and guests for tests, in any state and without mail."""

import datetime as dt

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.models import Origin, Precision
from core.roles import OFFICE, PARTNER
from dialogues.enums import (
    ContributionKind,
    DialogueState,
    HostReply,
    NeedState,
    OptionState,
    RsvpChannel,
    RsvpState,
    SeatOfferState,
    SeriesState,
    TopicState,
)
from dialogues.models import (
    Contribution,
    DateOption,
    Dialogue,
    DialogueSeries,
    Invitation,
    Need,
    Rsvp,
    SeatOffer,
    Topic,
)
from dialogues.services import (
    create_date_option,
    decide_dates,
    fix_date,
    release_invitations,
    submit_dates,
)
from partners.models import Person
from tests.approvals.builders import (
    BERLIN,
    BRIEFING,
    DUE_ON,
    NOW,
    TODAY,
    make_approval,
    make_subject,
)
from tests.partners.builders import make_organisation, make_person, make_user

__all__ = ["BERLIN", "DUE_ON", "NOW", "TODAY", "BRIEFING"]

DAY = dt.datetime(2026, 4, 22, 14, 0, tzinfo=BERLIN)
END = dt.datetime(2026, 4, 22, 16, 30, tzinfo=BERLIN)
RSVP_BY = dt.date(2026, 4, 15)
FIXED_STATES = (
    DialogueState.SCHEDULED,
    DialogueState.INVITED,
    DialogueState.HELD,
    DialogueState.DOCUMENTED,
    DialogueState.CLOSED,
)
YES = Rsvp(rsvp=RsvpState.ACCEPTED)
NO = Rsvp(rsvp=RsvpState.DECLINED)
MAYBE = Rsvp(rsvp=RsvpState.TENTATIVE)
WAIT = Rsvp(rsvp=RsvpState.WAITING)
SUBSTITUTE = Rsvp(
    rsvp=RsvpState.REPRESENTED,
    substitute_name="Stellvertretung",
    substitute_email="stellvertretung@example.org",
)


def make_series(state: str = SeriesState.CONSENTED, **fields) -> DialogueSeries:
    """Return a saved series in `state`, with an open approval if the state implies one."""
    series = DialogueSeries.objects.create(
        **{"title": "Reihe 2026", "period": "2026"} | fields, state=state
    )
    if state == SeriesState.REQUESTED:
        make_approval(subject=make_subject(ApprovalKind.SERIES, pk=series.pk, title=series.title))
    return series


def make_topic(state: str = TopicState.APPROVED, *, proposed_by=None, **fields) -> Topic:
    """Return a saved topic in `state`, proposed by a partner, with the approval it implies."""
    proposed_by = proposed_by or make_user(PARTNER)
    values = {"title": "Fachkräfte sichern", "description": "Betriebe suchen Nachwuchs."}
    values["organisation_id"] = proposed_by.organisation_id
    if state == TopicState.NOT_TAKEN_UP:
        values["reason"] = "Das Thema läuft schon an anderer Stelle."
    if (
        state not in (TopicState.DRAFT, TopicState.PROPOSED, TopicState.NOT_TAKEN_UP)
        and "series" not in fields
    ):
        values["series"] = make_series()
    topic = Topic.objects.create(**values | fields, state=state, proposed_by=proposed_by)
    decided = {
        TopicState.FOR_APPROVAL: ApprovalState.OPEN,
        TopicState.APPROVED: ApprovalState.APPROVED,
    }
    if state in decided:
        make_approval(decided[state], subject=make_subject(pk=topic.pk, title=topic.title))
    return topic


def make_dialogue(
    state: str = DialogueState.PLANNING, *, host_contact: Person | None = None, **fields
) -> Dialogue:
    """Return a saved dialogue in `state` on an approved topic, with a host that accepted.

    From `scheduled` on it has the date DAY to END, the option that was fixed, and the approval of
    that option.
    """
    values = {
        "title": "Fachkräfte im Maschinenbau",
        "host_contact": host_contact,
        "host_reply": HostReply.ACCEPTED,
        "place": "Werkstraße 1, 12681 Berlin",
    }
    if "topic" not in fields:
        values["topic"] = make_topic()
    if "host" not in fields:
        values["host"] = make_organisation()
    if state in FIXED_STATES:
        values |= {"starts_at": DAY, "ends_at": END, "sequence": 1}
    if state in FIXED_STATES[1:]:
        values["rsvp_by"] = RSVP_BY
    dialogue = Dialogue.objects.create(**values | fields, state=state)
    if dialogue.starts_at and not dialogue.is_taken_over:
        option = make_option(
            dialogue, OptionState.FIXED, starts_at=dialogue.starts_at, ends_at=dialogue.ends_at
        )
        make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)
    return dialogue


def make_option(dialogue: Dialogue, state: str = OptionState.PROPOSED, **fields) -> DateOption:
    """Return a saved date of `dialogue`, DAY to END unless said otherwise."""
    return DateOption.objects.create(
        **{"starts_at": DAY, "ends_at": END} | fields, dialogue=dialogue, state=state
    )


def make_dates_approval(
    dialogue: Dialogue, *options, state: str = ApprovalState.OPEN
) -> ApprovalRequest:
    """Return an approval of `options`; when granted, all of them are ticked."""
    listed = [{"id": option.pk, "label": str(option), "hint": ""} for option in options]
    chosen = [option.pk for option in options] if state == ApprovalState.APPROVED else []
    subject = make_subject(ApprovalKind.DATES, pk=dialogue.pk, title=dialogue.title, options=listed)
    return make_approval(state, subject=subject, chosen=chosen)


def make_invitation(
    dialogue: Dialogue | None = None,
    rsvp: str = RsvpState.OPEN,
    *,
    released: bool = True,
    **fields,
) -> Invitation:
    """Return a saved invitation to `dialogue` (by default one in state `invited`), released in its
    current round.
    """
    dialogue = dialogue or make_dialogue(DialogueState.INVITED)
    values = {"person": None, "rsvp": rsvp}
    if "person" not in fields:
        values["person"] = make_person()
    if released:
        values |= {"released_at": NOW, "released_round": dialogue.round}
    if rsvp != RsvpState.OPEN:
        values |= {"replied_at": NOW, "channel": RsvpChannel.LINK}
    if rsvp == RsvpState.REPRESENTED:
        values |= {
            "substitute_name": "Stellvertretung",
            "substitute_email": "stellvertretung@example.org",
        }
    return Invitation.objects.create(**values | fields, dialogue=dialogue)


def make_full_dialogue(**fields) -> tuple[Dialogue, Invitation]:
    """Return a dialogue with one seat, and the invitation that holds it."""
    dialogue = make_dialogue(DialogueState.INVITED, **{"seats": 1} | fields)
    return dialogue, make_invitation(dialogue, RsvpState.ACCEPTED)


def make_waiting(dialogue: Dialogue, since: dt.datetime | None, **fields) -> Invitation:
    """Return the invitation of a guest on the waiting list; None if their offer lapsed."""
    return make_invitation(dialogue, RsvpState.WAITING, seat_wanted_at=since, **fields)


def make_offer(invitation: Invitation, state: str = SeatOfferState.OFFERED, **fields) -> SeatOffer:
    """Return a seat offered to a waiting guest for two days from NOW."""
    values = {"offered_at": NOW, "expires_at": NOW + dt.timedelta(days=2)}
    if state != SeatOfferState.OFFERED:
        values["ended_at"] = NOW + dt.timedelta(hours=1)
    return SeatOffer.objects.create(**values | fields, invitation=invitation, state=state)


def make_contribution(
    kind: str = ContributionKind.NEED, *, dialogue: Dialogue | None = None, **fields
) -> Contribution:
    """Return a saved contribution to `dialogue`, by default one that was held."""
    values = {"title": "Zweiter Rettungsweg", "kind": kind}
    values["dialogue"] = dialogue or make_dialogue(DialogueState.HELD)
    if "organisation" not in fields:
        values["organisation"] = make_organisation()
    return Contribution.objects.create(**values | fields)


def make_need(state: str = NeedState.RAISED, **fields) -> Need:
    """Return a saved need in `state`, raised at NOW, with the texts that the state requires."""
    texts = {
        NeedState.PROMISED: {"promise": "Der Ausbau beginnt im Herbst."},
        NeedState.DONE: {"outcome": "Die Leitung liegt."},
        NeedState.IMPOSSIBLE: {"reason": "Dafür fehlen die Mittel."},
    }
    values = {"title": "Glasfaser bis zum Werkstor", "raised_on": TODAY, "moved_at": NOW}
    if "raised_by" not in fields:
        values["raised_by"] = make_organisation()
    return Need.objects.create(**values | texts.get(state, {}) | fields, state=state)


def make_released(office, count: int) -> Dialogue:
    """Return a dialogue with `count` invitations released at NOW, and their mails."""
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    for number in range(count):
        person = make_person(
            f"Gast {number}", organisation=make_organisation(f"Betrieb {number:02}")
        )
        make_invitation(dialogue, released=False, person=person)
    release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=count, by=office, now=NOW)
    dialogue.refresh_from_db()
    return dialogue


def make_past(title: str = "Früher", **fields) -> Dialogue:
    """Return a dialogue imported from earlier papers, with a known day."""
    fields = {
        "starts_on": dt.date(2017, 10, 23),
        "precision": Precision.DAY,
        "state": DialogueState.HELD,
    } | fields
    return Dialogue.objects.create(title=title, origin=Origin.TAKEN_OVER, **fields)


def make_office():
    """Return an office account with a fixed address."""
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


def fix_new_date(dialogue: Dialogue, office, senator, starts_at: dt.datetime) -> None:
    """Propose, approve and fix a date of two hours for a dialogue that explores dates."""
    option = create_date_option(
        dialogue=dialogue,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=2),
        host_preference="possible",
        by=office,
        now=NOW,
    )
    approval = submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
        by=senator,
        now=NOW,
    )
    fix_date(option=option, by=office, now=NOW)
