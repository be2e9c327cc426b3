"""Documents and links of measures and projects, maintained by the office. Nobody is mailed."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import require_unchanged
from core.history import delete_as, save_changes_as, save_values_as
from core.models import Origin
from core.uploads import check_uploads, clean_name
from measures.models import Document, Link, Measure, Project
from measures.models.documents import Material
from measures.permissions import can_change_measures, require_permission
from measures.services.contacts import lock_part, part_of

Kind = TypeVar("Kind", bound=Material)


@transaction.atomic
def create_document(
    *,
    owner: Measure | Project,
    upload: UploadedFile,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> Document:
    """Return a new document of `owner` with the file `upload`. Raises `NotAllowed`; `Refused` when
    the file is not accepted.
    """
    require_permission(can_change_measures(by))
    # By content, not by name: the file is offered to others for download.
    (media_type,) = check_uploads([upload])
    document = part_of(owner, Document)
    document.origin, document.title = origin, clean_name(upload.name or "")
    document.size, document.media_type = upload.size or 0, media_type
    document.uploaded_at, document.uploaded_by = now, by
    document.file.save(document.title, upload, save=False)
    try:
        save_values_as(document, values, by=by, now=now, reason=_("Dokument hochgeladen"))
    except BaseException:
        # A rollback undoes the record, but not the file already written.
        document.file.storage.delete(str(document.file.name))
        raise
    return document


@transaction.atomic
def create_link(
    *,
    owner: Measure | Project,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    origin: str = Origin.ENTERED,
) -> Link:
    """Return a new link of `owner`. Raises `NotAllowed`."""
    require_permission(can_change_measures(by))
    link = part_of(owner, Link)
    link.origin = origin
    save_values_as(link, values, by=by, now=now, reason=_("Link eingetragen"))
    return link


@transaction.atomic
def change_material(
    *, material: Kind, values: Mapping[str, Any], version: str, by, now: dt.datetime
) -> Kind:
    """Save those of `values` that differ. Raises `NotAllowed`, `ChangedMeanwhile`."""
    require_permission(can_change_measures(by))
    material = lock_part(material)
    require_unchanged(material, version, values)
    save_changes_as(material, values, by=by, now=now)
    return material


@transaction.atomic
def delete_material(*, material: Material, by, now: dt.datetime) -> None:
    """Delete a link, or a document with its file; the history stays. Raises `NotAllowed`,
    `ChangedMeanwhile`.
    """
    require_permission(can_change_measures(by))
    material = lock_part(material)
    if isinstance(material, Document):
        file = material.file
        # Not before the commit: a rollback would leave a record without its file.
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
    reason = _("Dokument gelöscht") if isinstance(material, Document) else _("Link gelöscht")
    delete_as(material, by=by, now=now, reason=reason)
