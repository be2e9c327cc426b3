"""Approvals for tests, submitted on a Monday in March."""

import datetime as dt
from zoneinfo import ZoneInfo

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest, Condition
from approvals.queries import approval_to_compare
from approvals.registry import Briefing, Decision, Subject
from approvals.services import record_decision
from core.history import save_as
from core.roles import OFFICE
from partners.models import Deputy, User
from tests.partners.builders import make_user

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=BERLIN)
TODAY = NOW.date()
DUE_ON = dt.date(2026, 3, 13)
CONDITION = "Bitte die Bezirke beteiligen."
BRIEFING = Briefing(
    occasion="Vorschlag eines Verbands",
    facts="Das Thema betrifft viele Betriebe.",
    assessment="Die Geschäftsstelle rät zu.",
    vote="Freigabe des Themas",
)


def make_subject(kind: str = ApprovalKind.TOPIC, pk: int = 1, **fields) -> Subject:
    values = {
        "title": "Fachkräfte sichern",
        "path": f"/branchengespraeche/themen/{pk}/",
        "snapshot": [],
    }
    return Subject(kind=kind, pk=pk, **values | fields)


def an_office() -> User:
    return User.objects.filter(groups__name=OFFICE).order_by("pk").first() or make_user(OFFICE)


def make_approval(
    state: str = ApprovalState.OPEN,
    *,
    subject: Subject | None = None,
    due_on: dt.date = DUE_ON,
    by=None,
    now: dt.datetime = NOW,
    decided_by=None,
    **fields,
) -> ApprovalRequest:
    """Return an approval submitted by the office at `now`, without any mail.

    It is written straight to the database, because going through the services would take longer
    than most tests. The history has the submission only.
    """
    subject, by = subject or make_subject(), by or an_office()
    approval = ApprovalRequest(
        kind=subject.kind,
        subject_id=subject.pk,
        title=subject.title,
        path=subject.path,
        origin=subject.origin,
        snapshot=subject.snapshot,
        options=subject.options,
        due_on=due_on,
        submitted_at=now,
        submitted_by=by,
        former=approval_to_compare(subject.kind, subject.pk),
        **BRIEFING.texts,
    )
    save_as(approval, by=by, now=now, reason="Freigabe beantragt")
    if state not in (ApprovalState.OPEN, ApprovalState.WITHDRAWN):
        decision = {"decided_at": now, "decided_by": decided_by or by, "comment": "Begründung"}
        fields = decision | fields
    if state == ApprovalState.WITHDRAWN:
        fields = {"withdrawn_at": now, "withdrawn_by": by} | fields
    if fields or state != approval.state:
        fields["state"] = state
        ApprovalRequest.objects.filter(pk=approval.pk).update(**fields)
        for name, value in fields.items():
            setattr(approval, name, value)
    return approval


def details_of(verdict: str, chosen=()) -> dict:
    """Return the fields that `verdict` needs besides a comment: a condition, the chosen dates."""
    details: dict = {"chosen": list(chosen)}
    if verdict == Verdict.CONDITION:
        details["conditions"] = [CONDITION]
    return details


def make_condition(approval: ApprovalRequest | None = None, **fields) -> Condition:
    """Return an open condition of `approval`, by default of a new conditional approval."""
    approval = approval or make_approval(ApprovalState.CONDITIONAL)
    return Condition.objects.create(**{"text": CONDITION} | fields, approval=approval)


def make_deputy(
    principal: User,
    *,
    starts_on=TODAY,
    ends_on=TODAY,
    kinds=(),
    email="vertretung@example.org",
    deputy=None,
) -> User:
    """Return a user who deputises for `principal` in approvals of `kinds`, or of every kind if
    empty.
    """
    deputy = deputy or make_user(email=email)
    Deputy.objects.create(
        principal=principal.person,
        deputy=deputy.person,
        starts_on=starts_on,
        ends_on=ends_on,
        kinds=list(kinds),
    )
    return deputy


def decide(approval, by, verdict=Verdict.APPROVE, comment="Bitte ergänzen.", **fields):
    """Record a decision at `NOW`; `fields` are those of `approvals.registry.Decision`."""
    decision = Decision(verdict, comment, **fields)
    return record_decision(approval=approval, decision=decision, by=by, now=NOW)
