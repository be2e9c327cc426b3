"""The senator's office sees holidays, weekends and clashes before it decides on a date."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from approvals.enums import ApprovalState
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.enums import DialogueState, OptionState
from media_visits.enums import VisitState
from tests.approvals.builders import BERLIN, NOW
from tests.core.pdfs import text_of as pdf_text
from tests.core.word_files import lines_of_word
from tests.dialogues.builders import DAY, END, make_dates_approval, make_dialogue, make_option
from tests.dialogues.pages import text_of
from tests.media_visits.builders import (
    ENDS_AT,
    STARTS_AT,
    make_slot,
    make_visit,
    make_visit_approval,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
SATURDAY = dt.datetime(2026, 4, 25, 14, 0, tzinfo=BERLIN)
CLASH = "Mi, 22.04.2026, 14:00–16:30 Uhr, zur selben Zeit (auch ein Termin der Senatorin)"
HIDDEN = f"Hinweis: anderer Termin: {CLASH}"
KNOWN = f"Hinweis: Wärme (terminiert): {CLASH}"
WEEKEND = "Hinweis: Wochenende: Der 25.04.2026 ist ein Samstag."


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(client):
    client.force_login(make_user(SENATOR_OFFICE))
    return client


@pytest.fixture
def dates():
    """Two dates that wait for a decision: one as another dialogue, and a Saturday."""
    dialogue = make_dialogue(DialogueState.EXPLORING)
    options = [make_option(dialogue)]
    options.append(make_option(dialogue, starts_at=SATURDAY, ends_at=SATURDAY.replace(hour=16)))
    return make_dates_approval(dialogue, *options)


def labels_on(client, approval) -> list[str]:
    """Return the labels of the dates, with their notes."""
    page = client.get(reverse("approval", args=[approval.pk]))
    return [str(label) for label in page.context["options"]]


def notes_of(label: str) -> list[str]:
    return [part.removesuffix("</span>") for part in label.split('<span class="choice__note">')[1:]]


def test_each_date_shows_what_to_look_at(signed_in, dates):
    make_dialogue(DialogueState.SCHEDULED, title="Wärme")

    first, second = labels_on(signed_in, dates)

    assert first.startswith("Mi, 22.04.2026, 14:00–16:30 Uhr<span")
    assert (notes_of(first), notes_of(second)) == ([KNOWN], [WEEKEND])
    assert KNOWN in text_of(signed_in.get(reverse("approval", args=[dates.pk])))


def test_idea_of_the_office_is_not_named_to_the_senators_office(client, signed_in, dates):
    visit = make_visit(VisitState.IDEA, starts_at=DAY, ends_at=END)

    assert notes_of(labels_on(signed_in, dates)[0]) == [HIDDEN]
    assert str(visit) not in text_of(signed_in.get(reverse("approval", args=[dates.pk])))

    client.force_login(make_user(OFFICE))
    assert notes_of(labels_on(client, dates)[0]) == [f"Hinweis: {visit} (Idee): {CLASH}"]


def test_confirmation_repeats_the_notes_of_chosen_and_proposed_dates(signed_in, dates):
    make_dialogue(DialogueState.SCHEDULED, title="Wärme")
    url, [wednesday, saturday] = reverse("approval_decide", args=[dates.pk]), dates.options
    counter = {"counter_date-TOTAL_FORMS": "3", "counter_date-INITIAL_FORMS": "0"}
    counter |= {"counter_date-0-day": "22.04.2026", "counter_date-0-begins": "15:00"}

    chosen = signed_in.post(url, {"verdict": "approve", "chosen": [saturday["id"]]})
    both = [wednesday["id"], saturday["id"]]
    chosen_both = signed_in.post(url, {"verdict": "approve", "chosen": both})
    proposed = signed_in.post(url, {"verdict": "none_possible"} | counter)

    def noted(response) -> list[str]:
        return dict(response.context["lists"])["Bitte beachten Sie:"]

    weekend, known = (note.removeprefix("Hinweis: ") for note in (WEEKEND, KNOWN))
    assert noted(chosen) == [weekend]
    assert noted(chosen_both) == [known, weekend]
    assert noted(proposed) == [known]


def test_decided_dates_show_no_notes(signed_in):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    option = make_option(dialogue, OptionState.POSSIBLE)
    approval = make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)
    make_dialogue(DialogueState.SCHEDULED, title="Wärme")

    assert notes_of(labels_on(signed_in, approval)[0]) == []


def test_visit_shows_its_clash_before_the_decision(signed_in):
    visit = make_visit(VisitState.SUBMITTED, approval=False)
    make_slot(visit)
    approval = make_visit_approval(visit)
    make_dialogue(DialogueState.SCHEDULED, title="Wärme", starts_at=STARTS_AT, ends_at=ENDS_AT)
    note = (
        "Wärme (terminiert): Mo, 23.03.2026, 10:00–12:00 Uhr, zur selben Zeit (auch ein Termin der "
        "Senatorin)"
    )

    page = signed_in.get(reverse("approval", args=[approval.pk]))
    asked = signed_in.post(reverse("approval_decide", args=[approval.pk]), {"verdict": "approve"})

    assert list(map(str, page.context["date_notes"])) == [note]
    assert dict(asked.context["lists"]) == {"Bitte beachten Sie:": [note]}


@pytest.mark.parametrize("readers", [0, 1])
def test_document_has_the_notes_as_the_senators_office_sees_them(client, readers):
    for _number in range(readers):
        make_user(SENATOR_OFFICE)
    visit = make_visit(VisitState.SUBMITTED, approval=False)
    approval = make_visit_approval(visit)
    make_dialogue(DialogueState.SCHEDULED, title="Wärme", starts_at=STARTS_AT, ends_at=ENDS_AT)
    make_visit(VisitState.IDEA, title="Geheim")
    client.force_login(make_user(OFFICE))
    when = "Mo, 23.03.2026, 10:00–12:00 Uhr, zur selben Zeit (auch ein Termin der Senatorin)"

    word = client.get(reverse("approval_word", args=[approval.pk])).content
    pdf = " ".join(
        pdf_text(client.get(reverse("approval_pdf", args=[approval.pk])).content).split()
    )

    lines = lines_of_word(word)
    start = lines.index("Hinweise zum Termin") + 1
    expected = {f"anderer Termin: {when}"}
    if readers:
        expected.add(f"Wärme (terminiert): {when}")
    assert expected < {*lines[start : start + 3]}
    assert "Hinweise zum Termin" in pdf and "Geheim" not in pdf
