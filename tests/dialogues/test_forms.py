"""What the forms ask, offer and reject themselves."""

import datetime as dt
import re

import pytest

from core.conflicts import version_of
from core.forms import ReasonForm
from core.roles import PARTNER
from dialogues.enums import DialogueState, RsvpState, SeriesState
from dialogues.forms import (
    DateOptionFormSet,
    DialogueForm,
    FixDateForm,
    GuestListForm,
    OfficeRsvpForm,
    OfficeTopicForm,
    RsvpForm,
    SeriesForm,
    TopicForm,
)
from dialogues.models import DateOption, Rsvp
from dialogues.queries import Seats
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

FREE = Seats(own=0, free=5)


def test_open_invitation_preselects_no_reply():
    form = RsvpForm(invitation=make_invitation(), seats=FREE)

    assert form["rsvp"].value() == ""
    assert form.fields["substitute_name"].required


def test_given_reply_is_shown():
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED, party=2, remark="Gern")

    form = RsvpForm(invitation=invitation, seats=FREE)

    assert {
        name: form[name].value() for name in ("rsvp", "party", "substitute_name", "remark")
    } == {
        "rsvp": "represented",
        "party": 2,
        "substitute_name": "Stellvertretung",
        "remark": "Gern",
    }


@pytest.mark.parametrize(
    ("data", "rsvp"),
    [
        ({"rsvp": "accepted"}, Rsvp("accepted")),
        (
            {"rsvp": "accepted", "party": "3", "shares_rsvp": "on"},
            Rsvp("accepted", 3, shares_rsvp=True),
        ),
        (
            {"rsvp": "declined", "substitute_name": "S", "substitute_email": "kaputt@"},
            Rsvp("declined"),
        ),
        (
            {
                "rsvp": "represented",
                "substitute_name": "S",
                "substitute_function": "F",
                "remark": "R",
            },
            Rsvp("represented", 1, "S", "F", "", "R"),
        ),
    ],
)
def test_form_turns_its_data_into_a_reply(data, rsvp):
    form = RsvpForm(data, invitation=make_invitation(), seats=FREE)

    assert form.is_valid(), form.errors
    assert form.rsvp_details == rsvp


@pytest.mark.parametrize(
    ("form_class", "sentence"),
    [
        (RsvpForm, "Das ist Ihre eigene Adresse."),
        (OfficeRsvpForm, "Das ist die Adresse des Gastes."),
    ],
)
def test_own_address_is_not_that_of_the_substitute(form_class, sentence):
    invitation = make_invitation(person=make_person(email="gast@exämple.org"))
    data = {"substitute_name": "S", "substitute_email": "Gast@xn--exmple-cua.org"}

    form = form_class(data | {"rsvp": "represented"}, invitation=invitation, seats=FREE)

    assert form.errors["substitute_email"][0].startswith(sentence)
    assert form_class(data | {"rsvp": "accepted"}, invitation=invitation, seats=FREE).is_valid()


@pytest.mark.parametrize("form_class", [RsvpForm, OfficeRsvpForm])
def test_open_is_not_a_valid_reply(form_class):
    form = form_class({"rsvp": "open"}, invitation=make_invitation(), seats=FREE)

    assert list(form.errors) == ["rsvp"]


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2026-04-22", "16:30", "14:00"),
        ("9999-12-31", "14:00", "15:00"),
        ("2026-04-22", "14:00", ""),
    ],
)
def test_invalid_date_is_refused(day, begins, ends):
    formset = DateOptionFormSet(posted({"day": day, "begins": begins, "ends": ends}), prefix="date")

    assert not formset.is_valid()


