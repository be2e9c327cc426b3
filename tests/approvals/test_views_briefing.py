"""The form for a Leitungsvorlage, which series, topics, dates and visits share."""

import pytest
import time_machine
from django.contrib.messages import get_messages

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.enums import DialogueState
from tests.approvals.builders import DUE_ON, NOW
from tests.approvals.subjects import make_case
from tests.confirming import fill_in
from tests.dialogues.builders import make_dialogue
from tests.outbox.builders import make_wording
from tests.partners.builders import make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
K = ApprovalKind
PAGES = {
    K.SERIES: "zustimmung/",
    K.TOPIC: "vorlegen/",
    K.DATES: "termine/vorlegen/",
    K.VISIT: "vorlegen/",
}
ENTERED = {"occasion": "Masterplan", "vote": "Zustimmung", "due_on": DUE_ON}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    # The views read the time themselves.
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        yield user


@pytest.mark.parametrize("kind", [K.SERIES, K.VISIT])
def test_form_shows_why_the_last_briefing_was_returned(client, office, kind):
    case = make_case(kind, ApprovalState.RETURNED, by=office)

    page = client.get(case.subject.get_absolute_url() + PAGES[kind]).content.decode()

    assert "Anmerkung zur letzten Vorlage" in page
    assert case.approval.comment in page


@pytest.mark.parametrize("kind", K)
def test_submission_says_that_its_mails_wait(client, office, kind):
    make_wording("approval_asked", subject="", body="", needs_release=True)
    make_user(SENATOR_OFFICE)
    case = make_case(kind, ApprovalState.WITHDRAWN, by=office)

    response = fill_in(client, case.subject.get_absolute_url() + PAGES[kind], ENTERED)

    assert response.url == case.subject.get_absolute_url()
    assert ApprovalRequest.objects.open().get().subject_id == case.subject.pk
    _assert_says_that_mails_wait(response)


@pytest.mark.parametrize(
    ("has_account", "words"),
    [
        (True, " Das Büro der Senatorin wird benachrichtigt."),
        (
            False,
            " Niemand wird benachrichtigt: Beim Büro der Senatorin hat niemand ein aktives Konto.",
        ),
    ],
)
def test_submission_says_whether_the_senators_office_is_told(client, office, has_account, words):
    make_user(SENATOR_OFFICE, is_active=has_account)
    case = make_case(K.TOPIC, ApprovalState.WITHDRAWN, by=office)

    response = fill_in(client, case.subject.get_absolute_url() + PAGES[K.TOPIC], ENTERED)

    assert str(next(iter(get_messages(response.wsgi_request)))).endswith(words)
    assert len(mails_written("approval_asked")) == has_account


def test_renewed_submission_says_that_its_mails_wait(client, office):
    make_wording("approval_asked", subject="", body="", needs_release=True)
    make_user(SENATOR_OFFICE)
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    ApprovalRequest.objects.filter(kind=K.DATES).update(state=ApprovalState.LAPSED)

    response = client.post(f"{dialogue.get_absolute_url()}termine/erneut-vorlegen/", ENTERED)

    assert response.url == dialogue.get_absolute_url()
    _assert_says_that_mails_wait(response)


def _assert_says_that_mails_wait(response):
    message = str(next(iter(get_messages(response.wsgi_request))))
    assert message.endswith(
        " Diese E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie dort "
        "versendet."
    )
