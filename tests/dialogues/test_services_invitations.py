import datetime as dt
from functools import partial

import pytest
from django.db import transaction

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import BEFORE_THE_DAY, DialogueState, OptionState, RsvpChannel, RsvpState
from dialogues.mails import mail_date_fixed
from dialogues.models import Invitation
from dialogues.services import (
    add_date_option,
    add_guests,
    cancel_dialogue,
    decide_dates,
    fix_date,
    postpone_dialogue,
    record_rsvp,
    release_invitations,
    remind_guests,
    remove_guest,
    submit_dates,
    withdraw_invitation,
)
from outbox.enums import MailState
from outbox.models import Mail, MailLog
from partners.models import DistributionList
from reminders.services import PauseTarget, pause_reminders
from tests.dialogues.builders import (
    ANSWER_BY,
    BERLIN,
    BRIEFING,
    DAY,
    DUE_ON,
    NOW,
    TODAY,
    YES,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.dialogues.messages import calendar_of, guest_of
from tests.outbox.builders import in_state
from tests.partners.builders import make_organisation, make_person, make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

GUEST_LIST = (DialogueState.SCHEDULED, DialogueState.INVITED)


def release(dialogue, by, expected=1, rsvp_by=ANSWER_BY, now=NOW):
    return release_invitations(
        dialogue=dialogue, rsvp_by=rsvp_by, expected=expected, by=by, now=now
    )


def postpone(dialogue, by, reason="Streik", now=NOW):
    return postpone_dialogue(dialogue=dialogue, reason=reason, by=by, now=now)


@pytest.mark.parametrize("state", DialogueState)
def test_guests_are_listed_once_the_date_is_fixed(office, state):
    dialogue, person = make_dialogue(state), make_person()

    if state in GUEST_LIST:
        assert add_guests(dialogue=dialogue, people=[person], by=office, now=NOW) == (1, 0)
        row = dialogue.invitations.get()
        assert (row.person, row.released_at, row.created_by) == (person, None, office)
        assert row.history.get().history_change_reason == "Auf die Gästeliste gesetzt"
    else:
        with nothing_changes(dialogue), pytest.raises(Refused, match="wenn der Termin feststeht"):
            add_guests(dialogue=dialogue, people=[person], by=office, now=NOW)
    assert mails_written() == []


def test_guest_list_is_composed_of_people_organisations_and_lists(office):
    dialogue, organisation = make_dialogue(DialogueState.SCHEDULED), make_organisation()
    colleague = make_person(organisation=organisation)
    make_person(organisation=organisation, email="")
    make_person(organisation=organisation, is_active=False)
    member, single = make_person(), make_person()
    list_of_people = DistributionList.objects.create(name="Maschinenbau")
    list_of_people.members.add(member, colleague)

    counts = add_guests(
        dialogue=dialogue,
        people=[single],
        organisations=[organisation],
        lists=[list_of_people],
        by=office,
        now=NOW,
    )

    assert counts == (3, 0)
    assert {row.person for row in dialogue.invitations.all()} == {colleague, member, single}


def test_who_is_on_the_list_stays_there_once(office):
    row = make_invitation(make_dialogue(DialogueState.INVITED))

    with nothing_changes(row):
        assert add_guests(
            dialogue=row.dialogue, people=[row.person, make_person()], by=office, now=NOW
        ) == (
            1,
            1,
        )


def test_withdrawn_guest_comes_back_with_a_new_link_and_no_old_answer(office):
    row = make_invitation(rsvp=RsvpState.REPRESENTED, party=4, remark="Parkplatz?")
    withdraw_invitation(invitation=row, by=office, now=NOW)

    assert add_guests(dialogue=row.dialogue, people=[row.person], by=office, now=NOW) == (1, 0)

    row.refresh_from_db()
    assert (row.rsvp, row.party, row.substitute_name, row.substitute_email, row.remark) == (
        RsvpState.OPEN,
        1,
        "",
        "",
        "",
    )
    assert (row.withdrawn_at, row.released_at, row.link_version) == (None, None, 3)


def test_guest_is_struck_off_before_the_invitation_went_out(office):
    row = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    remove_guest(invitation=row, by=office, now=NOW)

    assert not Invitation.objects.exists()
    deleted = Invitation.history.first()
    assert (deleted.history_type, deleted.history_user, deleted.history_change_reason) == (
        "-",
        office,
        "Von der Gästeliste gestrichen",
    )


def test_invited_guest_is_not_struck_off(office):
    row = make_invitation()

    with nothing_changes(row), pytest.raises(Refused, match="schon versandt"):
        remove_guest(invitation=row, by=office, now=NOW)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_guest_list_is_the_offices_alone(role):
    dialogue = make_dialogue(DialogueState.INVITED)
    listed, sent, by = (
        make_invitation(dialogue, released=False),
        make_invitation(dialogue),
        make_user(role),
    )

    for act in (
        lambda: add_guests(dialogue=dialogue, people=[make_person()], by=by, now=NOW),
        lambda: remove_guest(invitation=listed, by=by, now=NOW),
        lambda: release(dialogue, by),
        lambda: withdraw_invitation(invitation=sent, by=by, now=NOW),
        lambda: remind_guests(dialogue=dialogue, by=by, now=NOW),
        lambda: postpone(dialogue, by),
        lambda: cancel_dialogue(dialogue=dialogue, reason="Streik", by=by, now=NOW),
    ):
        with nothing_changes(dialogue, listed, sent), pytest.raises(NotAllowed):
            act()
    assert dialogue.invitations.count() == 2


def test_release_sends_each_guest_one_invitation(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED, programme="14:00 Begrüßung\n14:15 Rundgang")
    first = make_invitation(
        dialogue, released=False, person=make_person(email="erster@example.org")
    )
    make_invitation(dialogue, released=False, person=make_person(email="zweiter@example.org"))

    assert release(dialogue, office, expected=2) == 2

    first.refresh_from_db()
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.rsvp_by) == (DialogueState.INVITED, ANSWER_BY)
    assert dialogue.history.first().history_change_reason == "2 Einladungen versandt"
    assert (first.released_at, first.released_round, first.rsvp) == (NOW, 1, RsvpState.OPEN)
    assert mails_written() == [
        ("invitation", "erster@example.org"),
        ("invitation", "zweiter@example.org"),
    ]
    mail = Mail.objects.get(recipient="erster@example.org")
    assert mail.subject == "Einladung: Fachkräfte im Maschinenbau, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert guest_of(mail.text) == first
    assert "14:00 Begrüßung · 14:15 Rundgang" in mail.text
    assert (mail.has_personal_link, mail.path) == (True, dialogue.get_absolute_url())


