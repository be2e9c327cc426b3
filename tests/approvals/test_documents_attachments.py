"""Attachments are stored with the approval, visible with it, and never change."""

import stat
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.datastructures import MultiValueDict
from django.utils.html import conditional_escape

from approvals.forms import AttachmentsForm
from approvals.models import ApprovalRequest, Attachment
from approvals.queries import attachments_of
from approvals.services import request_approval
from core.enums import PDF, WORD
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy
from tests.approvals.builders import BRIEFING, DUE_ON, NOW, TODAY, make_approval, make_subject
from tests.core import files
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def office():
    return make_user(OFFICE)


def submit(by, *uploads, **fields) -> ApprovalRequest:
    briefing = BRIEFING._replace(attachments=uploads)
    values = {
        "subject": make_subject(),
        "briefing": briefing,
        "due_on": DUE_ON,
        "by": by,
        "now": NOW,
    }
    return request_approval(**values | fields)


def content_of(attachment: Attachment) -> bytes:
    with attachment.file.open("rb") as file:
        return file.read()


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_files_are_stored_with_the_approval(office, media):
    word = files.word_file()

    approval = submit(office, files.upload("../Größe.pdf"), files.upload("Kosten.docx", word))

    first, second = attachments_of(approval)
    assert (first.title, first.size, first.media_type, first.uploaded_at, first.uploaded_by) == (
        "Größe.pdf",
        len(files.PDF),
        PDF,
        NOW,
        office,
    )
    assert (second.title, second.media_type) == ("Kosten.docx", WORD)
    assert (first.description, first.download_name) == ("PDF, 32\xa0Bytes", "Groesse.pdf")
    assert content_of(second) == word
    assert {media / first.file.name, media / second.file.name} == set(stored(media))


def test_files_are_readable_for_the_portal_only(office, media):
    submit(office, files.upload())

    [file] = stored(media)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {
        stat.S_IMODE(folder.stat().st_mode) for folder in (file.parent, file.parent.parent)
    } == {0o700}


@pytest.mark.parametrize(
    "bad", [files.upload("a.exe"), files.upload("a.pdf", b"<html>"), files.upload("a.pdf", b"")]
)
def test_submission_with_a_rejected_file_is_refused(office, media, bad):
    with pytest.raises(Refused, match=r"„a\.(exe|pdf)“"):
        submit(office, files.upload(), bad)

    assert (ApprovalRequest.objects.count(), Attachment.objects.count(), Mail.objects.count()) == (
        0,
        0,
        0,
    )
    assert stored(media) == []


def test_files_of_a_failed_submission_are_removed(office, media, monkeypatch):
    kept = Attachment.save

    def fail_on_the_second(self, **kwargs):
        kept(self, **kwargs)
        if self.title == "zwei.pdf":
            raise OSError("No space left on device")

    monkeypatch.setattr(Attachment, "save", fail_on_the_second)

    with pytest.raises(OSError, match="No space left"):
        submit(office, files.upload("eins.pdf"), files.upload("zwei.pdf"))

    assert (Attachment.objects.count(), ApprovalRequest.objects.count()) == (0, 0)
    assert stored(media) == []


def test_refused_second_submission_leaves_no_file(office, media):
    submit(office, files.upload())

    with pytest.raises(
        ChangedMeanwhile, match=r"^Für diesen Gegenstand ist bereits eine Freigabe beantragt\.$"
    ):
        submit(office, files.upload())

    assert (Attachment.objects.count(), len(stored(media))) == (1, 1)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_attaches(role, media):
    with pytest.raises(NotAllowed, match=r"^Freigaben beantragt die Geschäftsstelle\.$"):
        submit(make_user(role), files.upload())

    assert (Attachment.objects.count(), stored(media)) == (0, [])


@pytest.mark.parametrize(
    ("role", "seen"), [(OFFICE, 1), (SENATOR_OFFICE, 1), (PARTNER, 0), (OBSERVER, 0)]
)
def test_attachments_are_visible_with_their_approval(office, role, seen):
    submit(office, files.upload())

    assert Attachment.objects.visible_to(make_user(role)).count() == seen


