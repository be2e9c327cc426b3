import pytest

from core.roles import OFFICE
from outbox.enums import MOVES, MailState
from outbox.models import Mail
from outbox.services import withdraw_pending
from tests.outbox.builders import NOW, claimed_fields, make_draft, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def withdraw(*keys, kinds=("test_notice",), by=None) -> int:
    return withdraw_pending(subject_keys=keys, kinds=kinds, note="Erledigt.", now=NOW, by=by)


@pytest.mark.parametrize("state", MailState.values)
def test_only_unsent_mails_are_withdrawn(state):
    columns = (
        claimed_fields()
        if state == "sending"
        else {"state": state, "sent_at": NOW if state == "sent" else None}
    )
    mail = make_mail(**columns)
    waits = state in MOVES["withdraw"].sources

    assert withdraw(mail.subject_key) == int(waits)

    assert Mail.objects.get().state == ("withdrawn" if waits else state)
    assert mail.log.count() == int(waits)


def test_log_records_reason_and_actor_of_a_withdrawal():
    mail, office = make_mail(), make_user(OFFICE)

    withdraw(mail.subject_key, by=office)

    assert list(mail.log.values_list("from_state", "to_state", "note", "by")) == [
        ("waiting", "withdrawn", "Erledigt.", office.pk)
    ]


def test_other_kinds_and_other_subjects_stay():
    mail, other = make_mail(), make_mail()

    assert withdraw(mail.subject_key, kinds=["other"]) == 0
    assert withdraw(mail.subject_key) == 1

    other.refresh_from_db()
    assert other.state == "waiting"


def test_withdrawing_nothing_needs_one_query(django_assert_num_queries):
    make_mail()

    with django_assert_num_queries(3):  # includes the savepoint of the test
        assert withdraw("topic:none") == 0


@pytest.mark.parametrize("count", [1, 20])
def test_withdrawing_many_costs_as_much_as_one(count, django_assert_num_queries):
    mails = [make_mail(make_draft(subject_key=f"many:{number}")) for number in range(count)]

    with django_assert_num_queries(5):
        assert withdraw(*[mail.subject_key for mail in mails]) == count
