"""Whoever was told of a visit is told of its end, and nobody else."""

import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import Decision
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import announce_visit, cancel_visit, decide_visit, postpone_visit
from outbox.models import Mail
from partners.models import DistributionList
from tests.approvals.builders import NOW
from tests.media_visits.builders import STARTS_AT, make_visit, make_visit_approval, send_mails
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
S = VisitState
DAY = dt.timedelta(days=1)


@pytest.fixture
def company():
    company = make_organisation("Turbinenbau AG")
    make_person(organisation=company, email="werk@example.org")
    make_person(organisation=company, email="")
    make_person(organisation=company, email="frueher@example.org", is_active=False)
    return company


@pytest.fixture
def press_list():
    press = DistributionList.objects.create(name="Presseverteiler")
    press.members.add(make_person(email="redaktion@example.org"), make_person(email=""))
    return press


@pytest.mark.parametrize("service", [postpone_visit, cancel_visit])
def test_people_who_left_since_are_told_of_the_end(office, company, service):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    send_mails()
    company.people.update(is_active=False)

    service(visit=visit, reason="Streik", by=office, now=NOW)

    assert [to for kind, to in mails_written() if kind != "visit_announced"] == ["werk@example.org"]


def test_people_without_an_address_are_left_out(office, company):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    send_mails()
    company.people.update(email="")

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert mails_written("visit_cancelled") == []


def test_people_who_never_got_the_announcement_are_not_told_of_the_end(office, company, press_list):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, lists=[press_list], by=office, now=NOW)
    Mail.objects.filter(recipient="redaktion@example.org").update(state="withdrawn")
    send_mails()

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert mails_written("visit_cancelled") == [("visit_cancelled", "werk@example.org")]


def test_people_whose_address_was_corrected_are_told_of_the_end(office, company):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    send_mails()
    company.people.filter(email="werk@example.org").update(email="neu@example.org")

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert mails_written("visit_cancelled") == [("visit_cancelled", "neu@example.org")]


def announce_and_postpone(office, visit, *lists):
    """Announce and postpone `visit`, then approve it for a week later."""
    announce_visit(visit=visit, lists=lists, by=office, now=NOW)
    send_mails()
    postpone_visit(visit=visit, reason="Streik", by=office, now=NOW)
    Mail.objects.exclude(kind="visit_announced").delete()
    moved = Visit.objects.get(pk=visit.pk)
    moved.state, moved.starts_at = S.APPROVED, STARTS_AT + 7 * DAY
    moved.save()
    return moved


def test_new_announcement_reaches_those_who_were_promised_news(office, company, press_list):
    visit = announce_and_postpone(office, make_visit(S.APPROVED, company=company), press_list)

    announce_visit(visit=visit, by=office, now=NOW + DAY)

    mails = Mail.objects.filter(kind="visit_announced", created_at=NOW + DAY)
    assert sorted(mails.values_list("recipient", flat=True)) == [
        "redaktion@example.org",
        "werk@example.org",
    ]
    former = "Diese Ankündigung ersetzt die frühere für Mo, 23.03.2026, 10:00–12:00 Uhr."
    assert all(former in mail.text for mail in mails)


def test_new_announcement_replaces_nothing_for_those_who_know_of_nothing(office, company):
    visit = announce_and_postpone(office, make_visit(S.APPROVED, company=company))
    make_person(organisation=company, email="neu@example.org")

    announce_visit(visit=visit, by=office, now=NOW + DAY)

    assert "ersetzt" not in Mail.objects.get(recipient="neu@example.org").text


def test_new_announcement_leaves_out_people_who_left_since(office, company, press_list):
    visit = announce_and_postpone(office, make_visit(S.APPROVED, company=company), press_list)
    press_list.members.update(is_active=False)

    announce_visit(visit=visit, by=office, now=NOW + DAY)

    mails = Mail.objects.filter(kind="visit_announced", created_at=NOW + DAY)
    assert [mail.recipient for mail in mails] == ["werk@example.org"]


def test_cancelling_names_the_date_that_people_know(office, senator, company):
    visit = announce_and_postpone(office, make_visit(S.APPROVED, company=company))

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW + DAY)

    outside, inside = (
        Mail.objects.get(kind=kind).text for kind in ("visit_cancelled", "visit_moved")
    )
    assert "23.03.2026" in outside and "30.03.2026" not in outside
    assert "30.03.2026" in inside


def test_refusing_a_postponed_visit_tells_those_who_wait_for_a_date(office, senator, company):
    visit = announce_and_postpone(office, make_visit(S.APPROVED, company=company))
    Visit.objects.update(state=S.SUBMITTED)
    approval = make_visit_approval(visit)
    refusal = Decision(Verdict.REFUSE, "Zu heikel.")

    decide_visit(approval=approval, decision=refusal, by=senator, now=NOW + DAY)

    mail = Mail.objects.get(kind="visit_cancelled")
    assert mail.recipient == "werk@example.org"
    assert "23.03.2026" in mail.text and "30.03.2026" not in mail.text
    assert "heikel" not in mail.text
    assert mails_written("visit_moved") == []


def test_waiting_word_of_a_postponement_is_withdrawn_when_it_is_overtaken(office, company):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    send_mails()
    postpone_visit(visit=visit, reason="Streik", by=office, now=NOW)

    cancel_visit(visit=visit, reason="Zu heikel", by=office, now=NOW + DAY)

    assert set(Mail.objects.values_list("kind", "state")) == {
        ("visit_announced", "sent"),
        ("visit_postponed", "withdrawn"),
        ("visit_cancelled", "waiting"),
    }


def test_new_announcement_overtakes_the_word_of_a_postponement(office, company, press_list):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, lists=[press_list], by=office, now=NOW)
    send_mails()
    press_list.members.update(is_active=False)
    postpone_visit(visit=visit, reason="Streik", by=office, now=NOW)
    Visit.objects.update(state=S.APPROVED, starts_at=STARTS_AT + 7 * DAY)

    announce_visit(visit=visit, by=office, now=NOW + DAY)

    # Whoever left gets no new announcement and still has to learn of the postponement.
    postponed = Mail.objects.filter(kind="visit_postponed")
    assert set(postponed.values_list("recipient", "state")) == {
        ("werk@example.org", "withdrawn"),
        ("redaktion@example.org", "waiting"),
    }
