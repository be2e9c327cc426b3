import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.errors import Refused
from core.roles import OBSERVER, PARTNER
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import (
    announce_visit,
    cancel_visit,
    document_visit,
    postpone_visit,
)
from outbox.models import Mail
from partners.models import Deputy, DistributionList
from tests.approvals.builders import NOW, TODAY
from tests.media_visits.builders import (
    STARTS_AT,
    make_visit,
)
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written, nothing_changes

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


def test_announcement_reaches_company_lists_and_senators_office(
    office, senator, company, press_list
):
    visit = make_visit(S.APPROVED, company=company)
    Mail.objects.all().delete()

    announce_visit(visit=visit, lists=[press_list], by=office, now=NOW)

    visit.refresh_from_db()
    assert (visit.state, visit.announced_at) == (S.ANNOUNCED, NOW)
    assert sorted(visit.informed.values_list("email", flat=True)) == [
        "redaktion@example.org",
        "werk@example.org",
    ]
    assert mails_written() == [
        ("visit_announced", "redaktion@example.org"),
        ("visit_announced", "werk@example.org"),
        ("visit_moved", "senatorin@example.org"),
    ]


def test_person_on_two_lists_gets_one_mail(office, company, press_list):
    press_list.members.add(*company.people.all())

    announce_visit(
        visit=make_visit(S.APPROVED, company=company), lists=[press_list], by=office, now=NOW
    )

    assert len(mails_written("visit_announced")) == 2


@pytest.mark.parametrize("count", [1, 10])
def test_announcement_needs_the_same_queries_for_few_and_many(
    office, company, press_list, django_assert_num_queries, count
):
    visit = make_visit(S.APPROVED, company=company)
    for _number in range(count):
        make_person(organisation=company)
        press_list.members.add(make_person())

    with django_assert_num_queries(21):
        announce_visit(visit=visit, lists=[press_list], by=office, now=NOW)

    assert len(mails_written("visit_announced")) == 2 + 2 * count


def test_visit_in_the_past_is_not_announced(office):
    visit = make_visit(S.APPROVED)

    with nothing_changes(visit), pytest.raises(Refused, match="in der Vergangenheit"):
        announce_visit(visit=visit, by=office, now=STARTS_AT + dt.timedelta(minutes=1))


def test_postponing_clears_the_date_and_mails_everyone_informed(office, senator, company):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    Mail.objects.all().delete()

    postpone_visit(visit=visit, reason=" Streik ", by=office, now=NOW)

    visit.refresh_from_db()
    assert (visit.state, visit.starts_at, visit.ends_at, visit.starts_on) == (
        S.POSTPONED,
        None,
        None,
        None,
    )
    assert visit.reason == "Streik"
    assert ApprovalRequest.objects.get().state == ApprovalState.LAPSED
    assert mails_written() == [
        ("visit_moved", "senatorin@example.org"),
        ("visit_postponed", "werk@example.org"),
    ]
    text = Mail.objects.get(kind="visit_postponed").text
    assert "Mo, 23.03.2026, 10:00–12:00 Uhr" in text
    assert "Streik" in text


@pytest.mark.parametrize("state", [S.APPROVED, S.ANNOUNCED])
def test_postponed_visit_and_its_next_date_are_not_public(office, state):
    visit = make_visit(state, is_published=True)

    postpone_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert (Visit.objects.get().state, Visit.objects.get().is_published) == (S.POSTPONED, False)
    Visit.objects.update(starts_at=STARTS_AT)
    assert not Visit.objects.visible_to(make_user(PARTNER)).exists()
    assert not Visit.objects.visible_to(make_user(OBSERVER)).exists()


@pytest.mark.parametrize("is_published", [True, False])
@pytest.mark.parametrize("state", [S.APPROVED, S.ANNOUNCED])
def test_cancelled_visit_stays_as_public_as_it_was(office, state, is_published):
    visit = make_visit(state, is_published=is_published)

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert (Visit.objects.get().state, Visit.objects.get().is_published) == (
        S.CANCELLED,
        is_published,
    )
    assert Visit.objects.visible_to(make_user(OBSERVER)).exists() == is_published


