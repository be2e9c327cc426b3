import datetime as dt

import pytest
from django.db import IntegrityError

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Milestone
from measures.services import (
    change_milestone,
    complete_milestone,
    create_milestone,
    delete_milestone,
    move_milestone,
    reopen_milestone,
)
from tests.measures.builders import (
    NOW,
    TODAY,
    make_measure,
    make_milestone,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
OTHERS = (SENATOR_OFFICE, PARTNER, OBSERVER)


def reasons(obj) -> list[str]:
    return [entry.history_change_reason for entry in obj.history.order_by("history_id")]


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_milestone_is_reached_once_and_opened_again(office):
    measure = make_measure()
    milestone = create_milestone(
        measure=measure,
        values={"title": "Konzept", "due_on": dt.date(2026, 5, 1)},
        now=NOW,
        by=office,
    )

    complete_milestone(milestone=milestone, now=NOW, by=office)
    with pytest.raises(Refused, match="schon als erreicht"):
        complete_milestone(milestone=milestone, now=NOW, by=office)
    milestone.refresh_from_db()
    assert milestone.done_on == TODAY
    reopen_milestone(milestone=milestone, by=office, now=NOW)
    with pytest.raises(Refused, match="schon wieder offen"):
        reopen_milestone(milestone=milestone, by=office, now=NOW)

    milestone.refresh_from_db()
    assert milestone.done_on is None
    assert reasons(milestone) == [
        "Meilenstein angelegt",
        "Meilenstein erreicht",
        "Meilenstein wieder offen",
    ]


def test_second_of_two_changes_is_refused(office):
    milestone = make_milestone(make_measure(), "Alt")
    version = version_of(milestone, ["title"])
    change_milestone(
        milestone=milestone, values={"title": "Neu"}, version=version, now=NOW, by=office
    )

    with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
        change_milestone(
            milestone=milestone,
            values={"title": "Anders"},
            version=version,
            now=NOW,
            by=office,
        )

    assert Milestone.objects.get().title == "Neu"


def test_deleted_milestone_keeps_its_history_and_cannot_be_changed(office):
    milestone = make_milestone(make_measure())

    delete_milestone(milestone=Milestone.objects.get(), by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile, match="inzwischen gelöscht"):
        complete_milestone(milestone=milestone, now=NOW, by=office)

    assert not Milestone.objects.exists()
    last = Milestone.history.order_by("history_id").last()
    assert (last.history_change_reason, last.history_user, last.history_date) == (
        "Meilenstein gelöscht",
        office,
        NOW,
    )


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_writes_milestones(role):
    user, milestone = make_user(role), make_milestone(make_measure())

    services = (
        lambda: create_milestone(
            measure=milestone.measure,
            values={"title": "Neu", "due_on": TODAY},
            now=NOW,
            by=user,
        ),
        lambda: change_milestone(
            milestone=milestone, values={"title": "Neu"}, version="", now=NOW, by=user
        ),
        lambda: complete_milestone(milestone=milestone, now=NOW, by=user),
        lambda: move_milestone(milestone=milestone, forecast_on=TODAY, reason="", by=user, now=NOW),
        lambda: reopen_milestone(milestone=milestone, by=user, now=NOW),
        lambda: delete_milestone(milestone=milestone, by=user, now=NOW),
    )

    with nothing_changes(milestone):
        for service in services:
            with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
                service()

    assert Milestone.objects.count() == 1


def test_milestone_cannot_be_reached_in_the_future(office):
    milestone = make_milestone(make_measure())
    tomorrow = {"title": "Konzept", "due_on": TODAY, "done_on": TODAY + dt.timedelta(days=1)}
    version = version_of(milestone, tomorrow)

    with nothing_changes(milestone):
        with pytest.raises(Refused, match="höchstens den 18.03.2026"):
            change_milestone(
                milestone=milestone, values=tomorrow, version=version, now=NOW, by=office
            )
        with pytest.raises(Refused, match="„erreicht am“ liegt in der Zukunft"):
            create_milestone(measure=milestone.measure, values=tomorrow, now=NOW, by=office)
    assert Milestone.objects.count() == 1


def test_milestone_may_be_reached_today(office):
    values = {"title": "Konzept", "due_on": TODAY, "done_on": TODAY}

    assert (
        create_milestone(measure=make_measure(), values=values, now=NOW, by=office).done_on == TODAY
    )


def test_baseline_is_what_was_planned_first_and_no_edit_changes_it(office):
    values = {"title": "Konzept", "due_on": TODAY}
    milestone = create_milestone(measure=make_measure(), values=values, by=office, now=NOW)
    later = {"due_on": dt.date(2026, 9, 1)}

    version = version_of(milestone, later)
    change_milestone(milestone=milestone, values=later, version=version, by=office, now=NOW)

    milestone.refresh_from_db()
    assert (milestone.baseline_on, milestone.due_on) == (TODAY, dt.date(2026, 9, 1))


@pytest.mark.parametrize(
    ("forecast_on", "reason", "is_allowed"),
    [
        (None, "", True),
        (dt.date(2026, 6, 29), "", True),
        (dt.date(2026, 6, 30), "", True),
        (dt.date(2026, 7, 1), "", False),
        (dt.date(2026, 7, 1), "Gutachten fehlt.", True),
    ],
)
def test_forecast_later_than_planned_needs_a_reason(office, forecast_on, reason, is_allowed):
    milestone = make_milestone(make_measure())
    given = {"forecast_on": forecast_on, "reason": reason, "by": office, "now": NOW}

    if is_allowed:
        move_milestone(milestone=milestone, **given)
        milestone.refresh_from_db()
        assert (milestone.forecast_on, milestone.forecast_reason) == (forecast_on, reason)
        return
    with nothing_changes(milestone), pytest.raises(Refused, match="gehört der Grund dazu"):
        move_milestone(milestone=milestone, **given)


def test_database_refuses_a_delay_without_a_reason():
    with pytest.raises(IntegrityError, match="milestone_delay_is_explained"):
        make_milestone(make_measure(), forecast_on=dt.date(2026, 7, 1))


def test_lead_moves_the_milestones_of_its_own_measures_only():
    lead = make_user(PARTNER, organisation=make_organisation())
    own = make_milestone(make_measure(lead=lead.person.organisation))
    foreign = make_milestone(make_measure())
    given = {"forecast_on": dt.date(2026, 7, 1), "reason": "Gutachten fehlt.", "by": lead}

    move_milestone(milestone=own, **given, now=NOW)
    with nothing_changes(foreign), pytest.raises(NotAllowed, match="nicht berechtigt"):
        move_milestone(milestone=foreign, **given, now=NOW)

    own.refresh_from_db()
    assert own.forecast_on == dt.date(2026, 7, 1)
    assert reasons(own)[-1] == "Geändert: voraussichtlich, Grund der Verschiebung"


def test_reached_milestone_is_not_moved(office):
    milestone = make_milestone(make_measure(), done_on=TODAY)

    with nothing_changes(milestone), pytest.raises(Refused, match="schon als erreicht"):
        move_milestone(milestone=milestone, forecast_on=TODAY, reason="", by=office, now=NOW)
