import datetime as dt
from functools import partial

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import RoundState
from measures.models import ReportingRound
from measures.queries import round_version
from measures.services import change_round, close_round, create_round, open_round
from outbox.models import Mail
from tests.measures.builders import NOW, make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


def round_values(plan) -> dict:
    return {
        "plan": plan,
        "title": "Berichtsrunde 1/2026",
        "cut_off_on": dt.date(2026, 3, 1),
        "due_on": dt.date(2026, 3, 31),
    }


def test_new_round_is_planned_and_mails_nobody(office):
    make_measure(lead=make_organisation())

    reporting_round = create_round(values=round_values(make_plan()), by=office, now=NOW)

    assert reporting_round.state == RoundState.PLANNED
    assert not Mail.objects.exists()


def test_opening_mails_each_reporter_once_about_all_their_measures(office):
    plan = make_plan()
    first, second = (
        make_user(PARTNER, email="a@example.org"),
        make_user(PARTNER, email="b@example.org"),
    )
    make_measure(plan, "Ankauf [A]", lead_id=first.organisation_id)
    make_measure(plan, "Bestand", lead_id=first.organisation_id)
    make_measure(plan, "Campus", lead_id=second.organisation_id)
    make_measure(plan, "Übernommen", lead_id=second.organisation_id, origin=Origin.TAKEN_OVER)
    make_measure(plan, "Fertig", lead_id=second.organisation_id, phase="completed")
    reporting_round = make_round(plan, state=RoundState.PLANNED)

    opened = open_round(reporting_round=reporting_round, by=office, now=NOW)

    assert opened.state == RoundState.OPEN
    texts = {mail.recipient: mail.text for mail in Mail.objects.all()}
    assert texts.keys() == {"a@example.org", "b@example.org"}
    assert "Ankauf [A]" in texts["a@example.org"]
    assert "Bestand" in texts["a@example.org"]
    assert "31.03.2026" in texts["a@example.org"]
    assert "Campus" in texts["b@example.org"]
    assert "Übernommen" not in texts["b@example.org"]
    assert "Fertig" not in texts["b@example.org"]


def test_second_open_round_of_a_plan_or_one_of_a_hidden_plan_is_refused(office):
    plan = make_plan()
    make_round(plan)
    second = make_round(plan, state=RoundState.PLANNED)

    draft = make_plan("Plan B", is_published=False, predecessor=plan)
    hidden = make_round(draft, state=RoundState.PLANNED)

    with nothing_changes(second, hidden):
        with pytest.raises(Refused, match="läuft schon eine Berichtsrunde"):
            open_round(reporting_round=second, by=office, now=NOW)
        with pytest.raises(Refused, match="Plan B ist noch nicht veröffentlicht"):
            open_round(reporting_round=hidden, by=office, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_rounds_opened_at_once_is_open(office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER, email="a@example.org").organisation_id)
    rounds = [make_round(plan, state=RoundState.PLANNED) for _number in range(4)]

    results = race(
        *(partial(open_round, reporting_round=planned, by=office, now=NOW) for planned in rounds)
    )

    refused = [str(result) for result in results if isinstance(result, Refused)]
    assert (
        refused
        == ["In diesem Plan läuft schon eine Berichtsrunde. Bitte schließen Sie diese zuerst ab."]
        * 3
    )
    assert ReportingRound.objects.filter(state=RoundState.OPEN).count() == 1
    assert ReportingRound.history.filter(state=RoundState.OPEN).count() == 1
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    ("service", "state", "target"),
    [(open_round, "planned", "open"), (close_round, "open", "closed")],
)
def test_action_leads_to_the_next_state(service, state, target, office):
    reporting_round = make_round(make_plan(), state=state)

    assert service(reporting_round=reporting_round, by=office, now=NOW).state == target


@pytest.mark.parametrize(
    ("service", "state"),
    [
        (open_round, "open"),
        (open_round, "closed"),
        (close_round, "planned"),
        (close_round, "closed"),
    ],
)
def test_action_is_refused_in_other_states(service, state, office):
    reporting_round = make_round(make_plan(), state=state)

    with nothing_changes(reporting_round):
        with pytest.raises(Refused, match="Das ist im Stand .* nicht möglich"):
            service(reporting_round=reporting_round, by=office, now=NOW)


