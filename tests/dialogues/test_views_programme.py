"""The tab with the programme, its form, and the PDF for offices and guests."""

import datetime as dt

import pytest

from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.models import Dialogue, ProgrammeItem
from dialogues.queries import programme_items
from dialogues.services import change_dialogue
from tests.confirming import fill_in, hidden_fields, press
from tests.dialogues.builders import NOW, make_dialogue, make_invitation
from tests.dialogues.pages import BASE, links_of, text_of
from tests.dialogues.test_services_programme import ENTRIES, change
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def tab_of(dialogue) -> str:
    return f"{BASE}/{dialogue.pk}/programm/"


def form_of(dialogue) -> str:
    return f"{tab_of(dialogue)}bearbeiten/"


def rows(*typed) -> dict:
    """Return what the form posts for rows of (begins, ends, kind, title, who)."""
    values = {"item-TOTAL_FORMS": len(typed), "item-INITIAL_FORMS": 0}
    for number, row in enumerate(typed):
        for name, value in zip(("begins", "ends", "kind", "title", "who"), row, strict=True):
            values[f"item-{number}-{name}"] = value
    return values


WELCOME = ("14", "14.15", "welcome", "", "Leitung")
TOUR = ("14 Uhr 15", "", "tour", "Halle 2", "")
EMPTY = ("", "", "other", "", "")


def values_in(response) -> list[tuple]:
    """Return (begins, ends, title) of each row that the form shows."""
    return [
        tuple(_typed(form[name].value()) for name in ("begins", "ends", "title"))
        for form in response.context["form"].items
    ]


def _typed(value) -> str:
    return f"{value:%H:%M}" if isinstance(value, dt.time) else value or ""


def test_office_enters_times_as_people_type_them(signed_in):
    dialogue = make_dialogue(S.PLANNING)
    assert "Programm eintragen" in text_of(signed_in.get(tab_of(dialogue)))

    response = fill_in(signed_in, form_of(dialogue), rows(TOUR, EMPTY, WELCOME) | {"starts": "14h"})

    assert response["Location"] == tab_of(dialogue)
    text = text_of(signed_in.get(tab_of(dialogue)))
    assert "14:00–14:15 Begrüßung (Leitung) 14:15 Werksrundgang: Halle 2" in text
    assert [item.starts_after_minutes for item in programme_items(dialogue)] == [0, 15]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (("", "", "other", "Imbiss", ""), "Bitte nennen Sie die Uhrzeit."),
        (("", "", "tour", "", ""), "Bitte nennen Sie die Uhrzeit."),
        (("bald", "", "other", "Imbiss", ""), "Bitte geben Sie die Uhrzeit so ein: 14:30."),
        (("14", "13", "talk", "", ""), "Das Ende liegt nicht nach dem Beginn."),
        (("14", "14", "talk", "", ""), "Das Ende liegt nicht nach dem Beginn."),
        (("14", "", "other", "", ""), "Bitte sagen Sie, was es ist."),
    ],
)
def test_incomplete_rows_keep_what_was_typed(signed_in, row, error):
    dialogue = make_dialogue(S.PLANNING)

    with nothing_changes(dialogue):
        response = fill_in(signed_in, form_of(dialogue), rows(WELCOME, row))

    assert error in text_of(response)
    assert values_in(response)[1] == (row[0], row[1], row[3])


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        ("up-1", [("14:00", "", "Halle 2"), ("14:15", "14:30", "")]),
        ("down-0", [("14:00", "", "Halle 2"), ("14:15", "14:30", "")]),
        ("remove-0", [("14 Uhr 15", "", "Halle 2")]),
        ("more", [("14", "14.15", ""), ("14 Uhr 15", "", "Halle 2")]),
        ("up-0", [("14", "14.15", ""), ("14 Uhr 15", "", "Halle 2")]),
        ("remove-9", [("14", "14.15", ""), ("14 Uhr 15", "", "Halle 2")]),
    ],
)
def test_buttons_arrange_rows_without_saving(signed_in, button, shown):
    dialogue = make_dialogue(S.PLANNING)
    version = hidden_fields(signed_in.get(form_of(dialogue)))["version"]

    with nothing_changes(dialogue):
        response = fill_in(
            signed_in, form_of(dialogue), rows(WELCOME, TOUR, EMPTY) | {"arrange": button}
        )

    assert values_in(response) == [*shown, *[("", "", "")] * (6 - len(shown))]
    assert hidden_fields(response)["version"] == version
    assert "Bitte prüfen" not in text_of(response)


def test_moved_item_keeps_its_length_before_the_next_one(signed_in):
    dialogue = make_dialogue(S.PLANNING)
    talk = ("15", "", "talk", "", "")

    response = fill_in(
        signed_in, form_of(dialogue), rows(WELCOME, TOUR, talk) | {"arrange": "down-0"}
    )

    # The tour took from 14:15 until the talk at 15:00.
    assert values_in(response)[:3] == [
        ("14:00", "", "Halle 2"),
        ("14:45", "15:00", ""),
        ("15", "", ""),
    ]


def test_form_shows_the_stored_items(signed_in, office):
    dialogue = make_dialogue(S.INVITED)
    change(dialogue, office)

    response = signed_in.get(form_of(dialogue))

    assert values_in(response)[:3] == [
        ("13:30", "", "Ankommen"),
        ("14:00", "14:15", ""),
        ("14:15", "", ""),
    ]
    # The date is fixed, and the times belong to it.
    assert "Beginn des Gesprächs" not in text_of(response)


