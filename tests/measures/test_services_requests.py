"""The office asks people without an account, who report by personal link."""

import datetime as dt

import pytest
import time_machine

from core.conflicts import version_of
from core.dates import format_date
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import RoundState
from measures.models import ReportRequest, StatusReport
from measures.progress import opened_message
from measures.queries import awaited_leads, latest_accepted
from measures.services import (
    accept_report,
    change_round,
    close_round,
    create_report_request,
    open_report_request,
    open_round,
    remind_leads,
    replace_report_link,
    return_report,
    revoke_report_request,
    save_draft,
    show_report_link,
    submit_report,
)
from measures.services.privacy import PERSON_DATA
from outbox.models import Mail
from partners.services.people import dependents_of_person
from reminders.planning import send_reminders
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_request,
    make_round,
    report_values,
)
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def chamber():
    return make_organisation("Kammer")


@pytest.fixture
def measure(chamber):
    return make_measure(make_plan(), "Ankauf", lead=chamber)


@pytest.fixture
def asked(measure, chamber):
    return make_request(make_round(measure.plan), chamber)


def token_of(request: ReportRequest) -> str:
    return request.personal_link.rstrip("/").rpartition("/")[2]


def asking(office, reporting_round, organisation, person, **values) -> ReportRequest:
    values = {"organisation": organisation, "person": person, "is_sole": False, **values}
    return create_report_request(reporting_round=reporting_round, values=values, by=office, now=NOW)


def mails() -> list[tuple]:
    rows = Mail.objects.order_by("pk")
    return [(mail.kind, mail.recipient, mail.has_personal_link) for mail in rows]


def test_opening_a_round_mails_the_personal_link_to_people_without_an_account(
    office, measure, chamber
):
    planned = make_round(measure.plan, state=RoundState.PLANNED)
    person = make_person(organisation=chamber)
    request = asking(office, planned, chamber, person)
    assert mails() == []

    open_round(reporting_round=planned, by=office, now=NOW)

    assert mails() == [("report_requested", person.email, True)]
    assert request.personal_link in Mail.objects.get().text


@pytest.fixture
def shared(measure, chamber):
    """A planned round with three links at two addresses: one person reports for two leads, and a
    colleague shares their mailbox.
    """
    planned = make_round(measure.plan, state=RoundState.PLANNED)
    union = make_organisation("Verband")
    make_measure(measure.plan, "Bestand", lead=union)
    both = make_person("Berg", email="post@example.org")
    colleague = make_person("Tal", email="post@example.org")
    make_request(planned, chamber, person=both)
    make_request(planned, union, person=both)
    make_request(planned, chamber, person=colleague)
    return planned


def links_mailed(reporting_round, kind: str) -> list[int]:
    """Return how many mails of `kind` hold the link of each request."""
    texts = [mail.text for mail in Mail.objects.filter(kind=kind)]
    requests = reporting_round.requests.order_by("pk")
    return [sum(asked.personal_link in text for text in texts) for asked in requests]


def test_each_link_is_mailed_whoever_shares_the_address(office, shared):
    opened = open_round(reporting_round=shared, by=office, now=NOW)
    assert links_mailed(shared, "report_requested") == [1, 1, 1]

    values = {"due_on": opened.due_on + DAY}
    version = version_of(opened, [*values, "state"])
    change_round(reporting_round=opened, values=values, version=version, by=office, now=NOW)
    assert links_mailed(shared, "round_changed") == [1, 1, 1]

    with time_machine.travel(NOW + DAY, tick=False):
        assert remind_leads(reporting_round=shared, by=office, now=NOW + DAY) == 3
        assert links_mailed(shared, "lead_reminded") == [1, 1, 1]


def test_message_counts_people_and_mails_apart(shared):
    assert opened_message(awaited_leads(shared)) == (
        "Die Berichtsrunde läuft. 2 Personen erhalten 3 E-Mails."
    )


def test_person_whose_address_was_removed_is_neither_asked_nor_counted(office, asked):
    asked.person.email = ""
    asked.person.save()

    assert [awaited.reporters for awaited in awaited_leads(asked.round)] == [[]]
    with pytest.raises(Refused), nothing_changes(asked.round):
        remind_leads(reporting_round=asked.round, by=office, now=NOW)
    assert mails() == []


