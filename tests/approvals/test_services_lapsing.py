"""An approval is bound to a version: what a change does to it, who is told, and what the next
request shows.
"""

import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalKind, ApprovalState
from approvals.queries import differences_of
from approvals.services import lapse_by_change, submit_request
from approvals.versions import Change
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.builders import DUE_ON, NOW, VORLAGE, make_deputy, make_request, make_subject
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

CHANGES = [Change("Titel", "Alt", "Neu"), Change("Gastgeber", "", "Werk *Nord*")]
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org")


def change(request, by, **fields):
    return lapse_by_change(
        kind=request.kind,
        subject_id=request.subject_id,
        by=by,
        now=LATER,
        **{"changes": CHANGES} | fields,
    )


@pytest.mark.parametrize(
    "state", [ApprovalState.OPEN, ApprovalState.APPROVED, ApprovalState.CONDITIONAL]
)
def test_change_lets_what_is_open_or_granted_lapse(office, senator, state):
    request = make_request(state, by=office, decided_by=senator)

    assert change(request, office) == 1

    request.refresh_from_db()
    assert (request.state, request.lapsed_at, request.lapsed_by, request.lapse_reason) == (
        ApprovalState.LAPSED,
        LATER,
        office,
        "geändert: Titel, Gastgeber",
    )
    entry = request.history.first()
    assert (entry.history_user, entry.history_change_reason) == (
        office,
        "geändert: Titel, Gastgeber",
    )


@pytest.mark.parametrize(
    "state",
    [ApprovalState.RETURNED, ApprovalState.REFUSED, ApprovalState.LAPSED, ApprovalState.WITHDRAWN],
)
def test_change_leaves_what_is_settled(office, senator, state):
    request = make_request(state, by=office, decided_by=senator)

    with nothing_changes(request):
        assert change(request, office) == 0


@time_machine.travel(NOW)
def test_all_who_are_concerned_are_told_what_changed(office, senator):
    make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(senator, kinds=[ApprovalKind.VISIT], email="besuche@example.org")
    proposer = make_user(PARTNER, email="vdma-ost@example.org")
    request = make_request(ApprovalState.APPROVED, by=office, decided_by=senator)

    change(request, office, also=[proposer.person])

    assert mails_written() == [
        ("approval_lapsed", "geschaeftsstelle@example.org"),
        ("approval_lapsed", "senatorin@example.org"),
        ("approval_lapsed", "vdma-ost@example.org"),
        ("approval_lapsed", "vertretung@example.org"),
    ]
    mail = Mail.objects.get(recipient="vdma-ost@example.org")
    assert mail.subject == "Freigabe erloschen: Fachkräfte sichern"
    assert (
        "die folgende Freigabe ist erloschen: Was dafür vorgelegt wurde, gilt so nicht mehr."
        in mail.text
    )
    assert "Titel: Alt → Neu" in mail.text
    assert "Gastgeber: ohne Angabe → Werk *Nord*" in mail.text
    assert mail.path == request.path
    assert Mail.objects.get(recipient=senator.email).path == f"/freigaben/{request.pk}/"


def test_two_requests_about_one_subject_lapse_with_one_mail_each(office, senator):
    request = make_request(ApprovalState.APPROVED, by=office, decided_by=senator)
    make_request(by=office, now=LATER)

    assert change(request, office) == 2

    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


def test_long_values_are_cut_short_in_the_mail(office):
    request = make_request(by=office)

    change(request, office, changes=[Change("Worum es geht", "kurz", "lang " * 100)])

    text = Mail.objects.get().text
    assert "Worum es geht: kurz → lang lang" in text
    assert 25 < text.count("lang") < 40


def ask_again(by, **fields):
    subject = make_subject(**fields)
    return submit_request(subject=subject, vorlage=VORLAGE, due_on=DUE_ON, by=by, now=LATER)


def test_next_request_shows_the_difference(office, senator):
    old = make_request(
        ApprovalState.APPROVED,
        by=office,
        decided_by=senator,
        subject=make_subject(
            snapshot=[["Thema", "Alt"], ["Reihe", "2026"], ["Ziel", "Ein Verfahren"]]
        ),
    )
    change(old, office)

    new = ask_again(office, snapshot=[["Thema", "Neu"], ["Reihe", "2026"], ["Ort", "Halle 2"]])

    assert new.former == old
    assert differences_of(new) == [
        Change("Thema", "Alt", "Neu"),
        Change("Ort", "", "Halle 2"),
        Change("Ziel", "Ein Verfahren", ""),
    ]


def test_first_request_differs_from_nothing(office):
    request = make_request(by=office)

    assert (request.former, differences_of(request)) == (None, [])


def test_request_is_compared_with_what_was_decided_on_last(office, senator):
    granted = make_request(ApprovalState.LAPSED, by=office, decided_by=senator)
    make_request(ApprovalState.WITHDRAWN, by=office, now=LATER)

    assert ask_again(office).former == granted


def test_request_never_decided_is_compared_with_the_last_one(office):
    make_request(ApprovalState.WITHDRAWN, by=office)
    last = make_request(ApprovalState.WITHDRAWN, by=office, now=NOW + dt.timedelta(minutes=5))

    assert ask_again(office).former == last


def test_other_subjects_are_no_former_version(office, senator):
    make_request(ApprovalState.APPROVED, by=office, decided_by=senator, subject=make_subject(pk=2))
    make_request(
        ApprovalState.APPROVED,
        by=office,
        decided_by=senator,
        subject=make_subject(ApprovalKind.VISIT),
    )

    assert ask_again(office).former is None
