"""The office reminds organisations that owe reports in a running round."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import RoundState
from measures.models import ReportingRound
from measures.queries import awaited_leads
from measures.reminders import owing_leads
from measures.services import close_round, open_round, remind_leads
from outbox.enums import MailState
from outbox.models import Mail
from reminders.models import ReminderLog, ReminderRule
from reminders.planning import plan_day
from tests.confirming import press
from tests.measures.builders import NOW, TODAY, make_measure, make_plan, make_report, make_round
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_organisation, make_user
from tests.reminders.builders import make_pause
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def march():
    """Freeze the clock before the deadline that the builders use."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def plan():
    return make_plan()


@pytest.fixture
def chamber(plan):
    """A partner whose organisation owes two reports."""
    user = make_user(PARTNER, email="kammer@example.org")
    for title in ("Ankauf [A]", "Bestand"):
        make_measure(plan, title, lead_id=user.organisation_id)
    return user


@pytest.fixture
def union(plan):
    """A partner whose organisation owes one report."""
    user = make_user(PARTNER, email="verband@example.org")
    make_measure(plan, "Campus", lead_id=user.organisation_id)
    return user


def test_each_person_gets_one_mail_about_all_reports_they_owe(office, plan, chamber, union):
    running = make_round(plan)
    make_report(
        make_measure(plan, "Dach", lead_id=chamber.organisation_id), "submitted", round=running
    )

    assert remind_leads(reporting_round=running, by=office, now=NOW) == 2

    texts = {mail.recipient: mail.text for mail in Mail.objects.filter(kind="lead_reminded")}
    assert texts.keys() == {"kammer@example.org", "verband@example.org"}
    assert "- Ankauf [A]\n- Bestand\n" in texts["kammer@example.org"].replace("\\", "")
    assert "31.03.2026" in texts["kammer@example.org"]
    assert "Dach" not in texts["kammer@example.org"]
    reasons = running.history.values_list("history_change_reason", "history_user")
    names = [str(user.person.organisation.label) for user in (chamber, union)]
    assert reasons[0] == (f"An Berichte erinnert: {', '.join(sorted(names))}", office.pk)


def test_one_organisation_can_be_reminded_alone(office, plan, chamber, union):
    running, lead = make_round(plan), union.person.organisation

    remind_leads(reporting_round=running, lead=lead, by=office, now=NOW)

    assert mails_written() == [("lead_reminded", "verband@example.org")]


def test_nobody_is_reminded_twice_a_day(office, plan, chamber):
    running = make_round(plan)
    remind_leads(reporting_round=running, by=office, now=NOW)

    with nothing_changes(running):
        with pytest.raises(Refused, match="heute schon eine E-Mail"):
            remind_leads(reporting_round=running, by=office, now=NOW + dt.timedelta(hours=3))
    assert remind_leads(reporting_round=running, by=office, now=NOW + DAY) == 1


def test_nobody_is_reminded_on_the_day_on_which_they_were_asked(office, plan, chamber):
    running = make_round(plan, state=RoundState.PLANNED)
    open_round(reporting_round=running, by=office, now=NOW)

    with pytest.raises(Refused, match="heute schon eine E-Mail"):
        remind_leads(reporting_round=running, by=office, now=NOW)
    assert remind_leads(reporting_round=running, by=office, now=NOW + DAY) == 1


def test_reminder_by_hand_counts_as_the_reminder_of_the_day(office, plan, chamber):
    running, day = make_round(plan), dt.date(2026, 3, 17)  # ten working days before the deadline
    at = dt.datetime(2026, 3, 17, 5, tzinfo=dt.UTC)
    assert len(plan_day(day, now=at).mails) == 1

    remind_leads(reporting_round=running, by=office, now=at)

    assert plan_day(day, now=at).mails == []
    assert plan_day(day + DAY, now=at).mails == []
    assert len(plan_day(dt.date(2026, 3, 26), now=at).mails) == 1
    assert ReminderLog.objects.count() == 1


def test_automatic_reminder_counts_as_the_last_contact(office, plan, chamber):
    running, at = make_round(plan), dt.datetime(2026, 3, 17, 5, tzinfo=dt.UTC)
    ReminderLog.objects.create(
        kind="report_due",
        subject_key=f"round:{running.pk}:reports",
        recipient="kammer@example.org",
        date=running.due_on,
        step="-10",
        at=at,
    )

    (owing,) = owing_leads(running, awaited_leads(running), TODAY)

    assert (owing.contact.at, owing.contact.is_reminder) == (at, True)
    assert owing.to_remind == [chamber.person]
    assert owing_leads(running, awaited_leads(running), at.date())[0].to_remind == []


def test_mail_that_expired_unsent_is_no_contact_and_can_be_repeated(office, plan, chamber):
    running = make_round(plan)
    remind_leads(reporting_round=running, by=office, now=NOW)
    Mail.objects.update(**fields_in_state(MailState.EXPIRED))

    assert owing_leads(running, awaited_leads(running), TODAY)[0].contact is None
    assert remind_leads(reporting_round=running, by=office, now=NOW + dt.timedelta(hours=9)) == 1


