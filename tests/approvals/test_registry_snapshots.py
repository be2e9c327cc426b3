from types import SimpleNamespace

from approvals.registry import (
    Change,
    Fact,
    binding_changes,
    binding_labels,
    binding_snapshot_of,
    lapse_reason_for,
    option_changes,
    snapshot_changes,
    snapshot_of,
)

FACTS = (
    Fact("Titel", lambda subject: subject.title),
    Fact("Ort", lambda subject: subject.place, binding=False),
    Fact("Gäste", lambda subject: subject.guests),
)


def make_subject(title="Eins", place="Halle", guests=""):
    return SimpleNamespace(title=title, place=place, guests=guests)


def test_snapshot_leaves_out_empty_facts():
    assert snapshot_of(FACTS, make_subject(guests="  ")) == [["Titel", "Eins"], ["Ort", "Halle"]]


def test_binding_snapshot_has_binding_facts_only():
    assert binding_snapshot_of(FACTS, make_subject(guests="12")) == [
        ["Titel", "Eins"],
        ["Gäste", "12"],
    ]
    assert binding_labels(FACTS) == "Titel, Gäste"


def test_line_ends_and_surrounding_blanks_are_no_change():
    assert (
        binding_changes(
            FACTS, make_subject(title="Eins\nzwei"), make_subject(title=" Eins\r\nzwei\r\n")
        )
        == []
    )


def test_only_binding_facts_count_as_changes():
    assert binding_changes(FACTS, make_subject(), make_subject(place="Hof")) == []
    assert binding_changes(FACTS, make_subject(), make_subject(title="Zwei", guests="3")) == [
        Change("Titel", "Eins", "Zwei"),
        Change("Gäste", "", "3"),
    ]


def test_changes_follow_the_new_version_and_end_with_removed_lines():
    before, after = [["A", "1"], ["B", "2"], ["C", "3"]], [["C", "4"], ["A", "1"], ["D", "5"]]

    changes = snapshot_changes(before, after)

    assert changes == [Change("C", "3", "4"), Change("D", "", "5"), Change("B", "2", "")]
    assert lapse_reason_for(changes) == "geändert: C, D, B"


def test_dates_asked_about_make_one_change():
    first, second = {"id": 1, "label": "Mi, 22.04.2026"}, {"id": 2, "label": "Do, 23.04.2026"}

    assert option_changes([first], [first, second]) == [
        Change("Termine", "Mi, 22.04.2026", "Mi, 22.04.2026; Do, 23.04.2026")
    ]
    assert option_changes([first], [second]) == [
        Change("Termine", "Mi, 22.04.2026", "Do, 23.04.2026")
    ]
    assert option_changes([first], [{"id": 3, "label": "Mi, 22.04.2026"}]) == []
    assert option_changes([], []) == []


def test_fixed_date_is_no_change():
    first, second = {"id": 1, "label": "Mi, 22.04.2026"}, {"id": 2, "label": "Do, 23.04.2026"}

    assert option_changes([first, second], [first | {"is_fixed": True}]) == []
