import pytest
from django.http import QueryDict

from core.roles import OFFICE
from outbox.progress.batches import batch_quick_filters, mail_previews, notified_note
from outbox.queries.batches import find_batch
from tests.outbox.builders import (
    TOKEN,
    fields_in_state,
    make_draft,
    make_invitation_draft,
    make_mail,
    make_recipient,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def mail_to(name, draft=make_draft, *, state="waiting", **fields):
    to = make_recipient(
        email=f"{name.lower()}@example.org", name=name, greeting=f"Guten Tag {name}"
    )
    return make_mail(draft(to=to, **fields), state=state)


def test_people_who_get_the_same_text_share_a_letter():
    mails = [mail_to("Werk"), mail_to("Kammer")]
    mails.append(mail_to("Amt", values={"topic": "Netze", "comment": "Nur für das Amt"}))

    previews = mail_previews(mails)

    assert [preview.recipients for preview in previews] == [
        ["Werk <werk@example.org>", "Kammer <kammer@example.org>"],
        ["Amt <amt@example.org>"],
    ]
    assert [preview.heading for preview in previews] == [
        "E-Mail an 2 Adressen",
        "E-Mail an 1 Adresse",
    ]
    assert (previews[0].title, previews[0].subject) == ("Hinweis zum Test", "Neu: Netze")
    assert previews[0].text.startswith("Guten Tag Werk,")


def test_letter_hides_the_personal_link_and_shows_the_calendar_entry():
    (preview,) = mail_previews([mail_to("Werk", make_invitation_draft)])

    assert TOKEN not in preview.text
    assert "[persönlicher Link]" in preview.text
    assert [label for label, _value in preview.calendar] == ["Eintrag", "Termin", "Ort"]


def test_note_counts_whoever_gets_two_mails_once():
    mails = [mail_to("Gast", state="waiting"), mail_to("Gast", state="waiting")]

    assert notified_note(mails) == "1 Person wird benachrichtigt (2 E-Mails)."


def test_note_counts_everybody_who_shares_a_mailbox():
    shared = mail_to("Gast", state="waiting")
    shared.people = 2

    assert notified_note([shared]) == "2 Personen werden benachrichtigt (1 E-Mail)."
    assert notified_note([shared, mail_to("Werk", state="waiting")]) == (
        "3 Personen werden benachrichtigt (2 E-Mails)."
    )


@pytest.mark.parametrize(
    ("states", "note"),
    [
        ([], "Niemand wird benachrichtigt."),
        (["waiting"], "1 Person wird benachrichtigt."),
        (["waiting", "waiting"], "2 Personen werden benachrichtigt."),
        (
            ["draft"],
            "1 E-Mail wartet als Entwurf im Postausgang, bis die Geschäftsstelle sie versendet.",
        ),
        (
            ["draft", "draft", "waiting"],
            "1 Person wird benachrichtigt. 2 E-Mails warten als Entwurf im Postausgang.",
        ),
    ],
)
def test_note_counts_who_is_told_and_what_waits(states, note):
    mails = [mail_to(f"Gast{number}", state=state) for number, state in enumerate(states)]

    assert notified_note(mails) == note


def test_batch_of_a_test_leads_to_where_the_list_shows_it():
    mail = make_mail(**fields_in_state("sent", event="test:1"))
    batch = find_batch(mail.batch, make_user(OFFICE))

    links = batch_quick_filters(batch, QueryDict(f"batch={mail.batch}"))

    assert [(link.label, link.count) for link in links] == [("als Test versandt", 1)]
