"""A Leitungsvorlage as a file, and the files that came with it."""

import logging
from collections.abc import Callable, Iterable, Sequence

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from approvals.documents import briefing_filename, briefing_pdf, briefing_word
from approvals.models import ApprovalRequest, Attachment
from approvals.progress import (
    printed_notes,
)
from approvals.queries import (
    attachments_of,
    viewable_approvals,
)
from core.documents import document_response
from core.enums import PDF, WORD

logger = logging.getLogger(__name__)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_document(request, pk, briefing_pdf, "pdf", PDF)


@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_document(request, pk, briefing_word, "docx", WORD)


def _render_document(
    request: HttpRequest,
    pk: int,
    make: Callable[[ApprovalRequest, Iterable[Attachment], Sequence[str]], bytes],
    suffix: str,
    media_type: str,
) -> HttpResponse:
    approval = get_object_or_404(viewable_approvals(request.user), pk=pk)
    content = make(approval, attachments_of(approval), printed_notes(approval, timezone.now()))
    return document_response(
        content, filename=briefing_filename(approval, suffix), media_type=media_type
    )


@require_safe
def attachment(request: HttpRequest, approval_pk: int, pk: int) -> FileResponse:
    attachments = Attachment.objects.visible_to(request.user)
    found = get_object_or_404(attachments, approval=approval_pk, pk=pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        # Log only the number: file names can contain names of people.
        logger.error("Attachment %d: its file is missing below MEDIA_ROOT", found.pk)
        raise Http404 from error
    # Always a download: an uploaded file displayed on our own origin could attack the session.
    return FileResponse(
        content, as_attachment=True, filename=found.download_name, content_type=found.media_type
    )
