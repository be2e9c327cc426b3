import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalKind
from core.errors import NotAllowed
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy
from tests.approvals.builders import (
    NOW,
    TODAY,
    decide,
    make_approval,
    make_deputy,
    make_subject,
)
from tests.partners.builders import make_user
from tests.unchanged import DECIDERS_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db


@time_machine.travel(NOW)
def test_decision_of_a_deputy_is_marked_and_mailed_to_the_principal(office, senator):
    approval = make_approval(by=office)
    deputy = make_deputy(senator)
    partner = make_user(PARTNER, email="partner@example.org")
    Deputy.objects.create(principal=partner.person, deputy=deputy.person, starts_on=TODAY)

    decide(approval, deputy)

    approval.refresh_from_db()
    assert (approval.decided_by, approval.by_deputy) == (deputy, True)
    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
    ]
    assert "Konto vertretung, in Vertretung" in Mail.objects.get(recipient=office.email).text
    assert Mail.objects.get(recipient=senator.email).path == f"/freigaben/{approval.pk}/"


@pytest.mark.parametrize("days", [-1, 1], ids=["the day before", "the day after"])
def test_deputy_cannot_decide_before_or_after_the_deputyship(office, senator, days):
    approval = make_approval(by=office)
    deputy = make_deputy(senator)

    with (
        time_machine.travel(NOW + dt.timedelta(days)),
        nothing_changes(approval),
        pytest.raises(NotAllowed, match=DECIDERS_ONLY),
    ):
        decide(approval, deputy)


@time_machine.travel(dt.datetime(2026, 3, 2, 23, 59, tzinfo=NOW.tzinfo))
def test_deputyship_ends_at_midnight_in_berlin(office, senator):
    approval = make_approval(by=office)

    assert decide(approval, make_deputy(senator)).by_deputy is True


@time_machine.travel(NOW)
def test_members_of_the_senators_office_decide_in_their_own_right(office, senator):
    second = make_user(SENATOR_OFFICE)
    Deputy.objects.create(principal=senator.person, deputy=second.person, starts_on=TODAY)

    assert decide(make_approval(by=office), second).by_deputy is False


@time_machine.travel(NOW)
def test_submitters_cannot_decide_their_own_approval_as_deputies(office, senator):
    make_deputy(senator, deputy=office)
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(NotAllowed, match="selbst eingereicht"):
        decide(approval, office)

    assert (
        decide(make_approval(by=make_user(OFFICE), subject=make_subject(pk=2)), office).by_deputy
        is True
    )


@time_machine.travel(NOW)
@pytest.mark.parametrize("kind", ApprovalKind)
def test_deputy_for_some_kinds_decides_only_those(office, senator, kind):
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC, ApprovalKind.VISIT])
    approval = make_approval(by=office, subject=make_subject(kind))

    if kind in (ApprovalKind.TOPIC, ApprovalKind.VISIT):
        assert decide(approval, deputy).by_deputy is True
    else:
        with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
            decide(approval, deputy)
        assert (
            str(refusal.value)
            == f"Ihre Vertretung gilt nicht für Freigaben der Art „{kind.label}“."
        )


@time_machine.travel(NOW)
def test_refusal_after_a_deputyship_says_when_it_ended(office, senator):
    deputy = make_deputy(senator, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 27))
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
        decide(approval, deputy)

    assert str(refusal.value) == (
        "Ihre Vertretung endete am 27.02.2026. Über Freigaben entscheidet wieder die vertretene "
        "Person."
    )


@time_machine.travel(NOW)
def test_decision_is_mailed_only_to_principals_represented_in_its_kind(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(second, kinds=[ApprovalKind.VISIT], deputy=deputy)

    decide(make_approval(by=office), deputy)

    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
    ]
