import datetime as dt

import pytest

from accessibility.queries import barriers_awaiting_answer, expired_barriers, export_person
from tests.accessibility.builders import DUE_ON, RECEIVED_AT, make_answered, make_barrier
from tests.partners.builders import make_person

pytestmark = pytest.mark.django_db


def test_open_reports_wait_with_their_deadline(office):
    report = make_barrier()
    make_answered(office, RECEIVED_AT)

    [waiting] = barriers_awaiting_answer()

    assert (waiting, waiting.due_day, waiting.in_charge) == (report, DUE_ON, None)


def test_reports_expire_by_the_day_of_their_answer(office):
    report = make_answered(office, RECEIVED_AT)

    assert list(expired_barriers(dt.date(2026, 3, 1))) == []
    assert list(expired_barriers(dt.date(2026, 3, 2))) == [report]


def test_export_has_what_was_reported_from_the_persons_address(office):
    person = make_person(email="gast@example.org")
    make_answered(office, RECEIVED_AT, email="Gast@example.org")
    make_barrier(email="andere@example.org")

    [section] = export_person(person, {"gast@example.org"})

    assert section.title == "Hinweise zur Barrierefreiheit"
    assert section.rows == [
        [
            ("eingegangen am", "02.03.2026, 09:00 Uhr"),
            ("Hinweis", "Der Kontrast ist zu schwach."),
            ("Seite", "/zeitplan/"),
            ("Adresse für die Antwort", "Gast@example.org"),
            ("Stand", "beantwortet"),
            ("beantwortet am", "02.03.2026, 09:00 Uhr"),
            ("Wie geantwortet wurde", "Am Telefon, behoben."),
        ]
    ]