def posted(*rows: dict) -> dict:
    data = {"date-TOTAL_FORMS": str(len(rows)), "date-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"date-{number}-{name}": value for name, value in row.items()}
        data[f"date-{number}-host_preference"] = "possible"
    return data


def test_dates_are_read_in_berlin_time_without_empty_lines():
    row = {"day": "2026-04-22", "begins": "14:00", "ends": "16:30"}

    formset = DateOptionFormSet(posted({}, row), prefix="date")

    assert formset.is_valid(), formset.errors
    [form] = formset.filled
    assert form.option == {
        "starts_at": DAY,
        "ends_at": dt.datetime(2026, 4, 22, 16, 30, tzinfo=BERLIN),
        "host_preference": "possible",
        "heeded": frozenset(),
    }


def test_more_lines_than_offered_are_ignored():
    row = {"day": "2026-04-22", "begins": "14:00", "ends": "16:30"}

    formset = DateOptionFormSet(
        posted(*[row | {"day": f"2026-04-{day}"} for day in range(20, 29)]), prefix="date"
    )

    assert len(formset.forms) == 3


def test_only_offered_dates_can_be_fixed():
    option, other = make_option(make_dialogue()), make_option(make_dialogue())

    options = DateOption.objects.filter(pk=option.pk)
    form = FixDateForm({"option": other.pk}, instance=option.dialogue, options=options)

    assert list(form.errors) == ["option"]
    assert [label for _value, label in form.fields["option"].choices] == [
        "Mi, 22.04.2026, 14:00–16:30 Uhr (für den Gastgeber möglich)"
    ]


def test_partners_fill_in_five_fields():
    assert list(TopicForm().fields) == [
        "title",
        "description",
        "wish",
        "sectors",
        "themes",
        "version",
    ]


def test_refused_series_is_offered_only_to_its_own_topics():
    make_series(SeriesState.CONSENTED, title="Nord")
    refused = make_series(SeriesState.REFUSED, title="Süd")
    topic = make_topic(proposed_by=make_user(PARTNER), series=refused)

    def offered(form):
        return [str(label) for _value, label in form.fields["series"].choices]

    assert offered(OfficeTopicForm()) == ["noch keine", "Nord (zugestimmt)"]
    assert offered(OfficeTopicForm(instance=topic)) == [
        "noch keine",
        "Süd (abgelehnt)",
        "Nord (zugestimmt)",
    ]


@pytest.mark.parametrize(
    ("state", "fixed"),
    [(SeriesState.AFFIRMED, False), (SeriesState.CONSENTED, False), (SeriesState.REFUSED, True)],
)
def test_refused_series_keeps_what_was_refused(state, fixed):
    form = SeriesForm(instance=make_series(state))

    assert [form.fields[name].disabled for name in ("title", "period", "description")] == [
        fixed
    ] * 3
    assert not form.fields["internal_notes"].disabled


@pytest.mark.parametrize(
    "state", [DialogueState.PLANNING, DialogueState.SCHEDULED, DialogueState.INVITED]
)
def test_version_covers_the_fields_shown(state):
    dialogue = make_dialogue(state)

    form = DialogueForm(instance=dialogue)

    assert form.initial["version"] == version_of(dialogue, form.model_fields)


@pytest.mark.parametrize("state", DialogueState)
def test_reply_day_is_asked_once_invitations_are_sent(state):
    form = DialogueForm(instance=make_dialogue(state))

    assert ("rsvp_by" in form.fields) is (state == DialogueState.INVITED)


def test_contacts_are_labelled_with_their_organisation():
    make_person(
        "Werksleitung", organisation=make_organisation("Messgeräte GmbH", short_name="Messgeräte")
    )
    make_person("Ohne Adresse", email="")

    labels = [str(label) for _value, label in DialogueForm().fields["host_contact"].choices]

    assert labels == ["keine", "Werksleitung (Messgeräte)"]


def test_contact_without_an_address_says_so():
    person = make_person("Werksleitung", email="", organisation=None)

    form = DialogueForm(instance=make_dialogue(host_contact=person))

    labels = [str(label) for _value, label in form.fields["host_contact"].choices]
    assert "Werksleitung (ohne E-Mail-Adresse)" in labels


def test_thousand_seats_are_a_thousand():
    form = DialogueForm({"title": "Wärme", "format": "on_site", "seats": "1.000"})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["seats"] == 1000


@pytest.mark.parametrize("seats", ["0", "-1", "99999", "30,5", "1.00", "viele"])
def test_implausible_number_of_seats_is_refused(seats):
    form = DialogueForm({"title": "Wärme", "format": "on_site", "seats": seats})

    assert list(form.errors) == ["seats"]


def test_guest_list_accepts_only_existing_records():
    person = make_person()

    assert GuestListForm({"people": [person.pk]}).is_valid()
    assert not GuestListForm({"people": [person.pk + 1]}).is_valid()
    assert not GuestListForm({}).is_valid()


@pytest.mark.parametrize(
    ("form", "name", "most"),
    [
        (ReasonForm, "reason", 500),
        (TopicForm, "description", 4000),
        (OfficeTopicForm, "description", 4000),
    ],
)
def test_text_that_goes_into_mails_is_limited(form, name, most):
    assert name not in form({name: "x" * most}).errors
    (error,) = form({name: "x" * (most + 1)}).errors[name]
    assert error.startswith(
        f"Bitte sicherstellen, dass der Wert aus höchstens {most} Zeichen besteht."
    )


@pytest.mark.parametrize("is_chosen", [True, False])
def test_contacts_of_the_host_come_first(is_chosen):
    host, other = make_organisation("Zuletzt GmbH"), make_organisation("Anfang GmbH")
    people = [make_person("Leitung", organisation=organisation) for organisation in (other, host)]
    dialogue = make_dialogue(host=host if is_chosen else None)

    html = str(DialogueForm(instance=dialogue)["host_contact"])

    order = [int(pk) for pk in re.findall(r'<option value="(\d+)"', html)]
    first, second = people[::-1] if is_chosen else people
    assert order.index(first.pk) < order.index(second.pk)
    assert ('<optgroup label="Beim gewählten Gastgeber">' in html) is is_chosen


def test_former_hosts_come_first_and_the_longest_ago_before_all():
    never, late, early = (make_organisation(name) for name in ("Alpha", "Beta", "Gamma"))
    for host, year in ((late, 2024), (early, 2019), (early, 2022)):
        start = dt.datetime(year, 5, 6, 14, tzinfo=BERLIN)
        make_dialogue(
            DialogueState.HELD, host=host, starts_at=start, ends_at=start + dt.timedelta(hours=2)
        )

    html = str(DialogueForm()["host"])

    former, rest = html.split("</optgroup>")[:2]
    assert former.endswith(
        '<optgroup label="Schon einmal Gastgeber, am längsten her zuerst">'
        f'<option value="{early.pk}">Gamma (2 × Gastgeber, zuletzt 2022)</option>'
        f'<option value="{late.pk}">Beta (1 × Gastgeber, zuletzt 2024)</option>'
    )
    assert f'<option value="{never.pk}">Alpha</option>' in rest
