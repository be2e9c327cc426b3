import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from outbox.models import Mail
from outbox.rendering.messages import words_of
from outbox.services import deliver_due_mails, notices
from outbox.services.notices import BUNDLE_KIND, bundle_due_notices
from outbox.texts import (
    MailText,
    Markdown,
    Placeholder,
    all_texts,
    placeholders_of,
    register,
)
from tests.outbox.builders import NOW, make_draft, make_mail, make_recipient, make_wording

pytestmark = pytest.mark.django_db(transaction=True)
SOON, WINDOW_OVER = NOW + dt.timedelta(minutes=4), NOW + dt.timedelta(minutes=10)
register(
    MailText(
        kind="test_news",
        title="Neuigkeit",
        subject="Neu: {topic}",
        body="[Öffnen]({link})",
        placeholders=("topic",),
        is_notice=True,
    ),
    area="Test",
    placeholders={"topic": Placeholder("Thema", "Netze")},
)


@pytest.fixture(autouse=True)
def ten_minutes(settings):
    settings.MAIL_BUNDLE_MINUTES = 10


def make_news(topic, *, now=NOW, email="gast@example.org", path="/neu/"):
    draft = make_draft(
        kind="test_news", values={"topic": topic}, to=make_recipient(email=email), path=path
    )
    return make_mail(draft, now=now)


def deliver(now):
    return deliver_due_mails(clock=lambda: now).sent


def test_first_notice_is_due_at_once_and_later_ones_after_ten_minutes(sink):
    first = make_news("Netze")
    assert deliver(NOW) == 1

    second, third = make_news("Flächen", now=SOON), make_news("Kräfte", now=SOON)

    assert [mail.due_at for mail in (first, second, third)] == [NOW, WINDOW_OVER, WINDOW_OVER]
    assert deliver(WINDOW_OVER - dt.timedelta(seconds=1)) == 0
    assert deliver(WINDOW_OVER) == 1
    assert [str(message["Subject"]) for message in sink.messages] == [
        "Neu: Netze",
        "2 neue Nachrichten",
    ]


def test_bundle_lists_each_notice_and_single_ones_point_to_it(sink):
    make_news("Netze")
    deliver(NOW)
    second = make_news("Flächen *neu* [x](https://evil.example)", now=SOON, path="/a/")
    third = make_news("Kräfte", now=SOON, path="/b/")
    deliver(WINDOW_OVER)

    bundle = Mail.objects.get(kind="notice_bundle")
    text = sink.messages[1].get_body(("plain",)).get_content()
    assert (
        "1. Neu: Flächen *neu* [x](https://evil.example): http://localhost:8000/a/\n\n"
        "2. Neu: Kräfte: http://localhost:8000/b/\n" in text.replace("\r\n", "\n")
    )
    assert text.startswith("Guten Tag,")
    assert 'evil.example"' not in sink.messages[1].get_body(("html",)).get_content()
    for mail in (second, third):
        mail.refresh_from_db()
        assert (mail.state, mail.bundled_in) == ("withdrawn", bundle)
        assert mail.last_error == "Steht in der Sammelnachricht an diese Person."
        assert [(entry.from_state, entry.to_state) for entry in mail.log.all()] == [
            ("waiting", "withdrawn")
        ]
    assert (bundle.state, bundle.recipient, bundle.recipient_name) == (
        "sent",
        "gast@example.org",
        "Leitung Werk",
    )


def test_repeated_notice_is_listed_once_and_alone_goes_out_as_it_is(sink):
    make_news("Netze")
    deliver(NOW)
    for topic in ("Flächen", "Kräfte", "Flächen"):
        make_news(topic, now=SOON)
    deliver(WINDOW_OVER)

    text = sink.messages[1].get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert str(sink.messages[1]["Subject"]) == "2 neue Nachrichten"
    link = "http://localhost:8000/neu/"
    assert f"1. Neu: Kräfte: {link}\n\n2. Neu: Flächen: {link}\n" in text

    later = WINDOW_OVER + dt.timedelta(minutes=1)
    first, second = make_news("Bericht", now=later), make_news("Bericht", now=later)
    deliver(WINDOW_OVER + dt.timedelta(minutes=10))

    assert [str(message["Subject"]) for message in sink.messages[2:]] == ["Neu: Bericht"]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.bundled_in, second.state) == ("withdrawn", second, "sent")


def test_single_held_notice_goes_out_as_it_is(sink):
    make_news("Netze")
    deliver(NOW)
    make_news("Flächen", now=SOON)
    deliver(WINDOW_OVER)

    assert [str(message["Subject"]) for message in sink.messages] == ["Neu: Netze", "Neu: Flächen"]


def test_bundle_opens_a_new_window(sink):
    for topic, now in (("Netze", NOW), ("Flächen", SOON), ("Kräfte", SOON)):
        make_news(topic, now=now)
        deliver(now)
    deliver(WINDOW_OVER)

    held = make_news("Später", now=WINDOW_OVER + dt.timedelta(minutes=1))
    free = make_news("Viel später", now=WINDOW_OVER + dt.timedelta(minutes=30))

    assert held.due_at == WINDOW_OVER + dt.timedelta(minutes=10)
    assert free.due_at == WINDOW_OVER + dt.timedelta(minutes=30)


