"""A report is recorded once, answered by the office, and forgotten in time."""

import datetime as dt

import pytest

from accessibility.models import BarrierReport
from accessibility.services import (
    SEEN_FIELDS,
    answer_barrier,
    remove_words,
    reopen_barrier,
    report_barrier,
)
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import entries_of
from core.roles import PARTNER
from outbox.models import Mail
from partners.services import erase_person, preview_erasure, tidy_people
from tests.accessibility.builders import DUE_ON, RECEIVED_AT, make_answered, make_barrier
from tests.partners.builders import make_person, make_user
from tests.racing import race
from tests.unchanged import OFFICE_ONLY, nothing_changes

pytestmark = pytest.mark.django_db

HINT = {"message": "Der Kontrast ist zu schwach.", "page": "/", "email": "gast@example.org"}
ANSWERED_AT = dt.datetime(2026, 3, 16, 9, 0, tzinfo=dt.UTC)
# Twelve months later the words go; a day before, they stay.
EXPIRED_AT = dt.datetime(2027, 3, 16, 9, 0, tzinfo=dt.UTC)
NOT_YET = EXPIRED_AT - dt.timedelta(days=1)


def test_report_is_due_a_month_after_it_was_received():
    report = report_barrier(**HINT, now=RECEIVED_AT)

    assert (report.state, report.received_at, report.due_on) == ("open", RECEIVED_AT, DUE_ON)
    assert [(entry.who, entry.what) for entry in entries_of(report)] == [("Portal", "eingegangen")]


def test_report_of_the_last_day_of_january_is_due_at_the_end_of_february():
    received_at = dt.datetime(2026, 1, 31, 9, 0, tzinfo=dt.UTC)

    assert report_barrier(**HINT, now=received_at).due_on == dt.date(2026, 2, 28)


