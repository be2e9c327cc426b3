"""The *Leitungsvorlage* as PDF and Word from the same values, and its attachments."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest, Attachment, Condition
from approvals.queries import differences_of, former_lines
from core.blocks import split_paragraphs
from core.dates import format_day, format_moment, local_date
from core.documents import make_pdf, make_word
from core.roles import senator_office_name
from core.uploads import ascii_name, check_uploads, clean_name

PDF_TEMPLATE = "approvals/leitungsvorlage.typ"
WORD_TEMPLATE = "approvals/leitungsvorlage.docx"
MAX_FILE_NAME_LENGTH = 60


def briefing_pdf(
    approval: ApprovalRequest, attachments: Iterable[Attachment], notes: Sequence[str] = ()
) -> bytes:
    values = briefing_values(approval, attachments, notes)
    return make_pdf(PDF_TEMPLATE, values, made_at=_last_change(approval))


def briefing_word(
    approval: ApprovalRequest, attachments: Iterable[Attachment], notes: Sequence[str] = ()
) -> bytes:
    values = briefing_values(approval, attachments, notes)
    return make_word(WORD_TEMPLATE, values, made_at=_last_change(approval))


def briefing_filename(approval: ApprovalRequest, suffix: str) -> str:
    """Return `leitungsvorlage-fachkraefte-sichern-2026-03-02.pdf`, with the day of submission."""
    # ASCII only: a Content-Disposition header carries other characters unreliably.
    subject = ascii_name(approval.title).lower()[:MAX_FILE_NAME_LENGTH].strip("-")
    day = local_date(approval.submitted_at)
    return f"leitungsvorlage-{subject or approval.pk}-{day}.{suffix}"


def briefing_values(
    approval: ApprovalRequest, attachments: Iterable[Attachment], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return all texts of the document in reading order; the templates only lay them out.

    `notes` say what to look at before deciding on the dates. `approval` comes from
    `approvals.queries.viewable_approvals`. `rows` are [[label, value], …], those of `changes`
    [[label, before, after], …].
    """
    name = _("Leitungsvorlage")
    return {
        "title": f"{name}: {approval.title}",
        "author": settings.OFFICE_NAME,
        "portal": settings.PORTAL_NAME,
        "sender": [settings.OFFICE_NAME, *filter(None, (settings.OFFICE_ADDRESS, _contact()))],
        "name": f"{name} · {approval.get_kind_display()}",
        "mark": _("Demodaten") if approval.is_demo else "",
        "subject": approval.title,
        "rows": _routing(approval),
        "changes": _changes(approval),
        "sections": _sections(approval, notes),
        "fact": _("Angabe"),
        "value": _("vorgelegter Stand"),
        "vote_heading": _("Votum"),
        "vote": approval.vote,
        "attachments_heading": _("Anlagen"),
        "attachments": [f"{attachment} ({attachment.description})" for attachment in attachments],
        "no_attachments": _("keine"),
        # An open one may be decided on paper, so it has boxes to tick and room to sign.
        "decision": _ballot(approval) if approval.is_open else _outcome(approval),
        "page": _("Seite"),
        "of": _("von"),
    }


def _contact() -> str:
    return " · ".join(filter(None, (settings.OFFICE_PHONE, settings.OFFICE_EMAIL)))


def _last_change(approval: ApprovalRequest) -> dt.datetime:
    # This becomes the document's date. With the current time, two downloads of the same approval
    # would differ.
    met = [condition.met_at for condition in approval.conditions.all()]
    ended = [approval.decided_at, approval.lapsed_at, approval.withdrawn_at]
    return max(filter(None, [approval.submitted_at, *ended, *met]))


def _routing(approval: ApprovalRequest) -> list[list[str]]:
    submitted = _("%(at)s durch %(who)s") % {
        "at": format_moment(approval.submitted_at),
        "who": approval.submitted_by,
    }
    rows = [
        [_("An"), senator_office_name()],
        [_("Von"), settings.OFFICE_NAME],
        [_("Vorgelegt"), submitted],
        [_("Entscheidung bis"), format_day(approval.due_on)],
    ]
    # Deciders check here whether their earlier objections were addressed.
    if former := approval.former:
        values = {"at": format_moment(former.submitted_at), "outcome": former.outcome}
        stand = _("vorgelegt %(at)s; %(outcome)s") % values
        rows.append([_("Frühere Vorlage"), "\n".join([stand, *former_lines(approval)])])
    return rows


