import pytest

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.progress.bulk import action_label, done_message


@pytest.mark.parametrize(
    ("action", "counts", "label"),
    [
        (APPROVE, {"draft": 24}, "24 Entwürfe versenden"),
        (APPROVE, {"draft": 1}, "1 Entwurf versenden"),
        (RESEND, {"failed": 3}, "3 fehlgeschlagene E-Mails erneut senden"),
        (RESEND, {"failed": 1}, "1 fehlgeschlagene E-Mail erneut senden"),
        (RESEND, {"expired": 2}, "2 verfallene E-Mails erneut senden"),
        (
            RESEND,
            {"failed": 3, "expired": 2},
            "5 fehlgeschlagene oder verfallene E-Mails erneut senden",
        ),
        (WITHDRAW, {"waiting": 11, "retry": 1}, "12 wartende E-Mails zurückziehen"),
        (WITHDRAW, {"draft": 2}, "2 Entwürfe zurückziehen"),
        (WITHDRAW, {"draft": 2, "waiting": 1}, "3 noch nicht versandte E-Mails zurückziehen"),
        (SETTLE, {"failed": 1}, "1 ungelöste E-Mail als erledigt ablegen"),
    ],
)
def test_label_names_number_and_kind(action, counts, label):
    assert action_label(action, counts) == label


@pytest.mark.parametrize(
    ("action", "one", "many"),
    [
        (APPROVE, "1 E-Mail geht nun hinaus.", "2 E-Mails gehen nun hinaus."),
        (RESEND, "1 E-Mail wird erneut gesendet.", "2 E-Mails werden erneut gesendet."),
        (
            WITHDRAW,
            "1 E-Mail ist zurückgezogen und wird nicht gesendet.",
            "2 E-Mails sind zurückgezogen und werden nicht gesendet.",
        ),
        (SETTLE, "1 E-Mail ist als erledigt abgelegt.", "2 E-Mails sind als erledigt abgelegt."),
    ],
)
def test_what_was_done_is_said_with_its_number(action, one, many):
    assert (done_message(action, 1), done_message(action, 2)) == (one, many)
