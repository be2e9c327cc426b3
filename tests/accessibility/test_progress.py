import pytest

from accessibility.models import BarrierReport
from accessibility.progress import answer_step, barrier_page, barrier_tasks
from tests.accessibility.builders import DUE_ON, RECEIVED_AT, make_answered, make_barrier

pytestmark = pytest.mark.django_db


def test_open_report_is_a_dated_task_of_the_office():
    report = make_barrier()

    entry = barrier_tasks([report.pk], RECEIVED_AT)[report.pk]

    assert (entry.who, entry.what, entry.url, entry.due_on) == (
        "Geschäftsstelle",
        "Hinweis zur Barrierefreiheit vom 02.03.2026 beantworten",
        f"/barrierefreiheit/hinweise/{report.pk}/",
        DUE_ON,
    )


def test_next_step_says_if_nobody_can_be_answered():
    assert answer_step(make_barrier()).text == ("Den Hinweis beantworten und hier festhalten, wie.")
    assert answer_step(make_barrier(email="")).text == (
        "Eine Antwort ist nicht möglich. Dem Hinweis nachgehen und das hier festhalten."
    )


def test_answered_report_shows_its_answer_and_can_be_opened_again(office):
    report = make_answered(office, RECEIVED_AT)

    page = barrier_page(report, office)

    assert page["next_step"] is None
    assert [(card.title, card.text) for card in page["cards"]] == [
        ("Hinweis", "Der Kontrast ist zu schwach."),
        ("Wie geantwortet wurde", "Am Telefon, behoben."),
    ]
    assert [button.label for button in page["further_buttons"]] == ["Wieder öffnen"]


def test_removed_words_are_said_to_be_removed(office):
    report = make_answered(office, RECEIVED_AT)
    BarrierReport.objects.update(message="", email="", answer="")
    report.refresh_from_db()

    page = barrier_page(report, office)

    assert [card.text for card in page["cards"]] == [
        "Wortlaut und Adresse sind gelöscht, weil die Frist abgelaufen ist."
    ]
    assert ("Antwort an", "gelöscht") in page["facts"]
    assert page["further_buttons"] == []
