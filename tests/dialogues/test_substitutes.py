import pytest

from dialogues.enums import AnswerState
from outbox.models import Mail
from tests.dialogues.builders import make_invitation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_substitute_whom_no_mail_can_reach_is_an_error_at_the_field(client):
    row = make_invitation()
    data = {"answer": "represented", "substitute_name": "Stellvertretung", "substitute_email": '"s"@example.org'}

    answer = client.post(row.personal_link, data)

    row.refresh_from_db()
    assert "An diese Adresse kann das Portal nicht schreiben" in answer.content.decode()
    assert row.answer == AnswerState.OPEN
    assert Mail.objects.count() == 0
