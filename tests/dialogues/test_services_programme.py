"""A programme with items: changing it, and what becomes of it when the date moves."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps

from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from dialogues.enums import DialogueState
from dialogues.models import Dialogue, ProgrammeItem
from dialogues.queries import (
    Programme,
    ProgrammeEntry,
    dialogue_history,
    programme_items,
    programme_version,
)
from dialogues.services import change_programme, fix_date, postpone_dialogue
from outbox.models import Mail
from tests.dialogues.builders import (
    DAY,
    NOW,
    fix_new_date,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_past,
)
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = DialogueState
T = dt.time
ENTRIES = (
    ProgrammeEntry(T(13, 30), "other", "Ankommen"),
    ProgrammeEntry(T(14), "welcome", who="Geschäftsführung", ends=T(14, 15)),
    ProgrammeEntry(T(14, 15), "tour"),
)
TEXT = "13:30 Ankommen\n14:00–14:15 Begrüßung (Geschäftsführung)\n14:15 Werksrundgang"


def change(dialogue, by, entries=ENTRIES, starts=None, **given):
    programme = Programme(tuple(entries), starts)
    return change_programme(dialogue=dialogue, programme=programme, by=by, now=NOW, **given)


def test_items_are_stored_from_the_start_and_told_in_words(office, senator):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, "accepted")

    update = change(dialogue, office)

    items = programme_items(dialogue)
    assert [(item.starts_after_minutes, item.lasts_minutes, item.label) for item in items] == [
        (-30, None, "Ankommen"),
        (0, 15, "Begrüßung"),
        (15, None, "Werksrundgang"),
    ]
    assert (update.dialogue.programme, update.notified) == (TEXT, 2)
    assert [kind for kind, _to in mails_written()] == ["dialogue_changed", "dialogue_changed_info"]
    told = Mail.objects.get(kind="dialogue_changed")
    assert "jetzt: 13:30 Ankommen · 14:00–14:15 Begrüßung (Geschäftsführung)" in told.text


def test_change_without_notification_is_told_with_the_next(office, senator):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, "accepted")

    change(dialogue, office, notify=False)
    assert mails_written() == []
    change(dialogue, office, ENTRIES[1:])

    told = Mail.objects.get(kind="dialogue_changed").text
    assert "bisher: keine Angabe" in told and "Ankommen" not in told


def test_history_shows_the_programme_before_and_after(office):
    dialogue = make_dialogue(S.PLANNING)
    change(dialogue, office, ENTRIES[1:2])
    change(dialogue, office, ENTRIES[2:3])

    entries = dialogue_history(dialogue, office)

    assert [entry.what for entry in entries[:2]] == ["Programm geändert", "Programm eingetragen"]
    assert entries[0].texts == (
        ("Programm", "14:00–14:15 Begrüßung (Geschäftsführung)", "14:15 Werksrundgang"),
    )


def test_saving_the_same_again_changes_nothing(office):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, "accepted")
    change(dialogue, office)

    with nothing_changes(dialogue):
        assert change(dialogue, office).notified == 0
    assert ProgrammeItem.objects.count() == 3


def test_removing_all_items_leaves_no_programme(office):
    dialogue = make_dialogue(S.PLANNING)
    change(dialogue, office)

    dialogue = change(dialogue, office, ()).dialogue

    assert (dialogue.programme, dialogue.programme_start) == ("", None)
    assert ProgrammeItem.objects.count() == 0


def test_second_change_of_a_version_is_refused(office):
    dialogue = make_dialogue(S.INVITED)
    version = programme_version(dialogue)
    change(dialogue, office, ENTRIES[:1], version=version)

    with (
        nothing_changes(dialogue),
        pytest.raises(ChangedMeanwhile, match="Programm oder der Termin hat sich inzwischen"),
    ):
        change(dialogue, office, version=version)
    assert ProgrammeItem.objects.count() == 1


def test_version_follows_the_date(office, senator):
    dialogue = make_dialogue(S.INVITED)
    version = programme_version(dialogue)
    moved = DAY + dt.timedelta(hours=1)
    Dialogue.objects.filter(pk=dialogue.pk).update(starts_at=moved)

    with pytest.raises(ChangedMeanwhile, match="Programm oder der Termin"):
        change(dialogue, office, version=version)


def test_item_after_the_end_is_asked_about(office):
    dialogue = make_dialogue(S.INVITED)
    late = [ProgrammeEntry(T(16, 45), "exchange")]

    with nothing_changes(dialogue), pytest.raises(Warned, match="Zeiten an") as warned:
        change(dialogue, office, late)

    heeded = [concern.key for concern in warned.value.concerns]
    assert [str(concern) for concern in warned.value.concerns] == [
        "16:45 Austausch: liegt nach dem Ende um 16:30 Uhr"
    ]
    change(dialogue, office, late, heeded=heeded)
    assert ProgrammeItem.objects.get().starts_after_minutes == 165


def test_programme_too_long_for_an_invitation_is_refused(office):
    dialogue = make_dialogue(S.PLANNING)
    entries = [ProgrammeEntry(T(8, minute), "other", "x" * 200) for minute in range(20)]

    with nothing_changes(dialogue), pytest.raises(Refused, match="um 139 Zeichen zu lang"):
        change(dialogue, office, entries)


@pytest.mark.parametrize("state", [S.HELD, S.CLOSED, S.CANCELLED])
def test_programme_of_a_past_dialogue_stays(office, state):
    dialogue = make_dialogue(state)

    with nothing_changes(dialogue), pytest.raises(Refused, match="nicht mehr ändern"):
        change(dialogue, office)


def test_only_the_office_changes_it_and_never_a_record_taken_over(office, senator):
    dialogue, past = make_dialogue(S.INVITED), make_past()

    with nothing_changes(dialogue, past):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change(dialogue, senator)
        with pytest.raises(Refused, match="aus früheren Unterlagen übernommen"):
            change(past, office)


def test_programme_moves_with_a_postponed_dialogue(office, senator):
    dialogue = make_dialogue(S.INVITED)
    change(dialogue, office)

    postponed = postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)
    assert (postponed.programme, postponed.programme_start) == (TEXT, T(14))
    fix_new_date(postponed, office, senator, DAY.replace(day=29, hour=9))

    dialogue.refresh_from_db()
    assert dialogue.programme == (
        "08:30 Ankommen\n09:00–09:15 Begrüßung (Geschäftsführung)\n09:15 Werksrundgang"
    )
    assert dialogue.programme_start is None
    assert [item.starts_after_minutes for item in programme_items(dialogue)] == [-30, 0, 15]


def test_date_that_ends_before_an_item_is_asked_about(office, senator):
    dialogue = make_dialogue(S.EXPLORING)
    change(dialogue, office, [*ENTRIES, ProgrammeEntry(T(15, 30), "exchange")], starts=T(14))
    option = make_option(dialogue, "possible", ends_at=DAY + dt.timedelta(hours=1))
    make_dates_approval(dialogue, option, state="approved")

    with nothing_changes(dialogue, option), pytest.raises(Warned) as warned:
        fix_date(option=option, by=office, now=NOW)

    assert [str(concern) for concern in warned.value.concerns] == [
        "15:30 Austausch: liegt nach dem Ende um 15:00 Uhr"
    ]
    heeded = [concern.key for concern in warned.value.concerns]
    assert fix_date(option=option, heeded=heeded, by=office, now=NOW).starts_at == DAY


@pytest.mark.parametrize(
    ("programme", "fields", "items", "start"),
    [
        (
            "13:30 Ankommen\n14.00–14.15 Uhr: Begrüßung",
            {"state": S.INVITED},
            [(-30, None, "other", "Ankommen"), (0, 15, "welcome", "")],
            None,
        ),
        (
            "9:30 Gespräch\n10:00 Ende",
            {},
            [(0, None, "talk", ""), (30, None, "other", "Ende")],
            T(9, 30),
        ),
        # A line without a time is no item, and half of a programme would be wrong.
        ("14:00 Begrüßung\nImbiss", {"state": S.INVITED}, [], None),
        ("14 Uhr Begrüßung", {"state": S.INVITED}, [], None),
    ],
)
def test_older_programmes_become_items_where_each_line_has_a_time(programme, fields, items, start):
    dialogue = make_dialogue(**fields, programme=programme)
    migration = import_module("dialogues.migrations.0013_programmes_into_items")

    migration.into_items(apps, None)

    found = [
        (item.starts_after_minutes, item.lasts_minutes, item.kind, item.title)
        for item in programme_items(dialogue)
    ]
    dialogue.refresh_from_db()
    assert (found, dialogue.programme, dialogue.programme_start) == (items, programme, start)


def test_records_taken_over_keep_their_text():
    make_past(programme="14:00 Begrüßung")

    import_module("dialogues.migrations.0013_programmes_into_items").into_items(apps, None)

    assert ProgrammeItem.objects.count() == 0
