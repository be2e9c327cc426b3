"""Every form that puts something before the senator's office takes attachments, all in the same way."""

import pytest
import time_machine
from django.urls import reverse

from approvals.models import ApprovalRequest, Attachment
from core.roles import OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from tests.approvals.builders import NOW
from tests.core import files
from tests.dialogues.builders import make_dialogue, make_option, make_series, make_topic
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
TEXTS = {"occasion": "Anlass", "facts": "Lage", "assessment": "", "vote": "Zustimmung", "due_on": "2026-03-09"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def monday():
    """Stop the clock at the Monday of the tests, for pages that ask for the time themselves."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", ["series", "topic", "dates", "visit"])
def test_each_form_takes_attachments(client, kind):
    address = submission(kind)
    client.force_login(make_user(OFFICE))
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()

    answer = client.post(address, TEXTS | {"attachments": [files.upload("a.pdf"), files.upload("b.pdf")]})

    assert answer.status_code == 302
    request = ApprovalRequest.objects.open().get(kind=kind)
    assert [str(row) for row in request.attachments.order_by("pk")] == ["a.pdf", "b.pdf"]


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", ["series", "topic", "dates", "visit"])
def test_each_form_says_what_is_wrong_with_a_file(client, kind):
    address = submission(kind)
    client.force_login(make_user(OFFICE))

    page = client.post(address, TEXTS | {"attachments": [files.upload("a.exe")]}).content.decode()

    assert "„a.exe“ kann nicht angehängt werden." in page
    assert not ApprovalRequest.objects.open().filter(kind=kind).exists()
    assert Attachment.objects.count() == 0


def submission(kind: str) -> str:
    """Return the address of the form that puts a new subject of `kind` before the senator's office."""
    if kind == "series":
        return reverse("dialogues:series_request", args=[make_series(SeriesState.AFFIRMED).pk])
    if kind == "topic":
        return reverse("dialogues:topic_submit", args=[make_topic(TopicState.IN_PROGRESS).pk])
    if kind == "visit":
        return reverse("media_visits:submit", args=[make_visit().pk])
    dialogue = make_dialogue(DialogueState.EXPLORING)
    make_option(dialogue)
    return reverse("dialogues:dates_submit", args=[dialogue.pk])
