"""All briefing forms handle attachments the same way."""

import pytest
import time_machine
from django.urls import resolve, reverse

from approvals.documents import attach_files
from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest, Attachment
from core.roles import OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from tests.approvals.builders import NOW, make_approval, make_subject
from tests.confirming import fill_in
from tests.core import files
from tests.dialogues.builders import make_dialogue, make_option, make_series, make_topic
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
TEXTS = {
    "occasion": "Anlass",
    "facts": "Lage",
    "assessment": "",
    "vote": "Zustimmung",
    "due_on": "2026-03-09",
}
AGAIN = "Der letzten Vorlage lagen bei:"
SUBMISSIONS = ["series", "topic", "dates", "renewed dates", "visit"]


@pytest.fixture
def monday():
    """Freeze the clock on the Monday that the builders use, for views that read the time
    themselves.
    """
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", SUBMISSIONS)
def test_each_form_accepts_attachments(client, kind):
    address = submission(kind)
    client.force_login(make_user(OFFICE))
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()

    response = fill_in(
        client, address, TEXTS | {"attachments": [files.upload("a.pdf"), files.upload("b.pdf")]}
    )

    assert response.status_code == 302
    approval = ApprovalRequest.objects.open().get()
    assert [str(attachment) for attachment in approval.attachments.order_by("pk")] == [
        "a.pdf",
        "b.pdf",
    ]


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", SUBMISSIONS)
def test_each_form_names_the_rejected_file(client, kind):
    address = submission(kind)
    client.force_login(make_user(OFFICE))

    page = client.post(address, TEXTS | {"attachments": [files.upload("a.exe")]}).content.decode()

    assert "„a.exe“ kann nicht angehängt werden." in page
    assert not ApprovalRequest.objects.open().exists()
    assert Attachment.objects.count() == 0


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("kind", SUBMISSIONS)
def test_each_form_names_the_files_of_the_last_request(client, kind):
    address = submission(kind)
    office = make_user(OFFICE)
    client.force_login(office)
    assert AGAIN not in client.get(address).content.decode()

    subject = make_subject(kind.split()[-1], pk=resolve(address).kwargs["pk"])
    former = make_approval(ApprovalState.WITHDRAWN, subject=subject)
    attach_files(former, [files.upload("Größe.pdf"), files.upload("b.pdf")], by=office, now=NOW)

    assert f"{AGAIN} Größe.pdf, b.pdf." in client.get(address).content.decode()


def submission(kind: str) -> str:
    """Return the URL of the briefing form for a new subject of `kind`."""
    if kind == "series":
        return reverse("dialogues:series_request", args=[make_series(SeriesState.AFFIRMED).pk])
    if kind == "topic":
        return reverse("dialogues:topic_submit", args=[make_topic(TopicState.IN_PROGRESS).pk])
    if kind == "visit":
        return reverse("media_visits:submit", args=[make_visit().pk])
    if kind == "renewed dates":
        dialogue = make_dialogue(DialogueState.SCHEDULED)
        ApprovalRequest.objects.update(state=ApprovalState.LAPSED)
        return reverse("dialogues:date_renew", args=[dialogue.pk])
    dialogue = make_dialogue(DialogueState.EXPLORING)
    make_option(dialogue)
    return reverse("dialogues:dates_submit", args=[dialogue.pk])