def test_closed_round_cannot_be_changed(office):
    reporting_round = make_round(make_plan())
    due = {"due_on": dt.date(2026, 4, 15)}
    version = version_of(reporting_round, [*due, "state"])

    change_round(reporting_round=reporting_round, values=due, version=version, by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
        change_round(
            reporting_round=reporting_round, values=due, version=version, by=office, now=NOW
        )
    close_round(reporting_round=reporting_round, by=office, now=NOW)
    reporting_round.refresh_from_db()
    with pytest.raises(Refused, match="abgeschlossen"):
        change_round(
            reporting_round=reporting_round,
            values={"due_on": dt.date(2026, 5, 1)},
            version=version_of(reporting_round, [*due, "state"]),
            by=office,
            now=NOW,
        )

    assert ReportingRound.objects.get().due_on == dt.date(2026, 4, 15)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_runs_rounds(role):
    user, reporting_round = make_user(role), make_round(make_plan(), state=RoundState.PLANNED)

    services = (
        lambda: create_round(values=round_values(make_plan()), by=user, now=NOW),
        lambda: change_round(
            reporting_round=reporting_round, values={"title": "Neu"}, version="", by=user, now=NOW
        ),
        lambda: open_round(reporting_round=reporting_round, by=user, now=NOW),
        lambda: close_round(reporting_round=reporting_round, by=user, now=NOW),
    )

    with nothing_changes(reporting_round):
        for service in services:
            with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
                service()

    assert ReportingRound.objects.count() == 1


def test_open_round_stays_in_its_plan(office):
    running = make_round(make_plan())
    moved = {"plan": make_plan()}

    with nothing_changes(running):
        with pytest.raises(Refused, match="Eine laufende Berichtsrunde bleibt in ihrem Plan"):
            change_round(
                reporting_round=running,
                values=moved,
                version=version_of(running, [*moved, "state"]),
                by=office,
                now=NOW,
            )


def test_new_days_of_an_open_round_are_mailed_to_those_who_still_have_to_report(office):
    plan, partner = make_plan(), make_user(PARTNER, email="a@example.org")
    done = make_user(PARTNER, email="b@example.org")
    make_measure(plan, "Ankauf", lead_id=partner.organisation_id)
    reported = make_measure(plan, lead_id=done.organisation_id)
    running = make_round(plan)
    make_report(reported, round=running)
    change = partial(change_round, reporting_round=running, by=office, now=NOW)
    title, due = {"title": "Berichtsrunde Frühjahr"}, {"due_on": dt.date(2026, 4, 15)}

    change(values=title, version=version_of(running, [*title, "state"]))
    assert not Mail.objects.exists()
    change(values=due, version=version_of(running, [*due, "state"]))

    mail = Mail.objects.get()
    assert (mail.recipient, mail.subject) == (
        "a@example.org",
        "Neue Termine: Berichtsrunde Frühjahr, bitte bis 15.04.2026 berichten",
    )
    assert "Ankauf" in mail.text


def test_new_days_of_a_planned_round_mail_nobody(office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER).organisation_id)
    planned = make_round(plan, state=RoundState.PLANNED)
    due = {"due_on": dt.date(2026, 4, 15)}

    change_round(
        reporting_round=planned,
        values=due,
        version=version_of(planned, [*due, "state"]),
        by=office,
        now=NOW,
    )

    assert ReportingRound.objects.get().due_on == dt.date(2026, 4, 15)
    assert not Mail.objects.exists()


def test_form_loaded_before_the_round_was_opened_changes_nothing(office):
    planned = make_round(make_plan(), state=RoundState.PLANNED)
    due = {"due_on": dt.date(2026, 4, 15)}
    version = version_of(planned, [*due, "state"])
    open_round(reporting_round=planned, by=office, now=NOW)

    with nothing_changes(planned):
        with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
            change_round(reporting_round=planned, values=due, version=version, by=office, now=NOW)


def test_round_is_not_opened_for_other_people_than_shown(office):
    plan, partner = make_plan(), make_user(PARTNER, email="a@example.org")
    make_measure(plan, lead_id=partner.organisation_id)
    planned = make_round(plan, state=RoundState.PLANNED)
    shown = round_version(planned)
    make_user(PARTNER, organisation=partner.person.organisation)

    with nothing_changes(planned):
        with pytest.raises(ChangedMeanwhile, match="wer berichten soll oder bis wann"):
            open_round(reporting_round=planned, shown=shown, by=office, now=NOW)

    open_round(reporting_round=planned, shown=round_version(planned), by=office, now=NOW)
    assert Mail.objects.count() == 2


def test_closing_withdraws_mails_that_still_ask_for_a_report(office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER).organisation_id)
    planned = make_round(plan, state=RoundState.PLANNED)
    open_round(reporting_round=planned, by=office, now=NOW)

    close_round(reporting_round=planned, by=office, now=NOW)

    assert [mail.state for mail in Mail.objects.all()] == ["withdrawn"]


def test_round_sent_twice_is_refused(office):
    plan = make_plan()
    create_round(values=round_values(plan), by=office, now=NOW)

    with pytest.raises(Refused, match="eben schon gespeichert"):
        create_round(values=round_values(plan), by=office, now=NOW)

    assert ReportingRound.objects.count() == 1


def test_round_opens_only_with_a_deadline_ahead(office):
    late = NOW.date() - dt.timedelta(days=1)
    days = {"cut_off_on": late, "due_on": late}
    reporting_round = make_round(make_plan(), state=RoundState.PLANNED, **days)

    with (
        nothing_changes(reporting_round),
        pytest.raises(Refused, match="Die Frist der Berichtsrunde liegt in der Vergangenheit."),
    ):
        open_round(reporting_round=reporting_round, by=office, now=NOW)

    ReportingRound.objects.update(due_on=NOW.date())
    assert open_round(reporting_round=reporting_round, by=office, now=NOW).state == RoundState.OPEN


def test_open_round_gets_no_deadline_that_has_passed(office):
    reporting_round = make_round(make_plan(), cut_off_on=dt.date(2026, 1, 1))
    late = {"due_on": NOW.date() - dt.timedelta(days=1)}
    version = version_of(reporting_round, [*late, "state"])

    with (
        nothing_changes(reporting_round),
        pytest.raises(Refused, match="Die Frist der Berichtsrunde liegt in der Vergangenheit."),
    ):
        change_round(
            reporting_round=reporting_round, values=late, version=version, by=office, now=NOW
        )
