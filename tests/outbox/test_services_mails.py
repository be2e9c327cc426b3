import datetime as dt

import pytest
from celery import current_app

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.enums import MOVES, UNSOLVED_STATES, MailState
from outbox.models import Mail
from outbox.services import approve_mail, deliver_due_mails, resend_mail, settle_mail, withdraw_mail
from tests.outbox.builders import NOW, make_account_mail, make_draft, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=10)
SERVICES = {"approve": approve_mail, "resend": resend_mail, "withdraw": withdraw_mail}
START = {"approve": "draft", "resend": "failed", "withdraw": "waiting"}
OFFICE_ONLY = r"^Nur die Geschäftsstelle darf den Versand ändern\.$"


def in_state(state):
    return make_mail(
        state=state,
        sent_at=NOW if state == "sent" else None,
        claim="c" if state == "sending" else "",
        claimed_at=NOW if state == "sending" else None,
        last_error="550 nein",
        attempts=4,
    )


@pytest.mark.parametrize("state", MailState.values)
@pytest.mark.parametrize("action", SERVICES)
def test_table_decides_what_the_office_may_do(state, action):
    mail, office = in_state(state), make_user(OFFICE)

    if state in MOVES[action].sources:
        SERVICES[action](mail, now=LATER, by=office)
        assert Mail.objects.get().state == MOVES[action].target
        assert [(entry.from_state, entry.to_state, entry.by) for entry in mail.log.all()] == [
            (state, MOVES[action].target, office)
        ]
    else:
        with pytest.raises(Refused, match="ist im Stand"):
            SERVICES[action](mail, now=LATER, by=office)
        assert (Mail.objects.get().state, mail.log.count()) == (state, 0)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("action", SERVICES)
def test_only_the_office_may_act(role, action):
    mail = in_state(START[action])

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        SERVICES[action](mail, now=LATER, by=make_user(role))

    assert (Mail.objects.get().state, mail.log.count()) == (mail.state, 0)


def test_resent_mail_restarts_its_attempts_under_the_same_message_id(
    monkeypatch, django_capture_on_commit_callbacks
):
    hints = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: hints.append(name))
    mail = in_state("failed")

    with django_capture_on_commit_callbacks(execute=True):
        resend_mail(mail, now=LATER, by=make_user(OFFICE))

    again = Mail.objects.get()
    assert (again.attempts, again.due_at, again.last_error) == (0, LATER, "")
    assert again.expires_at == LATER + dt.timedelta(hours=72)
    assert (again.message_id, again.mime) == (mail.message_id, mail.mime)
    assert hints == ["outbox.tasks.drain"]


@pytest.mark.parametrize(
    ("action", "state"), [("approve", "draft"), ("resend", "failed"), ("resend", "expired")]
)
def test_resent_mail_gets_its_full_lifetime_each_time(action, state):
    mail = make_mail(make_draft(expires_at=NOW + dt.timedelta(hours=11)))

    for start in (LATER, LATER + dt.timedelta(days=2)):
        Mail.objects.update(state=state)
        SERVICES[action](mail, now=start, by=make_user(OFFICE))

        assert Mail.objects.get().expires_at == start + dt.timedelta(hours=11)


def test_account_mail_is_resent_only_while_its_code_is_valid():
    mail = make_account_mail()
    Mail.objects.update(state="failed")

    resend_mail(mail, now=NOW + dt.timedelta(hours=1), by=make_user(OFFICE))

    again = Mail.objects.get()
    assert (again.state, again.expires_at) == ("waiting", mail.expires_at)
    Mail.objects.update(state="expired")
    with pytest.raises(Refused, match="gilt nicht mehr"):
        resend_mail(mail, now=mail.expires_at, by=make_user(OFFICE))
    assert (Mail.objects.get().state, Mail.objects.get().log.count()) == ("expired", 1)


def test_mail_without_its_text_cannot_be_resent():
    mail = make_account_mail()
    Mail.objects.update(state="failed", mime="", text="")

    with pytest.raises(Refused, match="bereits entfernt"):
        resend_mail(mail, now=LATER, by=make_user(OFFICE))


def test_withdrawn_mail_is_not_sent(sink):
    mail = make_mail()
    withdraw_mail(mail, now=NOW, by=make_user(OFFICE))

    deliver_due_mails(clock=lambda: LATER)

    assert sink.raw == []


def test_approved_draft_is_due_now_and_lives_long_enough(
    monkeypatch, django_capture_on_commit_callbacks
):
    hints = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: hints.append(name))
    mail = in_state("draft")

    with django_capture_on_commit_callbacks(execute=True):
        approve_mail(mail, now=LATER, by=make_user(OFFICE))

    draft = Mail.objects.get()
    assert (draft.due_at, draft.expires_at) == (LATER, LATER + dt.timedelta(hours=72))
    assert hints == ["outbox.tasks.drain"]


def test_draft_for_a_later_time_keeps_it():
    mail = make_mail(state="draft", due_at=LATER + dt.timedelta(days=1))

    approve_mail(mail, now=LATER, by=make_user(OFFICE))

    assert Mail.objects.get().due_at == LATER + dt.timedelta(days=1)


def test_draft_without_its_text_cannot_be_approved():
    mail = make_mail(state="draft", mime="")

    with pytest.raises(Refused, match="bereits entfernt"):
        approve_mail(mail, now=LATER, by=make_user(OFFICE))

    assert (Mail.objects.get().state, mail.log.count()) == ("draft", 0)


@pytest.mark.parametrize("state", MailState.values)
def test_only_what_did_not_go_out_is_settled_and_keeps_its_state(state):
    mail, office = in_state(state), make_user(OFFICE)

    if state in UNSOLVED_STATES:
        settle_mail(mail, now=LATER, by=office)
        settled = Mail.objects.get()
        assert (settled.state, settled.settled_at, settled.last_error) == (state, LATER, "550 nein")
        assert [(entry.from_state, entry.to_state, entry.by) for entry in mail.log.all()] == [
            (state, state, office)
        ]
    else:
        with pytest.raises(Refused, match="nicht \\(mehr\\) ungelöst"):
            settle_mail(mail, now=LATER, by=office)
        assert (Mail.objects.get().settled_at, mail.log.count()) == (None, 0)


def test_settled_mail_cannot_be_settled_again():
    mail = make_mail(state="failed", settled_at=NOW)

    with pytest.raises(Refused, match="nicht \\(mehr\\) ungelöst"):
        settle_mail(mail, now=LATER, by=make_user(OFFICE))

    assert (Mail.objects.get().settled_at, mail.log.count()) == (NOW, 0)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_may_settle(role):
    mail = in_state("failed")

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        settle_mail(mail, now=LATER, by=make_user(role))

    assert (Mail.objects.get().settled_at, mail.log.count()) == (None, 0)


def test_resent_mail_is_settled_no_longer():
    mail = make_mail(state="failed", settled_at=NOW)

    resend_mail(mail, now=LATER, by=make_user(OFFICE))

    assert Mail.objects.get().settled_at is None
