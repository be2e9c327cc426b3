"""Topics and dates whose approval lapses: what changes, who is told, what rests until it is there
again.
"""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import differences_of
from approvals.registry import Change, Decision
from approvals.services import lapse_changed_approvals
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DATED, DialogueState, OptionState, SeriesState, TopicState
from dialogues.models import Dialogue
from dialogues.services import (
    add_date_option,
    decide_dates,
    decide_topic,
    fix_date,
    record_rsvp,
    release_invitations,
    renew_date,
    submit_dates,
    submit_topic,
    update_dialogue,
    update_topic,
)
from partners.models import CrossCuttingTheme, Sector
from tests.approvals.builders import make_approval, make_subject
from tests.dialogues.builders import (
    ANSWER_BY,
    BRIEFING,
    DAY,
    DUE_ON,
    END,
    NOW,
    TODAY,
    YES,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
HOURS = dt.timedelta(hours=2)


def dates_approval(dialogue) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=ApprovalKind.DATES, subject_id=dialogue.pk).latest(
        "pk"
    )


def topic_approval(topic) -> ApprovalRequest:
    return ApprovalRequest.objects.filter(kind=ApprovalKind.TOPIC, subject_id=topic.pk).latest("pk")


def edit_topic(topic, by, **values):
    return update_topic(topic=topic, values=values, by=by, now=NOW)


def edit(dialogue, by, **values):
    return update_dialogue(dialogue=dialogue, values=values, by=by, now=NOW)


def told(*emails):
    return [("approval_lapsed", email) for email in sorted(emails)]


@pytest.mark.parametrize("state", [TopicState.FOR_APPROVAL, TopicState.APPROVED])
@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"title": "Neu"}, "Thema"),
        ({"description": "Anderes"}, "Worum es geht"),
        ({"wish": "Ein Tarif"}, "Was am Ende stehen soll"),
    ],
)
def test_changed_topic_goes_back_to_work(office, senator, state, fields, what):
    topic = make_topic(state)

    edit_topic(topic, office, **fields)

    topic.refresh_from_db()
    approval = topic_approval(topic)
    assert (topic.state, approval.state) == (TopicState.IN_PROGRESS, ApprovalState.LAPSED)
    assert (approval.lapse_reason, approval.lapsed_by) == (f"geändert: {what}", office)
    assert topic.history.first().history_change_reason == f"Freigabe erloschen, geändert: {what}"
    assert mails_written() == told(office.email, senator.email, topic.proposed_by.email)


def test_another_series_or_proposer_is_another_topic(office, senator):
    topic = make_topic(TopicState.APPROVED)

    edit_topic(
        topic,
        office,
        series=make_series(title="Reihe Nord"),
        organisation=make_organisation("Verband"),
    )

    assert topic_approval(topic).lapse_reason == "geändert: Reihe, Vorgeschlagen von"


def test_note_and_order_of_a_topic_leave_the_approval(office):
    topic = make_topic(TopicState.APPROVED)
    sector, theme = (
        Sector.objects.create(name="Metall"),
        CrossCuttingTheme.objects.create(name="Flächen"),
    )

    edit_topic(topic, office, internal_notes="anrufen", sectors=[sector], themes=[theme])

    topic.refresh_from_db()
    assert (topic.state, topic_approval(topic).state) == (
        TopicState.APPROVED,
        ApprovalState.APPROVED,
    )
    assert (topic.internal_notes, mails_written()) == ("anrufen", [])


def test_proposal_of_the_office_is_told_to_nobody_twice(office, senator):
    topic = make_topic(TopicState.APPROVED, proposed_by=office, organisation=None)

    edit_topic(topic, office, title="Neu")

    assert mails_written() == told(office.email, senator.email)


def test_topic_is_submitted_again_with_the_difference(office, senator):
    topic = make_topic(TopicState.IN_PROGRESS, title="Alt")
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "by": office, "now": NOW}
    approval = submit_topic(topic=topic, **values)
    decide_topic(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW)
    edit_topic(topic, office, title="Neu")

    again = submit_topic(topic=topic, **values)

    assert (again.former, differences_of(again)) == (approval, [Change("Thema", "Alt", "Neu")])


def test_decision_on_a_version_that_is_gone_is_refused(office, senator):
    topic = make_topic(TopicState.FOR_APPROVAL)
    approval = topic_approval(topic)
    edit_topic(topic, office, title="Neu")
    topic.refresh_from_db()

    with nothing_changes(topic, approval), pytest.raises(ChangedMeanwhile, match="erloschen"):
        decide_topic(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW)