def test_same_report_of_one_day_is_one_record():
    first = report_barrier(**HINT, now=RECEIVED_AT)
    second = report_barrier(**HINT, now=RECEIVED_AT + dt.timedelta(hours=2))
    next_day = report_barrier(**HINT, now=RECEIVED_AT + dt.timedelta(days=1))

    assert (second, next_day == first) == (first, False)
    assert (BarrierReport.objects.count(), Mail.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_is_one_record():
    def send():
        report_barrier(**HINT, now=RECEIVED_AT)

    race(send, send)

    assert (BarrierReport.objects.count(), Mail.objects.count()) == (1, 1)


def test_answer_is_noted_and_mails_nobody(office):
    report = answer_barrier(
        report=make_barrier(), answer="Am Telefon, behoben.", by=office, now=ANSWERED_AT
    )

    assert (report.state, report.answer, report.answered_at) == (
        "answered",
        "Am Telefon, behoben.",
        ANSWERED_AT,
    )
    assert entries_of(report)[0].what == "beantwortet"
    assert Mail.objects.count() == 0


def test_opened_again_the_note_stays_for_the_next_answer(office):
    report = make_answered(office, ANSWERED_AT)

    reopened = reopen_barrier(report=report, by=office, now=ANSWERED_AT)

    assert (reopened.state, reopened.answered_at) == ("open", None)
    assert reopened.answer == "Am Telefon, behoben."
    assert entries_of(reopened)[0].what == "wieder geöffnet"


def test_nobody_else_answers_or_reopens(office):
    partner = make_user(PARTNER)
    waiting, answered = make_barrier(), make_answered(office, ANSWERED_AT)

    with nothing_changes(waiting), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        answer_barrier(report=waiting, answer="Nein.", by=partner, now=ANSWERED_AT)
    with nothing_changes(answered), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        reopen_barrier(report=answered, by=partner, now=ANSWERED_AT)


def test_second_answer_is_refused(office):
    report = make_answered(office, ANSWERED_AT)

    with nothing_changes(report), pytest.raises(Refused, match="Stand „beantwortet“"):
        answer_barrier(report=report, answer="Noch einmal.", by=office, now=ANSWERED_AT)


def test_empty_answer_is_refused(office):
    report = make_barrier()

    with nothing_changes(report), pytest.raises(Refused, match="wie geantwortet wurde"):
        answer_barrier(report=report, answer="  ", by=office, now=ANSWERED_AT)


def test_answer_on_a_state_not_seen_is_refused(office):
    report = make_barrier()
    seen = version_of(report, SEEN_FIELDS)
    answer_barrier(report=report, answer="Erste.", by=office, now=ANSWERED_AT)
    reopened = reopen_barrier(report=report, by=office, now=ANSWERED_AT)

    with nothing_changes(reopened), pytest.raises(ChangedMeanwhile):
        answer_barrier(report=report, answer="Zweite.", by=office, now=ANSWERED_AT, seen=seen)


@pytest.mark.parametrize(("now", "left"), [(NOT_YET, True), (EXPIRED_AT, False)])
def test_words_are_removed_twelve_months_after_the_answer(office, now, left):
    report = make_answered(office, ANSWERED_AT)

    done = tidy_people(now=now)

    report.refresh_from_db()
    assert done["barriers"] == ([] if left else [report.pk])
    for row in (report, *report.history.all()):
        assert (bool(row.message), bool(row.email)) == (left, left)
    assert (bool(report.answer), report.page, report.state) == (left, "/zeitplan/", "answered")


def test_mail_to_the_office_loses_its_text_with_the_report(office):
    report = report_barrier(**HINT, now=RECEIVED_AT)
    Mail.objects.update(state="sent", sent_at=RECEIVED_AT)
    answer_barrier(report=report, answer="Ja.", by=office, now=ANSWERED_AT)

    remove_words(report)

    mail = Mail.objects.get()
    assert (mail.text, mail.mime, mail.recipient) == ("", "", "geschaeftsstelle@example.org")


def test_words_stay_while_the_mail_about_them_is_not_sent(office):
    report = report_barrier(**HINT, now=RECEIVED_AT)
    answer_barrier(report=report, answer="Ja.", by=office, now=ANSWERED_AT)

    with nothing_changes(report), pytest.raises(Refused, match="noch nicht versandt"):
        remove_words(report)


def test_open_report_keeps_its_words(office):
    report = make_barrier()

    assert tidy_people(now=EXPIRED_AT + dt.timedelta(days=900))["barriers"] == []
    assert remove_words(report) is False


def test_report_without_words_cannot_be_opened_again(office):
    report = make_answered(office, ANSWERED_AT)
    assert remove_words(report) is True

    report.refresh_from_db()
    with nothing_changes(report), pytest.raises(Refused, match="Wortlaut ist gelöscht"):
        reopen_barrier(report=report, by=office, now=EXPIRED_AT)


def erase(person, office):
    version = preview_erasure(person=person, by=office, now=EXPIRED_AT).version
    erase_person(person=person, by=office, version=version, now=EXPIRED_AT)


def test_person_who_waits_for_an_answer_is_not_erased(office):
    person = make_person(email="gast@example.org")
    report = make_barrier(email="Gast@example.org")

    with nothing_changes(person, report), pytest.raises(Refused, match="Barrierefreiheit vom 02"):
        erase(person, office)


def test_answered_reports_of_an_erased_person_lose_their_words(office):
    person = make_person(email="gast@example.org")
    own, other = (
        make_answered(office, ANSWERED_AT, email=email)
        for email in ("Gast@example.org", "andere@example.org")
    )

    erase(person, office)

    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.message, own.email, own.answer) == ("", "", "")
    assert (other.email, other.answer) == ("andere@example.org", "Am Telefon, behoben.")


def test_person_named_in_an_answered_report_is_replaced_there(office):
    person = make_person("Nachname", given_name="Vorname", email="genannt@example.org")
    report = make_answered(
        office, ANSWERED_AT, message="Vorname Nachname half mir.", email="gast@example.org"
    )

    erase(person, office)

    report.refresh_from_db()
    assert report.message == "(gelöscht) half mir."
