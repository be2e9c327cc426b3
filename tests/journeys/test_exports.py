"""Every file that the portal makes survives whatever text was stored or imported."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Length
from django.test import Client
from django.urls import get_resolver, reverse
from openpyxl import load_workbook

from approvals.models import ApprovalRequest
from core.enums import WORD, XLSX
from dialogues.models import Dialogue, Invitation
from measures.models import Plan, ReportingRound
from outbox.models import Mail
from partners.models import DistributionList, User
from tests.rules.source import APPS
from tests.rules.test_access import routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# Allowed in columns of both databases, but not in XML.
HARMFUL = "\x0b\x1b\ufffe\uffff\U0001ffff"
FEW = 5  # objects of each kind
# Route → its arguments, for each object that has such a file.
FILES = {
    "approval_pdf": lambda: keys(ApprovalRequest.objects.all()),
    "approval_word": lambda: keys(ApprovalRequest.objects.all()),
    "dialogues:calendar": lambda: keys(Dialogue.objects.exclude(starts_at=None)),
    "dialogues:events_export": lambda: [[]],
    "dialogues:export": lambda: [[]],
    "dialogues:guests_export": lambda: keys(Dialogue.objects.exclude(invitations=None)),
    "dialogues:guests_print": lambda: keys(Dialogue.objects.exclude(invitations=None)),
    "dialogues:needs_export": lambda: [[]],
    "dialogues:programme_pdf": lambda: keys(Dialogue.objects.exclude(programme="")),
    "dialogues:rsvp_calendar": lambda: links_of_guests(),
    "dialogues:rsvp_programme": lambda: links_of_guests(),
    "dialogues:series_export": lambda: [[]],
    "dialogues:topics_export": lambda: [[]],
    "measures:differences_export": lambda: [[]],
    "measures:export": lambda: [[]],
    "measures:import_example": lambda: [[]],
    "measures:outcomes_export": lambda: keys(Plan.objects.exclude(measures=None).distinct()),
    "measures:round_export": lambda: keys(ReportingRound.objects.exclude(entries=None)),
    "media_visits:coverage_export": lambda: [[]],
    "media_visits:export": lambda: [[]],
    "outbox:calendar": lambda: keys(Mail.objects.filter(mime__contains="text/calendar")),
    "outbox:file": lambda: keys(Mail.objects.exclude(mime="")),
    "outbox:export": lambda: [[]],
    "partners:list_export": lambda: keys(DistributionList.objects.all()),
    "partners:organisation_export": lambda: [[]],
    "partners:people_export": lambda: [[]],
}
# A finished message is ASCII and was cleaned when it was written.
FINISHED = {(Mail, "mime"), (Mail, "secret")}


def links_of_guests() -> list[list]:
    guests = Invitation.objects.filter(rsvp="accepted", dialogue__state="invited")[:FEW]
    return [[guest.personal_link.rstrip("/").rpartition("/")[2]] for guest in guests]


def keys(records) -> list[list]:
    return [[pk] for pk in records.order_by("pk").values_list("pk", flat=True)[:FEW]]


def looks_like_a_file(name: str, path: str) -> bool:
    return (
        "export" in name
        or name.endswith("_print")
        or path.rpartition(".")[2]
        in (
            "csv",
            "docx",
            "eml",
            "ics",
            "json",
            "pdf",
            "xlsx",
        )
    )


def test_every_file_is_tried():
    found = {name for name, path in routes(get_resolver()) if looks_like_a_file(name, path)}

    assert found | {"outbox:file"} == set(FILES)


def spoil() -> int:
    """Append harmful characters to every text in the database; return how many columns have one."""
    spoilt = 0
    for model in apps.get_models():
        if model._meta.app_label not in APPS or hasattr(model, "instance_type"):
            continue
        for field in model._meta.fields:
            if type(field) not in (models.CharField, models.TextField):
                continue
            if field.choices or field.unique or (model, field.name) in FINISHED:
                continue
            full = (field.max_length or 10**6) - len(HARMFUL)
            rows = model.objects.annotate(text_length=Length(field.name))
            rows = rows.filter(text_length__gt=0, text_length__lte=full)
            spoilt += bool(rows.update(**{field.name: Concat(F(field.name), Value(HARMFUL))}))
    return spoilt


@pytest.fixture(scope="module")
def spoilt(demo, django_db_blocker):
    with django_db_blocker.unblock():
        return spoil()


@pytest.mark.parametrize("name", FILES)
def test_file_survives_harmful_characters(spoilt, name):
    assert spoilt > 30
    client = Client()
    client.force_login(User.objects.get(email__startswith="geschaeftsstelle@"))
    arguments = FILES[name]()
    assert arguments, "the demo has no object with this file"

    for args in arguments:
        response = client.get(reverse(name, args=args))

        assert response.status_code == 200, args
        check(response)


def check(response) -> None:
    """Read the file as its program would."""
    kind = response["Content-Type"].partition(";")[0]
    content = response.getvalue() if response.streaming else response.content
    if kind == XLSX:
        assert load_workbook(BytesIO(content)).active.max_row > 4
    elif kind == WORD:
        assert "\ufffe" not in ZipFile(BytesIO(content)).read("word/document.xml").decode()
    elif kind == "text/calendar":
        assert not set(HARMFUL) & set(content.decode())
    else:
        assert kind in ("application/pdf", "message/rfc822", "text/html")
