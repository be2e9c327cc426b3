"""What the portal hands out about a person has what they wrote and decided in every app."""

import json
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from approvals.enums import ApprovalState
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import TopicState
from tests.approvals.builders import make_approval
from tests.dialogues.builders import make_topic
from tests.measures.builders import make_measure, make_report
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("title", "value"),
    [
        ("Vorgeschlagene Themen", "Fachkräfte sichern"),
        ("Entschiedene Freigaben", "Bitte kurz halten."),
        ("Statusberichte", "Die Halle steht."),
    ],
)
def test_export_has_what_somebody_wrote_and_decided(client, title, value):
    author, other = make_user(SENATOR_OFFICE), make_user(PARTNER)
    make_topic(TopicState.PROPOSED, proposed_by=author)
    make_approval(ApprovalState.APPROVED, decided_by=author, comment="Bitte kurz halten.")
    make_report(make_measure(), reported_by=author, summary="Die Halle steht.")
    client.force_login(make_user(OFFICE))

    def files_about(user) -> tuple[dict, dict]:
        url = reverse("partners:person_data", args=[user.person.pk])
        book = load_workbook(BytesIO(client.get(url).content))
        sheets = {
            sheet.title: str(list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets
        }
        return sheets, json.loads(client.get(f"{url}?format=json").content)["Angaben"]

    sheets, sections = files_about(author)
    assert value in sheets[title]
    assert value in str(sections[title])
    assert [title in file for file in files_about(other)] == [False, False]
