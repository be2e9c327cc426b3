import datetime as dt

import pytest
from django.urls import reverse

from approvals.enums import ApprovalState, Verdict
from approvals.models import ApprovalRequest
from core.roles import SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
ROWS = {"counter_date-TOTAL_FORMS": "3", "counter_date-INITIAL_FORMS": "0"}
DATE = {
    "counter_date-0-day": "2030-05-06",
    "counter_date-0-begins": "14:00",
    "counter_date-0-ends": "",
}


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def decide_url(approval):
    return reverse("approval_decide", args=[approval.pk])


def post(client, approval, verdict, **values):
    return client.post(decide_url(approval), {"verdict": verdict, "confirmed": "1"} | values)


def test_first_step_asks_for_confirmation_and_changes_nothing(client, senator):
    approval = make_topic_approval()
    mails = Mail.objects.count()

    response = client.post(decide_url(approval), {"verdict": "approve", "comment": "gern"})

    approval.refresh_from_db()
    page = response.content.decode()
    assert "Ja, freigeben" in page
    assert '<input type="hidden" name="comment" value="gern">' in page
    assert (approval.state, Mail.objects.count()) == (ApprovalState.OPEN, mails)


def test_second_step_decides_and_shows_the_next_approval(client, senator):
    late = make_topic_approval(due_on=dt.date(2030, 5, 20))
    early = make_topic_approval(due_on=dt.date(2030, 5, 10))

    response = client.post(decide_url(early), {"verdict": "approve", "confirmed": "1"})

    early.refresh_from_db()
    assert (early.state, early.decided_by) == (ApprovalState.APPROVED, senator)
    assert response.headers["Location"] == reverse("approval", args=[late.pk])


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_return_and_refusal_without_a_reason_are_rejected(client, senator, verdict):
    approval = make_topic_approval()

    response = client.post(
        decide_url(approval), {"verdict": verdict, "comment": " ", "confirmed": "1"}
    )

    approval.refresh_from_db()
    assert response.status_code == 422
    assert "Bitte begründen Sie kurz" in response.content.decode()
    assert approval.state == ApprovalState.OPEN


def test_approval_without_a_chosen_date_is_rejected(client, senator):
    approval = make_two_dates_approval()

    response = client.post(
        decide_url(approval), {"verdict": "approve", "comment": "bleibt stehen", "confirmed": "1"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Bitte kreuzen Sie mindestens einen Termin an" in page
    assert "bleibt stehen" in page


def test_confirmation_names_the_chosen_dates(client, senator):
    approval = make_two_dates_approval()
    first, second = approval.options[0], approval.options[1]

    page = client.post(
        decide_url(approval), {"verdict": "approve", "chosen": [first["id"]]}
    ).content.decode()

    assert first["label"] in page
    assert second["label"] not in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_of_the_mail_decides_nothing(client, senator, method):
    approval = make_topic_approval()
    before = ApprovalRequest.history.count()

    getattr(client, method)(reverse("approval", args=[approval.pk]))
    response = getattr(client, method)(decide_url(approval))

    approval.refresh_from_db()
    assert (approval.state, ApprovalRequest.history.count()) == (ApprovalState.OPEN, before)
    assert (response.status_code, response.url) == (302, reverse("approval", args=[approval.pk]))


def test_approval_on_condition_takes_two_steps(client, senator):
    approval = make_topic_approval()
    values = {"verdict": "condition", "conditions": "Bezirke beteiligen\r\n\r\nKosten nennen"}

    first = client.post(decide_url(approval), values).content.decode()
    assert "Möchten Sie dieses Thema mit Auflage freigeben?" in first
    assert "<li>Bezirke beteiligen</li><li>Kosten nennen</li>" in first
    assert ApprovalRequest.objects.get(pk=approval.pk).is_open
    post(client, approval, **values)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.CONDITIONAL
    assert [condition.text for condition in approval.conditions.order_by("pk")] == [
        "Bezirke beteiligen",
        "Kosten nennen",
    ]


@pytest.mark.parametrize("conditions", ["", " \r\n "])
def test_empty_condition_is_rejected(client, senator, conditions):
    approval = make_topic_approval()

    response = post(client, approval, "condition", conditions=conditions, comment="bleibt stehen")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Bitte nennen Sie die Auflage, die zu erfüllen ist." in page
    assert "bleibt stehen" in page
    assert '<details class="decision__more" open>' in page


def test_none_possible_with_another_date_takes_two_steps(client, senator):
    approval = make_two_dates_approval()
    values = {"verdict": "none_possible", "comment": "", **ROWS, **DATE}

    first = client.post(decide_url(approval), values).content.decode()
    assert "Ist keiner der Termine möglich?" in first
    assert "Mo, 06.05.2030, 14:00 Uhr" in first
    post(client, approval, **values)

    approval.refresh_from_db()
    assert (approval.state, approval.none_possible) == (ApprovalState.RETURNED, True)
    assert [str(date) for date in approval.counter_date_list] == ["Mo, 06.05.2030, 14:00 Uhr"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {},
            "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es möglich "
            "wäre.",
        ),
        ({"counter_date-0-day": "2030-05-06"}, "Bitte nennen Sie, wann es beginnt."),
        ({"counter_date-0-begins": "14:00"}, "Bitte nennen Sie den Tag."),
        (DATE | {"counter_date-0-ends": "13:00"}, "Das Ende muss nach dem Beginn liegen."),
        (
            DATE | {"counter_date-0-day": "28.03.2027", "counter_date-0-begins": "2:30"},
            "Am 28.03.2027 gibt es 02:30 Uhr nicht",
        ),
        (DATE | {"counter_date-0-ends": "abends"}, "Bitte geben Sie die Uhrzeit so ein: 14:30."),
        (
            DATE | {"counter_date-0-day": "2020-05-06"},
            "Der vorgeschlagene Termin liegt in der Vergangenheit",
        ),
    ],
)
def test_invalid_counter_dates_are_rejected_and_kept(client, senator, values, words):
    approval = make_two_dates_approval()
    field = "comment" if values else "conditions"  # a comment is accepted instead of a date

    response = post(client, approval, "none_possible", **{field: "bleibt stehen"}, **ROWS, **values)

    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "bleibt stehen" in page
    assert all(f'value="{value}"' in page for value in values.values() if value)
    assert ApprovalRequest.objects.get(pk=approval.pk).is_open


def test_none_possible_is_offered_for_dates_only(client, senator):
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


def test_going_back_keeps_everything_entered(client, senator):
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
