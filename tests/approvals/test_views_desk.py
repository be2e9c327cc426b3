"""The desk: who may look, who decides, in two taps, and what happens to bad input."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertInHTML

from approvals.enums import ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Change
from approvals.services import lapse_changed_approvals
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.models import Topic
from outbox.models import Mail
from partners.models import User
from tests.approvals.builders import make_approval, make_condition, make_deputy
from tests.approvals.requests import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def decide_url(approval):
    return reverse("approval_decide", args=[approval.pk])


@pytest.mark.parametrize(
    ("role", "status"), [(OFFICE, 200), (SENATOR_OFFICE, 200), (OBSERVER, 403), (PARTNER, 403)]
)
def test_desk_is_for_the_house(client, role, status):
    client.force_login(make_user(role))

    assert client.get(reverse("approvals_desk")).status_code == status


def test_first_tap_asks_again_and_changes_nothing(client, senator):
    approval = make_topic_approval()
    mails = Mail.objects.count()

    response = client.post(decide_url(approval), {"verdict": "approve", "comment": "gern"})

    approval.refresh_from_db()
    page = response.content.decode()
    assert "Ja, freigeben" in page
    assert '<input type="hidden" name="comment" value="gern">' in page
    assert (approval.state, Mail.objects.count()) == (ApprovalState.OPEN, mails)


def test_second_tap_decides_and_leads_to_the_next_request(client, senator):
    late = make_topic_approval(due_on=dt.date(2030, 5, 20))
    early = make_topic_approval(due_on=dt.date(2030, 5, 10))

    response = client.post(decide_url(early), {"verdict": "approve", "confirmed": "1"})

    early.refresh_from_db()
    assert (early.state, early.decided_by) == (ApprovalState.APPROVED, senator)
    assert response.headers["Location"] == reverse("approval", args=[late.pk])


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_answers_that_need_a_reason_are_asked_for_it(client, senator, verdict):
    approval = make_topic_approval()

    response = client.post(
        decide_url(approval), {"verdict": verdict, "comment": " ", "confirmed": "1"}
    )

    approval.refresh_from_db()
    assert response.status_code == 422
    assert "Bitte begründen Sie kurz" in response.content.decode()
    assert approval.state == ApprovalState.OPEN


def test_no_ticked_date_is_no_approval(client, senator):
    approval = make_two_dates_approval()

    response = client.post(
        decide_url(approval), {"verdict": "approve", "comment": "bleibt stehen", "confirmed": "1"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Bitte kreuzen Sie mindestens einen Termin an" in page
    assert "bleibt stehen" in page


def test_confirmation_names_the_ticked_dates(client, senator):
    approval = make_two_dates_approval()
    first, second = approval.options[0], approval.options[1]

    page = client.post(
        decide_url(approval), {"verdict": "approve", "chosen": [first["id"]]}
    ).content.decode()

    assert first["label"] in page
    assert second["label"] not in page


def test_second_decision_names_who_was_faster(client, senator):
    approval = make_topic_approval()
    client.post(decide_url(approval), {"verdict": "approve", "confirmed": "1"})
    client.force_login(make_user(SENATOR_OFFICE))

    response = client.post(
        decide_url(approval),
        {"verdict": "refuse", "comment": "nein", "confirmed": "1"},
        follow=True,
    )

    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert f"von: {senator})" in response.content.decode()


def test_office_looks_but_does_not_decide(client):
    approval = make_topic_approval()
    client.force_login(make_user(OFFICE))

    assert client.get(reverse("approval", args=[approval.pk])).status_code == 200
    assert (
        client.post(decide_url(approval), {"verdict": "approve", "confirmed": "1"}).status_code
        == 403
    )
    approval.refresh_from_db()
    assert approval.state == ApprovalState.OPEN


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_of_the_mail_decides_nothing(client, senator, method):
    approval = make_topic_approval()
    before = ApprovalRequest.history.count()

    getattr(client, method)(reverse("approval", args=[approval.pk]))
    response = getattr(client, method)(decide_url(approval))

    approval.refresh_from_db()
    assert (approval.state, ApprovalRequest.history.count()) == (ApprovalState.OPEN, before)
    assert (response.status_code, response.url) == (302, reverse("approval", args=[approval.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_desk_costs_the_same_queries_for_any_number(
    client, senator, count, django_assert_num_queries
):
    for _number in range(count):
        make_topic_approval()

    with django_assert_num_queries(8):
        client.get(reverse("approvals_desk"))


def post(client, approval, verdict, **values):
    return client.post(decide_url(approval), {"verdict": verdict, "confirmed": "1"} | values)


def test_approval_on_condition_in_two_taps(client, senator):
    approval = make_topic_approval()
    values = {"verdict": "condition", "conditions": "Bezirke beteiligen\r\n\r\nKosten nennen"}

    first = client.post(decide_url(approval), values).content.decode()
    assert "Möchten Sie mit Auflage freigeben?" in first
    assert "<li>Bezirke beteiligen</li><li>Kosten nennen</li>" in first
    assert ApprovalRequest.objects.get(pk=approval.pk).is_open
    post(client, approval, **values)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.CONDITIONAL
    assert [row.text for row in approval.conditions.order_by("pk")] == [
        "Bezirke beteiligen",
        "Kosten nennen",
    ]


@pytest.mark.parametrize("conditions", ["", " \r\n "])
def test_condition_without_words_is_asked_for(client, senator, conditions):
    approval = make_topic_approval()

    response = post(client, approval, "condition", conditions=conditions, comment="bleibt stehen")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Bitte nennen Sie die Auflage, die zu erfüllen ist." in page
    assert "bleibt stehen" in page
    assert '<details class="decision__more" open>' in page


ROWS = {"proposal-TOTAL_FORMS": "3", "proposal-INITIAL_FORMS": "0"}
DATE = {"proposal-0-day": "2030-05-06", "proposal-0-begins": "14:00", "proposal-0-ends": ""}


def test_none_possible_with_another_date_in_two_taps(client, senator):
    approval = make_two_dates_approval()
    values = {"verdict": "none_possible", "comment": "", **ROWS, **DATE}

    first = client.post(decide_url(approval), values).content.decode()
    assert "Ist keiner der Termine möglich?" in first
    assert "Mo, 06.05.2030, 14:00 Uhr" in first
    post(client, approval, **values)

    approval.refresh_from_db()
    assert (approval.state, approval.none_possible) == (ApprovalState.RETURNED, True)
    assert [str(date) for date in approval.proposed_dates] == ["Mo, 06.05.2030, 14:00 Uhr"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {},
            "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich "
            "wäre.",
        ),
        ({"proposal-0-day": "2030-05-06"}, "Bitte nennen Sie, wann es beginnt."),
        ({"proposal-0-begins": "14:00"}, "Bitte nennen Sie den Tag."),
        (DATE | {"proposal-0-ends": "13:00"}, "Das Ende muss nach dem Beginn liegen."),
        (
            DATE | {"proposal-0-day": "2020-05-06"},
            "Der vorgeschlagene Termin liegt in der Vergangenheit",
        ),
    ],
)
def test_wrong_proposals_are_told_and_stay(client, senator, values, words):
    approval = make_two_dates_approval()
    field = "comment" if values else "conditions"  # a comment would do instead of a date

    response = post(client, approval, "none_possible", **{field: "bleibt stehen"}, **ROWS, **values)

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "bleibt stehen" in page
    assert all(f'value="{value}"' in page for value in values.values() if value)
    assert ApprovalRequest.objects.get(pk=approval.pk).is_open


def test_none_possible_is_offered_for_dates_alone(client, senator):
    topic, dates = make_topic_approval(), make_two_dates_approval()

    assert (
        "Keiner der Termine ist möglich"
        not in client.get(reverse("approval", args=[topic.pk])).content.decode()
    )
    assert (
        "Keiner der Termine ist möglich"
        in client.get(reverse("approval", args=[dates.pk])).content.decode()
    )
    assert post(client, topic, "none_possible", comment="x").status_code == 422


def test_the_way_back_keeps_all_that_was_typed(client, senator):
    approval = make_two_dates_approval()
    values = {
        "comment": "Eine Anmerkung",
        "conditions": "Eine Auflage",
        "chosen": approval.options[1]["id"],
    }

    response = client.post(
        decide_url(approval), {"verdict": "approve", "back": "1", **values, **ROWS, **DATE}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "Eine Anmerkung" in page and "Eine Auflage" in page and 'value="2030-05-06"' in page
    assert response.context["form"]["chosen"].value() == [str(approval.options[1]["id"])]
    assert ApprovalRequest.objects.get(pk=approval.pk).is_open


def test_who_was_slower_keeps_what_was_typed(client, senator):
    approval = make_topic_approval()
    post(client, approval, "approve")
    client.force_login(make_user(SENATOR_OFFICE))

    response = post(
        client, approval, "condition", comment="Meine Anmerkung", conditions="Meine Auflage"
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert f"von: {senator})" in page
    assert "Ihre Eingabe, nicht gespeichert" in page
    assert "Meine Anmerkung" in page and "Meine Auflage" in page


@pytest.mark.parametrize("tap", [{"back": "1"}, {}, {"confirmed": "1"}])
@pytest.mark.parametrize("verdict", ["approve", "none_possible"])
def test_any_tap_on_what_was_decided_meanwhile_says_who_was_faster_and_keeps_the_words(
    client, senator, verdict, tap
):
    approval = make_two_dates_approval()
    post(client, approval, "return", comment="Bitte später")
    client.force_login(make_user(SENATOR_OFFICE))
    half = {"proposal-0-day": "2030-05-06"}
    values = {"verdict": verdict, "comment": "Meine Anmerkung", "conditions": "Meine Auflage"}

    with nothing_changes(approval):
        response = client.post(decide_url(approval), values | tap | ROWS | half)

    page = response.content.decode()
    assert response.status_code == 409
    assert f"von: {senator})" in page and "Ihre Eingabe gilt nicht." in page
    assert response.context["entered_texts"] == ["Meine Anmerkung", "Meine Auflage", "2030-05-06"]


def test_own_answer_sent_again_leads_on_and_changes_nothing(client, senator):
    approval, following = make_topic_approval(), make_topic_approval()
    values = {"conditions": "Bezirke beteiligen\r\nKosten nennen", "comment": "Gern"}
    post(client, approval, "condition", **values)

    with nothing_changes(approval, *approval.conditions.all()):
        response = post(client, approval, "condition", **values)

    assert (response.status_code, response.url) == (302, reverse("approval", args=[following.pk]))
    page = client.get(response.url).content.decode()
    assert f"Mit Auflage freigegeben: {approval.title}" in page
    assert "Ihre Eingabe gilt nicht" not in page


def test_own_dates_sent_again_lead_on(client, senator):
    approval = make_two_dates_approval()
    post(client, approval, "none_possible", **ROWS, **DATE)

    response = post(client, approval, "none_possible", **ROWS, **DATE)

    assert (response.status_code, response.url) == (302, reverse("approvals_desk"))


@pytest.mark.parametrize(
    ("verdict", "values"),
    [
        ("approve", {"comment": "Gern"}),
        ("condition", {"comment": "Anders", "conditions": "Bezirke beteiligen"}),
        ("condition", {"comment": "Gern", "conditions": "Kosten nennen"}),
        ("refuse", {"comment": "Gern"}),
    ],
)
def test_another_answer_of_ones_own_does_not_count(client, senator, verdict, values):
    approval = make_topic_approval()
    post(client, approval, "condition", comment="Gern", conditions="Bezirke beteiligen")

    with nothing_changes(approval):
        response = post(client, approval, verdict, **values)

    assert (response.status_code, "Ihre Eingabe gilt nicht." in response.content.decode()) == (
        409,
        True,
    )


def test_lapsed_request_says_why_and_keeps_what_was_typed(client, senator):
    approval = make_topic_approval()
    changes = [Change("Thema", "Alt", "Neu")]
    office = make_user(OFFICE)
    lapse_changed_approvals(
        kind="topic", subject_id=approval.subject_id, changes=changes, by=office, now=timezone.now()
    )

    response = post(client, approval, "approve", comment="Meine Anmerkung")

    page = response.content.decode()
    assert response.status_code == 409
    assert "erloschen (geändert: Thema). Ihre Eingabe gilt nicht." in page
    assert "Meine Anmerkung" in page
    assert Topic.objects.get(pk=approval.subject_id).state == "for_approval"


@pytest.mark.parametrize(
    "state", ["submitted by oneself", "time is over", "time for the kind is over"]
)
def test_who_may_not_decide_is_told_why_and_keeps_what_was_typed(client, state):
    approval = make_topic_approval()
    principal, today = make_user(SENATOR_OFFICE), timezone.localdate()
    if state == "submitted by oneself":
        user, words = approval.submitted_by, "Diese Vorlage haben Sie selbst eingereicht."
        make_deputy(principal, deputy=user, starts_on=today, ends_on=today)
    elif state == "time is over":
        yesterday = today - dt.timedelta(days=1)
        user = make_deputy(principal, starts_on=yesterday, ends_on=yesterday)
        words = f"Ihre Vertretung endete am {yesterday:%d.%m.%Y}."
    else:
        yesterday = today - dt.timedelta(days=1)
        make_deputy(principal, kinds=["topic"], starts_on=yesterday, ends_on=yesterday)
        user = make_limited_deputy(principal)
        submit_days_ago(approval, 1)
        words = f"Ihre Vertretung für Freigaben der Art „Thema“ endete am {yesterday:%d.%m.%Y}."
    client.force_login(user)

    with nothing_changes(approval):
        response = post(client, approval, "approve", comment="Meine Anmerkung")

    page = response.content.decode()
    assert response.status_code == 403
    assert words in page and "Meine Anmerkung" in page
    assert (f'href="{reverse("approvals_desk")}"' in page) == (state != "time is over")


def submit_days_ago(approval, days):
    ApprovalRequest.objects.filter(pk=approval.pk).update(
        submitted_at=timezone.now() - dt.timedelta(days=days)
    )


def make_limited_deputy(principal):
    """Return the deputy of `make_deputy`, who acts in visits today."""
    today, deputy = (
        timezone.localdate(),
        User.objects.filter(email="vertretung@example.org").first(),
    )
    return make_deputy(principal, deputy=deputy, kinds=["visit"], starts_on=today, ends_on=today)


@pytest.mark.parametrize("had", ["nothing", "another kind", "the kind, before it was submitted"])
def test_request_that_never_was_ones_own_to_see_is_not_found(client, had):
    approval, principal = make_topic_approval(), make_user(SENATOR_OFFICE)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if had != "nothing":
        kinds = ["dates"] if had == "another kind" else ["topic"]
        make_deputy(principal, kinds=kinds, starts_on=yesterday, ends_on=yesterday)
    submit_days_ago(approval, 1 if had == "another kind" else 0)
    client.force_login(make_limited_deputy(principal))

    with nothing_changes(approval):
        assert post(client, approval, "approve").status_code == 404
    assert client.get(reverse("approval", args=[approval.pk])).status_code == 404


def test_link_of_a_kind_whose_deputyship_is_over_says_so(client):
    approval, principal = make_topic_approval(), make_user(SENATOR_OFFICE)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    submit_days_ago(approval, 1)
    make_deputy(principal, kinds=["topic"], starts_on=yesterday, ends_on=yesterday)
    client.force_login(make_limited_deputy(principal))

    response = client.get(reverse("approval", args=[approval.pk]))

    assert response.status_code == 403
    assert f"„Thema“ endete am {yesterday:%d.%m.%Y}." in response.content.decode()


def test_own_request_offers_no_decision(client):
    both = make_user(OFFICE, SENATOR_OFFICE)
    approval = make_topic_approval()
    ApprovalRequest.objects.filter(pk=approval.pk).update(submitted_by=both)
    client.force_login(both)

    page = client.get(reverse("approval", args=[approval.pk])).content.decode()

    assert "Diese Vorlage haben Sie selbst eingereicht; darüber entscheidet jemand anderes." in page
    assert 'name="verdict"' not in page


def test_deputy_for_topics_sees_topics_alone_on_the_desk(client):
    today = timezone.localdate()
    deputy = make_deputy(make_user(SENATOR_OFFICE), kinds=["topic"], starts_on=today, ends_on=today)
    topic, dates = make_topic_approval(), make_two_dates_approval()
    client.force_login(deputy)

    page = client.get(reverse("approvals_desk"))

    assert [row.pk for row in page.context["page"].object_list] == [topic.pk]
    assert client.get(reverse("approval", args=[dates.pk])).status_code == 404
    assert (
        "Sie entscheiden in Vertretung."
        in client.get(reverse("approval", args=[topic.pk])).content.decode()
    )


def test_deputy_whose_time_is_over_is_told_so_on_the_desk(client):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    client.force_login(
        make_deputy(make_user(SENATOR_OFFICE), starts_on=yesterday, ends_on=yesterday)
    )

    response = client.get(reverse("approvals_desk"))

    assert response.status_code == 403
    assert f"Ihre Vertretung endete am {yesterday:%d.%m.%Y}." in response.content.decode()


def test_request_shows_what_changed_since_the_last_decision(client, senator):
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


@pytest.mark.parametrize("count", [1, 3])
def test_request_page_costs_the_same_for_any_number_of_conditions(
    client, senator, count, django_assert_num_queries
):
    approval = make_approval(ApprovalState.CONDITIONAL)
    for _number in range(count):
        make_condition(approval)

    with django_assert_num_queries(8):
        client.get(reverse("approval", args=[approval.pk]))


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
@pytest.mark.parametrize("address", ["/freigaben/", "/freigaben/?stand=entschieden"])
def test_times_of_decisions_are_shown_without_naming_anybody(client, role, address):
    decider = make_user(SENATOR_OFFICE)
    now = timezone.now()
    make_approval(ApprovalState.APPROVED, submitted_at=now, decided_at=now, decided_by=decider)
    client.force_login(make_user(role))

    html = client.get(address).content.decode()

    card = html[html.index('id="times"') :]
    assert ("am selben Tag" in card, "jetzt überfällig" in card, str(decider) in card) == (
        True,
        True,
        False,
    )