def test_cancelling_an_announced_visit_mails_everyone_informed(office, senator, company):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, by=office, now=NOW)
    Mail.objects.all().delete()

    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW)

    assert Visit.objects.get(pk=visit.pk).state == S.CANCELLED
    assert mails_written() == [
        ("visit_cancelled", "werk@example.org"),
        ("visit_moved", "senatorin@example.org"),
    ]


@time_machine.travel(NOW)
@pytest.mark.parametrize("state", [S.APPROVED, S.ANNOUNCED])
@pytest.mark.parametrize("service", [postpone_visit, cancel_visit])
def test_deputies_get_mail_while_they_may_decide(office, senator, service, state):
    away, standing, over = (
        make_user(email=f"{name}@example.org") for name in ("urlaub", "staendig", "frueher")
    )
    for user, ends_on in ((away, TODAY), (standing, None), (over, TODAY - DAY)):
        starts_on = TODAY - 7 * DAY
        Deputy.objects.create(
            principal=senator.person, deputy=user.person, starts_on=starts_on, ends_on=ends_on
        )
    topics = make_user(email="themen@example.org")
    Deputy.objects.create(
        principal=senator.person, deputy=topics.person, starts_on=TODAY, kinds=["topic"]
    )

    service(visit=make_visit(state), reason="Streik", by=office, now=NOW)

    assert mails_written() == [
        ("visit_moved", "senatorin@example.org"),
        ("visit_moved", "staendig@example.org"),
        ("visit_moved", "urlaub@example.org"),
    ]


def test_cancelling_an_idea_mails_nobody(office, senator):
    cancel_visit(visit=make_visit(), reason="Kein Interesse", by=office, now=NOW)

    assert mails_written() == []


def test_cancelling_withdraws_an_open_approval_with_one_mail(office, senator):
    visit = make_visit(S.SUBMITTED)
    Mail.objects.all().delete()

    cancel_visit(visit=visit, reason="Kein Interesse", by=office, now=NOW)

    assert ApprovalRequest.objects.get().state == ApprovalState.WITHDRAWN
    assert mails_written() == [("approval_withdrawn", "senatorin@example.org")]


@pytest.mark.parametrize("service", [postpone_visit, cancel_visit])
def test_postponing_and_cancelling_need_a_reason(office, service):
    visit = make_visit(S.ANNOUNCED)

    with nothing_changes(visit), pytest.raises(Refused, match="nennen Sie den Grund"):
        service(visit=visit, reason="  ", by=office, now=NOW)


def test_documenting_needs_an_outcome(office):
    visit = make_visit(S.HELD)

    with nothing_changes(visit), pytest.raises(Refused, match="in wenigen Sätzen"):
        document_visit(visit=visit, outcome=" ", by=office, now=NOW)

    document_visit(visit=visit, outcome=" Fläche gesucht ", by=office, now=NOW)
    visit.refresh_from_db()
    assert (visit.state, visit.outcome) == (S.DOCUMENTED, "Fläche gesucht")


@pytest.mark.parametrize("service", [postpone_visit, cancel_visit])
def test_waiting_mails_about_a_visit_that_is_off_are_withdrawn(office, senator, company, service):
    visit = make_visit(S.APPROVED, company=company)
    announce_visit(visit=visit, lists=[], by=office, now=NOW)

    service(visit=visit, reason="Streik", by=office, now=NOW)

    # Nobody at the company knows of the visit.
    assert set(Mail.objects.values_list("kind", "recipient", "state")) == {
        ("visit_announced", "werk@example.org", "withdrawn"),
        ("visit_moved", senator.email, "withdrawn"),
        ("visit_moved", senator.email, "waiting"),
    }
