"""Long lists to pick from: what the widgets write, and which choices come first."""

import re

import pytest
from django import forms

from core.forms import CheckboxList, PickList, put_first, recently_used
from dialogues.models import Dialogue
from partners.models import Organisation
from tests.dialogues.builders import make_past
from tests.partners.builders import make_organisation, make_person

CHOICES = [("", "keine"), ("1", "Eins"), ("2", "Zwei"), ("3", "Drei")]


def rendered(widget: PickList, value=None, **attrs) -> str:
    return widget.render("host", value, {"id": "id_host", **attrs})


def outline(html: str) -> list[str]:
    """Return the headings and options of a select, chosen ones with a star."""
    found = re.findall(r'<optgroup label="([^"]*)"|<option value="([^"]*)"([^>]*)', html)
    return [
        f"[{label}]" if label else value + ("*" if "selected" in more else "")
        for label, value, more in found
    ]


def test_select_has_its_options_and_attributes():
    html = rendered(PickList(choices=CHOICES), "2", **{"aria-invalid": "true", "disabled": True})

    assert '<select id="id_host" aria-invalid="true" disabled name="host">' in html
    assert outline(html) == ["", "1", "2*", "3"]
    assert "data-with" not in html


def test_labels_and_values_are_escaped():
    html = rendered(PickList(choices=[('"', "<b>")]))

    assert '<option value="&quot;">&lt;b&gt;</option>' in html


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_chosen_selects_the_empty_option(value):
    assert outline(rendered(PickList(choices=CHOICES), value)) == ["*", "1", "2", "3"]


def test_groups_of_options_are_kept():
    choices = [
        ("", "alle"),
        ("Plan", [("1", "Feld"), ("2", "Thema")]),
        ("Alter Plan", [("3", "Ziel")]),
    ]

    html = rendered(PickList(choices=choices), "3")

    assert outline(html) == ["", "[Plan]", "1", "2", "[Alter Plan]", "3*"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ([3, 1], ["", "[Zuletzt]", "3*", "1", "[Alle weiteren]", "2"]),
        ([9], ["", "1", "2", "3*"]),
        ([], ["", "1", "2", "3*"]),
        ([1, 2, 3], ["", "1", "2", "3*"]),
    ],
)
def test_likely_choices_come_first_and_each_only_once(first, expected):
    field = forms.ChoiceField(choices=CHOICES, widget=PickList)
    put_first(field, first, "Zuletzt")

    assert outline(field.widget.render("host", "3", {"id": "id_host"})) == expected


def test_choices_put_first_on_one_form_are_not_first_on_the_next():
    class Picking(forms.Form):
        host = forms.ChoiceField(choices=CHOICES, widget=PickList)

    form = Picking()
    put_first(form.fields["host"], [3], "Zuletzt")

    assert "[Zuletzt]" not in outline(str(Picking()["host"]))


@pytest.mark.django_db
def test_records_say_what_they_belong_to_and_what_finds_them():
    class Contacts(PickList):
        owner_field = "host"
        owner_label = "Beim Gastgeber"

        @staticmethod
        def owner_of(record):
            return record.organisation_id

    organisation = make_organisation("Handelskammer", short_name="HK")
    person = make_person(organisation=organisation)

    class Picking(forms.Form):
        host = forms.ModelChoiceField(Organisation.objects.all(), widget=PickList)
        contact = forms.ModelChoiceField(type(person).objects.all(), widget=Contacts)

    form = Picking(prefix="x")

    assert 'data-also="HK"' in str(form["host"])
    contact = str(form["contact"])
    assert f'<option value="{person.pk}" data-of="{organisation.pk}">' in contact
    assert 'data-with="id_x-host" data-with-label="Beim Gastgeber"' in contact


@pytest.mark.django_db
def test_what_was_used_last_comes_first_and_only_once(django_assert_num_queries):
    hosts = [make_organisation(f"Werk {number}") for number in range(7)]
    for number in (0, 1, 2, 3, 4, 5, 6, 2, 0):
        make_past(host=hosts[number])
    make_past()

    with django_assert_num_queries(1):
        used = recently_used(Dialogue.objects, "host")

    assert used == [hosts[number].pk for number in (0, 2, 6, 5, 4)]


def test_ticked_boxes_come_first_in_a_list_that_can_be_filtered():
    html = CheckboxList(choices=CHOICES[1:]).render("x", ["3"], {"id": "id_x"})

    assert re.findall(r'value="(\d)"', html) == ["3", "1", "2"]
    assert html.strip().startswith('<choice-filter data-least="15"')