@pytest.mark.parametrize(("is_sole", "expected"), [(False, 2), (True, 1)])
def test_person_is_asked_besides_or_instead_of_those_with_an_account(
    measure, chamber, is_sole, expected
):
    make_user(PARTNER, organisation=chamber)
    asked = make_request(make_round(measure.plan), chamber, is_sole=is_sole)

    (awaited,) = awaited_leads(asked.round)

    assert (len(awaited.reporters), awaited.reporters[-1]) == (expected, asked.person)
    assert awaited.requests == {asked.person_id: asked}


def test_request_in_a_running_round_mails_the_link_at_once(office, measure, chamber):
    running, person = make_round(measure.plan), make_person()

    asking(office, running, chamber, person)

    assert mails() == [("report_requested", person.email, True)]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"email": ""}, RoundState.OPEN),
        ({"is_active": False}, RoundState.OPEN),
        ({}, RoundState.CLOSED),
    ],
)
def test_nobody_is_asked_who_cannot_answer(office, measure, chamber, fields, state):
    reporting_round = make_round(measure.plan, state=state)

    with pytest.raises(Refused), nothing_changes(reporting_round):
        asking(office, reporting_round, chamber, make_person(**fields))

    assert not ReportRequest.objects.exists()


def test_link_opens_the_request_until_it_is_replaced_or_revoked(office, asked):
    first = token_of(asked)
    assert open_report_request(first) == asked

    asked = replace_report_link(request=asked, by=office, now=NOW)
    second = token_of(asked)
    with pytest.raises(Refused, match="gilt nicht mehr"):
        open_report_request(first)
    assert open_report_request(second) == asked
    assert mails() == [("report_link_replaced", asked.person.email, True)]
    # True after that day too, as long as the round is open.
    due = format_date(asked.round.due_on)
    assert f"Erbeten ist Ihr Bericht bis zum {due}." in Mail.objects.get().text

    revoke_report_request(request=asked, by=office, now=NOW)
    with pytest.raises(Refused, match="gilt nicht mehr"):
        open_report_request(second)
    assert asked.history.latest().history_change_reason == "Bitte um Bericht zurückgenommen"


def test_link_expires(asked):
    token = token_of(asked)

    with time_machine.travel(NOW + 181 * DAY), pytest.raises(Refused, match="abgelaufen"):
        open_report_request(token)


def test_person_asked_again_gets_a_link_of_their_own(office, measure, chamber):
    asked = asking(office, make_round(measure.plan), chamber, make_person())
    old = token_of(asked)
    revoked = revoke_report_request(request=asked, by=office, now=NOW)

    again = asking(office, asked.round, asked.organisation, asked.person, is_sole=True)

    assert mails() == [("report_requested", asked.person.email, True)] * 2
    assert again.personal_link in Mail.objects.latest("pk").text
    assert (again.pk, again.is_sole, again.revoked_at) == (revoked.pk, True, None)
    with pytest.raises(Refused):
        open_report_request(old)
    assert open_report_request(token_of(again)) == again


def test_link_is_shown_with_an_entry_in_the_history(office, asked):
    address = show_report_link(request=asked, by=office, now=NOW)

    assert address.endswith(asked.personal_link)
    assert asked.history.latest().history_change_reason == "Persönlichen Link angezeigt"


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_only_the_office_handles_requests(asked, role):
    user = make_user(role)

    for service in (revoke_report_request, replace_report_link, show_report_link):
        with pytest.raises(NotAllowed), nothing_changes(asked):
            service(request=asked, by=user, now=NOW)
    with pytest.raises(NotAllowed), nothing_changes(asked):
        asking(user, asked.round, asked.organisation, make_person())


def test_report_by_link_names_the_person_and_goes_to_the_office(office, asked, measure):
    save_draft(measure=measure, values=report_values(), by=asked, now=NOW)
    report = StatusReport.objects.get()
    assert (report.reported_by, report.reported_via) == (None, asked)
    reasons = report.history.order_by("history_id").values_list(
        "history_change_reason", "history_user"
    )
    assert list(reasons) == [("Entwurf gespeichert (persönlicher Link)", None)]

    version = report_version(report)
    report = submit_report(
        measure=measure, values=report_values(), version=version, by=asked, now=NOW
    )
    accept_report(report=report, by=office, now=NOW)

    assert latest_accepted(measure).reporter == f"{asked.person} (persönlicher Link)"
    assert mails() == [
        ("report_submitted", office.email, False),
        ("report_accepted", asked.person.email, True),
    ]