def _changes(approval: ApprovalRequest) -> dict[str, Any]:
    return {
        "heading": _("Geändert seit der letzten Vorlage"),
        "columns": [_("Angabe"), _("bisher"), _("jetzt")],
        "rows": [
            [change.label, change.before or "–", change.after or "–"]
            for change in differences_of(approval)
        ],
    }


def _sections(approval: ApprovalRequest, notes: Sequence[str]) -> list[dict[str, Any]]:
    sections = [
        {"heading": _("Anlass"), "paragraphs": split_paragraphs(approval.occasion), "rows": []},
        {
            "heading": _("Sachverhalt"),
            "paragraphs": split_paragraphs(approval.facts),
            "rows": approval.snapshot_to_show,
        },
        {"heading": _("Hinweise zum Termin"), "paragraphs": list(notes), "rows": []},
        {
            "heading": _("Bewertung"),
            "paragraphs": split_paragraphs(approval.assessment),
            "rows": [],
        },
    ]
    return [section for section in sections if section["paragraphs"] or section["rows"]]


def _ballot(approval: ApprovalRequest) -> dict[str, Any]:
    """Return the boxes to tick on paper: the verdicts, with the requested dates below the first.

    A box is {"label", "line", "inset"}: `line` leaves room to write, `inset` places it under the
    one above.
    """
    approved = _("freigegeben: die angekreuzten Termine") if approval.options else _("freigegeben")
    boxes = [_box(approved)]
    boxes += [_box(_with_hint(option), inset=True) for option in approval.options]
    boxes.append(_box(_("freigegeben mit Auflage:"), line=True))
    if approval.options:
        boxes.append(_box(_("kein Termin möglich, Gegenvorschlag:"), line=True))
    boxes += [_box(_("zurückgegeben:"), line=True), _box(_("abgelehnt:"), line=True)]
    return {
        "heading": _("Entscheidung"),
        "boxes": boxes,
        "rows": [],
        "signature": [_("Datum"), _("Unterschrift")],
    }


def _box(label: str, *, line: bool = False, inset: bool = False) -> dict[str, Any]:
    return {"label": label, "line": line, "inset": inset}


def _with_hint(option: dict) -> str:
    return f"{option['label']} – {option['hint']}" if option.get("hint") else option["label"]


def _outcome(approval: ApprovalRequest) -> dict[str, Any]:
    """Return the outcome of a closed approval: decision, conditions, lapse or withdrawal."""
    rows = [
        [_("Stand"), _state(approval)],
        [_("Mögliche Termine"), "\n".join(option["label"] for option in approval.chosen_options)],
        *([_("Auflage"), _condition(condition)] for condition in approval.conditions.all()),
        [_("Gegenvorschlag"), "\n".join(map(str, approval.counter_date_list))],
        [_("Entschieden von"), approval.decider_name],
        [_("Entschieden am"), format_moment(approval.decided_at)],
        [_("Anmerkung"), approval.comment],
        [_("Erloschen am"), format_moment(approval.lapsed_at)],
        [_("Grund"), approval.lapse_reason],
        [_("Zurückgezogen von"), str(approval.withdrawn_by or "")],
        [_("Zurückgezogen am"), format_moment(approval.withdrawn_at)],
    ]
    return {
        "heading": _("Entscheidung"),
        "boxes": [],
        "rows": [row for row in rows if row[1]],
        "signature": [],
    }


def _state(approval: ApprovalRequest) -> str:
    # Only a granted approval can lapse after its decision.
    lapsed = approval.state == ApprovalState.LAPSED and approval.decided_at
    return capfirst(_("freigegeben, später erloschen") if lapsed else approval.outcome)


def _condition(condition: Condition) -> str:
    lines = [condition.text]
    if condition.met_at:
        met = {"at": format_moment(condition.met_at), "who": condition.met_by}
        lines += [_("erfüllt, vermerkt am %(at)s durch %(who)s") % met, condition.note]
    # After a lapse nobody has to meet it any more, so „offen“ would mislead.
    elif condition.approval.state == ApprovalState.CONDITIONAL:
        lines.append(condition.get_state_display())
    return "\n".join(filter(None, lines))


def attach_files(
    approval: ApprovalRequest, uploads: Sequence[UploadedFile], *, by, now: dt.datetime
) -> list[Attachment]:
    """Save `uploads` as attachments of a new approval, in the caller's transaction.

    Raises Refused when one of them is not accepted.
    """
    attachments: list[Attachment] = []
    try:
        for upload, media_type in zip(uploads, check_uploads(uploads), strict=True):
            attachment = Attachment(
                approval=approval,
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
        # A rollback undoes the rows, but not the files already written.
        for attachment in attachments:
            attachment.file.storage.delete(attachment.file.name)
        raise
    return attachments
