import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.models import StatusReport
from measures.queries import measures_awaiting_report
from measures.services import accept_report, record_report, return_report, save_draft, submit_report
from outbox.models import Mail
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_round,
    report_values,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=2)
UNEXPLAINED = "Bei Gelb und Rot gehört der Grund dazu, bei Rot auch die gewünschte Hilfe"


@pytest.fixture
def office():
    return make_user(OFFICE, email="office@example.org")


@pytest.fixture
def partner():
    return make_user(PARTNER, email="partner@example.org")


@pytest.fixture
def measure(partner):
    return make_measure(lead_id=partner.organisation_id)


def mails() -> list[tuple[str, str]]:
    return list(Mail.objects.order_by("pk").values_list("kind", "recipient"))


def status_of(measure) -> tuple:
    measure.refresh_from_db()
    return measure.phase, measure.traffic_light, measure.financing, measure.status_on


def test_submitted_report_is_mailed_to_the_office(office, partner, measure):
    running = make_round(measure.plan)

    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    assert (report.state, report.reported_by, report.reported_at) == ("submitted", partner, NOW)
    assert report.round == running
    assert mails() == [("report_submitted", "office@example.org")]
    assert Mail.objects.get().path == report.get_absolute_url()
    assert status_of(measure) == ("", "", "", None)


def test_accepted_report_becomes_the_status_and_is_mailed_to_the_reporter(office, partner, measure):
    report = submit_report(
        measure=measure,
        values=report_values(
            traffic_light="red", traffic_light_reason="Geld fehlt.", help_wanted="Beschluss"
        ),
        by=partner,
        now=NOW,
    )

    accepted = accept_report(report=report, by=office, now=LATER)

    assert (accepted.state, accepted.decided_by, accepted.decided_at) == ("accepted", office, LATER)
    assert status_of(measure) == ("running", "red", "secured", dt.date(2026, 3, 1))
    assert (measure.traffic_light_reason, measure.help_wanted) == ("Geld fehlt.", "Beschluss")
    assert mails()[1:] == [("report_accepted", "partner@example.org")]


def test_returned_report_is_revised_and_submitted_again(office, partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    returned = return_report(report=report, comment="  Bitte Zahlen nennen. ", by=office, now=LATER)
    assert (returned.state, returned.comment) == ("returned", "Bitte Zahlen nennen.")
    assert mails()[1:] == [("report_returned", "partner@example.org")]
    assert "Bitte Zahlen nennen" in Mail.objects.order_by("pk").last().text
    values = report_values(summary="Drei Betriebe.")
    again = submit_report(
        measure=measure,
        values=values,
        version=version_of(returned, values),
        by=partner,
        now=LATER + dt.timedelta(days=1),
    )

    assert again.pk == report.pk
    assert (again.state, again.summary) == ("submitted", "Drei Betriebe.")
    assert len(mails()) == 3


def test_return_needs_a_comment(office, partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    with nothing_changes(report):
        with pytest.raises(Refused, match="was fehlt"):
            return_report(report=report, comment="  ", by=office, now=LATER)


def test_draft_may_be_incomplete_and_mails_nobody(office, partner, measure):
    report = save_draft(
        measure=measure, values=report_values(phase="", traffic_light="red"), by=partner, now=NOW
    )

    assert (report.state, report.reported_at) == ("draft", None)
    assert mails() == []


def test_draft_is_continued_and_submitted(office, partner, measure):
    draft = save_draft(measure=measure, values=report_values(summary=""), by=partner, now=NOW)
    values = report_values()

    report = submit_report(
        measure=measure, values=values, version=version_of(draft, values), by=partner, now=NOW
    )

    assert report.pk == draft.pk
    assert StatusReport.objects.count() == 1


def test_second_of_two_colleagues_cannot_overwrite_the_draft(partner, measure):
    draft = save_draft(measure=measure, values=report_values(), by=partner, now=NOW)
    version = version_of(draft, report_values())
    save_draft(
        measure=measure,
        values=report_values(summary="Zuerst"),
        version=version,
        by=partner,
        now=NOW,
    )

    later = {"measure": measure, "values": report_values(summary="Danach"), "by": partner}

    with nothing_changes(draft):
        with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
            save_draft(**later, version=version, now=NOW)
        with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
            submit_report(**later, now=NOW)

    assert StatusReport.objects.get().summary == "Zuerst"


def test_office_records_at_once(office, measure):
    report = record_report(measure=measure, values=report_values(), by=office, now=NOW)

    assert (report.state, report.reported_by, report.decided_by) == ("accepted", office, office)
    assert status_of(measure) == ("running", "green", "secured", dt.date(2026, 3, 1))
    assert (measure.status_origin, measure.has_demo_status) == (Origin.ENTERED, False)
    assert mails() == []


def test_invented_report_marks_the_status_of_a_real_measure(office):
    measure = make_measure(origin=Origin.TAKEN_OVER)

    record_report(measure=measure, values=report_values(), by=office, now=NOW, origin=Origin.DEMO)

    measure.refresh_from_db()
    assert (measure.origin, measure.has_demo_status) == (Origin.TAKEN_OVER, True)


def test_report_that_somebody_writes_on_an_invented_measure_is_not_invented(partner):
    measure = make_measure(lead_id=partner.organisation_id, origin=Origin.DEMO)

    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    assert report.origin == Origin.ENTERED


def test_office_cannot_record_while_a_report_is_submitted(office, partner, measure):
    submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    with nothing_changes(measure):
        with pytest.raises(Refused, match="prüfen Sie zuerst"):
            record_report(measure=measure, values=report_values(), by=office, now=LATER)

    assert StatusReport.objects.count() == 1


def test_report_on_an_earlier_day_does_not_overwrite_the_status(office, measure):
    record_report(measure=measure, values=report_values(), by=office, now=NOW)

    record_report(
        measure=measure,
        values=report_values(as_of_on=dt.date(2025, 9, 1), phase="preparing"),
        by=office,
        now=LATER,
    )

    assert status_of(measure)[0] == "running"


def test_correction_of_the_same_day_wins(office, measure):
    record_report(measure=measure, values=report_values(), by=office, now=NOW)

    record_report(
        measure=measure,
        values=report_values(traffic_light="green", phase="completed"),
        by=office,
        now=LATER,
    )

    assert status_of(measure)[0] == "completed"


def test_future_day_is_refused_except_the_cut_off_day_of_the_round(office, measure):
    tomorrow = dt.date(2026, 3, 19)
    with pytest.raises(Refused, match=r"höchstens den 18\.03\.2026"):
        record_report(measure=measure, values=report_values(as_of_on=tomorrow), by=office, now=NOW)
    make_round(measure.plan, cut_off_on=tomorrow)

    report = record_report(
        measure=measure, values=report_values(as_of_on=tomorrow), by=office, now=NOW
    )

    assert report.as_of_on == tomorrow


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"phase": ""}, "Bitte geben Sie die Phase an"),
        ({"traffic_light": "yellow"}, UNEXPLAINED),
        ({"traffic_light": "red", "traffic_light_reason": "Geld fehlt."}, UNEXPLAINED),
        (
            {"traffic_light": "red", "traffic_light_reason": " ", "help_wanted": "Beschluss"},
            UNEXPLAINED,
        ),
    ],
)
def test_incomplete_report_is_refused(office, partner, measure, changes, message):
    values = report_values(**changes)

    with nothing_changes(measure):
        with pytest.raises(Refused, match=message):
            submit_report(measure=measure, values=values, by=partner, now=NOW)
        with pytest.raises(Refused, match=message):
            record_report(measure=measure, values=values, by=office, now=NOW)

    assert not StatusReport.objects.exists()