def test_older_programme_is_offered_as_rows(signed_in):
    dialogue = make_dialogue(S.INVITED, programme="14:00–14:15 Uhr Begrüßung\nImbiss")

    response = signed_in.get(form_of(dialogue))

    assert values_in(response)[:2] == [("14:00", "14:15", ""), ("", "", "Imbiss")]


def test_second_of_two_changes_shows_both_versions(signed_in, office):
    dialogue = make_dialogue(S.INVITED)
    shown = hidden_fields(signed_in.get(form_of(dialogue)))
    change(dialogue, office, ENTRIES[:1])
    mine = rows(WELCOME)

    with nothing_changes(dialogue):
        response = signed_in.post(form_of(dialogue), shown | mine)
    assert "Beide Fassungen" in text_of(response)
    assert "13:30 Ankommen" in text_of(response)
    signed_in.post(form_of(dialogue), hidden_fields(response) | mine)

    assert Dialogue.objects.get().programme == "14:00–14:15 Begrüßung (Leitung)"


def test_overlap_is_asked_about_and_can_be_overruled(signed_in):
    dialogue = make_dialogue(S.INVITED)
    clash = rows(("14", "15", "welcome", "", ""), ("14:30", "", "tour", "", ""))

    with nothing_changes(dialogue):
        response = fill_in(signed_in, form_of(dialogue), clash)
    assert "14:00–15:00 Begrüßung" in text_of(response)
    assert "überschneidet sich mit „14:30 Werksrundgang“" in text_of(response)
    signed_in.post(form_of(dialogue), hidden_fields(response) | clash)

    assert ProgrammeItem.objects.count() == 2
    assert "Die Zeiten passen nicht zusammen" in text_of(signed_in.get(tab_of(dialogue)))


@pytest.mark.parametrize(("pressed", "kinds"), [({}, 2), ({"confirmation-is_silent": "on"}, 0)])
def test_guests_are_told_once_the_office_has_seen_the_mails(signed_in, senator, pressed, kinds):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, "accepted")
    assert "erfahren 2 Personen per E-Mail" in text_of(signed_in.get(form_of(dialogue)))

    asked = fill_in(signed_in, form_of(dialogue), rows(WELCOME))
    assert (mails_written(), ProgrammeItem.objects.count()) == ([], 0)
    press(signed_in, asked, **pressed)

    assert len(mails_written()) == kinds
    assert Dialogue.objects.get().programme == "14:00–14:15 Begrüßung (Leitung)"


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_read_and_print_only(client, office, role):
    user = make_user(role)
    client.force_login(user)
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, person=user.person)
    assert client.get(tab_of(dialogue)).status_code == 404
    assert client.get(f"{BASE}/{dialogue.pk}/programm.pdf").status_code == 404
    change(dialogue, office)

    assert "13:30 Ankommen" in text_of(client.get(tab_of(dialogue)))
    assert form_of(dialogue) not in links_of(client.get(tab_of(dialogue)))
    pdf = client.get(f"{BASE}/{dialogue.pk}/programm.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    with nothing_changes(dialogue):
        assert client.get(form_of(dialogue)).status_code == 403
        assert client.post(form_of(dialogue), rows(WELCOME)).status_code == 403


def test_guest_reads_and_prints_the_programme_by_link(client, office):
    dialogue = make_dialogue(S.INVITED, title="Wärme")
    invitation = make_invitation(dialogue)
    link = invitation.personal_link
    assert f"{link}programm.pdf" not in links_of(client.get(link))
    change(dialogue, office)

    page = client.get(link)
    pdf = client.get(f"{link}programm.pdf")

    assert "14:00–14:15 Begrüßung (Geschäftsführung)" in text_of(page)
    assert f"{link}programm.pdf" in links_of(page)
    assert (pdf["Content-Type"], pdf["Cache-Control"]) == ("application/pdf", "no-store")
    assert pdf["Content-Disposition"] == 'attachment; filename="programm-waerme-2026-04-22.pdf"'


def test_link_of_a_date_given_up_prints_nothing(client, office):
    dialogue = make_dialogue(S.INVITED)
    invitation = make_invitation(dialogue)
    change(dialogue, office)
    Dialogue.objects.filter(pk=dialogue.pk).update(round=2)

    assert client.get(f"{invitation.personal_link}programm.pdf").status_code == 404


def test_guests_read_the_title_that_was_announced(client, office, senator):
    """A change that makes the approval lapse waits; the programme is told at once."""
    dialogue = make_dialogue(S.INVITED, title="Wärme")
    invitation = make_invitation(dialogue)
    change_dialogue(dialogue=dialogue, values={"title": "Kälte"}, by=office, now=NOW)
    change(dialogue, office)

    known = client.get(f"{invitation.personal_link}programm.pdf")

    assert "programm-waerme-" in known["Content-Disposition"]


def test_arranging_rows_does_not_hide_what_others_saved(signed_in, office):
    dialogue = make_dialogue(S.INVITED)
    shown = hidden_fields(signed_in.get(form_of(dialogue)))
    change(dialogue, office, ENTRIES[:1])

    response = signed_in.post(form_of(dialogue), shown | rows(WELCOME) | {"arrange": "more"})

    assert hidden_fields(response)["version"] == shown["version"]
    with nothing_changes(dialogue):
        again = signed_in.post(form_of(dialogue), hidden_fields(response) | rows(WELCOME))
    assert "Beide Fassungen" in text_of(again)
