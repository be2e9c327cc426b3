"""The public form, and the pages on which the office answers what came in by it."""

import datetime as dt
import re
from email import message_from_string
from email.policy import default

import pytest
import time_machine

from accessibility.enums import BarrierState
from accessibility.models import BarrierReport
from accessibility.services import answer_barrier
from core.conflicts import version_of
from core.roles import PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.accessibility.builders import DUE_ON, RECEIVED_AT, make_barrier
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

OFFICE_ADDRESS = "Geschäftsstelle Masterplan Industriestadt Berlin <geschaeftsstelle@example.org>"
HINT = {"message": "Der Kontrast ist zu schwach.", "page": "Übersicht", "email": "gast@example.org"}


def test_hint_reaches_the_office_once(client, db):
    first = client.post("/barrierefreiheit/", HINT, follow=True)
    client.post("/barrierefreiheit/", HINT)

    assert first.redirect_chain == [("/barrierefreiheit/", 302)]
    assert "Ihr Hinweis ist bei der Geschäftsstelle." in first.text
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("barrier_reported", "geschaeftsstelle@example.org")


@pytest.mark.parametrize(
    ("email", "reply_to"),
    [
        ("gast@example.org", "gast@example.org"),
        ("Gast@Exämple.org", "gast@xn--exmple-cua.org"),
        ("", OFFICE_ADDRESS),
    ],
)
def test_answer_to_a_hint_goes_to_whoever_sent_it(client, db, email, reply_to):
    client.post("/barrierefreiheit/", HINT | {"email": email})

    mime = message_from_string(Mail.objects.get().mime, policy=default)

    assert str(mime["Reply-To"]) == reply_to


@time_machine.travel(dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC))
def test_same_hint_on_another_day_is_a_new_hint(client, db):
    client.post("/barrierefreiheit/", HINT)
    with time_machine.travel(dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)):
        client.post("/barrierefreiheit/", HINT)
    # Already the next day in Berlin.
    with time_machine.travel(dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)):
        client.post("/barrierefreiheit/", HINT)

    answers = [
        re.search(r"spätestens (\S+)\.", mail.text)[1] for mail in Mail.objects.order_by("pk")
    ]
    assert answers == ["02.04.2026", "03.04.2026"]


def test_empty_hint_is_asked_for_and_nothing_typed_is_lost(client, db):
    answer = client.post("/barrierefreiheit/", HINT | {"message": ""})

    assert answer.status_code == 200
    assert 'value="gast@example.org"' in answer.text
    assert Mail.objects.count() == 0


def test_address_that_no_mail_can_reach_is_refused(client, db):
    answer = client.post("/barrierefreiheit/", HINT | {"email": "gast@\ufffd.de"})

    assert "An diese Adresse kann das Portal nicht schreiben." in answer.text
    assert Mail.objects.count() == 0


def test_flood_of_hints_is_stopped_without_losing_the_text(client, db):
    for number in range(5):
        client.post("/barrierefreiheit/", HINT | {"message": f"Hinweis {number}"})

    answer = client.post("/barrierefreiheit/", HINT)

    assert answer.status_code == 200
    assert "Das waren viele Hinweise kurz nacheinander" in answer.text
    assert HINT["message"] in answer.text
    assert Mail.objects.count() == 5


@pytest.fixture
def signed_in(client, office):
    client.force_login(office)
    return client


def test_hint_is_recorded_for_the_office(client, db):
    client.post("/barrierefreiheit/", HINT)

    report = BarrierReport.objects.get()
    assert (report.message, report.page, report.email) == tuple(HINT.values())


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER])
def test_others_see_neither_list_nor_report(client, db, role):
    report = make_barrier()
    client.force_login(make_user(role))

    pages = ("hinweise/", f"hinweise/{report.pk}/", f"hinweise/{report.pk}/beantwortet/")
    answers = [client.get(f"/barrierefreiheit/{page}").status_code for page in pages]

    assert answers == [403, 404, 404]
    assert "Eingegangene Hinweise" not in client.get("/barrierefreiheit/").text


def test_statement_leads_the_office_to_the_list(signed_in):
    assert 'href="/barrierefreiheit/hinweise/"' in signed_in.get("/barrierefreiheit/").text


def test_list_starts_with_open_reports_by_deadline(signed_in, office):
    done = answer_barrier(report=make_barrier(), answer="Ja.", by=office, now=RECEIVED_AT)
    late = make_barrier(due_on=DUE_ON + dt.timedelta(days=7))
    early = make_barrier()

    def listed(query=""):
        page = signed_in.get(f"/barrierefreiheit/hinweise/{query}").context["reports"]
        return [report for report, _sender in page]

    assert listed() == [early, late, done]
    assert listed("?state=answered") == [done]
    assert listed("?sort=-due") == [done, late, early]


@time_machine.travel(dt.datetime(2026, 4, 7, 8, 0, tzinfo=dt.UTC))
def test_overdue_report_is_marked_in_the_list_and_on_its_page(signed_in):
    report = make_barrier(email="")

    text = signed_in.get("/barrierefreiheit/hinweise/").text
    page = signed_in.get(report.get_absolute_url()).text

    assert "Do, 02.04.2026, überfällig" in text
    assert "keine Antwort gewünscht" in text
    assert "due--over" in page


def test_answer_is_noted_and_taken_back(signed_in):
    report = make_barrier()

    answered = signed_in.post(
        f"{report.get_absolute_url()}beantwortet/", {"answer": "Am Telefon."}, follow=True
    )
    assert "Der Hinweis ist als beantwortet vermerkt." in answered.text
    assert "Am Telefon." in answered.text

    reopened = signed_in.post(f"{report.get_absolute_url()}wieder-oeffnen/", follow=True)
    assert "Der Hinweis ist wieder offen." in reopened.text
    report.refresh_from_db()
    assert report.state == BarrierState.OPEN
    # The note is offered again.
    assert "Am Telefon." in signed_in.get(f"{report.get_absolute_url()}beantwortet/").text


def test_answer_typed_while_a_colleague_answered_is_not_lost(signed_in, office):
    report = make_barrier()
    version = version_of(report, ("state", "answer"))
    answer_barrier(report=report, answer="Schon da.", by=office, now=RECEIVED_AT)

    page = signed_in.post(
        f"{report.get_absolute_url()}beantwortet/", {"answer": "Meine.", "version": version}
    )

    assert page.status_code == 200
    assert "Meine." in page.text
    assert "Antwort an: gast@example.org" in page.text
    assert "im Stand „beantwortet“ nicht möglich" in page.text


def test_report_without_words_is_not_asked_about(signed_in, office):
    report = answer_barrier(report=make_barrier(), answer="Ja.", by=office, now=RECEIVED_AT)
    BarrierReport.objects.update(message="", email="", answer="")

    page = signed_in.get(f"{report.get_absolute_url()}wieder-oeffnen/", follow=True)

    assert page.redirect_chain == [(report.get_absolute_url(), 302)]
    assert "Der Wortlaut ist gelöscht" in page.text