def test_calendar_entry_is_a_request_without_the_personal_link(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False, person=make_person(email="gast@example.org"))

    release(dialogue, office)

    entry = calendar_of(Mail.objects.get())
    assert (entry.method, entry.uid, entry.sequence) == (
        "REQUEST",
        f"dialogue-{dialogue.pk}@localhost",
        1,
    )
    assert (entry.starts_at, entry.attendee) == (DAY, "gast@example.org")
    assert "/einladung/" not in entry.text


def test_rolled_back_release_leaves_no_mail(office):
    row = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with nothing_changes(row, row.dialogue), pytest.raises(RuntimeError), transaction.atomic():
        release(row.dialogue, office)
        raise RuntimeError


def test_second_release_sends_only_what_is_new(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False)
    release(dialogue, office)
    make_invitation(dialogue, released=False, person=make_person(email="spaet@example.org"))

    assert release(dialogue, office) == 1

    assert len(mails_written()) == 2
    assert dialogue.history.first().history_change_reason == "1 Einladung versandt"


def test_release_of_nothing_is_refused(office):
    dialogue = make_invitation().dialogue

    with nothing_changes(dialogue), pytest.raises(Refused, match="keine Einladung"):
        release(dialogue, office, expected=0)


def test_release_of_another_number_than_the_preview_is_refused(office):
    row = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with (
        nothing_changes(row, row.dialogue),
        pytest.raises(ChangedMeanwhile, match="1 Einladung wäre"),
    ):
        release(row.dialogue, office, expected=2)


