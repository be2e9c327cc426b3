"""Changes that wait for an approval: who is mailed when, and what guests see until then."""

import pytest
import time_machine

from approvals.enums import ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, OptionState, RsvpState
from dialogues.progress import dialogue_next_step, preparation_of
from dialogues.reminders import reminder_of
from dialogues.services import (
    cancel_dialogue,
    change_dialogue,
    decide_dates,
    postpone_dialogue,
    record_held,
    record_rsvp,
    renew_date,
    submit_dates,
    withdraw_invitation,
)
from outbox.models import Mail
from reminders.schedules import manual_step
from tests.approvals.builders import CONDITION
from tests.dialogues.builders import (
    BRIEFING,
    DAY,
    DUE_ON,
    END,
    NOW,
    TODAY,
    YES,
    make_dialogue,
    make_invitation,
    make_option,
)
from tests.dialogues.messages import calendar_of
from tests.dialogues.pages import text_of, titles_of
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
CHANGE_MAILS = ("dialogue_changed", "dialogue_changed_info")
LATER = "Die Gäste erfahren davon, sobald das Büro zugestimmt hat."


def edit(dialogue, by, **values):
    update = change_dialogue(dialogue=dialogue, values=values, by=by, now=NOW)
    dialogue.refresh_from_db()
    return update


def renew(dialogue, by) -> ApprovalRequest:
    return renew_date(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW)


def decide(approval, by, verdict=Verdict.APPROVE):
    chosen = [option["id"] for option in approval.options]
    conditions = [CONDITION] if verdict == Verdict.CONDITION else []
    decide_dates(
        approval=approval,
        decision=Decision(verdict, "Nein.", chosen=chosen, conditions=conditions),
        by=by,
        now=NOW,
    )


@pytest.fixture
def guest():
    return make_person("Gast", email="gast@example.org")


@pytest.fixture
def dialogue(senator, guest):
    """A dialogue with one guest who accepted."""
    dialogue = make_dialogue(
        DialogueState.INVITED, title="Alt", host_contact=make_person(email="werk@example.org")
    )
    make_invitation(dialogue, RsvpState.ACCEPTED, person=guest)
    return dialogue


@pytest.mark.parametrize(
    ("fields", "label"), [({"title": "Neu"}, "Titel"), ({"format": "hybrid"}, "Format")]
)
@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.CONDITION])
def test_guests_are_mailed_once_the_change_is_approved(
    office, senator, dialogue, fields, label, verdict
):
    update = edit(dialogue, office, **fields)

    assert (update.notified, update.is_deferred, dialogue.sequence) == (0, True, 1)
    assert dialogue.history.first().history_change_reason == "Angaben geändert"
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]

    approval = renew(dialogue, office)
    assert mails_written(*CHANGE_MAILS) == []
    decide(approval, senator, verdict)

    dialogue.refresh_from_db()
    assert (dialogue.unannounced, dialogue.sequence) == ({}, 2)
    assert mails_written(*CHANGE_MAILS) == [
        ("dialogue_changed", "gast@example.org"),
        ("dialogue_changed_info", "senatorin@example.org"),
        ("dialogue_changed_info", "werk@example.org"),
    ]
    state = "freigegeben" if verdict == Verdict.APPROVE else "mit Auflage freigegeben"
    reason = f"Termine: {state}. Geändert: {label}; 3 Personen benachrichtigt"
    assert dialogue.history.first().history_change_reason == reason


def test_mail_after_the_approval_shows_the_former_and_the_new_value(office, senator, dialogue):
    edit(dialogue, office, title="Neu")

    decide(renew(dialogue, office), senator)

    mail = Mail.objects.get(recipient="gast@example.org")
    assert mail.subject == "Geändert: Neu, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert "Titel\nbisher: Alt\njetzt: Neu\n" in mail.text
    entry = calendar_of(mail)
    assert (entry.title, entry.sequence, entry.partstat) == ("Branchengespräch: Neu", 2, "ACCEPTED")


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE, Verdict.NONE_POSSIBLE])
def test_after_a_refusal_nobody_is_mailed_and_the_office_sees_what_to_do(
    office, senator, dialogue, verdict
):
    edit(dialogue, office, title="Neu")

    decide(renew(dialogue, office), senator, verdict)

    dialogue.refresh_from_db()
    assert (dialogue.unannounced, dialogue.sequence, mails_written(*CHANGE_MAILS)) == (
        {"title": "Alt"},
        1,
        [],
    )
    step = dialogue_next_step(dialogue, office, preparation_of(dialogue, NOW), NOW)
    assert step.text.endswith(
        "Die Gäste wissen von Ihrer Änderung nichts. Sie können sie unter „Bearbeiten“ "
        "zurücknehmen und den Termin "
        "erneut vorlegen."
    )
    assert step.action == (
        "Termin erneut vorlegen" if verdict == Verdict.RETURN else "Gespräch verschieben"
    )


