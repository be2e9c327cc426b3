"""Approvals with real subjects, for every kind and state."""

import datetime as dt
from typing import NamedTuple

import pytest
from django.db import models

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.conflicts import version_of
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, OptionState, SeriesState, TopicState
from dialogues.services import (
    change_dialogue,
    change_series,
    change_topic,
    request_consent,
    submit_dates,
    submit_topic,
)
from media_visits.enums import VisitState
from media_visits.services import change_visit, submit_visit
from media_visits.services.visits import VISIT_FIELDS
from partners.models import User
from tests.approvals.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    details_of,
    make_approval,
    make_deputy,
    make_subject,
)
from tests.dialogues.builders import (
    DAY,
    END,
    make_dates_approval,
    make_dialogue,
    make_option,
    make_series,
    make_topic,
)
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_user

A, K = ApprovalState, ApprovalKind

# Maps the state of the latest approval to the state its subject then has.
STATES = {
    K.SERIES: {
        A.OPEN: SeriesState.REQUESTED,
        A.APPROVED: SeriesState.CONSENTED,
        A.CONDITIONAL: SeriesState.CONSENTED,
        A.RETURNED: SeriesState.RETURNED,
        A.REFUSED: SeriesState.REFUSED,
        A.LAPSED: SeriesState.AFFIRMED,
        A.WITHDRAWN: SeriesState.AFFIRMED,
    },
    K.TOPIC: {
        A.OPEN: TopicState.FOR_APPROVAL,
        A.APPROVED: TopicState.APPROVED,
        A.CONDITIONAL: TopicState.APPROVED,
        A.RETURNED: TopicState.RETURNED,
        A.REFUSED: TopicState.REFUSED,
        A.LAPSED: TopicState.IN_PROGRESS,
        A.WITHDRAWN: TopicState.IN_PROGRESS,
    },
    K.DATES: {
        A.OPEN: OptionState.PROPOSED,
        A.APPROVED: OptionState.POSSIBLE,
        A.CONDITIONAL: OptionState.POSSIBLE,
        A.RETURNED: OptionState.IMPOSSIBLE,
        A.REFUSED: OptionState.IMPOSSIBLE,
        A.LAPSED: OptionState.PROPOSED,
        A.WITHDRAWN: OptionState.PROPOSED,
    },
    K.VISIT: {
        A.OPEN: VisitState.SUBMITTED,
        A.APPROVED: VisitState.APPROVED,
        A.CONDITIONAL: VisitState.APPROVED,
        A.RETURNED: VisitState.RETURNED,
        A.REFUSED: VisitState.CANCELLED,
        A.LAPSED: VisitState.IDEA,
        A.WITHDRAWN: VisitState.IDEA,
    },
}


class Case(NamedTuple):
    """An approval, its subject, and the object whose state follows (for dates: an option)."""

    approval: ApprovalRequest
    subject: models.Model
    affected: models.Model

    @property
    def affected_state(self) -> str:
        self.affected.refresh_from_db()
        return self.affected.state

    def decision(self, verdict: str) -> Decision:
        chosen = [option["id"] for option in self.approval.options]
        return Decision(verdict, "Begründung", **details_of(verdict, chosen))


def make_case(kind: str, state: str, *, by) -> Case:
    """Return a subject of `kind` whose latest approval, submitted by `by`, is in `state`."""
    wanted = STATES[K(kind)][A(state)]
    if kind == K.DATES:
        subject = make_dialogue(DialogueState.EXPLORING)
        affected = make_option(subject, wanted)
    else:
        subject = affected = _make_subject(kind, wanted)
    ApprovalRequest.objects.filter(kind=kind, subject_id=subject.pk).delete()
    options = [{"id": affected.pk, "label": str(affected), "hint": ""}] if kind == K.DATES else []
    about = {"title": str(subject), "path": subject.get_absolute_url(), "options": options}
    approval = make_approval(
        state, by=by, decided_by=by, subject=make_subject(kind, pk=subject.pk, **about)
    )
    if state == A.LAPSED:
        ApprovalRequest.objects.filter(pk=approval.pk).update(
            lapsed_at=NOW, lapse_reason="geändert: Titel"
        )
    return Case(approval, subject, affected)


def _make_subject(kind: str, state: str) -> models.Model:
    make = {K.SERIES: make_series, K.TOPIC: make_topic, K.VISIT: make_visit}[K(kind)]
    return make(state)


def submit(case: Case, by) -> ApprovalRequest:
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "by": by, "now": NOW}
    kind = case.approval.kind
    if kind == K.SERIES:
        return request_consent(series=case.subject, **values)
    if kind == K.TOPIC:
        return submit_topic(topic=case.subject, **values)
    if kind == K.DATES:
        return submit_dates(dialogue=case.subject, **values)
    return submit_visit(visit=case.subject, **values)


def change(case: Case, by) -> None:
    """Change the title of the subject through the service that its form uses."""
    kind, values = case.approval.kind, {"title": "Ein anderer Titel"}
    if kind == K.SERIES:
        change_series(series=case.subject, values=values, by=by, now=NOW)
    elif kind == K.TOPIC:
        change_topic(topic=case.subject, values=values, by=by, now=NOW)
    elif kind == K.DATES:
        change_dialogue(dialogue=case.subject, values=values, by=by, now=NOW)
    else:
        visit = type(case.subject).objects.get(pk=case.subject.pk)
        shown = version_of(visit, VISIT_FIELDS)
        change_visit(visit=visit, values=values, version=shown, by=by, now=NOW)


VERDICTS = {
    kind: [verdict for verdict in Verdict if kind == K.DATES or verdict != Verdict.NONE_POSSIBLE]
    for kind in K
}


def make_people(kind, submitter) -> dict[str, User]:
    """Return a user of each role, deputies of every kind, and a submitter who is also a deputy."""
    principal = make_user(SENATOR_OFFICE)
    other = next(key for key in K if key != kind)
    yesterday = NOW.date().replace(day=1)
    people = {role: make_user(role) for role in (OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER)}
    people |= {
        "nobody": make_user(),
        "deputy": make_deputy(principal, email="a@example.org"),
        "deputy of the kind": make_deputy(principal, kinds=[kind], email="b@example.org"),
        "deputy of another kind": make_deputy(principal, kinds=[other], email="c@example.org"),
        "former deputy": make_deputy(
            principal, starts_on=yesterday, ends_on=yesterday, email="d@example.org"
        ),
        "submitter": make_deputy(principal, deputy=submitter),
    }
    return {name: User.objects.get(pk=person.pk) for name, person in people.items()}


def raises_exactly(error: type[Exception]):
    """Expect `error` but no subclass of it: NotAllowed and ChangedMeanwhile derive from Refused."""
    return pytest.raises(error, check=lambda raised: type(raised) is error)


def make_topic_approval(*, due_on: dt.date = dt.date(2030, 5, 10)) -> ApprovalRequest:
    """Return the open approval of a new topic."""
    topic = make_topic(TopicState.FOR_APPROVAL)
    ApprovalRequest.objects.open().filter(kind="topic", subject_id=topic.pk).update(due_on=due_on)
    return ApprovalRequest.objects.open().get(kind="topic", subject_id=topic.pk)


def make_two_dates_approval() -> ApprovalRequest:
    """Return the open approval of two dates of a dialogue, one day apart."""
    dialogue = make_dialogue(DialogueState.EXPLORING)
    day = dt.timedelta(days=1)
    second = make_option(dialogue, starts_at=DAY + day, ends_at=END + day)
    return make_dates_approval(dialogue, make_option(dialogue), second)
