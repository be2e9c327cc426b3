import datetime as dt

import pytest

from approvals.forms import BriefingForm
from partners.models import Person
from tests.approvals.builders import BRIEFING, DUE_ON, TODAY, make_approval

pytestmark = pytest.mark.django_db

FILLED_IN = BRIEFING.texts | {"due_on": str(DUE_ON)}


def at_ten(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(10), tzinfo=dt.UTC)


def make_form(data=None, *, today=TODAY, **values) -> BriefingForm:
    subject = Person(pk=1, family_name="irgendwer")
    return BriefingForm(data, instance=subject, today=today, suggestion=BRIEFING, **values)


def test_form_starts_with_the_suggestion_and_a_deadline_in_five_working_days():
    initial = make_form().initial

    assert initial.pop("version")
    assert initial == BRIEFING.texts | {"due_on": dt.date(2026, 3, 9)}


@pytest.mark.parametrize(
    ("event_on", "suggested"),
    [
        (dt.date(2026, 3, 10), dt.date(2026, 3, 9)),
        (dt.date(2026, 3, 9), dt.date(2026, 3, 6)),
        (dt.date(2026, 3, 5), dt.date(2026, 3, 4)),
        (dt.date(2026, 3, 3), TODAY),
        (TODAY, TODAY),
        (dt.date(2026, 3, 1), None),
    ],
)
def test_suggested_deadline_is_a_working_day_before_the_event(event_on, suggested):
    assert make_form(starts_at=at_ten(event_on)).initial["due_on"] == suggested


def test_suggested_deadline_on_a_weekend_may_be_today():
    saturday, monday = dt.date(2026, 3, 7), dt.date(2026, 3, 9)

    form = make_form(today=saturday, starts_at=at_ten(monday))

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


def test_deadline_on_the_day_of_the_event_is_refused():
    day_before = make_form(FILLED_IN, starts_at=at_ten(DUE_ON + dt.timedelta(days=1)))
    too_late = make_form(FILLED_IN, starts_at=at_ten(DUE_ON))

    assert day_before.errors == {}
    assert too_late.errors == {
        "due_on": [
            "Die Entscheidung muss vor dem Tag selbst fallen (Fr, 13.03.2026). Bitte wählen "
            "Sie eine frühere Frist."
        ]
    }


def test_event_of_today_is_decided_on_today():
    today = dt.date(2026, 3, 13)
    still_today = make_form(
        FILLED_IN | {"due_on": "2026-03-13"}, today=today, starts_at=at_ten(today)
    )
    too_late = make_form(FILLED_IN | {"due_on": "2026-03-16"}, today=today, starts_at=at_ten(today))

    assert still_today.errors == {}
    assert too_late.errors == {
        "due_on": ["Der Termin ist heute. Die Entscheidung muss heute fallen, vor dem Beginn."]
    }


@pytest.mark.parametrize(
    ("due_on", "key", "text"),
    [
        ("2026-03-14", "weekend-2026-03-14", "Der 14.03.2026 ist ein Samstag."),
        (
            "2026-04-06",
            "holiday-2026-04-06",
            "Mo, 06.04.2026 ist in Berlin ein gesetzlicher Feiertag (Ostermontag).",
        ),
    ],
)
def test_deadline_on_a_free_day_is_asked_about_before_submitting(due_on, key, text):
    asked = make_form(FILLED_IN | {"due_on": due_on})

    assert not asked.is_valid()
    assert [concern.text for concern in asked.concerns] == [text]
    assert asked.data["heeded"] == key
    # Confirmed on the page that asked, or beside the field before the form was sent.
    for name in ("heeded", "heeded_day"):
        assert make_form(FILLED_IN | {"due_on": due_on, name: key}).is_valid(), name
    other = make_form(FILLED_IN | {"due_on": "2026-03-15", "heeded_day": key})
    assert not other.is_valid()


def test_deadline_is_not_asked_about_while_something_else_is_wrong():
    form = make_form(FILLED_IN | {"due_on": "2026-03-14", "vote": ""})

    assert (form.is_valid(), form.concerns) == (False, ())


def test_valid_form_gives_the_briefing_and_the_deadline():
    form = make_form(FILLED_IN)

    assert form.is_valid()
    assert form.briefing == BRIEFING._replace(attachments=[])
    assert form.cleaned_data["due_on"] == DUE_ON