@pytest.mark.parametrize(
    "rsvp_by", [TODAY - dt.timedelta(days=1), DAY.date() + dt.timedelta(days=1)]
)
def test_day_of_answer_lies_between_today_and_the_dialogue(office, rsvp_by):
    row = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with (
        nothing_changes(row, row.dialogue),
        pytest.raises(Refused, match="zwischen heute und dem Gespräch"),
    ):
        release(row.dialogue, office, rsvp_by=rsvp_by)


def test_guest_whose_address_was_taken_out_is_named(office):
    person = make_person("Werksleitung", email="")
    row = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False, person=person)

    with (
        nothing_changes(row, row.dialogue),
        pytest.raises(Refused, match="Ohne E-Mail-Adresse: Werksleitung"),
    ):
        release(row.dialogue, office)


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_invites_once():
    office = make_user(OFFICE)
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False)

    outcomes = race(*(partial(release, dialogue, office) for _i in range(2)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "int"]
    assert len(mails_written()) == 1


@pytest.mark.parametrize("state", DialogueState)
def test_invitation_is_withdrawn_before_the_day(office, state):
    row = make_invitation(make_dialogue(state), RsvpState.ACCEPTED)

    if state in BEFORE_THE_DAY:
        withdraw_invitation(invitation=row, by=office, now=NOW)
        row.refresh_from_db()
        assert (row.withdrawn_at, row.link_version, row.seats_taken) == (NOW, 2, 0)
        assert mails_written() == [("invitation_withdrawn", row.person.email)]
    else:
        with nothing_changes(row), pytest.raises(Refused):
            withdraw_invitation(invitation=row, by=office, now=NOW)


def test_withdrawal_cancels_the_calendar_entry_of_guest_and_substitute(office):
    row = make_invitation(rsvp=RsvpState.REPRESENTED, person=make_person(email="gast@example.org"))

    withdraw_invitation(invitation=row, by=office, now=NOW)

    assert mails_written() == [
        ("invitation_withdrawn", "gast@example.org"),
        ("invitation_withdrawn", "stellvertretung@example.org"),
    ]
    for mail in Mail.objects.all():
        entry = calendar_of(mail)
        assert (entry.method, entry.attendee, entry.sequence, entry.status) == (
            "CANCEL",
            mail.recipient,
            2,
            "",
        )


def test_invitation_is_withdrawn_once(office):
    row = make_invitation()
    withdraw_invitation(invitation=row, by=office, now=NOW)

    with nothing_changes(row), pytest.raises(Refused):
        withdraw_invitation(invitation=row, by=office, now=NOW)


def test_listed_guest_has_nothing_to_withdraw(office):
    row = make_invitation(released=False)

    with nothing_changes(row), pytest.raises(Refused):
        withdraw_invitation(invitation=row, by=office, now=NOW)


def test_reminder_goes_to_who_has_not_answered_once_a_day(office):
    dialogue = make_dialogue(DialogueState.INVITED)
    waiting = make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.DECLINED)
    make_invitation(dialogue, withdrawn_at=NOW)
    make_invitation(dialogue, released=False)

    assert remind_guests(dialogue=dialogue, by=office, now=NOW) == 1
    with pytest.raises(Refused, match="heute schon erinnert"):
        remind_guests(dialogue=dialogue, by=office, now=NOW + dt.timedelta(hours=3))

    assert mails_written() == [("invitation_reminder", waiting.person.email)]
    assert guest_of(Mail.objects.get().text) == waiting
    remind_guests(dialogue=dialogue, by=office, now=NOW + dt.timedelta(days=1))
    assert len(mails_written()) == 2


def test_by_hand_reaches_those_of_a_paused_dialogue_but_no_paused_person(office):
    dialogue = make_dialogue(DialogueState.INVITED)
    reached, paused = make_invitation(dialogue), make_invitation(dialogue)
    for target in (
        PauseTarget(about=f"dialogue:{dialogue.pk}"),
        PauseTarget(recipient=paused.person.email),
    ):
        pause_reminders(target=target, title="Pause", by=office, now=NOW)

    assert remind_guests(dialogue=dialogue, by=office, now=NOW) == 1

    assert mails_written() == [("invitation_reminder", reached.person.email)]


