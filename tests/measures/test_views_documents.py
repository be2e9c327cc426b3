"""Documents and links of measures and projects: entering them, and who may see them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import NotAllowed
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Document, Link
from measures.services import create_document, create_link, delete_material
from tests.measures.builders import NOW, make_measure, make_project
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 Inhalt"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(name="Bericht.pdf", content=PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def measure():
    """A measure with an internal and an open one of each."""
    measure, office = make_measure(), make_user(OFFICE)
    for heading, is_internal in (("Offen", False), ("Geheim", True)):
        values = {"heading": heading, "is_internal": is_internal}
        given = {"owner": measure, "by": office, "now": NOW}
        create_document(upload=upload(), values=values, **given)
        url = {"url": f"https://www.example.org/{heading}"}
        create_link(values=values | url, **given)
    return measure


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, OBSERVER, PARTNER])
def test_internal_ones_are_the_offices_alone(client, measure, role):
    client.force_login(make_user(role))
    page = client.get(measure.get_absolute_url())
    found = {
        heading: client.get(Document.objects.get(heading=heading).get_absolute_url())
        for heading in ("Offen", "Geheim")
    }

    titles = [line.title for line in page.context["materials"]]
    expected = ["Geheim", "Offen"] * 2 if role == OFFICE else ["Offen"] * 2
    assert titles == expected
    assert ("Geheim" in page.content.decode()) == (role == OFFICE)
    assert [response.status_code for response in found.values()] == [
        200,
        200 if role == OFFICE else 404,
    ]
    assert found["Offen"].headers["Content-Disposition"] == 'attachment; filename="Bericht.pdf"'
    assert b"".join(found["Offen"].streaming_content) == PDF
    if role == OFFICE:
        found["Geheim"].close()


def test_nothing_is_found_of_a_measure_that_is_not_published(client, measure):
    type(measure).objects.update(is_published=False)
    client.force_login(make_user(PARTNER))

    for document in Document.objects.all():
        assert client.get(document.get_absolute_url()).status_code == 404


def test_office_uploads_changes_and_deletes_with_history(
    client, tmp_path, django_capture_on_commit_callbacks
):
    client.force_login(make_user(OFFICE))
    project = make_project()
    url = f"/massnahmen/projekte/{project.pk}/dokumente/neu/"

    refused = client.post(url, {"heading": "Bild", "file": upload("b.svg", b"<svg/>")})
    client.post(url, {"heading": "Bericht", "file": upload()})
    document = Document.objects.get()
    unread = client.post(
        f"/massnahmen/projekte/{project.pk}/links/neu/", {"heading": "X", "url": "javascript:1"}
    )
    page = client.get(f"/massnahmen/dokumente/{document.pk}/loeschen/")
    sent = {"version": dict(page.context["hidden"])["version"]}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/massnahmen/dokumente/{document.pk}/loeschen/", sent)

    assert "kann nicht angehängt werden" in refused.content.decode()
    assert "Bitte geben Sie die Internetadresse so ein" in unread.content.decode()
    assert (document.owner, document.title, document.is_internal) == (project, "Bericht.pdf", False)
    assert (len(files), [path for path in tmp_path.rglob("*") if path.is_file()]) == (1, [])
    assert (Document.objects.count(), Link.objects.count()) == (0, 0)
    assert "Dokument gelöscht: Bericht" in client.get(project.get_absolute_url()).content.decode()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_nobody_else_adds_or_deletes(measure, role):
    document, user = Document.objects.first(), make_user(role)

    with nothing_changes(document, measure):
        with pytest.raises(NotAllowed):
            delete_material(material=document, by=user, now=NOW)
        with pytest.raises(NotAllowed):
            create_document(owner=measure, upload=upload(), values={}, by=user, now=NOW)
        with pytest.raises(NotAllowed):
            create_link(owner=measure, values={}, by=user, now=NOW)
    assert (Document.objects.count(), Link.objects.count()) == (2, 2)
