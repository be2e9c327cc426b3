"""An approval holds for one version of its subject; changing the subject makes it lapse."""

import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalKind, ApprovalState
from approvals.queries import differences_of
from approvals.registry import Change
from approvals.services import (
    lapse_approvals,
    lapse_changed_approvals,
    request_approval,
    withdraw_approval,
)
from core.roles import PARTNER
from outbox.models import Mail
from tests.approvals.builders import BRIEFING, DUE_ON, NOW, make_approval, make_deputy, make_subject
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

CHANGES = [Change("Titel", "Alt", "Neu"), Change("Gastgeber", "", "Werk *Nord*")]
LATER = NOW + dt.timedelta(hours=1)


def change(approval, by, **fields):
    return lapse_changed_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        by=by,
        now=LATER,
        **{"changes": CHANGES} | fields,
    )


@pytest.mark.parametrize(
    "state", [ApprovalState.OPEN, ApprovalState.APPROVED, ApprovalState.CONDITIONAL]
)
def test_change_lapses_open_and_granted_approvals(office, senator, state):
    approval = make_approval(state, by=office, decided_by=senator)

    assert change(approval, office) == 1

    approval.refresh_from_db()
    assert (approval.state, approval.lapsed_at, approval.lapsed_by, approval.lapse_reason) == (
        ApprovalState.LAPSED,
        LATER,
        office,
        "geändert: Titel, Gastgeber",
    )
    entry = approval.history.first()
    assert (entry.history_user, entry.history_change_reason) == (
        office,
        "geändert: Titel, Gastgeber",
    )


@pytest.mark.parametrize(
    "state",
    [ApprovalState.RETURNED, ApprovalState.REFUSED, ApprovalState.LAPSED, ApprovalState.WITHDRAWN],
)
def test_change_leaves_closed_approvals_unchanged(office, senator, state):
    approval = make_approval(state, by=office, decided_by=senator)

    with nothing_changes(approval):
        assert change(approval, office) == 0


@time_machine.travel(NOW)
def test_lapse_is_mailed_to_everybody_concerned(office, senator):
    make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(senator, kinds=[ApprovalKind.VISIT], email="besuche@example.org")
    proposer = make_user(PARTNER, email="vdma-ost@example.org")
    approval = make_approval(ApprovalState.APPROVED, by=office, decided_by=senator)

    change(approval, office, further_recipients=[proposer.person])

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
    assert "Gastgeber: keine Angabe → Werk *Nord*" in mail.text
    assert mail.path == approval.path
    assert Mail.objects.get(recipient=senator.email).path == f"/freigaben/{approval.pk}/"


def test_two_approvals_of_one_subject_lapse_with_one_mail_per_person(office, senator):
    approval = make_approval(ApprovalState.APPROVED, by=office, decided_by=senator)
    make_approval(by=office, now=LATER)

    assert change(approval, office) == 2

    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


def test_long_values_are_truncated_in_the_mail(office):
    approval = make_approval(by=office)

    change(approval, office, changes=[Change("Worum es geht", "kurz", "lang " * 100)])

    text = Mail.objects.get().text
    assert "Worum es geht: kurz → lang lang" in text
    assert 25 < text.count("lang") < 40


def ask_again(by, **fields):
    subject = make_subject(**fields)
    return request_approval(subject=subject, briefing=BRIEFING, due_on=DUE_ON, by=by, now=LATER)


def test_next_approval_shows_the_differences(office, senator):
    old = make_approval(
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


def test_first_approval_has_no_differences(office):
    approval = make_approval(by=office)

    assert (approval.former, differences_of(approval)) == (None, [])


def test_approval_is_compared_with_the_last_decided_one(office, senator):
    granted = make_approval(ApprovalState.LAPSED, by=office, decided_by=senator)
    make_approval(ApprovalState.WITHDRAWN, by=office, now=LATER)

    assert ask_again(office).former == granted


def test_approval_is_compared_with_the_last_one_when_none_was_decided(office):
    make_approval(ApprovalState.WITHDRAWN, by=office)
    last = make_approval(ApprovalState.WITHDRAWN, by=office, now=NOW + dt.timedelta(minutes=5))

    assert ask_again(office).former == last


def test_approvals_of_other_subjects_are_not_compared(office, senator):
    make_approval(ApprovalState.APPROVED, by=office, decided_by=senator, subject=make_subject(pk=2))
    make_approval(
        ApprovalState.APPROVED,
        by=office,
        decided_by=senator,
        subject=make_subject(ApprovalKind.VISIT),
    )

    assert ask_again(office).former is None


def test_withdrawal_is_mailed_to_the_senators_office(office, senator):
    approval = make_approval(by=office)

    withdraw_approval(kind=approval.kind, subject_id=approval.subject_id, by=office, now=NOW)

    approval.refresh_from_db()
    assert (approval.state, approval.withdrawn_at, approval.withdrawn_by) == (
        ApprovalState.WITHDRAWN,
        NOW,
        office,
    )
    assert mails_written() == [("approval_withdrawn", senator.email)]
    assert Mail.objects.get().subject == "Erledigt: Fachkräfte sichern"


def test_lapse_of_a_granted_approval_sends_no_mail(office, senator):
    approval = make_approval(ApprovalState.APPROVED, by=office, decided_by=senator)

    count = lapse_approvals(
        kind=approval.kind, subject_id=approval.subject_id, reason="Neu", by=office, now=NOW
    )

    assert (count, Mail.objects.count()) == (1, 0)
    assert approval.history.first().history_change_reason == "Neu"


def test_lapse_of_an_open_approval_is_mailed(office, senator):
    approval = make_approval(by=office)

    lapse_approvals(
        kind=approval.kind, subject_id=approval.subject_id, reason="Neu", by=office, now=NOW
    )

    assert mails_written() == [("approval_withdrawn", senator.email)]
    approval.refresh_from_db()
    assert (approval.lapsed_at, approval.lapsed_by, approval.lapse_reason) == (NOW, office, "Neu")


def test_lapse_leaves_other_subjects_unchanged(office):
    other = make_approval(by=office, subject=make_subject(pk=2))

    assert lapse_approvals(kind=other.kind, subject_id=1, reason="Neu", by=office, now=NOW) == 0
    other.refresh_from_db()
    assert other.is_open