def test_deputy_sees_attachments_during_the_deputyship_only(office):
    submit(office, files.upload())
    principal, deputy = make_user(SENATOR_OFFICE), make_user()
    deputyship = Deputy.objects.create(
        principal=principal.person,
        deputy=deputy.person,
        starts_on=TODAY,
        ends_on=TODAY.replace(year=2099),
    )
    assert Attachment.objects.visible_to(deputy).count() == 1

    Deputy.objects.filter(pk=deputyship.pk).update(ends_on=TODAY)

    assert Attachment.objects.visible_to(type(deputy).objects.get(pk=deputy.pk)).count() == 0


def test_approval_with_files_cannot_be_deleted(office, media):
    approval = submit(office, files.upload())

    with pytest.raises(ProtectedError):
        approval.delete()

    assert (ApprovalRequest.objects.count(), len(stored(media))) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": ""}, "attachment_has_name_and_file"),
        ({"file": ""}, "attachment_has_name_and_file"),
        ({"size": 0}, "attachment_is_not_empty"),
    ],
)
def test_attachment_constraints_hold(office, fields, name):
    submit(office, files.upload())

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Attachment.objects.update(**fields)


def test_files_with_equal_names_are_both_kept(office, media):
    one, other = make_approval(), make_approval(subject=make_subject(pk=2))

    third = submit(
        office, files.upload("a.pdf"), files.upload("a.pdf", b"%PDF-2"), subject=make_subject(pk=3)
    )

    assert [content_of(attachment) for attachment in attachments_of(third)] == [
        files.PDF,
        b"%PDF-2",
    ]
    assert list(attachments_of(one)) == list(attachments_of(other)) == []


class AnyForm(AttachmentsForm):
    field_order = ["number", "attachments"]

    def clean(self):
        if not self.data.get("number"):
            self.add_error(None, "Bitte eine Zahl.")


def bound(*uploads, **data) -> AnyForm:
    return AnyForm(data, MultiValueDict({"attachments": list(uploads)}))


def test_form_returns_the_files():
    form = bound(files.upload("a.pdf"), files.upload("b.pdf"), number=1)

    assert form.is_valid()
    assert [upload.name for upload in form.cleaned_data["attachments"]] == ["a.pdf", "b.pdf"]
    assert bound(number=1).is_valid()
    assert 'accept=".pdf,.docx,.xlsx,.png,.jpg,.jpeg"' in str(form["attachments"])
    assert "multiple" in str(form["attachments"])


def test_form_names_the_rejected_file():
    [error] = bound(files.upload("a.pdf"), files.upload("b.exe"), number=1).errors["attachments"]

    assert error.startswith("„b.exe“ kann nicht angehängt werden. Möglich sind PDF, Word (.docx)")


def test_form_with_another_error_asks_for_the_files_again():
    assert bound(files.upload("a.pdf"), files.upload("b.pdf")).errors == {
        "attachments": ["Bitte wählen Sie die Dateien noch einmal aus: a.pdf, b.pdf."],
        "__all__": ["Bitte eine Zahl."],
    }
    assert bound().errors == {"__all__": ["Bitte eine Zahl."]}


def test_form_names_the_files_of_the_former_approval_as_text(office):
    former = submit(office, files.upload("<b>a</b> & c.pdf"), files.upload("d.pdf"))

    hint = AnyForm(former=former)["attachments"].help_text

    name = str(attachments_of(former)[0])
    assert conditional_escape(name) != name
    assert hint.endswith(
        f"Der letzten Vorlage lagen bei: {conditional_escape(name)}, d.pdf. Was weiter gilt, "
        "wählen Sie bitte noch "
        "einmal aus."
    )
    assert (
        "Der letzten Vorlage"
        not in AnyForm(former=make_approval(subject=make_subject(pk=2)))["attachments"].help_text
    )