ESSENTIAL = [
    ({"title": "Neu"}, "Gespräch"),
    ({"senator_attends": False}, "Teilnahme der Leitung"),
    ({"format": "digital"}, "Format"),
]


@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_dates_that_were_possible_are_proposed_again(office, senator, fields, what):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    possible = make_option(dialogue, OptionState.POSSIBLE)
    impossible = make_option(
        dialogue, OptionState.IMPOSSIBLE, starts_at=DAY + HOURS, ends_at=END + HOURS
    )
    make_dates_approval(dialogue, possible, state=ApprovalState.APPROVED)

    edit(dialogue, office, **fields)

    for row in (dialogue, possible, impossible):
        row.refresh_from_db()
    approval = dates_approval(dialogue)
    assert (approval.state, approval.lapse_reason) == (ApprovalState.LAPSED, f"geändert: {what}")
    assert (possible.state, impossible.state) == (OptionState.PROPOSED, OptionState.IMPOSSIBLE)
    assert dialogue.state == DialogueState.EXPLORING
    assert mails_written() == told(office.email, senator.email)
    with pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=possible, by=office, now=NOW)


@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_dates_under_decision_have_to_be_asked_again(office, senator, fields, what):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    option = make_option(dialogue)
    approval = make_dates_approval(dialogue, option)

    edit(dialogue, office, **fields)

    with (
        nothing_changes(dialogue, option),
        pytest.raises(ChangedMeanwhile, match=f"erloschen .geändert: {what}."),
    ):
        decide_dates(
            approval=approval,
            decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
            by=senator,
            now=NOW,
        )
    again = submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    assert again.former == approval


@pytest.mark.parametrize("state", DATED)
@pytest.mark.parametrize(("fields", "what"), ESSENTIAL)
def test_fixed_date_stays_when_its_approval_lapses(office, senator, state, fields, what):
    dialogue = make_dialogue(state)

    edit(dialogue, office, **fields)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at) == (state, DAY)
    assert dialogue.date_options.get().state == OptionState.FIXED
    assert dates_approval(dialogue).state == ApprovalState.LAPSED
    assert mails_written("approval_lapsed") == told(office.email, senator.email)


@pytest.mark.parametrize(
    "fields",
    [
        {"internal_notes": "anrufen"},
        {"programme": "14:00 Begrüßung"},
        {"seats": 40},
        {"place": "Tor 3"},
        {"video_link": "https://example.org/"},
    ],
)
@pytest.mark.parametrize("state", DATED)
def test_what_does_not_matter_leaves_the_approval_of_dates(office, senator, state, fields):
    dialogue = make_dialogue(state)

    edit(dialogue, office, **fields)

    assert dates_approval(dialogue).state == ApprovalState.APPROVED
    assert mails_written("approval_lapsed") == []


def lapsed(state, **fields) -> Dialogue:
    """Return a dialogue with a fixed date whose approval lapsed."""
    dialogue = make_dialogue(state, **fields)
    ApprovalRequest.objects.filter(kind=ApprovalKind.DATES).update(
        state=ApprovalState.LAPSED, lapsed_at=NOW, lapse_reason="geändert: Format"
    )
    return dialogue


def release(dialogue, by):
    return release_invitations(dialogue=dialogue, rsvp_by=ANSWER_BY, expected=1, by=by, now=NOW)


def renew(dialogue, by, **fields):
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "now": NOW} | fields
    return renew_date(dialogue=dialogue, by=by, **values)


@pytest.mark.parametrize("state", DATED)
def test_no_invitation_goes_out_without_the_approval_of_the_date(office, state):
    dialogue = lapsed(state)
    row = make_invitation(dialogue, released=False)

    with (
        nothing_changes(dialogue, row),
        pytest.raises(Refused, match="Freigabe des Termins ist erloschen"),
    ):
        release(dialogue, office)


def test_guests_invited_before_still_answer(office):
    row = make_invitation(lapsed(DialogueState.INVITED))

    assert record_rsvp(invitation=row, reply=YES, now=NOW) is True


@pytest.mark.parametrize("state", DATED)
def test_fixed_date_is_asked_about_again_and_then_invited_to(office, senator, state):
    dialogue = lapsed(state)
    make_invitation(dialogue, released=False)
    option = dialogue.date_options.get()

    approval = renew(dialogue, office)

    assert approval.options == [
        {
            "id": option.pk,
            "label": "Mi, 22.04.2026, 14:00–16:30 Uhr",
            "hint": "steht fest, Gastgeber möglich",
            "is_fixed": True,
        }
    ]
    assert dialogue.history.first().history_change_reason == "Termin erneut zur Freigabe vorgelegt"
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
        by=senator,
        now=NOW,
    )
    dialogue.refresh_from_db()
    option.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at, option.state) == (state, DAY, OptionState.FIXED)
    assert release(dialogue, office) == 1


