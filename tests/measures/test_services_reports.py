import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import REPORT_MOVES, ReportState
from measures.models import StatusReport
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

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(days=2)


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


def test_lead_submits_and_the_office_is_told(office, partner, measure):
    running = make_round(measure.plan)

    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    assert (report.state, report.reported_by, report.reported_at) == ("submitted", partner, NOW)
    assert report.round == running
    assert mails() == [("report_submitted", "office@example.org")]
    assert Mail.objects.get().path == report.get_absolute_url()
    assert status_of(measure) == ("", "", "", None)


def test_accepted_report_becomes_the_status_and_the_reporter_is_told(office, partner, measure):
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

    with pytest.raises(Refused, match="was fehlt"):
        return_report(report=report, comment="  ", by=office, now=LATER)

    report.refresh_from_db()
    assert report.state == "submitted"
    assert len(mails()) == 1


def test_draft_may_be_unfinished_and_writes_no_mail(office, partner, measure):
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


def test_two_colleagues_on_one_draft_see_both_versions(partner, measure):
    draft = save_draft(measure=measure, values=report_values(), by=partner, now=NOW)
    version = version_of(draft, report_values())
    save_draft(
        measure=measure,
        values=report_values(summary="Zuerst"),
        version=version,
        by=partner,
        now=NOW,
    )

    with pytest.raises(ChangedMeanwhile):
        save_draft(
            measure=measure,
            values=report_values(summary="Danach"),
            version=version,
            by=partner,
            now=NOW,
        )
    with pytest.raises(ChangedMeanwhile):
        submit_report(measure=measure, values=report_values(summary="Danach"), by=partner, now=NOW)

    assert StatusReport.objects.get().summary == "Zuerst"
    assert mails() == []


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


def test_report_on_an_invented_measure_is_invented_too(partner):
    measure = make_measure(lead_id=partner.organisation_id, origin=Origin.DEMO)

    assert submit_report(measure=measure, values=report_values(), by=partner, now=NOW).is_demo


def test_office_must_check_what_was_submitted_first(office, partner, measure):
    submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

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


def test_day_to_come_is_refused_but_the_rounds_own_day_is_not(office, measure):
    tomorrow = dt.date(2026, 3, 19)
    with pytest.raises(Refused, match=r"höchstens den 18\.03\.2026"):
        record_report(measure=measure, values=report_values(as_of_on=tomorrow), by=office, now=NOW)
    make_round(measure.plan, cut_off_on=tomorrow)

    report = record_report(
        measure=measure, values=report_values(as_of_on=tomorrow), by=office, now=NOW
    )

    assert report.as_of_on == tomorrow


@pytest.mark.parametrize(
    "values",
    [
        report_values(phase=""),
        report_values(traffic_light="yellow"),
        report_values(traffic_light="red", traffic_light_reason="Geld fehlt."),
        report_values(traffic_light="red", traffic_light_reason=" ", help_wanted="Beschluss"),
    ],
)
def test_incomplete_report_is_refused(office, partner, measure, values):
    with pytest.raises(Refused):
        submit_report(measure=measure, values=values, by=partner, now=NOW)
    with pytest.raises(Refused):
        record_report(measure=measure, values=values, by=office, now=NOW)

    assert not StatusReport.objects.exists()
    assert mails() == []


def test_late_draft_counts_for_the_round_that_runs(partner, measure):
    old = make_round(measure.plan, state="closed")
    draft = make_report(measure, ReportState.DRAFT, round=old, reported_by=partner)
    running = make_round(measure.plan)
    values = report_values()

    report = submit_report(
        measure=measure, values=values, version=version_of(draft, values), by=partner, now=NOW
    )

    assert report.round == running


def test_rounds_of_other_plans_do_not_count(partner, measure):
    make_round(make_plan())

    assert submit_report(measure=measure, values=report_values(), by=partner, now=NOW).round is None


# Every state and action. "record" is no move of the table: it makes a new report.


def act(action, report, *, office, partner):
    values = report_values(summary="neu")
    common = {
        "measure": report.measure,
        "values": values,
        "version": version_of(report, values),
        "by": partner,
    }
    if action == "revise":
        return save_draft(**common, now=NOW)
    if action == "submit":
        return submit_report(**common, now=LATER)
    if action == "accept":
        return accept_report(report=report, by=office, now=LATER)
    return return_report(report=report, comment="Bitte ergänzen.", by=office, now=LATER)


@pytest.mark.parametrize("action", REPORT_MOVES)
@pytest.mark.parametrize("state", ReportState)
def test_every_state_and_action(state, action, office, partner, measure):
    report = make_report(measure, state, reported_by=partner, summary="alt")
    before, history = StatusReport.objects.values().get(pk=report.pk), report.history.count()
    move = REPORT_MOVES[action]

    if state in move.sources:
        act(action, report, office=office, partner=partner)
        report.refresh_from_db()
        assert report.state == move.target
        assert report.history.count() == history + 1
    elif state == ReportState.ACCEPTED and action in ("revise", "submit"):
        new = act(action, report, office=office, partner=partner)
        assert new.pk != report.pk
        assert StatusReport.objects.values().get(pk=report.pk) == before
    else:
        with pytest.raises(Refused):
            act(action, report, office=office, partner=partner)
        assert StatusReport.objects.values().get(pk=report.pk) == before
        assert report.history.count() == history
        assert mails() == []


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER, None])
def test_strangers_neither_report_nor_decide(role, measure):
    user = make_user(*([role] if role else []))
    report = make_report(make_measure())

    for refused in (
        lambda: save_draft(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: submit_report(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: record_report(measure=measure, values=report_values(), by=user, now=NOW),
        lambda: accept_report(report=report, by=user, now=NOW),
        lambda: return_report(report=report, comment="Nein", by=user, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert list(StatusReport.objects.values_list("state", flat=True)) == ["submitted"]
    assert mails() == []


def test_lead_does_not_decide_on_its_own_report(partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)

    with pytest.raises(NotAllowed):
        accept_report(report=report, by=partner, now=LATER)

    report.refresh_from_db()
    assert report.state == "submitted"


def test_office_does_not_write_in_the_leads_name(office, measure):
    with pytest.raises(NotAllowed):
        submit_report(measure=measure, values=report_values(), by=office, now=NOW)


def test_reporter_whose_account_was_closed_gets_no_mail(office, partner, measure):
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)
    partner.is_active = False
    partner.save()

    accept_report(report=StatusReport.objects.get(), by=office, now=LATER)

    assert [kind for kind, _to in mails()] == ["report_submitted"]
    report.refresh_from_db()
    assert report.state == "accepted"
