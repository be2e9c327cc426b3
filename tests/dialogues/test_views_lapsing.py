"""A page that was opened before the decision does not end the approval that was given since."""

import pytest

from approvals.enums import ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision, decide
from core.roles import SENATOR_OFFICE
from dialogues.enums import SeriesState, TopicState
from tests.confirming import fill_in, hidden_fields, press
from tests.dialogues.builders import NOW, make_series, make_topic
from tests.dialogues.pages import text_of
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def typed_into(response) -> dict:
    """Return what the form of a page shows, as a browser sends it, with another title."""
    form = response.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in shown.items() if value not in (None, "", False)}
    return {name: getattr(value, "pk", value) for name, value in values.items()} | {"title": "Neu"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_topic(TopicState.FOR_APPROVAL),
        lambda: make_series(SeriesState.REQUESTED),
    ],
    ids=["topic", "series"],
)
def test_approval_given_after_the_page_of_its_end_is_kept(signed_in, make):
    subject = make()
    [approval] = ApprovalRequest.objects.filter(state=ApprovalState.OPEN)
    url = f"{subject.get_absolute_url()}bearbeiten/"
    values = typed_into(signed_in.get(url))
    shown = signed_in.post(url, values | hidden_fields(fill_in(signed_in, url, values)))
    chosen = [option["id"] for option in approval.options]
    decision = Decision(Verdict.APPROVE, "", chosen)
    decide(approval=approval, decision=decision, by=make_user(SENATOR_OFFICE), now=NOW)
    subject.refresh_from_db()
    approval.refresh_from_db()

    with nothing_changes(subject, approval):
        again = press(signed_in, shown)

    assert "Das ist inzwischen freigegeben. Bitte prüfen Sie noch einmal." in text_of(again)
    assert again.context["form"]["title"].value() == "Neu"
