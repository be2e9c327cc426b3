"""Actions on many mails: the expected count, one log entry per mail, and a constant number of
statements.
"""

import datetime as dt

import pytest
from celery import current_app
from django.db import connection

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.enums import APPROVE, MOVES, RESEND, SETTLE, SOURCES_OF_ACTION, WITHDRAW, MailState
from outbox.models import Mail, MailLog
from outbox.services import (
    approve_mails,
    deliver_due_mails,
    resend_mails,
    settle_mails,
    withdraw_mails,
)
from tests.keeping import undone
from tests.outbox.builders import (
    NOW,
    fields_in_state,
    make_account_mail,
    make_batch,
    make_draft,
    make_mail,
)
from tests.partners.builders import make_user
from tests.racing import race

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=10)
SERVICES = {
    APPROVE: approve_mails,
    RESEND: resend_mails,
    WITHDRAW: withdraw_mails,
    SETTLE: settle_mails,
}
START = {APPROVE: "draft", RESEND: "failed", WITHDRAW: "waiting", SETTLE: "failed"}
OFFICE_ONLY = r"^Nur die Geschäftsstelle darf den Versand ändern\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def hints(monkeypatch):
    names = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    return names


def everything():
    return list(Mail.objects.order_by("pk").values()), list(MailLog.objects.order_by("pk").values())


def act(action, expected, by, mails=None):
    mails = Mail.objects.all() if mails is None else mails
    return SERVICES[action](mails=mails, expected=expected, by=by, now=LATER)


@pytest.mark.parametrize("state", MailState.values)
@pytest.mark.parametrize("action", SERVICES)
def test_state_table_decides_which_mails_are_reached(state, action, office):
    mail = make_mail(**fields_in_state(state))

    if state in SOURCES_OF_ACTION[action]:
        assert act(action, 1, office) == 1
        target = state if action == SETTLE else MOVES[action].target
        assert Mail.objects.get().state == target
        assert [(r.from_state, r.to_state, r.by, r.at) for r in mail.log.all()] == [
            (state, target, office, LATER)
        ]
    else:
        before = everything()
        with pytest.raises(Refused, match="gibt es keine E-Mail"):
            act(action, 1, office)
        assert everything() == before


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("action", SERVICES)
def test_only_the_office_may_act(role, action, hints):
    make_mail(state=START[action])
    before = everything()

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        act(action, 1, make_user(role))

    assert (everything(), hints) == (before, [])


@pytest.mark.parametrize("expected", [0, 2, 4])
@pytest.mark.parametrize("action", SERVICES)
def test_outdated_number_changes_nothing(
    action, expected, office, hints, django_capture_on_commit_callbacks
):
    make_batch(3, state=START[action])
    before = everything()

    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(ChangedMeanwhile, match="Es wären 3 E-Mails"),
    ):
        act(action, expected, office)

    assert (everything(), hints) == (before, [])


@pytest.mark.parametrize("action", SERVICES)
def test_second_click_finds_no_mail_left(action, office):
    make_batch(2, state=START[action])
    act(action, 2, office)
    before = everything()

    with pytest.raises(Refused, match="gibt es keine E-Mail"):
        act(action, 2, office)

    assert everything() == before


def test_only_the_given_mails_are_reached(office):
    first, second = make_batch(2, state="failed")

    act(RESEND, 1, office, Mail.objects.filter(pk=second.pk))

    assert [mail.state for mail in Mail.objects.order_by("pk")] == ["failed", "waiting"]
    assert list(MailLog.objects.values_list("mail", flat=True)) == [second.pk]
    assert first.log.count() == 0


def test_resent_mails_restart_their_attempts_under_the_same_message_ids(
    office, hints, django_capture_on_commit_callbacks
):
    mails = make_batch(2, state="failed", attempts=8, last_error="550 nein", settled_at=None)
    Mail.objects.filter(pk=mails[1].pk).update(
        state="expired", expires_at=LATER + dt.timedelta(days=9)
    )

    with django_capture_on_commit_callbacks(execute=True):
        act(RESEND, 2, office)

    again = list(Mail.objects.order_by("pk"))
    assert [(m.state, m.attempts, m.due_at, m.last_error) for m in again] == [
        ("waiting", 0, LATER, "")
    ] * 2
    assert [m.expires_at for m in again] == [
        LATER + dt.timedelta(hours=72),
        LATER + dt.timedelta(days=9),
    ]
    assert [(m.message_id, m.mime) for m in again] == [(m.message_id, m.mime) for m in mails]
    assert [m.log.get().note for m in again] == ["Erneut zum Versand gegeben"] * 2
    assert hints == ["outbox.tasks.drain"]