def test_yellow_light_needs_no_help_wanted(office, partner, measure):
    values = report_values(traffic_light="yellow", traffic_light_reason="Der Winter war lang.")

    report = submit_report(measure=measure, values=values, by=partner, now=NOW)
    accept_report(report=report, by=office, now=LATER)

    assert status_of(measure)[1] == "yellow"
    assert (measure.traffic_light_reason, measure.help_wanted) == ("Der Winter war lang.", "")


def test_draft_of_an_earlier_round_counts_for_the_open_round(partner, measure):
    old = make_round(measure.plan, state="closed")
    draft = make_report(measure, ReportState.DRAFT, round=old, reported_by=partner)
    running = make_round(measure.plan)
    values = report_values()

    report = submit_report(
        measure=measure, values=values, version=version_of(draft, values), by=partner, now=NOW
    )

    assert report.round == running


@pytest.mark.parametrize("was_in_a_round", [True, False])
def test_returned_report_keeps_its_round(partner, office, measure, was_in_a_round):
    old = make_round(measure.plan, state="closed") if was_in_a_round else None
    returned = make_report(
        measure,
        ReportState.RETURNED,
        round=old,
        reported_by=partner,
        reported_at=NOW,
        comment="Bitte ergänzen.",
    )
    running = make_round(measure.plan, due_on=LATER.date())
    values = report_values()

    draft = save_draft(
        measure=measure, values=values, version=version_of(returned, values), by=partner, now=NOW
    )
    report = submit_report(
        measure=measure, values=values, version=version_of(draft, values), by=partner, now=LATER
    )
    accept_report(report=report, by=office, now=LATER)

    report.refresh_from_db()
    assert (report.state, report.round) == (ReportState.ACCEPTED, old)
    assert list(measures_awaiting_report(running)) == [measure]


def test_report_belongs_to_no_round_of_another_plan(partner, measure):
    make_round(make_plan())

    assert submit_report(measure=measure, values=report_values(), by=partner, now=NOW).round is None


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER, None])
def test_strangers_neither_report_nor_decide(role, measure):
    user = make_user(*([role] if role else []))
    report = make_report(make_measure())
    services = (
        lambda: save_draft(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: submit_report(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: record_report(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: accept_report(report=report, by=user, now=NOW),
        lambda: return_report(report=report, comment="Nein", by=user, now=NOW),
    )

    with nothing_changes(report, report.measure, measure):
        for service in services:
            with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
                service()

    assert StatusReport.objects.count() == 1


def test_lead_does_not_decide_on_its_own_report(partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    with nothing_changes(report, measure):
        with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
            accept_report(report=report, by=partner, now=LATER)


def test_office_does_not_submit_for_the_lead(office, measure):
    with nothing_changes(measure):
        with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
            submit_report(measure=measure, values=report_values(), by=office, now=NOW)

    assert not StatusReport.objects.exists()


def test_decision_reaches_a_colleague_if_the_account_of_the_reporter_was_closed(
    office, partner, measure
):
    submit_report(measure=measure, values=report_values(), by=partner, now=NOW)
    make_user(PARTNER, email="nachfolge@example.org", organisation=partner.person.organisation)
    partner.is_active = False
    partner.save()

    return_report(report=StatusReport.objects.get(), comment="Bitte Zahlen.", by=office, now=LATER)

    assert mails()[1:] == [("report_returned", "nachfolge@example.org")]


def test_reporter_whose_account_was_closed_gets_no_mail(office, partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)
    partner.is_active = False
    partner.save()

    accept_report(report=StatusReport.objects.get(), by=office, now=LATER)

    assert [kind for kind, _recipient in mails()] == ["report_submitted"]
    report.refresh_from_db()
    assert report.state == "accepted"