@pytest.mark.parametrize(
    ("act", "note"),
    [
        (
            lambda row, by: record_rsvp(invitation=row, reply=YES, now=NOW),
            "Der Gast hat geantwortet.",
        ),
        (
            lambda row, by: withdraw_invitation(invitation=row, by=by, now=NOW),
            "Die Einladung wurde zurückgezogen.",
        ),
        (lambda row, by: postpone(row.dialogue, by), "Das Gespräch wurde verschoben."),
        (
            lambda row, by: cancel_dialogue(dialogue=row.dialogue, reason="Streik", by=by, now=NOW),
            "Das Gespräch wurde abgesagt.",
        ),
    ],
    ids=["answered", "withdrawn", "postponed", "cancelled"],
)
def test_waiting_reminder_is_taken_back_once_there_is_nothing_to_answer(office, act, note):
    dialogue = make_dialogue(DialogueState.INVITED)
    row, other = make_invitation(dialogue), make_invitation()
    remind_guests(dialogue=dialogue, by=office, now=NOW)
    remind_guests(dialogue=other.dialogue, by=office, now=NOW)

    act(row, office)

    states = dict(
        Mail.objects.filter(kind="invitation_reminder").values_list("subject_key", "state")
    )
    assert states == {f"invitation:{row.pk}": "withdrawn", f"invitation:{other.pk}": "waiting"}
    assert MailLog.objects.get().note == note


def test_nobody_is_reminded_after_everybody_answered(office):
    dialogue = make_invitation(rsvp=RsvpState.TENTATIVE).dialogue

    with nothing_changes(dialogue), pytest.raises(Refused, match="Alle Gäste haben geantwortet"):
        remind_guests(dialogue=dialogue, by=office, now=NOW)


def test_nobody_is_reminded_after_the_deadline(office):
    dialogue = make_invitation().dialogue

    with nothing_changes(dialogue), pytest.raises(Refused, match="am 15.04.2026 abgelaufen"):
        remind_guests(
            dialogue=dialogue, by=office, now=dt.datetime(2026, 4, 16, 8, 0, tzinfo=BERLIN)
        )


@pytest.mark.parametrize(
    "state", [state for state in DialogueState if state != DialogueState.INVITED]
)
def test_reminders_go_out_only_while_invited(office, state):
    row = make_invitation(make_dialogue(state))

    with nothing_changes(row), pytest.raises(Refused):
        remind_guests(dialogue=row.dialogue, by=office, now=NOW)


def make_busy_dialogue():
    """Return an inviting dialogue with a guest, one who sends a substitute, one struck off, one not
    yet invited.
    """
    dialogue = make_dialogue(
        DialogueState.INVITED, host_contact=make_person(email="werk@example.org")
    )
    make_invitation(dialogue, RsvpState.DECLINED, person=make_person(email="absage@example.org"))
    make_invitation(dialogue, RsvpState.REPRESENTED, person=make_person(email="gast@example.org"))
    make_invitation(dialogue, withdrawn_at=NOW)
    make_invitation(dialogue, released=False)
    return dialogue


TOLD = [
    "absage@example.org",
    "gast@example.org",
    "senatorin@example.org",
    "stellvertretung@example.org",
    "werk@example.org",
]


def test_postponement_tells_everyone_and_takes_the_date_back(office, senator):
    dialogue = make_busy_dialogue()

    postpone(dialogue, office, reason=" Streik ")

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at, dialogue.ends_at, dialogue.rsvp_by) == (
        DialogueState.EXPLORING,
        None,
        None,
        None,
    )
    assert (dialogue.round, dialogue.sequence, dialogue.closing_reason) == (2, 2, "Streik")
    assert [option.state for option in dialogue.date_options.all()] == [OptionState.DROPPED]
    assert ApprovalRequest.objects.get(kind=ApprovalKind.DATES).state == ApprovalState.LAPSED
    assert dialogue.history.first().history_change_reason == "Verschoben: Streik"
    assert mails_written() == [("dialogue_postponed", address) for address in TOLD]


