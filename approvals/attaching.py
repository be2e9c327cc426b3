"""Attachments: handed in with a request, kept as they are, never changed or taken away by
themselves.
"""

import datetime as dt
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from approvals.models import ApprovalRequest, Attachment
from core.uploads import check_uploads, clean_name


def attach_files(
    request: ApprovalRequest, uploads: Sequence[UploadedFile], *, by, now: dt.datetime
) -> list[Attachment]:
    """Keep `uploads` as attachments of a new request, within the caller's transaction.

    Raises Refused when one of them cannot be taken. Files written before a failure are removed
    again.
    """
    attachments: list[Attachment] = []
    try:
        for upload, media_type in zip(uploads, check_uploads(uploads), strict=True):
            attachment = Attachment(
                request=request,
                title=clean_name(upload.name or ""),
                size=upload.size,
                media_type=media_type,
                uploaded_at=now,
                uploaded_by=by,
            )
            attachment.file.save(upload.name, upload, save=False)
            attachments.append(attachment)
            attachment.save()
    except BaseException:
        for attachment in attachments:
            attachment.file.storage.delete(attachment.file.name)
        raise
    return attachments
