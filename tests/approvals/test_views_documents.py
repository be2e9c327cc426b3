"""Downloads from an approval's page."""

import datetime as dt
from io import BytesIO

import docx
import pytest
from django.urls import reverse

from approvals.documents import attach_files
from approvals.enums import ApprovalKind, ApprovalState, ConditionState
from approvals.models import ApprovalRequest, Attachment
from core.enums import PDF, WORD
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.approvals.builders import NOW, make_approval, make_condition, make_deputy, make_subject
from tests.core import files
from tests.core.pdfs import text_of
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def approval():
    """An approval with two attachments."""
    approval = make_approval(subject=make_subject(snapshot=[["Thema", "Fachkräfte sichern"]]))
    uploads = [files.upload("Größe.pdf"), files.upload("Kosten.docx", files.word_file())]
    attach_files(approval, uploads, by=approval.submitted_by, now=NOW)
    return approval


def addresses(approval: ApprovalRequest) -> list[str]:
    documents = [reverse(name, args=[approval.pk]) for name in ("approval_pdf", "approval_word")]
    attachments = approval.attachments.order_by("pk")
    return documents + [
        reverse("approval_attachment", args=[approval.pk, attachment.pk])
        for attachment in attachments
    ]


def whole(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
@pytest.mark.parametrize("method", ["get", "head"])
def test_download_by_office_or_senators_office_changes_nothing(client, approval, role, method):
    client.force_login(make_user(role))
    attachment = approval.attachments.first()

    with nothing_changes(approval, attachment):
        responses = [getattr(client, method)(address) for address in addresses(approval)]

    assert [
        (response.status_code, response["Content-Type"], response["Content-Disposition"])
        for response in responses
    ] == [
        (200, PDF, 'attachment; filename="leitungsvorlage-fachkraefte-sichern-2026-03-02.pdf"'),
        (200, WORD, 'attachment; filename="leitungsvorlage-fachkraefte-sichern-2026-03-02.docx"'),
        (200, PDF, 'attachment; filename="Groesse.pdf"'),
        (200, WORD, 'attachment; filename="Kosten.docx"'),
    ]
    assert {response["X-Content-Type-Options"] for response in responses} == {"nosniff"}
    assert {response["Cache-Control"] for response in responses} == {"private, no-cache"}
    for response in responses:
        response.close()


def test_downloads_hold_the_briefing_and_the_uploaded_files(client, approval):
    client.force_login(make_user(SENATOR_OFFICE))

    pdf, word, first, _second = (whole(client.get(address)) for address in addresses(approval))

    assert "1. Größe.pdf (PDF, 32\xa0Bytes)\n2. Kosten.docx (Word, " in text_of(pdf)
    assert "Fachkräfte sichern" in [
        paragraph.text for paragraph in docx.Document(BytesIO(word)).paragraphs
    ]
    assert first == files.PDF


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_others_cannot_download(client, approval, role):
    client.force_login(make_user(role))

    assert [client.get(address).status_code for address in addresses(approval)] == [404] * 4


@pytest.mark.parametrize(("kind", "status"), [(ApprovalKind.TOPIC, 200), (ApprovalKind.VISIT, 404)])
def test_deputy_downloads_their_kinds_only(client, approval, kind, status):
    deputy = make_deputy(make_user(SENATOR_OFFICE), ends_on=dt.date(2099, 1, 1), kinds=[kind])
    client.force_login(deputy)

    responses = [client.get(address) for address in addresses(approval)]

    assert [response.status_code for response in responses] == [status] * 4
    for response in responses:
        response.close()


def test_download_requires_signing_in(client, approval):
    responses = [client.get(address) for address in addresses(approval)]

    assert {response["Location"].partition("?")[0] for response in responses} == {"/anmelden/"}


def test_documents_refuse_post(client, approval):
    client.force_login(make_user(OFFICE))

    with nothing_changes(approval, approval.attachments.first()):
        responses = [client.post(address).status_code for address in addresses(approval)]

    assert responses == [405] * 4


def test_attachment_of_another_approval_is_not_found(client, approval):
    other = make_approval(subject=make_subject(pk=2))
    client.force_login(make_user(OFFICE))

    response = client.get(
        reverse("approval_attachment", args=[other.pk, approval.attachments.first().pk])
    )

    assert response.status_code == 404


def test_stored_file_has_no_public_url(client, approval, settings):
    client.force_login(make_user(OFFICE))
    name = approval.attachments.first().file.name

    tried = [
        f"/{name}",
        f"/media/{name}",
        f"{settings.STATIC_URL}{name}",
        f"{settings.STATIC_URL}../media/{name}",
    ]
    assert [client.get(address).status_code for address in tried] == [404] * 4


def test_missing_file_is_logged_without_its_name(client, approval, media, caplog):
    client.force_login(make_user(OFFICE))
    attachment = approval.attachments.first()
    (media / attachment.file.name).unlink()

    response = client.get(reverse("approval_attachment", args=[approval.pk, attachment.pk]))

    assert response.status_code == 404
    [line] = [
        record.getMessage()
        for record in caplog.records
        if record.name == "approvals.views.documents"
    ]
    assert line == f"Attachment {attachment.pk}: its file is missing below MEDIA_ROOT"


def test_page_offers_documents_and_lists_attachments(client, approval):
    client.force_login(make_user(SENATOR_OFFICE))

    page = client.get(reverse("approval", args=[approval.pk])).content.decode()

    assert all(f'href="{address}"' in page for address in addresses(approval))
    assert "Als PDF" in page
    assert "Als Word-Dokument" in page
    assert "(PDF, 32\xa0Bytes)" in page


@pytest.mark.parametrize("count", [1, 3])
def test_downloads_need_the_same_queries_for_any_number_of_attachments(
    client, approval, count, django_assert_num_queries
):
    ApprovalRequest.objects.filter(pk=approval.pk).update(state=ApprovalState.WITHDRAWN)
    renewed = make_approval(
        ApprovalState.CONDITIONAL, subject=make_subject(snapshot=[["Thema", "Fachkräfte binden"]])
    )
    first = approval.attachments.order_by("pk").first()
    for number in range(count):
        Attachment.objects.create(
            approval=renewed,
            title=f"{number}.pdf",
            file=first.file.name,
            size=1,
            media_type=PDF,
            uploaded_at=first.uploaded_at,
            uploaded_by=first.uploaded_by,
        )
        make_condition(
            renewed,
            state=ConditionState.MET,
            met_at=NOW,
            met_by=make_user(email=f"{number}@example.org"),
        )
    client.force_login(make_user(SENATOR_OFFICE))

    with django_assert_num_queries(9):
        client.get(reverse("approval", args=[renewed.pk]))
    for address in addresses(renewed)[:2]:
        with django_assert_num_queries(8):
            client.get(address)
    file_address = addresses(renewed)[2]
    with django_assert_num_queries(4):
        client.get(file_address).close()
