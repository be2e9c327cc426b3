import datetime as dt
from email import message_from_string

import pytest
from celery import current_app

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.enums import MOVES, UNSOLVED_STATES, MailState
from outbox.models import Mail
from outbox.rendering.mime import POLICY
from outbox.rendering.preview import (
    preview_calendar,
    preview_eml,
    preview_headers,
    preview_html,
    preview_text,
)
from outbox.services import (
    approve_mail,
    deliver_due_mails,
    enqueue_mails,
    replace_links,
    resend_mail,
    settle_mail,
    settle_superseded,
    withdraw_mail,
)
from tests.outbox.builders import (
    NOW,
    TOKEN,
    make_account_mail,
    make_draft,
    make_invitation_draft,
    make_mail,
    make_recipient,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

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


def test_mail_is_resent_to_another_address_with_its_link_and_entry():
    mail, office = make_mail(make_invitation_draft(), state="failed"), make_user(OFFICE)

    resend_mail(mail, to=make_recipient(email="Neu@Example.org"), now=LATER, by=office)

    again = Mail.objects.get()
    assert (again.state, again.recipient, again.message_id) == (
        "waiting",
        "neu@example.org",
        mail.message_id,
    )
    headers = dict(preview_headers(again))
    assert headers["To"] == "Leitung Werk <neu@example.org>"
    assert preview_calendar(again).attendee == "neu@example.org"
    assert preview_calendar(again)._replace(attendee="") == preview_calendar(mail)._replace(
        attendee=""
    )
    assert preview_html(again) == preview_html(mail)
    assert again.secret == mail.secret
    assert preview_eml(again).count(b"gast@example.org") == 0
    assert again.log.get().note == (
        "Erneut zum Versand gegeben, an neu@example.org statt an gast@example.org"
    )


def test_mail_is_not_resent_to_an_address_that_has_it():
    mail = make_mail(draft := make_draft(), state="failed")
    other = make_recipient(email="neu@example.org")
    enqueue_mails([draft._replace(to=other)], now=NOW)

    with nothing_changes(mail), pytest.raises(Refused, match="dieselbe E-Mail schon geschrieben"):
        resend_mail(mail, to=other, now=LATER, by=make_user(OFFICE))


@pytest.mark.parametrize(
    ("state", "is_replaced"),
    [("draft", True), ("waiting", True), ("retry", True), ("failed", True), ("sent", False)],
)
def test_personal_link_is_replaced_in_mails_not_sent_yet(state, is_replaced):
    sent_at = NOW if state == "sent" else None
    mail = make_mail(make_invitation_draft(), state=state, sent_at=sent_at)
    count = replace_links(
        subject_key=mail.subject_key, link="/antwort/NEU:2:x/", now=LATER, by=make_user(OFFICE)
    )

    after = Mail.objects.get()
    assert count == is_replaced
    assert after.state == state
    body = message_from_string(after.mime, policy=POLICY).get_body(("plain",)).get_content()
    for words in (after.text, body):
        assert (TOKEN in words, "/antwort/NEU:2:x/" in words) == (not is_replaced, is_replaced)
    assert (after.secret == "/antwort/NEU:2:x/") == is_replaced
    assert preview_text(after) == preview_text(mail)
    assert [entry.note for entry in after.log.all()] == ["Persönlicher Link ersetzt"] * is_replaced


def test_superseded_mails_are_settled():
    mail = make_mail(make_invitation_draft(), state="failed")
    other = make_mail(make_draft(subject_key=mail.subject_key), state="failed")

    settle_superseded(
        subject_key=mail.subject_key,
        kinds=["test_invitation"],
        note="Ersetzt",
        now=LATER,
        by=make_user(OFFICE),
    )

    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, mail.settled_at, mail.log.get().note) == ("failed", LATER, "Ersetzt")
    assert (other.settled_at, other.log.count()) == (None, 0)


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
