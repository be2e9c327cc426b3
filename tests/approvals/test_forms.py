"""Input that does not fit the verdict is an error; nothing is dropped silently."""

import pytest
from django.urls import reverse

from approvals.enums import Verdict
from core.roles import SENATOR_OFFICE
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

CONDITION = (
    "Hier steht eine Auflage. Bitte wählen Sie „Mit Auflage freigeben“, oder leeren Sie das Feld."
)
PROPOSAL = (
    "Sie schlagen andere Termine vor. Bitte wählen Sie „Keiner möglich“, oder leeren Sie diese "
    "Felder."
)
TICKS = (
    "Sie haben Termine angekreuzt. Bitte geben Sie diese frei, oder nehmen Sie die Kreuze zurück."
)
ROWS = {"counter_date-TOTAL_FORMS": "3", "counter_date-INITIAL_FORMS": "0"}


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def post(client, approval, verdict, **values):
    return client.post(
        reverse("approval_decide", args=[approval.pk]),
        {"verdict": verdict, "comment": "Gern"} | values,
    )


@pytest.mark.parametrize("confirmed", [{}, {"confirmed": "1"}])
@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.RETURN, Verdict.REFUSE])
def test_condition_with_another_verdict_is_rejected_and_kept(client, senator, verdict, confirmed):
    approval = make_topic_approval()

    with nothing_changes(approval):
        response = post(client, approval, verdict, conditions="Bezirke beteiligen", **confirmed)

    page = response.content.decode()
    assert (response.status_code, CONDITION in page) == (422, True)
    assert "Bezirke beteiligen</textarea>" in page and "Gern</textarea>" in page
    assert '<details class="decision__more" open>' in page


@pytest.mark.parametrize(
    "verdict", [verdict for verdict in Verdict if verdict != Verdict.NONE_POSSIBLE]
)
@pytest.mark.parametrize(
    "row",
    [
        {"counter_date-0-day": "2030-05-06", "counter_date-0-begins": "14:00"},
        {"counter_date-1-day": "2030-05-07"},
    ],
)
def test_counter_date_with_another_verdict_is_rejected_and_kept(client, senator, verdict, row):
    approval = make_two_dates_approval()
    ticks = [approval.options[0]["id"]] if verdict in (Verdict.APPROVE, Verdict.CONDITION) else []
    words = {"conditions": "Bezirke beteiligen"} if verdict == Verdict.CONDITION else {}

    with nothing_changes(approval):
        response = post(client, approval, verdict, chosen=ticks, **words, **ROWS, **row)

    page = response.content.decode()
    assert (response.status_code, response.context["form"].non_field_errors()) == (422, [PROPOSAL])
    assert all(f'value="{value}"' in page for value in row.values())


@pytest.mark.parametrize("verdict", [Verdict.NONE_POSSIBLE, Verdict.RETURN, Verdict.REFUSE])
def test_chosen_dates_with_a_verdict_that_grants_nothing_are_rejected_and_kept(
    client, senator, verdict
):
    approval = make_two_dates_approval()
    ticked = approval.options[1]["id"]

    with nothing_changes(approval):
        response = post(client, approval, verdict, chosen=[ticked], **ROWS)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {"chosen": [TICKS]})
    assert form["chosen"].value() == [str(ticked)]


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.RETURN, Verdict.REFUSE])
def test_empty_fields_are_accepted(client, senator, verdict):
    approval = make_topic_approval()

    assert post(client, approval, verdict, conditions=" \r\n ", **ROWS).status_code == 200


@pytest.mark.parametrize(
    ("verdict", "values", "sentence"),
    [
        (
            Verdict.CONDITION,
            {"conditions": "a" * 501},
            "Bitte fassen Sie eine Auflage kürzer; möglich sind 500 Zeichen.",
        ),
        (
            Verdict.NONE_POSSIBLE,
            ROWS | {"counter_date-0-day": "2020-01-01", "counter_date-0-begins": "10:00"},
            "Der vorgeschlagene Termin liegt in der Vergangenheit: Mi, 01.01.2020, 10:00 Uhr.",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_the_confirmation_page(
    client, senator, verdict, values, sentence
):
    approval = make_two_dates_approval()
    chosen = {"chosen": approval.options[0]["id"]} if verdict == Verdict.CONDITION else {}

    with nothing_changes(approval):
        response = post(client, approval, verdict, **values, **chosen)

    assert sentence in response.content.decode()
    assert [*response.context["form"].errors.values()] == [[sentence]]
    # The page of the decision, not the one that asks for the last word.
    assert "confirmed" not in response.content.decode()
