"""Recording that a condition is met."""

import pytest
from django.urls import reverse

from approvals.enums import ApprovalKind, ApprovalState, ConditionState
from approvals.progress import condition_tasks
from approvals.queries import conditions_awaited
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.approvals.builders import NOW, make_approval, make_condition, make_subject
from tests.confirming import confirm
from tests.dialogues.builders import make_dates_approval, make_dialogue, make_series, make_topic
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE, email="geschaeftsstelle@example.org")
    client.force_login(user)
    return user


def address(condition):
    return reverse("condition", args=[condition.pk])


def test_office_records_a_met_condition(client, office):
    senator = make_user(SENATOR_OFFICE)
    series = make_series()
    subject = make_subject(ApprovalKind.SERIES, pk=series.pk, path=series.get_absolute_url())
    condition = make_condition(make_approval(ApprovalState.CONDITIONAL, subject=subject))

    page = client.get(address(condition)).content.decode()
    response = confirm(client, address(condition), {"note": "Erledigt im Mai"})

    condition.refresh_from_db()
    assert "Bitte die Bezirke beteiligen." in page
    assert (condition.state, condition.note, condition.met_by) == (
        ConditionState.MET,
        "Erledigt im Mai",
        office,
    )
    assert response.headers["Location"] == series.get_absolute_url()
    assert mails_written() == [("condition_met", senator.email)]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_page_records_nothing(client, office, method):
    condition = make_condition()

    with nothing_changes(condition):
        getattr(client, method)(address(condition))


@pytest.mark.parametrize(
    ("role", "status"),
    [(OFFICE, 200), (SENATOR_OFFICE, 403), (PARTNER, 404), (OBSERVER, 404), (None, 404)],
)
def test_only_the_office_opens_the_page(client, role, status):
    condition = make_condition()
    client.force_login(make_user(role) if role else make_user())

    assert client.get(address(condition)).status_code == status
    if status != 200:
        with nothing_changes(condition):
            assert client.post(address(condition), {"note": "x"}).status_code == status


def test_refused_note_is_kept(client, office):
    condition = make_condition(make_approval(ApprovalState.LAPSED))

    with nothing_changes(condition):
        page = client.post(address(condition), {"note": "Mein Vermerk"}).content.decode()

    assert "Die Freigabe ist erloschen; ihre Auflagen gelten nicht mehr." in page
    assert "Mein Vermerk" in page


def test_page_of_a_met_condition_redirects_to_its_approval(client, office):
    condition = make_condition(state=ConditionState.MET, met_at=NOW, met_by=office)

    response = client.get(address(condition))

    assert response.headers["Location"] == reverse("approval", args=[condition.approval_id])


def test_approval_page_lists_conditions(client, office):
    met = make_condition(
        state=ConditionState.MET, met_at=NOW, met_by=office, note="Anhörung im Mai"
    )
    make_condition(met.approval, text="Kosten nennen")

    page = client.get(reverse("approval", args=[met.approval_id])).content.decode()

    assert "Anhörung im Mai" in page
    assert page.count("Als erfüllt vermerken") == 1


def make_page(kind):
    """Return the URL of a subject of `kind` whose approval has an open condition, and the
    condition.
    """
    if kind == ApprovalKind.DATES:
        subject = make_dialogue("exploring")
        approval = make_dates_approval(subject)
        type(approval).objects.filter(pk=approval.pk).update(
            state=ApprovalState.CONDITIONAL, decided_at=NOW, decided_by=approval.submitted_by
        )
    else:
        subject = {ApprovalKind.SERIES: make_series, ApprovalKind.TOPIC: make_topic}.get(
            kind, lambda: make_visit("approved")
        )()
        type(subject).objects.filter(pk=subject.pk)
        approval = make_approval(
            ApprovalState.CONDITIONAL, subject=make_subject(kind, pk=subject.pk)
        )
    return subject.get_absolute_url(), make_condition(approval)


@pytest.mark.parametrize("kind", ApprovalKind)
@pytest.mark.parametrize(("role", "buttons"), [(OFFICE, 1), (SENATOR_OFFICE, 0)])
def test_every_subject_shows_open_conditions_as_next_step(client, kind, role, buttons):
    url, condition = make_page(kind)
    client.force_login(make_user(role))

    page = client.get(url).content.decode()

    assert "Auflage: Bitte die Bezirke beteiligen." in page
    assert page.count(address(condition)) == buttons


def test_open_conditions_wait_for_the_office(office):
    condition = make_condition()
    make_condition(state=ConditionState.MET, met_at=NOW, met_by=office, approval=condition.approval)

    [line] = condition_tasks([found.pk for found in conditions_awaited(office)], NOW).values()

    assert (line.who, line.what, line.url) == (
        "Geschäftsstelle",
        "Auflage zu „Fachkräfte sichern“: Bitte die Bezirke beteiligen.",
        address(condition),
    )
