import pytest
from django.utils import timezone

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail, Wording
from outbox.queries.wordings import WORDING_FIELDS, wording_for_form
from outbox.services import enqueue_mails, reset_wording, save_wording, send_test_mail
from outbox.texts import text_of
from tests.outbox.builders import (
    NOTICE,
    NOW,
    make_draft,
    make_invitation_draft,
    make_mail,
    make_wording,
)
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

WORDS = {"subject": "Thema: {topic}", "body": "es gibt ein Thema: {topic}\n\n[Ansehen]({link})"}
DEFAULT = {"subject": str(NOTICE.subject), "body": str(NOTICE.body)}
NOT_OFFICE = [SENATOR_OFFICE, PARTNER, OBSERVER]


@pytest.fixture
def office():
    return make_user(OFFICE)


def version_now(kind="test_notice"):
    return version_of(
        wording_for_form(text_of(kind), Wording.objects.filter(kind=kind).first()), WORDING_FIELDS
    )


def save(by, kind="test_notice", **fields):
    values = {"kind": kind, "version": version_now(kind), "now": NOW, "by": by, **WORDS}
    return save_wording(**values | fields)


def history_of(wording):
    return [
        (entry.history_user, entry.history_change_reason)
        for entry in wording.history.order_by("history_id")
    ]


def test_new_mails_use_the_words_of_the_office(office):
    before = make_mail()

    wording = save(office)

    assert (wording.kind, wording.subject, wording.body, wording.needs_release) == (
        "test_notice",
        *WORDS.values(),
        False,
    )
    assert (wording.changed_at, wording.changed_by) == (NOW, office)
    assert history_of(wording) == [(office, "Eigener Text gespeichert")]
    mail = make_mail()
    assert mail.subject == "Thema: Netze"
    assert "es gibt ein Thema: Netze\n\nAnsehen: http://localhost:8000/" in mail.text
    assert "es gibt ein Thema: Netze" in mail.mime
    before.refresh_from_db()
    assert before.subject == "Neu: Netze"


def test_mail_of_another_kind_keeps_the_default(office):
    save(office)

    assert make_mail(make_invitation_draft()).subject == "Einladung: Infrastruktur & Netze"


@pytest.mark.parametrize("role", NOT_OFFICE)
def test_only_the_office_may_change_words(role):
    wording = make_wording()
    user = make_user(role)

    for act in (
        lambda: save(user),
        lambda: reset_wording(kind="test_notice", version=version_now(), now=NOW, by=user),
        lambda: send_test_mail(kind="test_notice", now=NOW, by=user, **WORDS),
    ):
        with nothing_changes(wording), pytest.raises(NotAllowed, match="Nur die Geschäftsstelle"):
            act()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            {"subject": "{tipic}"},
            r"Den Platzhalter \{tipic\} gibt es hier nicht. Meinten Sie \{topic\}\?",
        ),
        ({"body": "ohne Link"}, r"Der Link zu \{link\} fehlt."),
        (
            {"body": "[hier](https://evil.example.org)"},
            "verbirgt die Adresse https://evil.example.org",
        ),
        ({"body": ""}, "Bitte geben Sie einen Text ein."),
    ],
)
def test_words_with_a_fault_are_refused_and_not_sent_as_a_test(office, words, sentence):
    with nothing_changes(), pytest.raises(Refused, match=sentence):
        save(office, **words)
    with nothing_changes(), pytest.raises(Refused, match=sentence):
        send_test_mail(kind="test_notice", now=NOW, by=office, **WORDS | words)
    assert Wording.objects.count() == 0


def test_saving_the_default_keeps_following_it(office):
    wording = save(office, **DEFAULT)

    assert Wording.objects.count() == 0
    assert wording.pk is None
    assert make_mail().subject == "Neu: Netze"


def test_typing_the_default_resets_the_wording(office):
    wording = save(office)

    save(office, subject=DEFAULT["subject"], body=f"{DEFAULT['body']}\r\n")

    wording.refresh_from_db()
    assert (wording.subject, wording.body) == ("", "")
    assert history_of(wording)[-1] == (office, "Auf die Voreinstellung zurückgesetzt")


def test_saving_without_a_change_writes_nothing(office):
    wording = save(office)

    with nothing_changes(wording):
        save(office, now=timezone.now())


def test_words_are_stored_without_hidden_characters(office):
    wording = save(
        office, subject=" Thema:\u202e {topic}\n", body=f"{WORDS['body']}\r\n\r\n\u200bEnde\x00\n"
    )

    assert (wording.subject, wording.body) == ("Thema: {topic}", f"{WORDS['body']}\n\nEnde")


