"""Tasks of the start page: whose come first, in which order, how many, at which cost."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalKind, ApprovalState
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from media_visits.enums import VisitState
from overview.progress import (
    office_tasks,
    own_tasks,
    received_lately,
    task_lines,
    tasks_of_others,
)
from partners.services import change_responsible
from tests.accessibility.builders import make_barrier
from tests.approvals.builders import make_approval, make_condition, make_subject
from tests.approvals.subjects import make_topic_approval
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    make_dialogue,
    make_invitation,
    make_need,
    make_series,
    make_topic,
)
from tests.measures.builders import make_measure, make_plan, make_report, make_round
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE, person=make_person("Leitung"))


@pytest.fixture
def colleague(office):
    return make_user(OFFICE, person=make_person("Referat"))


def lines_of(tasks, part: slice = slice(None), rounds=()) -> list:
    return task_lines(tasks[part], NOW, rounds)


def make_visit_on(day: int, **fields):
    """Return a visit to be submitted that takes place on that day of May 2030."""
    starts_at = dt.datetime(2030, 5, day, 10, tzinfo=dt.UTC)
    return make_visit(VisitState.RETURNED, starts_at=starts_at, ends_at=None, **fields)


def test_own_tasks_come_first_then_those_of_nobody_each_by_deadline(office, colleague):
    late, early = make_visit_on(20, responsible=office), make_visit_on(10, responsible=office)
    topic = make_topic(TopicState.IN_PROGRESS, responsible=office)
    nobodys = make_visit_on(2)
    theirs = make_visit_on(1, responsible=colleague)

    own = lines_of(own_tasks(office, NOW))
    others = lines_of(office_tasks(office, NOW).of_colleagues)

    assert [(entry.url, entry.in_charge) for entry in own] == [
        (early.get_absolute_url(), ""),
        (late.get_absolute_url(), ""),
        (topic.get_absolute_url(), ""),
        (nobodys.get_absolute_url(), "nicht vergeben"),
    ]
    assert [(entry.url, entry.in_charge) for entry in others] == [
        (theirs.get_absolute_url(), "Referat")
    ]


def test_drafts_of_mails_are_a_task_of_the_office(office):
    make_mail(now=NOW, state="draft")
    make_mail(now=NOW + dt.timedelta(days=1), state="draft")
    make_mail(now=NOW)

    [entry] = lines_of(own_tasks(office, NOW))

    assert (entry.what, entry.url, entry.due_on) == (
        "2 E-Mails warten auf Durchsicht",
        "/postausgang/?state=draft",
        NOW.date(),
    )
    assert len(own_tasks(make_user(SENATOR_OFFICE), NOW)) == 0


@pytest.mark.parametrize(
    "former",
    [
        lambda: make_user(OFFICE, is_active=False),
        lambda: make_user(SENATOR_OFFICE),
    ],
)
def test_tasks_of_somebody_who_left_the_office_count_as_unassigned(office, former):
    visit = make_visit_on(1, responsible=former())

    [entry] = lines_of(own_tasks(office, NOW))

    assert (entry.url, entry.in_charge) == (visit.get_absolute_url(), "nicht vergeben")


def test_every_kind_of_office_task_is_listed_with_who_is_in_charge(office, colleague):
    make_topic(TopicState.PROPOSED, responsible=colleague, title="Energie")
    make_dialogue(DialogueState.HELD, responsible=colleague, title="Fachkräfte")
    make_need(responsible=colleague, title="Glasfaser")
    make_visit_on(3, responsible=colleague, company_text="Werk Nord", title="Rundgang")
    make_report(make_measure(title="Flächen", responsible=colleague))
    make_series(SeriesState.AFFIRMED, title="Reihe Ost")
    make_series(SeriesState.RETURNED, title="Reihe West", responsible=colleague)
    for kind, subject in (
        (ApprovalKind.SERIES, make_series(responsible=colleague)),
        (ApprovalKind.TOPIC, make_topic(responsible=colleague)),
        (ApprovalKind.DATES, make_dialogue(DialogueState.CLOSED, responsible=colleague)),
        (ApprovalKind.VISIT, make_visit(VisitState.DOCUMENTED, responsible=colleague)),
    ):
        approval = make_approval(
            ApprovalState.CONDITIONAL, subject=make_subject(kind, pk=subject.pk, title=kind)
        )
        make_condition(approval=approval, text="Bezirke beteiligen")

    theirs = {entry.what for entry in lines_of(office_tasks(office, NOW).of_colleagues)}
    nobodys = {entry.what for entry in lines_of(own_tasks(office, NOW))}

    assert theirs == {
        "Über den Vorschlag entscheiden: Thema „Energie“",
        "Ergebnis festhalten: Fachkräfte",
        "Über den Bedarf entscheiden: „Glasfaser“",
        "Erneut vorlegen: Besuch bei Werk Nord (Rundgang)",
        "Statusbericht prüfen: Flächen",
        "Gespräch planen: Thema „Fachkräfte sichern“",
        "Erneut beantragen: Reihe „Reihe West“",
        "Auflage zu „series“: Bezirke beteiligen",
        "Auflage zu „topic“: Bezirke beteiligen",
        "Auflage zu „dates“: Bezirke beteiligen",
        "Auflage zu „visit“: Bezirke beteiligen",
    }
    assert "Zustimmung beantragen: Reihe „Reihe Ost“" in nobodys
    assert not theirs & nobodys


def test_others_owe_what_is_named_with_them(office):
    make_user(SENATOR_OFFICE)
    approval = make_topic_approval(due_on=dt.date(2026, 4, 1))
    make_invitation(make_dialogue(DialogueState.INVITED, title="Digitales"))
    plan, lead = make_plan(), make_organisation("Landesverband")
    running = make_round(plan, due_on=dt.date(2026, 3, 31))
    make_measure(plan, lead=lead)
    make_series(SeriesState.PROPOSED, title="Reihe Süd")

    entries = lines_of(tasks_of_others(office, NOW, [running]), rounds=[running])

    assert [(entry.who, entry.what, entry.due_on) for entry in entries] == [
        ("Landesverband", "Statusbericht zum Stichtag 01.03.2026", dt.date(2026, 3, 31)),
        ("Büro der Senatorin", "Thema „Fachkräfte sichern“ freigeben", dt.date(2026, 4, 1)),
        ("1 Gast", "Einladung beantworten: Digitales", RSVP_BY),
        ("Verwaltung und Partner", "Reihe „Reihe Süd“ bekräftigen", None),
    ]
    # Where the office can do something about it, unlike on the page of the approval.
    assert entries[1].url == f"/branchengespraeche/themen/{approval.subject_id}/"


def test_what_others_owe_is_sorted_by_deadline_whoever_is_in_charge(office):
    make_invitation(make_dialogue(DialogueState.INVITED, responsible=office))
    make_topic_approval(due_on=RSVP_BY - dt.timedelta(days=1))

    entries = lines_of(tasks_of_others(office, NOW, []))

    assert [entry.who for entry in entries] == ["Büro der Senatorin", "1 Gast"]
    assert [entry.in_charge for entry in entries] == ["", ""]


def test_senators_office_is_shown_what_it_has_to_decide():
    senator = make_user(SENATOR_OFFICE)
    late = make_topic_approval(due_on=dt.date(2030, 5, 20))
    early = make_topic_approval(due_on=dt.date(2030, 5, 10))
    make_visit(VisitState.RETURNED)

    assert [entry.url for entry in lines_of(own_tasks(senator, NOW))] == [
        reverse("approval", args=[early.pk]),
        reverse("approval", args=[late.pk]),
    ]


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_outsiders_are_shown_no_tasks_of_the_offices(role):
    make_topic_approval()
    make_visit(VisitState.RETURNED)
    make_topic(TopicState.PROPOSED)

    assert lines_of(own_tasks(make_user(role), NOW)) == []


@pytest.mark.parametrize(
    ("part", "days"),
    [
        (slice(0, 3), [5, 6, 7]),
        (slice(3, 6), [8, 9, 13]),
        (slice(5, 9), [13, 14, 15, 16]),
        (slice(8, 20), [16, 17]),
        (slice(None), [5, 6, 7, 8, 9, 13, 14, 15, 16, 17]),
    ],
)
def test_own_invitations_are_merged_into_every_slice(part, days):
    account = make_user(OFFICE, OBSERVER)
    for day in (5, 9, 17):
        starts_at = dt.datetime(2030, 6, 1, 10, tzinfo=dt.UTC)
        dialogue = make_dialogue(
            DialogueState.INVITED,
            rsvp_by=dt.date(2030, 5, day),
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=2),
        )
        make_invitation(dialogue, person=account.person)
    # Each is to be submitted on the day before, which is a working day.
    for day in (7, 8, 9, 14, 15, 16, 17):
        make_visit_on(day, responsible=account)

    tasks = own_tasks(account, NOW)

    assert len(tasks) == 10
    assert [entry.due_on.day for entry in lines_of(tasks, part)] == days


@pytest.mark.parametrize("count", [1, 3])
def test_cost_does_not_grow_with_the_number_of_tasks(office, count, django_assert_num_queries):
    for day in range(1, count + 1):
        make_visit_on(day, responsible=office)
        make_topic(TopicState.IN_PROGRESS, responsible=office)
        make_dialogue(DialogueState.SCHEDULED, responsible=office)
    assert office.roles

    # Drafts of mails and topics 2, keys 1, visits 1, topics 2, dialogues 4.
    with django_assert_num_queries(10):
        tasks = own_tasks(office, NOW)
        assert len(task_lines(tasks[0:20], NOW)) == 3 * count
    with django_assert_num_queries(3):
        assert len(own_tasks(office, NOW)) == 3 * count


def test_page_loads_only_what_it_shows(office, django_assert_max_num_queries):
    for day in range(1, 29):
        make_visit_on(day, responsible=office)

    with django_assert_max_num_queries(5) as captured:
        lines_of(own_tasks(office, NOW), slice(20, 23))

    *_roles, visits = [query["sql"] for query in captured if "media_visits_visit" in query["sql"]]
    assert visits.count(" IN (") == 1
    assert visits[visits.index(" IN (") :].count(",") == 2


def test_start_page_names_what_was_handed_over_lately(office, colleague):
    now = timezone.now()
    measure, old = make_measure(responsible=office), make_measure(responsible=office)
    change_responsible(record=measure, responsible=colleague, by=office, now=now)
    long_ago = now - dt.timedelta(days=15)
    change_responsible(record=old, responsible=colleague, by=office, now=long_ago)

    assert received_lately(colleague, now) == [("Maßnahmen", 1, "/massnahmen/?responsible=meine")]
    assert received_lately(make_user(PARTNER), now) == []


def test_report_of_a_barrier_is_a_dated_task_of_the_office(office):
    report = make_barrier(due_on=NOW.date())

    [entry] = lines_of(own_tasks(office, NOW))

    assert (entry.url, entry.due_on, entry.in_charge) == (
        report.get_absolute_url(),
        NOW.date(),
        "nicht vergeben",
    )