@pytest.mark.parametrize("kind", ["dialogue_postponed", "dialogue_cancelled"])
def test_calendar_entries_are_cancelled_where_they_stand(office, senator, kind):
    dialogue = make_busy_dialogue()

    if kind == "dialogue_postponed":
        postpone(dialogue, office)
    else:
        cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    own = {"absage@example.org", "gast@example.org", "stellvertretung@example.org"}
    for mail in Mail.objects.filter(kind=kind):
        entry = calendar_of(mail)
        assert (entry.sequence, entry.starts_at, entry.status) == (2, DAY, "CANCELLED")
        method, attendee = ("CANCEL", mail.recipient) if mail.recipient in own else ("PUBLISH", "")
        assert (entry.method, entry.attendee) == (method, attendee)
        assert entry.title.startswith("Entfällt: ") == (method == "PUBLISH")


@pytest.mark.parametrize(
    "act",
    [
        postpone,
        lambda dialogue, by, reason: cancel_dialogue(
            dialogue=dialogue, reason=reason, by=by, now=NOW
        ),
    ],
    ids=["postpone", "cancel"],
)
def test_nothing_is_called_off_without_a_reason(office, act):
    dialogue = make_busy_dialogue()

    with nothing_changes(dialogue), pytest.raises(Refused, match="Grund"):
        act(dialogue, office, reason="  ")


def test_cancellation_tells_everyone_and_ends_it(office, senator):
    dialogue = make_busy_dialogue()

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.closing_reason, dialogue.starts_at) == (
        DialogueState.CANCELLED,
        "Streik",
        DAY,
    )
    assert mails_written() == [("dialogue_cancelled", address) for address in TOLD]
    assert ApprovalRequest.objects.get(kind=ApprovalKind.DATES).state == ApprovalState.LAPSED


def test_cancellation_after_a_postponement_tells_all_who_were_told_before(office, senator):
    dialogue = make_busy_dialogue()
    postpone(dialogue, office)
    Mail.objects.all().delete()

    cancel_dialogue(dialogue=dialogue, reason="Kein Termin", by=office, now=NOW)

    assert mails_written() == [("dialogue_cancelled", address) for address in TOLD]
    assert [calendar_of(mail) for mail in Mail.objects.all()] == [None] * 5
    assert {mail.subject for mail in Mail.objects.all()} == {
        f"Abgesagt: {dialogue.title}, Termin noch offen"
    }


def test_guest_without_an_address_does_not_stop_a_cancellation(office, senator):
    row = make_invitation(person=make_person(email=""))

    cancel_dialogue(dialogue=row.dialogue, reason="Streik", by=office, now=NOW)

    assert mails_written() == [("dialogue_cancelled", senator.email)]


def fix_new_date(dialogue, office, senator, starts_at):
    option = add_date_option(
        dialogue=dialogue,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=2),
        host_preference="possible",
        by=office,
        now=NOW,
    )
    approval = submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
        by=senator,
        now=NOW,
    )
    fix_date(option=option, by=office, now=NOW)