def test_mails_of_a_kind_wait_as_drafts_until_released(office, django_capture_on_commit_callbacks):
    wording = save(office, needs_release=True, **DEFAULT)

    assert (wording.subject, wording.needs_release) == ("", True)
    assert history_of(wording) == [(office, "Versand erst nach Durchsicht")]
    assert make_mail().state == "draft"
    assert make_mail(make_invitation_draft()).state == "waiting"
    save(office, needs_release=False, **DEFAULT)
    assert make_mail().state == "waiting"
    assert history_of(wording)[-1] == (office, "Versand ohne Durchsicht")


def test_draft_is_not_due_and_not_written_twice(office):
    save(office, needs_release=True)
    draft = make_draft()
    mail = make_mail(draft)

    assert enqueue_mails([draft], now=NOW) == 0
    assert list(Mail.objects.due(NOW)) == []
    assert (mail.subject, mail.state) == ("Thema: Netze", "draft")


def test_both_changes_are_one_history_entry(office):
    wording = save(office, needs_release=True)

    assert history_of(wording) == [
        (office, "Eigener Text gespeichert, Versand erst nach Durchsicht")
    ]


def test_reminders_of_the_day_cannot_wait_for_a_release(office):
    words = {"subject": "Offen am {day}", "body": "{lines}\n\n[x]({link})"}

    with pytest.raises(Refused, match="gehen immer sofort hinaus"):
        save(office, "test_list", needs_release=True, **words)

    assert Wording.objects.count() == 0
    assert save(office, "test_list", **words).subject == "Offen am {day}"


def test_second_of_two_editors_gets_a_conflict(office):
    shown = version_now()
    wording = save(make_user(OFFICE), subject="Erste {topic}")

    with (
        nothing_changes(wording),
        pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"),
    ):
        save(office, version=shown)


def test_default_that_changed_since_it_was_shown_is_a_conflict_too(office):
    with pytest.raises(ChangedMeanwhile, match="wurde inzwischen geändert"):
        save(office, version="of an older version of the portal")

    assert Wording.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_saves_gets_a_conflict(office):
    other, version = make_user(OFFICE), version_now()

    results = race(
        lambda: save(office, version=version, subject="Eins {topic}"),
        lambda: save(other, version=version, subject="Zwei {topic}"),
    )

    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile", "Wording"]
    wording = Wording.objects.get()
    assert wording.subject == next(
        result.subject for result in results if isinstance(result, Wording)
    )
    assert wording.history.count() == 1


def test_office_resets_to_the_default(office):
    wording = save(office, needs_release=True)

    reset_wording(kind="test_notice", version=version_now(), now=NOW, by=office)

    wording.refresh_from_db()
    assert (wording.subject, wording.body, wording.needs_release) == ("", "", True)
    assert history_of(wording)[-1] == (office, "Auf die Voreinstellung zurückgesetzt")
    assert make_mail().subject == "Neu: Netze"


def test_second_reset_is_refused(office):
    wording = make_wording(subject="", body="")

    with nothing_changes(wording), pytest.raises(Refused, match="gilt bereits die Voreinstellung"):
        reset_wording(kind="test_notice", version=version_now(), now=NOW, by=office)


def test_resetting_words_that_changed_meanwhile_is_refused(office):
    shown = version_now()
    wording = make_wording()

    sentence = (
        r"^Der Eintrag wurde inzwischen geändert\. Beide Fassungen stehen auf dieser Seite\.$"
    )
    with nothing_changes(wording), pytest.raises(ChangedMeanwhile, match=sentence):
        reset_wording(kind="test_notice", version=shown, now=NOW, by=office)


def test_test_mail_with_examples_goes_only_to_its_author(office):
    send_test_mail(kind="test_notice", now=NOW, by=office, **WORDS)
    send_test_mail(kind="test_notice", now=NOW, by=office, **WORDS)

    mails = Mail.objects.order_by("pk")
    assert [mail.recipient for mail in mails] == [office.email, office.email]
    mail = mails[0]
    assert (mail.subject, mail.recipient_name) == ("Test: Thema: Wärme & Strom", str(office))
    assert "es gibt ein Thema: Wärme & Strom\n\nAnsehen: http://localhost:8000/\n" in mail.text
    assert (mail.kind, mail.state, mail.has_personal_link, mail.secret) == (
        "test_notice",
        "waiting",
        False,
        "",
    )
    assert mail.created_by == office
    assert mails[1].event != mail.event
    assert Wording.objects.count() == 0


def test_test_mail_goes_out_though_its_kind_waits_for_a_release(office):
    make_wording(needs_release=True)

    send_test_mail(kind="test_notice", now=NOW, by=office, **WORDS)

    assert Mail.objects.get().state == "waiting"


def test_subject_of_a_test_mail_is_cut_like_any_other(office):
    send_test_mail(kind="test_notice", now=NOW, by=office, subject="x" * 200, body=WORDS["body"])

    subject = Mail.objects.get().subject
    assert (len(subject), subject[:7], subject[-1]) == (200, "Test: X", "…")
