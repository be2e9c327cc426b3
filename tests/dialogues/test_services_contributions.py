"""Entering, correcting and removing what companies contribute."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.roles import SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.models import Contribution
from dialogues.queries import dialogue_history
from dialogues.services import change_contribution, create_contribution, delete_contribution
from partners.models import Organisation
from tests.dialogues.builders import NOW, make_contribution, make_dialogue, make_past
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import CHANGED_MEANWHILE, OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = DialogueState


def create(dialogue, by, **values):
    values = {"kind": "need", "title": "Glasfaser", "text": ""} | values
    values.setdefault("organisation", make_organisation("Zange GmbH"))
    return create_contribution(dialogue=dialogue, values=values, by=by, now=NOW)


@pytest.mark.parametrize("state", [S.SCHEDULED, S.INVITED, S.HELD, S.DOCUMENTED, S.CLOSED])
def test_office_enters_contributions_once_there_is_a_date(office, state):
    contribution = create(make_dialogue(state), office)

    assert (contribution.title, contribution.organisation.name) == ("Glasfaser", "Zange GmbH")
    assert mails_written() == []


@pytest.mark.parametrize("state", [S.PLANNING, S.EXPLORING, S.CANCELLED])
def test_without_a_date_nothing_is_contributed(office, state):
    with pytest.raises(Refused, match=r"^Beiträge lassen sich aufnehmen, sobald der Termin"):
        create(make_dialogue(state), office)

    assert Contribution.objects.count() == 0


def test_records_taken_over_stay_as_they_are(office):
    with pytest.raises(Refused, match="aus früheren Unterlagen übernommen"):
        create(make_past(), office)


def test_only_the_office_enters_changes_and_deletes(senator):
    contribution = make_contribution()
    given = {"by": senator, "now": NOW}

    with nothing_changes(contribution, contribution.dialogue):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            create(contribution.dialogue, senator)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change_contribution(contribution=contribution, values={"title": "X"}, **given)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            delete_contribution(contribution=contribution, **given)
    assert Contribution.objects.count() == 1


def test_person_from_elsewhere_is_asked_about(office):
    person = make_person("Leitung", organisation=make_organisation("Andere AG"))
    dialogue = make_dialogue(S.HELD)

    with pytest.raises(Warned, match="anderen Organisation") as warned:
        create(dialogue, office, person=person)

    assert [str(concern) for concern in warned.value.concerns] == [
        "Leitung (Andere AG): gehört nicht zu Zange GmbH"
    ]
    heeded = [concern.key for concern in warned.value.concerns]
    values = {"kind": "need", "title": "Glasfaser", "person": person}
    values["organisation"] = Organisation.objects.get(name="Zange GmbH")
    create_contribution(dialogue=dialogue, values=values, heeded=heeded, by=office, now=NOW)
    assert Contribution.objects.get().person == person


def test_second_change_of_a_version_is_refused(office):
    contribution = make_contribution(title="Alt")
    version = version_of(contribution, ["title"])
    given = {"contribution": contribution, "version": version, "by": office, "now": NOW}
    change_contribution(values={"title": "Erste"}, **given)

    with nothing_changes(contribution), pytest.raises(ChangedMeanwhile, match=CHANGED_MEANWHILE):
        change_contribution(values={"title": "Zweite"}, **given)


def test_history_of_the_dialogue_keeps_what_was_changed_and_deleted(office):
    dialogue = make_dialogue(S.HELD)
    contribution = create(dialogue, office)
    later, last = (NOW + dt.timedelta(hours=hours) for hours in (1, 2))
    change_contribution(contribution=contribution, values={"title": "5G"}, by=office, now=later)
    delete_contribution(contribution=contribution, by=office, now=last)

    entries = [(entry.what, entry.note) for entry in dialogue_history(dialogue, office)]

    assert [entry for entry in entries if "Beitrag" in entry[0]] == [
        ("Beitrag gelöscht", "5G"),
        ("Beitrag geändert", "5G\nWorum geht es?: Glasfaser → 5G"),
        ("Beitrag aufgenommen", "Glasfaser"),
    ]
    assert entries == [
        (entry.what, entry.note) for entry in dialogue_history(dialogue, make_user(SENATOR_OFFICE))
    ]
    assert "Beitrag" not in str(dialogue_history(dialogue, make_user("observer")))
