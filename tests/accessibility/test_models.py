import pytest
from django.db import IntegrityError, transaction

from accessibility.models import BarrierReport
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.accessibility.builders import RECEIVED_AT, make_barrier
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
ANSWERED = {"state": "answered", "answer": "Am Telefon.", "answered_at": RECEIVED_AT}


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("barrier_state_is_known", {"state": "lost"}),
        ("barrier_answered_has_its_day", ANSWERED | {"answered_at": None}),
        ("barrier_answered_has_its_day", {"answered_at": RECEIVED_AT}),
        ("barrier_answer_is_noted", ANSWERED | {"answer": ""}),
        ("barrier_open_has_its_message", {"message": ""}),
    ],
)
def test_impossible_reports_are_refused_by_the_database(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_barrier(**fields)


def test_same_report_of_a_day_is_refused_by_the_database():
    make_barrier(fingerprint="2026-03-02:a")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_barrier(fingerprint="2026-03-02:a")


def test_words_may_be_removed_from_an_answered_report():
    report = make_barrier(**ANSWERED | {"message": "", "email": "", "answer": ""})

    assert report.is_removed


@pytest.mark.parametrize(
    ("role", "seen"), [(OFFICE, 1), (SENATOR_OFFICE, 0), (PARTNER, 0), (OBSERVER, 0)]
)
def test_only_the_office_sees_reports(role, seen):
    make_barrier()

    assert BarrierReport.objects.visible_to(make_user(role)).count() == seen