@time_machine.travel(NOW)
def test_after_a_refusal_the_date_can_be_submitted_again_from_the_page(
    client, office, senator, dialogue
):
    edit(dialogue, office, title="Neu")
    decide(renew(dialogue, office), senator, Verdict.REFUSE)
    client.force_login(office)

    assert (
        f"/branchengespraeche/{dialogue.pk}/termine/erneut-vorlegen/"
        in client.get(dialogue.get_absolute_url()).content.decode()
    )


def test_reverted_change_is_never_mailed(office, senator, dialogue):
    edit(dialogue, office, title="Neu")
    edit(dialogue, office, title="Alt")

    decide(renew(dialogue, office), senator)

    dialogue.refresh_from_db()
    assert (dialogue.unannounced, dialogue.sequence, mails_written(*CHANGE_MAILS)) == ({}, 1, [])


def test_two_changes_are_mailed_as_one(office, senator, dialogue):
    edit(dialogue, office, title="Zwischen")
    edit(dialogue, office, title="Neu", format="hybrid")

    decide(renew(dialogue, office), senator)

    text = Mail.objects.get(recipient="gast@example.org").text
    assert "Titel\nbisher: Alt\njetzt: Neu\n\nFormat\nbisher: vor Ort\njetzt: hybrid\n" in text


def test_new_place_is_mailed_meanwhile_under_the_title_that_guests_know(office, senator, dialogue):
    edit(dialogue, office, title="Neu")

    assert edit(dialogue, office, place="Halle 2").notified == 3

    mail = Mail.objects.get(recipient="gast@example.org")
    entry = calendar_of(mail)
    assert mail.subject == "Geändert: Alt, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert "Neu" not in mail.text + mail.mime
    assert (entry.title, entry.sequence, entry.place.endswith("Halle 2")) == (
        "Branchengespräch: Alt",
        2,
        True,
    )
    assert dialogue.unannounced == {"title": "Alt"}


def test_changes_saved_together_are_mailed_together(office, senator, dialogue):
    edit(dialogue, office, format="digital", place="", video_link="https://example.org/raum")
    assert dialogue.unannounced == {
        "format": "on_site",
        "place": "Werkstraße 1, 12681 Berlin",
        "video_link": "",
    }

    decide(renew(dialogue, office), senator)

    text = Mail.objects.get(recipient="gast@example.org").text
    assert "Format\nbisher: vor Ort\njetzt: digital\n" in text
    assert "Videokonferenz\nbisher: keine Angabe\njetzt: https://example.org/raum\n" in text


def test_deferred_place_is_mailed_once_it_changes_on_its_own(office, senator, dialogue):
    edit(dialogue, office, title="Neu", place="Halle 2")
    edit(dialogue, office, place="Halle 3")

    assert dialogue.unannounced == {"title": "Alt"}
    text = Mail.objects.get(recipient="gast@example.org").text
    assert "12681 Berlin\njetzt:" in text
    assert "Halle 3" in text


def test_mails_meanwhile_show_what_guests_know(office, senator, dialogue):
    asked = make_invitation(dialogue, person=make_person(email="offen@example.org"))
    edit(dialogue, office, title="Neu")
    asked.refresh_from_db()

    reminder = reminder_of(asked, manual_step(TODAY), TODAY)
    record_rsvp(invitation=asked, rsvp=YES, now=NOW)
    withdraw_invitation(invitation=asked, by=office, now=NOW)

    assert (reminder.values["dialogue"], reminder.about_title) == ("Alt", "Alt")
    mails = Mail.objects.filter(recipient="offen@example.org")
    assert sorted(mails.values_list("kind", flat=True)) == [
        "invitation_withdrawn",
        "rsvp_confirmed",
    ]
    for mail in mails:
        assert "Alt" in mail.subject
        assert "Neu" not in mail.text + mail.mime