def report_version(report) -> str:
    return version_of(report, report_values())


def test_returned_report_can_be_revised_by_link_after_the_round_was_closed(office, asked, measure):
    report = submit_report(measure=measure, values=report_values(), by=asked, now=NOW)
    close_round(reporting_round=asked.round, by=office, now=NOW)
    report = return_report(report=report, comment="Bitte Zahlen.", by=office, now=NOW)
    asked.round.refresh_from_db()

    revised = submit_report(
        measure=measure,
        values=report_values(summary="Drei Betriebe."),
        version=report_version(report),
        by=asked,
        now=NOW,
    )

    assert (revised.state, revised.summary) == ("submitted", "Drei Betriebe.")
    assert mails()[1] == ("report_returned", asked.person.email, True)


@pytest.mark.parametrize("case", ["foreign", "closed", "revoked"])
def test_link_reports_only_on_measures_of_its_lead_while_asked(office, asked, measure, case):
    if case == "foreign":
        measure = make_measure(measure.plan, lead=make_organisation())
    elif case == "closed":
        asked.round = close_round(reporting_round=asked.round, by=office, now=NOW)
    else:
        asked = revoke_report_request(request=asked, by=office, now=NOW)

    with pytest.raises(NotAllowed), nothing_changes(measure):
        save_draft(measure=measure, values=report_values(), by=asked, now=NOW)

    assert not StatusReport.objects.exists()


def test_person_without_an_account_is_reminded_with_one_mail_until_they_answer(
    office, asked, measure, chamber
):
    make_measure(measure.plan, "Bestand", lead=chamber)
    due = dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC)

    assert remind_leads(reporting_round=asked.round, by=office, now=NOW) == 1
    assert mails() == [("lead_reminded", asked.person.email, True)]
    send_reminders(today=due.date(), now=due)
    assert mails()[1:] == [("report_due", asked.person.email, True)]
    assert "Ankauf" in Mail.objects.latest("pk").text
    assert "Bestand" in Mail.objects.latest("pk").text

    for owed in chamber.led_measures.all():
        submit_report(measure=owed, values=report_values(), by=asked, now=due)
    later = due + 7 * DAY
    send_reminders(today=later.date(), now=later)
    assert [kind for kind, *_rest in mails()].count("report_due") == 1


def test_merged_person_keeps_one_request_and_anonymising_ends_the_link(office, asked):
    target = make_person()
    double = make_request(asked.round, asked.organisation, person=target)

    PERSON_DATA.move(source=asked.person, target=target, by=office, now=NOW)

    assert list(ReportRequest.objects.all()) == [double]
    token = token_of(double)
    PERSON_DATA.anonymise(person=target, traces=None, labels=None)
    with pytest.raises(Refused):
        open_report_request(token)


def test_person_is_needed_while_asked(office, asked):
    people = type(asked.person).objects.filter(pk=asked.person_id)
    (need,) = PERSON_DATA.needs(people)
    assert need.until is None

    revoke_report_request(request=asked, by=office, now=NOW)

    (need,) = PERSON_DATA.needs(people)
    assert need.until == NOW.date()


def test_person_who_left_reports_no_longer_and_the_round_page_says_so(
    client, office, asked, measure
):
    (concern,) = dependents_of_person(asked.person)
    assert (
        concern.text == "berichtet ohne Konto für Kammer; der persönliche Link gilt dann nicht mehr"
    )
    asked.person.is_active = False
    asked.person.save()
    client.force_login(office)

    response = client.get(asked.round.get_absolute_url())
    page = response.content.decode()
    assert "nicht mehr aktiv" in page
    assert "wird nicht gefragt, der Link gilt nicht mehr" in page
    (unreachable,) = response.context["unasked"]
    assert unreachable.reason == "Nicht erreichbar, weil dort niemand ein Konto als Partner hat"
    assert [line.name for line in unreachable.lines] == ["Kammer"]
    with pytest.raises(Refused, match="gilt nicht mehr"):
        open_report_request(token_of(asked))
    with pytest.raises(NotAllowed), nothing_changes(measure):
        save_draft(measure=measure, values=report_values(), by=asked, now=NOW)
    with pytest.raises(Refused, match="nicht mehr aktiv"), nothing_changes(asked):
        replace_report_link(request=asked, by=office, now=NOW)
    assert revoke_report_request(request=asked, by=office, now=NOW).revoked_at == NOW
    assert dependents_of_person(asked.person) == []