def test_paused_people_are_not_reminded(office, plan, chamber):
    running = make_round(plan)
    make_pause(recipient="kammer@example.org")

    with nothing_changes(running):
        with pytest.raises(Refused, match="oder ist pausiert"):
            remind_leads(reporting_round=running, by=office, now=NOW)


def test_organisation_without_account_cannot_be_reminded(office, plan):
    running, lead = make_round(plan), make_organisation("Verband")
    make_measure(plan, lead=lead)

    with nothing_changes(running):
        with pytest.raises(Refused, match="Nicht erreichbar: Dort hat niemand ein Konto"):
            remind_leads(reporting_round=running, lead=lead, by=office, now=NOW)


def test_organisation_that_owes_nothing_is_not_reminded(office, plan, chamber):
    running = make_round(plan)

    with nothing_changes(running):
        with pytest.raises(Refused, match="Hier steht kein Bericht mehr aus"):
            remind_leads(reporting_round=running, lead=make_organisation(), by=office, now=NOW)


@pytest.mark.parametrize("state", ["planned", "closed"])
def test_reminding_needs_a_running_round(state, office, plan, chamber):
    reporting_round = make_round(plan, state=state)

    with nothing_changes(reporting_round):
        with pytest.raises(Refused, match="solange die Berichtsrunde läuft"):
            remind_leads(reporting_round=reporting_round, by=office, now=NOW)


@pytest.mark.parametrize("role", [PARTNER, SENATOR_OFFICE, OBSERVER])
def test_only_the_office_reminds(role, plan, chamber):
    running = make_round(plan)

    with nothing_changes(running):
        with pytest.raises(NotAllowed, match="nicht berechtigt"):
            remind_leads(reporting_round=running, by=make_user(role), now=NOW)


def test_closing_the_round_withdraws_reminders_that_wait(office, plan, chamber):
    running = make_round(plan)
    remind_leads(reporting_round=running, by=office, now=NOW)

    close_round(reporting_round=running, by=office, now=NOW)

    assert Mail.objects.get().state == MailState.WITHDRAWN


# The pages


def test_round_page_offers_the_reminder_until_it_is_written(client, office, plan, chamber):
    client.force_login(office)
    running, lead = make_round(plan), chamber.person.organisation
    make_measure(plan, "Campus", lead=make_organisation("Stiftung"))
    one = reverse("measures:round_remind_lead", args=[running.pk, lead.pk])
    everybody = reverse("measures:round_remind", args=[running.pk])

    before = client.get(running.get_absolute_url()).content.decode()
    asked = client.get(everybody)
    assert not Mail.objects.exists()
    press(client, asked)
    page = client.get(running.get_absolute_url()).content.decode()

    assert f'href="{one}"' in before and f'href="{everybody}"' in before
    assert "nicht erreichbar: dort hat niemand ein Konto als Partner" in before
    question = asked.content.decode()
    assert "Erinnerung: Berichte bis 31.03.2026 erbeten" in question
    assert "Partner hat: Stiftung (Campus)" in question
    assert mails_written() == [("lead_reminded", "kammer@example.org")]
    assert f'href="{one}"' not in page and f'href="{everybody}"' not in page
    assert "erinnert am 18.03.2026 (wartet)" in page


def test_page_of_a_measure_leads_the_office_to_the_reminder(client, office, plan, chamber):
    client.force_login(office)
    running, measure = make_round(plan), plan.measures.first()
    link = f'href="{running.get_absolute_url()}#ausstehend"'

    page = client.get(measure.get_absolute_url()).content.decode()
    client.force_login(make_user(SENATOR_OFFICE))
    read = client.get(measure.get_absolute_url()).content.decode()

    assert link in page and "Stand festhalten" in page
    assert link not in read
    assert client.post(reverse("measures:round_remind", args=[running.pk])).status_code == 403
    assert ReportingRound.history.count() == 1


def test_round_says_when_whom_it_reminds_next(client, office, plan, chamber, union):
    running = make_round(plan)
    client.force_login(office)

    def note() -> str:
        return client.get(running.get_absolute_url()).context["reminders"]

    # The step ten working days before was missed by a day and is caught up on.
    assert note() == (
        "Nächste Erinnerungen nach heutigem Stand: Mi, 18.03.2026 an 2 Personen; Do, 26.03.2026 "
        "an 2 Personen."
    )
    remind_leads(reporting_round=running, by=office, now=NOW)
    make_pause(by=office, now=NOW, recipient="kammer@example.org")
    assert note() == (
        "Nächste Erinnerungen nach heutigem Stand: Do, 26.03.2026 an 1 Person (1 pausiert); "
        "Di, 31.03.2026 an 1 Person (1 pausiert)."
    )
    ReminderRule.objects.create(key="report_due", is_active=False)
    assert note() == "Nach heutigem Stand erinnert das Portal in dieser Runde niemanden mehr."
