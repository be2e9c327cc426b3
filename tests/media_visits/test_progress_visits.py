import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.queries import approvals_about
from approvals.registry import Decision
from media_visits.enums import VisitState
from media_visits.progress.visits import visit_history, visit_page
from media_visits.services import cancel_visit, decide_visit, submit_visit, withdraw_visit
from tests.approvals.builders import BRIEFING, DUE_ON, NOW
from tests.media_visits.builders import make_visit

pytestmark = pytest.mark.django_db
S = VisitState
APPROVED_STATES = (S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
HOUR = dt.timedelta(hours=1)


def test_history_shows_each_step_with_vote_and_comment(office, senator):
    visit = make_visit()
    submission = {"visit": visit, "briefing": BRIEFING, "due_on": DUE_ON, "by": office}
    approval = submit_visit(now=NOW, **submission)
    decide_visit(
        approval=approval,
        decision=Decision(Verdict.RETURN, "Bitte kürzen."),
        by=senator,
        now=NOW + HOUR,
    )
    approval = submit_visit(now=NOW + 2 * HOUR, **submission)
    decide_visit(
        approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW + 3 * HOUR
    )
    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW + 4 * HOUR)

    entries = visit_history(visit, approvals_about("visit", visit.pk))

    assert [(entry.what, entry.who, entry.note) for entry in entries][:-1] == [
        ("Abgesagt", str(office), ""),
        ("Freigegeben", str(senator), ""),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
        ("Zurückgegeben", str(senator), "Bitte kürzen."),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
    ]
    assert entries[0].at == NOW + 4 * HOUR


@pytest.mark.parametrize("state", S)
def test_page_offers_to_publish_only_approved_visits(office, state):
    visit = make_visit(state)

    assert [button.label for button in visit_page(visit, office, now=NOW)["further_buttons"]].count(
        "Veröffentlichen"
    ) == (state in APPROVED_STATES)


def test_history_keeps_votes_apart_when_a_submission_was_withdrawn(office, senator):
    visit = make_visit()
    submission = {"visit": visit, "due_on": DUE_ON, "by": office}
    submit_visit(briefing=BRIEFING._replace(vote="Erstes"), now=NOW, **submission)
    withdraw_visit(visit=visit, by=office, now=NOW + HOUR)
    second = BRIEFING._replace(vote="Zweites")
    approval = submit_visit(briefing=second, now=NOW + 2 * HOUR, **submission)
    decision = Decision(Verdict.REFUSE, "Kein Bezug zum Masterplan.")
    decide_visit(approval=approval, decision=decision, by=senator, now=NOW + 3 * HOUR)

    entries = visit_history(visit, approvals_about("visit", visit.pk))

    assert [(entry.what, entry.note) for entry in entries][:-1] == [
        ("Abgelehnt", "Kein Bezug zum Masterplan."),
        ("Zur Freigabe vorgelegt", "Zweites"),
        ("Vorlage zurückgezogen", ""),
        ("Zur Freigabe vorgelegt", "Erstes"),
    ]


def test_page_shows_the_comment_of_the_last_decision(office, senator):
    visit = make_visit()
    submission = {"visit": visit, "briefing": BRIEFING, "due_on": DUE_ON, "by": office}
    approval = submit_visit(now=NOW, **submission)
    decision = Decision(Verdict.RETURN, "Bitte kürzen.")
    decide_visit(approval=approval, decision=decision, by=senator, now=NOW + HOUR)
    submit_visit(now=NOW + 2 * HOUR, **submission)

    cards = visit_page(visit, office, now=NOW)["cards"]

    assert [card[:2] for card in cards] == [("Anmerkung zur Freigabe", "Bitte kürzen.")]
    assert cards[0].note == f"zurückgegeben · {senator} · 02.03.2026, 11:00 Uhr"


def test_page_shows_the_latest_briefing(office, senator):
    visit = make_visit()
    submission = {"visit": visit, "due_on": DUE_ON, "by": office}
    submit_visit(briefing=BRIEFING, now=NOW, **submission)
    withdraw_visit(visit=visit, by=office, now=NOW + HOUR)
    briefing = BRIEFING._replace(facts="", vote="Zustimmung zum Besuch")
    submit_visit(briefing=briefing, now=NOW + 2 * HOUR, **submission)
    visit.refresh_from_db()

    assert visit_page(visit, office, now=NOW)["briefing"] == [
        ("Anlass", BRIEFING.occasion),
        ("Bewertung", BRIEFING.assessment),
        ("Votum", "Zustimmung zum Besuch"),
    ]
