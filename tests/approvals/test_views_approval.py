"""The page of an approval: earlier and later decisions, and who gets the form."""

import datetime as dt

import pytest
from django.urls import reverse
from pytest_django.asserts import assertInHTML

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.roles import OFFICE, SENATOR_OFFICE
from tests.approvals.builders import NOW, make_approval, make_condition, make_subject
from tests.approvals.subjects import make_topic_approval
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def page_of(client, approval) -> str:
    return client.get(reverse("approval", args=[approval.pk])).content.decode()


def former_part(html: str) -> str:
    start = html.index('<h2 class="card__title" id="former">')
    return html[start : html.index("</section>", start)]


def test_former_decision_is_shown_with_a_link(client, senator):
    former = make_approval(
        ApprovalState.CONDITIONAL, decided_by=senator, comment="Bitte\nprüfen", by_deputy=True
    )
    make_condition(former, text="Bezirke beteiligen")
    again = make_approval(subject=make_subject(snapshot=[["Thema", "Neu"]]), now=LATER)

    part = former_part(page_of(client, again))

    assert (
        f"<strong>Mit Auflage freigegeben</strong> · 02.03.2026, 10:00 Uhr · {senator} (in "
        "Vertretung)" in part
    )
    assert "<li>Auflage: Bezirke beteiligen</li><li>Anmerkung: Bitte<br>prüfen</li>" in part
    assert f'href="{reverse("approval", args=[former.pk])}"' in part


def test_former_approval_that_lapsed_says_when_and_why(client, senator):
    former = make_approval(by=make_user("office"))
    lapsed = {"state": ApprovalState.LAPSED, "lapsed_at": LATER, "lapse_reason": "geändert: Titel"}
    ApprovalRequest.objects.filter(pk=former.pk).update(**lapsed)
    again = make_approval(now=LATER)

    part = former_part(page_of(client, again))

    assert "<strong>Erloschen</strong> · 03.03.2026, 10:00 Uhr · geändert: Titel</p>" in part
    assert "<li>" not in part


def test_first_approval_shows_no_former_one(client, senator):
    assert 'id="former"' not in page_of(client, make_approval())


@pytest.mark.parametrize("count", [1, 3])
def test_former_approval_needs_one_query_for_any_number_of_conditions(
    client, senator, count, django_assert_num_queries
):
    former = make_approval(ApprovalState.CONDITIONAL)
    for _number in range(count):
        make_condition(former)
    again = make_approval(now=LATER)

    with django_assert_num_queries(9):
        client.get(reverse("approval", args=[again.pk]))


def test_withdrawn_approval_says_by_whom_and_when(client, senator):
    office = make_user("office")
    approval = make_approval(ApprovalState.WITHDRAWN, by=office)

    page = page_of(client, approval)
    desk = client.get(reverse("approvals_desk") + "?stand=entschieden").content.decode()
    taps = client.post(
        reverse("approval_decide", args=[approval.pk]), {"verdict": "approve", "comment": "Gern"}
    )

    assert f"<strong>zurückgezogen</strong> · 02.03.2026, 10:00 Uhr · {office}</p>" in page
    assert f"<p>zurückgezogen<br>02.03.2026, {office}</p>" in desk
    sentence = (
        f"Diese Freigabe ist zurückgezogen (am 02.03.2026, 10:00 Uhr, von: {office}). Ihre "
        "Eingabe gilt nicht."
    )
    assert (taps.status_code, sentence in taps.content.decode(), taps.context["entered_texts"]) == (
        409,
        True,
        ["Gern"],
    )


def test_former_approval_that_was_withdrawn_says_by_whom(client, senator):
    former = make_approval(ApprovalState.WITHDRAWN, by=make_user("office"))

    part = former_part(page_of(client, make_approval(now=LATER)))

    assert (
        f"<strong>Zurückgezogen</strong> · 02.03.2026, 10:00 Uhr · {former.withdrawn_by}</p>"
        in part
    )


def test_submitters_get_no_decision_form(client):
    both = make_user(OFFICE, SENATOR_OFFICE)
    approval = make_topic_approval()
    ApprovalRequest.objects.filter(pk=approval.pk).update(submitted_by=both)
    client.force_login(both)

    page = client.get(reverse("approval", args=[approval.pk])).content.decode()

    assert "Diese Vorlage haben Sie selbst eingereicht; darüber entscheidet jemand anderes." in page
    assert 'name="verdict"' not in page


def test_page_shows_changes_since_the_last_decision(client, senator):
    approval = make_topic_approval()
    former = make_topic_approval()
    ApprovalRequest.objects.filter(pk=former.pk).update(
        snapshot=[["Thema", "Alt"], ["Ziel", "Weg"]]
    )
    ApprovalRequest.objects.filter(pk=approval.pk).update(
        snapshot=[["Thema", "Neu"]], former=former
    )

    page = client.get(reverse("approval", args=[approval.pk])).content.decode()

    assert "Geändert seit der letzten Vorlage" in page
    for label, before, after in (("Thema", "Alt", "Neu"), ("Ziel", "Weg", "–")):
        cells = f'<td data-label="bisher">{before}</td><td data-label="jetzt">{after}</td>'
        assertInHTML(f'<tr><th scope="row">{label}</th>{cells}</tr>', page)


def test_decision_comes_before_the_former_decision_and_calls_nothing_required_optional(
    client, senator
):
    make_approval(ApprovalState.RETURNED, comment="Bitte prüfen")
    again = make_approval(subject=make_subject(snapshot=[["Thema", "Neu"]]), now=LATER)

    page = page_of(client, again)

    places = [page.index(part) for part in ('id="vorlage"', 'id="entscheidung"', 'id="former"')]
    assert places == sorted(places)
    assert "optional" not in page


def test_when_and_where_stand_unfolded_on_the_page_and_before_the_decision_counts(client, senator):
    known = [["Termin", "Mo, 18.05.2026"], ["Ort", "Halle 7"]]
    facts = [["Anlass", "Rundgang"], ["Adresse", ""], *known]
    approval = make_approval(subject=make_subject(snapshot=facts))

    page = page_of(client, approval)
    asked = client.post(reverse("approval_decide", args=[approval.pk]), {"verdict": "approved"})

    assert page.index("Halle 7") < page.index("Eckdaten, wie vorgelegt")
    for shown in (page, asked.content.decode()):
        assert "Mo, 18.05.2026" in shown
        assert "Halle 7" in shown
    assert approval.when_and_where == known


@pytest.mark.parametrize("count", [1, 3])
def test_page_needs_the_same_queries_for_any_number_of_conditions(
    client, senator, count, django_assert_num_queries
):
    approval = make_approval(ApprovalState.CONDITIONAL)
    for _number in range(count):
        make_condition(approval)

    with django_assert_num_queries(8):
        client.get(reverse("approval", args=[approval.pk]))