def test_notices_to_others_and_other_mails_are_not_held():
    make_news("Netze")

    other, invitation = (
        make_news("Flächen", now=SOON, email="zweiter@example.org"),
        make_mail(now=SOON),
    )

    assert (other.due_at, invitation.due_at) == (SOON, SOON)


def test_notices_that_fall_due_while_mail_goes_out_are_bundled_too(sink, settings):
    settings.MAIL_BATCH_SIZE = 1
    make_news("Netze")
    make_news("Flächen", now=SOON), make_news("Kräfte", now=SOON)
    for _number in range(3):
        make_mail()
    moments = iter([NOW] * 5)

    done = deliver_due_mails(clock=lambda: next(moments, WINDOW_OVER))

    assert done.sent == 5
    assert (
        sorted(str(message["Subject"]) for message in sink.messages).count("2 neue Nachrichten")
        == 1
    )
    assert sorted(Mail.objects.filter(kind="test_news").values_list("state", flat=True)) == [
        "sent",
        "withdrawn",
        "withdrawn",
    ]


def test_bundling_covers_more_people_than_one_transaction(monkeypatch):
    monkeypatch.setattr(notices, "PEOPLE_PER_TRANSACTION", 2)
    people = [f"gast-{number}@example.org" for number in range(5)]
    for email in people:
        for topic in ("Netze", "Flächen", "Kräfte"):
            make_news(topic, email=email)

    assert bundle_due_notices(now=WINDOW_OVER) == 5
    assert Mail.objects.filter(kind="notice_bundle").count() == 5
    assert set(Mail.objects.filter(kind="test_news").values_list("state", flat=True)) == {
        "withdrawn"
    }


@pytest.mark.parametrize("state", ["withdrawn", "expired", "draft", "failed"])
def test_failed_or_withdrawn_notice_delays_no_other(state):
    Mail.objects.filter(pk=make_news("Netze").pk).update(state=state)

    assert make_news("Flächen", now=SOON).due_at == SOON


def test_nothing_is_bundled_twice():
    make_news("Netze"), make_news("Flächen", now=SOON), make_news("Kräfte", now=SOON)

    assert [bundle_due_notices(now=WINDOW_OVER) for _n in range(2)] == [1, 0]
    assert Mail.objects.filter(kind="notice_bundle").count() == 1


def test_without_minutes_nothing_is_held(settings):
    settings.MAIL_BUNDLE_MINUTES = 0
    make_news("Netze")

    assert make_news("Flächen", now=SOON).due_at == SOON


def test_database_refuses_a_notice_with_a_personal_link():
    mail = make_mail()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(is_notice=True, has_personal_link=True, secret="x")


def test_bundle_has_the_words_of_the_office(sink):
    make_wording(
        BUNDLE_KIND,
        subject="{count} Neuigkeiten",
        body="das ist neu:\n\n{lines}\n\n[Zum Portal]({link})",
    )
    make_news("A"), make_news("B"), make_news("C")

    deliver(NOW + dt.timedelta(minutes=20))

    assert [message["Subject"] for message in sink.messages] == ["3 Neuigkeiten"]


def sample_of(text: MailText) -> dict[str, str]:
    """Return a value of its own for each placeholder, of two lines where it is a block."""
    return {
        name: Markdown(f"- <{name}> *eins*\n- zwei & {name}")
        if placeholder.is_block
        else f"<{name}> *eins* & [zwei]({name})"
        for name, placeholder in placeholders_of(text).items()
        if name in text.placeholders
    }


@pytest.mark.parametrize(
    "text",
    [text for text in all_texts() if text.is_notice and text.kind != BUNDLE_KIND],
    ids=lambda text: text.kind,
)
def test_bundle_says_everything_that_the_notice_says_alone(text, sink):
    draft = make_draft(kind=text.kind, values=sample_of(text), to=make_recipient(), path="/neu/")
    alone = make_mail(draft, now=NOW)
    make_news("Netze")

    bundle_due_notices(now=WINDOW_OVER)

    told = Mail.objects.get(kind=BUNDLE_KIND)
    words = told.text.casefold()
    assert told.subject == "2 neue Nachrichten"
    for line in [alone.subject, *words_of(alone.text).split("\n")]:
        assert line.endswith("http://localhost:8000/neu/") or line.strip().casefold() in words, line
    assert "Mit freundlichen Grüßen" not in words_of(alone.text)


def test_same_subject_with_another_text_is_told_too(sink):
    make_news("Netze"), make_news("Netze")
    Mail.objects.filter(pk=Mail.objects.latest("pk").pk).update(
        text="Guten Tag,\n\nGrund: zweiter\n\nMit freundlichen Grüßen\nBüro\n"
    )

    bundle_due_notices(now=WINDOW_OVER)

    assert "Grund: zweiter" in Mail.objects.get(kind=BUNDLE_KIND).text