def test_second_round_invites_anew_with_a_higher_sequence(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    row = make_invitation(
        dialogue, RsvpState.REPRESENTED, person=make_person(email="gast@example.org")
    )
    postpone(dialogue, office)
    new_day = DAY + dt.timedelta(days=7)
    fix_new_date(dialogue, office, senator, new_day)
    Mail.objects.all().delete()

    assert release(dialogue, office, rsvp_by=ANSWER_BY, expected=1) == 1

    row.refresh_from_db()
    assert (row.rsvp, row.substitute_email, row.released_round) == (RsvpState.OPEN, "", 2)
    entry = calendar_of(Mail.objects.get())
    assert (entry.method, entry.sequence, entry.starts_at, entry.attendee) == (
        "REQUEST",
        3,
        new_day,
        "gast@example.org",
    )
    dialogue.refresh_from_db()
    assert dialogue.closing_reason == ""


def test_old_date_cannot_be_fixed_again_without_a_new_approval(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    option = dialogue.date_options.get()
    postpone(dialogue, office)

    with nothing_changes(dialogue, option), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=option, by=office, now=NOW)


def test_substitute_of_the_first_date_is_told_again_of_the_second(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    row = make_invitation(dialogue, RsvpState.REPRESENTED)
    postpone(dialogue, office)
    fix_new_date(dialogue, office, senator, DAY + dt.timedelta(days=7))
    release(dialogue, office)
    row.refresh_from_db()
    Mail.objects.all().delete()

    again = YES._replace(
        rsvp=RsvpState.REPRESENTED,
        substitute_name="Stellvertretung",
        substitute_email="stellvertretung@example.org",
    )
    record_rsvp(invitation=row, reply=again, now=NOW)

    assert ("substitute_named", "stellvertretung@example.org") in mails_written()


def waiting_mails() -> dict[str, str]:
    return dict(Mail.objects.values_list("kind", "state"))


CALLED_OFF = {
    "withdrawn": lambda row, by: withdraw_invitation(invitation=row, by=by, now=NOW),
    "postponed": lambda row, by: postpone(row.dialogue, by),
    "cancelled": lambda row, by: cancel_dialogue(
        dialogue=row.dialogue, reason="Streik", by=by, now=NOW
    ),
}


@pytest.mark.parametrize("state", [MailState.DRAFT, MailState.WAITING, MailState.RETRY])
@pytest.mark.parametrize("act", CALLED_OFF)
def test_invitation_that_still_waits_is_taken_back_and_its_guest_told_nothing(office, act, state):
    row = make_released(office, 1).invitations.get()
    Mail.objects.update(state=state)

    CALLED_OFF[act](row, office)

    assert waiting_mails() == {"invitation": "withdrawn"}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("withdrawn", "invitation_withdrawn"),
        ("postponed", "dialogue_postponed"),
        ("cancelled", "dialogue_cancelled"),
    ],
)
@pytest.mark.parametrize("on_its_way", [{"attempts": 1}, in_state("sending"), in_state("sent")])
def test_guest_whom_the_invitation_may_have_reached_is_told(office, act, kind, on_its_way):
    row = make_released(office, 1).invitations.get()
    Mail.objects.update(**on_its_way)

    CALLED_OFF[act](row, office)

    assert waiting_mails() == {"invitation": on_its_way.get("state", "withdrawn"), kind: "waiting"}


def test_guest_who_answered_by_phone_is_told_though_the_invitation_still_waits(office):
    row = make_released(office, 1).invitations.get()
    record_rsvp(invitation=row, reply=YES, by=office, channel=RsvpChannel.OFFICE, now=NOW)

    cancel_dialogue(dialogue=row.dialogue, reason="Streik", by=office, now=NOW)

    assert waiting_mails() == {
        "invitation": "withdrawn",
        "answer_confirmed": "withdrawn",
        "dialogue_cancelled": "waiting",
    }


def test_what_tells_of_the_fixed_date_does_not_follow_its_end(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    mail_date_fixed(dialogue, by=office, now=NOW)

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    assert waiting_mails() == {"date_fixed": "withdrawn", "dialogue_cancelled": "waiting"}


def test_nobody_is_invited_to_what_has_begun(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    row = make_invitation(dialogue, released=False)

    with (
        nothing_changes(dialogue, row),
        pytest.raises(Refused, match="Das Gespräch hat schon begonnen"),
    ):
        release_invitations(dialogue=dialogue, rsvp_by=DAY.date(), expected=1, by=office, now=DAY)


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_day_to_answer_by_is_never_shortened_for_those_invited(office, days, refused):
    dialogue = make_released(office, 1)
    make_invitation(dialogue, released=False)
    release = partial(
        release_invitations,
        dialogue=dialogue,
        rsvp_by=ANSWER_BY + dt.timedelta(days),
        expected=1,
        by=office,
        now=NOW,
    )

    if refused:
        with (
            nothing_changes(dialogue),
            pytest.raises(Refused, match="bis zum 15.04.2026 Zeit zu antworten"),
        ):
            release()
    else:
        assert release() == 1
