"""What the page of a need says about where it stands and what happens next."""

import datetime as dt

import pytest

from core.roles import OBSERVER, PARTNER
from dialogues.enums import NeedState
from dialogues.progress import (
    need_next_step,
    need_progress,
    need_tasks,
    untold_note,
    untold_notes,
)
from dialogues.services import Answer, answer_need
from tests.dialogues.builders import NOW, TODAY, make_need
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
S = NeedState
DUE = dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("state", "labels", "current"),
    [
        (S.RAISED, "Erledigt", "Aufgenommen"),
        (S.PROMISED, "Erledigt", "Zugesagt"),
        (S.IN_PROGRESS, "Erledigt", "In Arbeit"),
        (S.DONE, "Erledigt", "Erledigt"),
        (S.IMPOSSIBLE, "Nicht möglich", "Nicht möglich"),
        (S.FILED, "Nicht möglich", None),
    ],
)
def test_bar_shows_how_far_the_need_is(state, labels, current):
    steps = need_progress(make_need(state))

    assert [step.label for step in steps] == [
        "Aufgenommen",
        "Zugesagt",
        "In Arbeit",
        labels,
        "z. d. A.",
    ]
    assert next((step.label for step in steps if step.is_current), None) == current


@pytest.mark.parametrize(
    ("state", "text", "action"),
    [
        (S.RAISED, "Bezirksamt sagt, was möglich ist und bis wann.", "Stand eintragen"),
        (S.PROMISED, "Bezirksamt hält die Zusage ein.", "Stand eintragen"),
        (S.IN_PROGRESS, "Bezirksamt arbeitet daran.", "Stand eintragen"),
        (
            S.DONE,
            "Legen Sie den Bedarf zu den Akten, oder bestimmen Sie eine Wiedervorlage.",
            "Zu den Akten",
        ),
    ],
)
def test_office_reads_who_acts_and_by_when(office, state, text, action):
    need = make_need(state, addressee=make_organisation("Bezirksamt"), due_on=DUE)

    step = need_next_step(need, office, TODAY)

    assert (step.text, step.action) == (text, action)
    is_open = state != S.DONE
    assert step.who == ("Bezirksamt" if is_open else "Geschäftsstelle")
    assert step.due_on == (DUE if is_open else None)


def test_resubmission_whose_day_has_come_is_the_next_step(office):
    need = make_need(S.PROMISED, resubmit_on=TODAY, resubmit_check="Liegt die Leitung?")

    step = need_next_step(need, office, TODAY)
    day_before = need_next_step(need, office, TODAY - dt.timedelta(days=1))

    assert step.text == "Zur Wiedervorlage am 02.03.2026: Liegt die Leitung?"
    assert (step.action, step.due_on) == ("Wiedervorlage erledigen", TODAY)
    assert [point.text for point in day_before.points] == [
        "Wiedervorlage am 02.03.2026: Liegt die Leitung?"
    ]


def test_filed_need_has_no_next_step(office):
    assert need_next_step(make_need(S.FILED), office, TODAY) is None


def test_addressee_answers_and_others_only_read():
    addressee = make_user(PARTNER)
    organisation = addressee.person.organisation
    need = make_need(addressee=organisation, resubmit_on=TODAY, resubmit_check="Anrufen")

    own = need_next_step(need, addressee, TODAY)
    read = need_next_step(need, make_user(OBSERVER), TODAY)

    assert (own.text, own.action) == (f"{organisation} prüft, was möglich ist.", "Antworten")
    assert (read.text, read.action, read.points) == (own.text, "", ())


def test_task_is_named_after_what_waits(office):
    raised, due = make_need(title="A"), make_need(S.PROMISED, title="B", due_on=TODAY)
    seen = make_need(S.DONE, title="C", resubmit_on=TODAY, resubmit_check="Liegt sie?")

    tasks = need_tasks([raised.pk, due.pk, seen.pk], NOW)

    assert [tasks[need.pk].what for need in (raised, due, seen)] == [
        "Über den Bedarf entscheiden: „A“",
        "Nach dem Bedarf sehen: „B“",
        "Wiedervorlage erledigen: „C“",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (None, "Bei Zange GmbH ist keine Ansprechperson eingetragen"),
        ({"email": ""}, "Berg hat keine E-Mail-Adresse"),
        ({"is_active": False}, "Berg ist nicht mehr aktiv"),
        ({}, ""),
    ],
)
def test_office_is_told_why_the_company_hears_nothing(office, fields, sentence):
    company = make_organisation("Zange GmbH")
    contact = None if fields is None else make_person("Berg", organisation=company, **fields)
    need = make_need(S.PROMISED, raised_by=company, contact=contact)

    note, shown = untold_note(need), untold_notes(need, office)
    answer_need(need=need, answer=Answer("start"), by=office, now=NOW)

    end = "; dort wird niemand benachrichtigt."
    assert note == (f"{sentence}{end}" if sentence else "")
    assert ("Ansprechperson eintragen" in str(shown)) is bool(sentence)
    assert len(mails_written("need_moved")) == (0 if sentence else 1)
    assert untold_notes(need, make_user(OBSERVER)) == []