def test_resent_mails_get_their_full_lifetime(office):
    make_mail(make_draft(expires_at=NOW + dt.timedelta(hours=11)), state="expired")
    make_mail(state="expired")

    for start in (LATER, LATER + dt.timedelta(days=9)):
        Mail.objects.update(state="expired")
        resend_mails(mails=Mail.objects.all(), expected=2, by=office, now=start)

        assert sorted(Mail.objects.values_list("expires_at", flat=True)) == [
            start + dt.timedelta(hours=11),
            start + dt.timedelta(hours=72),
        ]


def test_approved_drafts_keep_a_later_time_and_are_never_late(
    office, hints, django_capture_on_commit_callbacks
):
    early, late = make_batch(2, state="draft")
    Mail.objects.filter(pk=late.pk).update(due_at=LATER + dt.timedelta(hours=1))

    with django_capture_on_commit_callbacks(execute=True):
        act(APPROVE, 2, office)

    assert list(Mail.objects.order_by("pk").values_list("due_at", flat=True)) == [
        LATER,
        LATER + dt.timedelta(hours=1),
    ]
    assert Mail.objects.get(pk=early.pk).expires_at == LATER + dt.timedelta(hours=72)
    assert hints == ["outbox.tasks.drain"]


@pytest.mark.parametrize("action", [WITHDRAW, SETTLE])
def test_withdrawing_and_settling_wake_no_worker(
    action, office, hints, django_capture_on_commit_callbacks
):
    make_batch(2, state=START[action])

    with django_capture_on_commit_callbacks(execute=True):
        act(action, 2, office)

    assert hints == []


def test_released_drafts_go_out_and_withdrawn_mails_do_not(office, sink):
    make_batch(2, state="draft")
    act(APPROVE, 2, office)
    kept = make_batch(1, state="waiting")
    act(WITHDRAW, 1, office, Mail.objects.filter(pk=kept[0].pk))

    deliver_due_mails(clock=lambda: LATER)

    assert (len(sink.raw), Mail.objects.filter(state="sent").count()) == (2, 2)


@pytest.mark.parametrize(
    ("action", "columns"),
    [
        (RESEND, {"mime": ""}),
        (APPROVE, {"mime": ""}),
        (RESEND, {"is_account_mail": True}),
        (WITHDRAW, {"is_account_mail": True}),
        (RESEND, {"settled_at": NOW}),
        (SETTLE, {"settled_at": NOW}),
    ],
)
def test_mails_out_of_reach_stay_unchanged(action, columns, office):
    left_out, meant = make_batch(2, state=START[action])
    Mail.objects.filter(pk=left_out.pk).update(**columns)
    before = Mail.objects.filter(pk=left_out.pk).values().get()

    act(action, 1, office)

    assert Mail.objects.filter(pk=left_out.pk).values().get() == before
    assert list(MailLog.objects.values_list("mail", flat=True)) == [meant.pk]


def test_account_mail_that_failed_can_be_settled(office):
    make_account_mail()
    Mail.objects.update(state="failed")

    assert act(SETTLE, 1, office) == 1
    assert Mail.objects.get().settled_at == LATER


def test_50_mails_need_as_many_statements_as_500(office, django_assert_num_queries):
    mails = make_batch(500)
    few = Mail.objects.filter(pk__in=[mail.pk for mail in mails[:50]])
    assert office.roles
    on_sqlite = connection.vendor == "sqlite"

    for action in SERVICES:
        with undone():
            Mail.objects.update(state=START[action])
            # Savepoint, lock, update, log, release; resending looks for present addresses.
            count = 8 if action == RESEND else 5
            with django_assert_num_queries(count):
                act(action, 50, office, few)
            # SQLite inserts the log in batches of 166.
            with django_assert_num_queries(count + (2 if on_sqlite else 0)):
                act(action, 450, office, Mail.objects.filter(pk__gt=mails[49].pk))

            assert MailLog.objects.count() == 500, action


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_clicks_act_once(office):
    make_batch(5, state="failed")
    assert office.roles  # cached now, because the threads share the account
    given = race(*[lambda: act(RESEND, 5, office)] * 2)

    assert sorted(map(type, given), key=str) == sorted([int, Refused], key=str)
    assert MailLog.objects.count() == 5