@pytest.mark.parametrize("call_off", [postpone_dialogue, cancel_dialogue])
def test_called_off_dialogue_is_named_as_guests_know_it(office, senator, dialogue, call_off):
    edit(dialogue, office, title="Neu")

    call_off(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    mail = Mail.objects.get(recipient="gast@example.org")
    assert "Alt" in mail.subject
    assert "Neu" not in mail.text + mail.mime


def test_change_is_approved_with_the_new_dates_after_postponing(office, senator, dialogue):
    edit(dialogue, office, title="Neu")
    postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)
    option = make_option(dialogue, starts_at=DAY.replace(day=23), ends_at=END.replace(day=23))

    decide(
        submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW),
        senator,
    )

    dialogue.refresh_from_db()
    option.refresh_from_db()
    assert (dialogue.unannounced, option.state, mails_written(*CHANGE_MAILS)) == (
        {},
        OptionState.POSSIBLE,
        [],
    )


def test_dialogue_that_took_place_is_shown_as_it_is(office, senator, dialogue):
    edit(dialogue, office, title="Neu")

    record_held(dialogue=dialogue, by=office, now=END)

    dialogue.refresh_from_db()
    assert (dialogue.title, dialogue.unannounced) == ("Neu", {})


@pytest.mark.parametrize(
    ("role", "title"),
    [(OFFICE, "Neu"), (SENATOR_OFFICE, "Neu"), (PARTNER, "Alt"), (OBSERVER, "Alt")],
)
@time_machine.travel(NOW)
def test_pages_show_guests_what_was_announced(client, office, senator, dialogue, role, title):
    user = make_user(role)
    make_invitation(dialogue, person=user.person)
    edit(dialogue, office, title="Neu")
    client.force_login(user)

    for page in (dialogue.get_absolute_url(), "/branchengespraeche/"):
        text = text_of(client.get(page))
        assert ("Alt" in text, "Neu" in text) == (title == "Alt", title == "Neu"), page


@pytest.mark.parametrize(
    ("role", "found"),
    [(OFFICE, "Neu"), (SENATOR_OFFICE, "Neu"), (PARTNER, "Alt"), (OBSERVER, "Alt")],
)
@time_machine.travel(NOW)
def test_search_finds_only_what_the_user_may_know(client, office, senator, dialogue, role, found):
    user = make_user(role)
    make_invitation(dialogue, person=user.person)
    make_invitation(make_dialogue(DialogueState.INVITED, title="Unverändert"), person=user.person)
    edit(dialogue, office, title="Neu")
    client.force_login(user)

    for words in ("Alt", "Neu"):
        titles = titles_of(client.get("/branchengespraeche/", {"q": f"{words} werkstr"}))
        assert titles == ([found] if words == found else []), words
    assert titles_of(client.get("/branchengespraeche/", {"q": "unver"})) == ["Unverändert"]


@time_machine.travel(NOW)
def test_personal_link_shows_what_was_announced(client, office, senator, dialogue):
    edit(dialogue, office, title="Neu", format="hybrid")
    invitation = dialogue.invitations.get()

    text = text_of(client.get(invitation.personal_link))
    entry = client.get(f"{invitation.personal_link}termin.ics").content.decode()

    assert "Alt" in text
    assert "vor Ort" in text
    assert "hybrid" not in text
    assert "SUMMARY:Branchengespräch: Alt" in entry


def test_next_step_says_that_guests_are_mailed_later(office, senator, dialogue):
    edit(dialogue, office, title="Neu")
    lapsed = dialogue_next_step(dialogue, office, preparation_of(dialogue, NOW), NOW)

    renew(dialogue, office)
    asked = dialogue_next_step(dialogue, senator, preparation_of(dialogue, NOW), NOW)

    assert lapsed.text.endswith(LATER)
    assert asked.text == f"1 Termin liegt zur Freigabe vor. {LATER}"


def test_guests_learn_that_the_senator_stays_away_once_it_is_approved(office, senator, dialogue):
    """The invitation says whether she takes part, so a change is announced like a new title."""
    update = edit(dialogue, office, senator_attends=False)

    assert (update.is_deferred, dialogue.unannounced) == (True, {"senator_attends": True})
    assert ApprovalRequest.objects.filter(kind=ApprovalKind.DATES).latest("pk").state == "lapsed"