@pytest.mark.parametrize("rsvp", [Verdict.RETURN, Verdict.REFUSE, Verdict.NONE_POSSIBLE])
def test_fixed_date_stands_without_approval_after_a_no(office, senator, rsvp):
    dialogue = lapsed(DialogueState.SCHEDULED)
    row = make_invitation(dialogue, released=False)

    decide_dates(
        approval=renew(dialogue, office),
        decision=Decision(rsvp, "Geht nicht."),
        by=senator,
        now=NOW,
    )

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.date_options.get().state) == (
        DialogueState.SCHEDULED,
        OptionState.FIXED,
    )
    with nothing_changes(dialogue, row), pytest.raises(Refused):
        release(dialogue, office)


@pytest.mark.parametrize("state", DialogueState)
def test_only_a_fixed_date_without_approval_is_asked_about_again(office, state):
    dialogue = lapsed(state)

    if state in DATED:
        assert renew(dialogue, office).state == ApprovalState.OPEN
    else:
        with nothing_changes(dialogue), pytest.raises(Refused, match="der feststeht"):
            renew(dialogue, office)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"due_on": DAY.date()}, "vor dem Tag des Gesprächs"),
        ({"now": DAY}, "vergangen"),
        ({"due_on": TODAY - dt.timedelta(days=1)}, "liegt in der Vergangenheit"),
    ],
)
def test_impossible_renewal_is_refused(office, fields, words):
    dialogue = lapsed(DialogueState.SCHEDULED)

    with nothing_changes(dialogue), pytest.raises(Refused, match=words):
        renew(dialogue, office, **fields)


def test_approved_date_is_not_asked_about_again(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)

    with nothing_changes(dialogue), pytest.raises(Refused, match="ist freigegeben"):
        renew(dialogue, office)


def test_second_renewal_is_refused(office):
    dialogue = lapsed(DialogueState.SCHEDULED)
    renew(dialogue, office)

    with nothing_changes(dialogue), pytest.raises(ChangedMeanwhile):
        renew(dialogue, office)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_fixed_date_is_asked_about_again_by_the_office_alone(role):
    dialogue, by = lapsed(DialogueState.SCHEDULED), make_user(role)

    with nothing_changes(dialogue), pytest.raises(NotAllowed):
        renew(dialogue, by)


MISSING = {
    "topic": lambda: {"topic": make_topic(TopicState.IN_PROGRESS, title="Ohne Freigabe")},
    "series": lambda: {
        "topic": make_topic(series=make_series(SeriesState.AFFIRMED, title="Ohne Freigabe"))
    },
}


@pytest.mark.parametrize("missing", MISSING)
def test_nothing_goes_on_while_topic_or_series_lack_the_consent(office, missing):
    exploring = make_dialogue(DialogueState.EXPLORING, **MISSING[missing]())
    option = make_option(exploring, OptionState.POSSIBLE)
    make_dates_approval(exploring, option, state=ApprovalState.APPROVED)
    dated = make_dialogue(DialogueState.SCHEDULED, topic=exploring.topic)
    make_invitation(dated, released=False)
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "by": office, "now": NOW}

    for act in (
        lambda: add_date_option(
            dialogue=exploring,
            starts_at=DAY + HOURS,
            ends_at=END + HOURS,
            host_preference="possible",
            by=office,
            now=NOW,
        ),
        lambda: submit_dates(dialogue=exploring, **values),
        lambda: fix_date(option=option, by=office, now=NOW),
        lambda: release(dated, office),
        lambda: renew_date(dialogue=dated, **values),
    ):
        with (
            nothing_changes(exploring, dated, option),
            pytest.raises(Refused, match="„Ohne Freigabe“ ist im Stand"),
        ):
            act()


def test_a_topic_without_series_stands_for_itself(office):
    """A subject of another kind with the same number is left alone."""
    topic = make_topic(TopicState.APPROVED)
    other = make_approval(
        ApprovalState.APPROVED, subject=make_subject(ApprovalKind.VISIT, pk=topic.pk)
    )

    lapse_changed_approvals(
        kind=ApprovalKind.TOPIC,
        subject_id=topic.pk,
        changes=[Change("Thema", "a", "b")],
        by=office,
        now=NOW,
    )

    other.refresh_from_db()
    assert other.state == ApprovalState.APPROVED
