import datetime as dt

import pytest

from approvals.forms import BriefingForm
from partners.models import Person
from tests.approvals.builders import BRIEFING, DUE_ON, TODAY, make_approval

pytestmark = pytest.mark.django_db

FILLED_IN = BRIEFING.texts | {"due_on": str(DUE_ON)}


def make_form(data=None, *, today=TODAY, **values) -> BriefingForm:
    subject = Person(pk=1, family_name="irgendwer")
    return BriefingForm(data, instance=subject, today=today, suggestion=BRIEFING, **values)


def test_form_starts_with_the_suggestion_and_a_deadline_in_five_working_days():
    initial = make_form().initial

    assert initial.pop("version")
    assert initial == BRIEFING.texts | {"due_on": dt.date(2026, 3, 9)}


@pytest.mark.parametrize(
    ("latest_on", "suggested"),
    [
        (dt.date(2026, 3, 9), dt.date(2026, 3, 9)),
        (dt.date(2026, 3, 8), dt.date(2026, 3, 6)),
        (dt.date(2026, 3, 4), dt.date(2026, 3, 4)),
        (TODAY, TODAY),
        (dt.date(2026, 3, 1), None),
    ],
)
def test_suggested_deadline_is_a_working_day_up_to_the_latest(latest_on, suggested):
    assert make_form(latest_on=latest_on).initial["due_on"] == suggested


def test_suggested_deadline_on_a_weekend_may_be_today():
    saturday, sunday = dt.date(2026, 3, 7), dt.date(2026, 3, 8)

    form = make_form(today=saturday, latest_on=sunday)

    assert form.initial["due_on"] == saturday


def test_words_of_the_last_request_come_before_the_suggestion():
    former = make_approval(occasion="Beschluss vom Februar")

    assert make_form(former=former).initial["occasion"] == "Beschluss vom Februar"


def test_vote_and_a_plausible_deadline_are_required():
    form = make_form({"vote": "", "due_on": "9999-12-31"})

    assert form.errors["due_on"] == ["Bitte prüfen Sie das Jahr."]
    assert set(form.errors) == {"vote", "due_on"}


def test_occasion_is_required_where_the_subject_needs_one():
    form = make_form(FILLED_IN | {"occasion": ""}, needs_occasion=True)

    assert list(form.errors) == ["occasion"]


def test_deadline_that_does_not_suit_the_subject_is_refused():
    form = make_form(FILLED_IN, due_on_error=lambda due_on: f"{due_on} ist zu spät.")

    assert form.errors == {"due_on": ["2026-03-13 ist zu spät."]}


def test_valid_form_gives_the_briefing_and_the_deadline():
    form = make_form(FILLED_IN)

    assert form.is_valid()
    assert form.briefing == BRIEFING._replace(attachments=[])
    assert form.cleaned_data["due_on"] == DUE_ON
