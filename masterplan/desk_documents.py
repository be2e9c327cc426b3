"""What can be taken from the desk: the Leitungsvorlage as PDF and as Word document, and its
attachments.
"""

import logging
from collections.abc import Callable, Iterable

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from approvals.models import ApprovalRequest, Attachment
from approvals.queries import attachments_of, requests_to_show
from approvals.vorlage import vorlage_filename, vorlage_pdf, vorlage_word
from core.documents import document_response
from core.media_types import PDF, WORD

logger = logging.getLogger(__name__)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the Leitungsvorlage as an accessible PDF."""
    return _document(request, pk, vorlage_pdf, "pdf", PDF)


@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the Leitungsvorlage as a Word document."""
    return _document(request, pk, vorlage_word, "docx", WORD)


@require_safe
def attachment(request: HttpRequest, request_pk: int, pk: int) -> FileResponse:
    """Answer with an attached file, always to be saved and never shown within the portal."""
    found = get_object_or_404(
        Attachment.objects.visible_to(request.user), request=request_pk, pk=pk
    )
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        logger.error("Attachment %d: its file is missing below MEDIA_ROOT", found.pk)
        raise Http404 from error
    return FileResponse(
        content, as_attachment=True, filename=found.download_name, content_type=found.media_type
    )


def _document(
    request: HttpRequest,
    pk: int,
    make: Callable[[ApprovalRequest, Iterable[Attachment]], bytes],
    suffix: str,
    media_type: str,
) -> HttpResponse:
    approval = get_object_or_404(requests_to_show(request.user), pk=pk)
    content = make(approval, attachments_of(approval))
    return document_response(
        content, filename=vorlage_filename(approval, suffix), media_type=media_type
    )
