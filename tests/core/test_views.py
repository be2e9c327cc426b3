"""Running a service from a view, and the message that the user gets."""

import datetime as dt

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse

from core.errors import ChangedMeanwhile, Concern, NotAllowed, Refused, Warned
from core.forms import WarnedForm
from core.roles import OFFICE
from core.states import Move
from core.views import ordering, redirect_unless_possible, run_service, save_form
from measures.forms import MilestoneForm
from measures.models import Milestone
from tests.partners.builders import make_user

MOVES = {"close": Move(("open",), "closed")}


class Record:
    """A stand-in for a model with a state, as the state tables need it."""

    def __init__(self, state):
        self.state = state

    def get_state_display(self):
        return "zu"

    def get_absolute_url(self):
        return "/tuer/"


def ask(method="post"):
    request = getattr(RequestFactory(), method)("/")
    request._messages = CookieStorage(request)
    return request


def messages_of(request):
    return [(message.level_tag, str(message)) for message in get_messages(request)]


def refuse(error):
    def call():
        raise error

    return call


@pytest.mark.parametrize(("result", "answer"), [(None, True), ("row", "row"), (0, 0)])
def test_message_is_shown_and_result_returned(result, answer):
    request = ask()

    assert run_service(request, lambda: result, done="Erledigt.") == answer
    assert messages_of(request) == [("success", "Erledigt.")]


def test_no_message_is_shown_without_a_text():
    request = ask()

    assert run_service(request, lambda: None) is True
    assert messages_of(request) == []


@pytest.mark.parametrize("error", [Refused("Nein."), ChangedMeanwhile("Nein.")])
def test_refusal_appears_above_the_page_or_at_the_form(error):
    bare, filled, form = ask(), ask(), forms.Form({})

    assert run_service(bare, refuse(error), done="Erledigt.") is False
    assert run_service(filled, refuse(error), done="Erledigt.", form=form) is False

    assert messages_of(bare) == [("error", "Nein.")]
    assert (messages_of(filled), form.non_field_errors()) == ([], ["Nein."])


def test_warned_form_shows_concerns_and_sends_their_keys_back():
    concerns = [Concern("person-1", "Leitung", "/1/", "a@b.example"), Concern("two", "", "", "")]
    form = WarnedForm({"heeded": "former"})

    assert run_service(ask(), refuse(Warned("Sehen Sie.", concerns)), form=form) is False

    assert (form.non_field_errors(), form.concerns) == (["Sehen Sie."], concerns)
    assert form["heeded"].value() == "person-1 two"
    again = WarnedForm(form.data)
    assert again.is_valid()
    assert again.heeded_keys == {"person-1", "two"}


def test_missing_right_is_a_403():
    with pytest.raises(PermissionDenied, match="Nein"):
        run_service(ask(), refuse(NotAllowed("Nein.")))


def test_record_that_is_gone_meanwhile_is_a_404():
    with pytest.raises(Http404):
        run_service(ask(), refuse(Milestone.DoesNotExist("gone")))


MILESTONE = {
    "title": "Baubeginn",
    "due_on": "2026-03-01",
    "weight": "1",
    "position": "1",
    "version": "as shown",
}


def save_milestone(service, data=None, *, pk=None):
    """Call `save_form` for a milestone; return request, form and what it returned."""
    request = ask()
    request.user = "office"
    form = MilestoneForm(data, instance=Milestone(pk=pk, title="Alt"))
    return request, form, save_form(request, form, service, measure="Tor", done="Erledigt.")


def fail(**given):
    raise AssertionError("The service was called.")


@pytest.mark.django_db
@pytest.mark.parametrize("data", [None, {"title": ""}])
def test_form_that_was_not_sent_or_is_invalid_is_not_saved(data):
    request, _form, result = save_milestone(fail, data)

    assert (result, messages_of(request)) == (None, [])


@pytest.mark.django_db
@pytest.mark.parametrize(("pk", "version"), [(None, {}), (7, {"version": "as shown"})])
def test_valid_form_reaches_the_service_with_the_version_of_a_saved_object(pk, version):
    calls = []

    def service(**given):
        calls.append(given)
        return "saved"

    request, form, result = save_milestone(service, MILESTONE, pk=pk)

    assert (result, messages_of(request)) == ("saved", [("success", "Erledigt.")])
    assert abs(dt.datetime.now(dt.UTC) - calls[0].pop("now")) < dt.timedelta(minutes=1)
    assert calls == [{"values": form.values, "by": "office", "measure": "Tor", **version}]
    assert form.values["title"] == "Baubeginn"


@pytest.mark.django_db
def test_form_keeps_what_was_typed_when_the_service_refuses():
    def refuse_it(**given):
        raise Refused("Nein.")

    request, form, result = save_milestone(refuse_it, MILESTONE)

    assert (result, messages_of(request), form.non_field_errors()) == (False, [], ["Nein."])
    assert form["title"].value() == "Baubeginn"


@pytest.mark.parametrize(
    ("method", "state", "leads_back"),
    [
        ("get", "closed", True),
        ("get", "open", False),
        ("post", "closed", False),
        ("post", "open", False),
    ],
)
def test_only_a_page_that_is_opened_leads_back_when_the_state_forbids_it(method, state, leads_back):
    request = ask(method)

    back = redirect_unless_possible(request, Record(state), MOVES, "close")

    assert (back.url if back else None) == ("/tuer/" if leads_back else None)
    assert len(messages_of(request)) == leads_back


SORTS = {"date": ("starts_on",), "name": ("search", "created_at")}


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("", ["-starts_on", "title", "pk"]),
        ("?sort=unbekannt", ["-starts_on", "title", "pk"]),
        ("?sort=date", ["starts_on", "title", "pk"]),
        ("?sort=name", ["search", "created_at", "title", "pk"]),
        ("?sort=-name", ["-search", "-created_at", "title", "pk"]),
    ],
)
def test_list_is_ordered_as_asked_and_then_by_fixed_columns(query, columns):
    request = RequestFactory().get(f"/{query}")

    assert ordering(request, SORTS, "-date", then=("title",)) == columns


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("", F("starts_on").desc(nulls_last=True)),
        ("?sort=date", F("starts_on").asc(nulls_last=True)),
    ],
)
def test_records_without_a_value_come_last_in_both_directions(query, column):
    request = RequestFactory().get(f"/{query}")

    assert ordering(request, SORTS, "-date", nulls_last=True) == [column, "pk"]


@pytest.mark.django_db
def test_form_in_another_encoding_is_answered_in_words():
    # Without the check and a cookie, the test client would not read the form again for the token.
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(OFFICE))
    client.cookies["csrftoken"] = "x" * 32
    content_type = "application/x-www-form-urlencoded; charset=utf-16"

    answer = client.generic("POST", reverse("overview"), b"name=x", content_type)

    assert answer.status_code == 400
    assert "Das ließ sich nicht lesen" in answer.text


@pytest.mark.django_db
def test_day_that_is_being_typed_is_answered_with_what_speaks_against_it(client):
    client.force_login(make_user(OFFICE))
    holiday = "Fr, 25.12.2026 ist in Berlin ein gesetzlicher Feiertag (Erster Weihnachtstag)."
    answers = {
        "25.12.2026": holiday,
        "4. April 2026": "Der 04.04.2026 ist ein Samstag.",
        "01.04.2026": "",
        "25.12.": "",
        "01.01.9999": "",
    }

    answered = {day: client.get("/tag/", {"due_on": day}).text.strip() for day in answers}

    assert answered == {day: f'<span id="day-hint">{text}</span>' for day, text in answers.items()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "keys"),
    [("26.12.2026", "holiday-2026-12-26 weekend-2026-12-26"), ("01.04.2026", None)],
)
def test_free_day_that_a_form_asks_about_comes_with_a_tick(client, day, keys):
    client.force_login(make_user(OFFICE))

    answer = client.get("/tag/", {"asks": "1", "due_on": day}).text

    tick = f'<input type="checkbox" name="heeded_day" value="{keys}" required>'
    assert (tick in answer) == (keys is not None)
    assert ("<input" in answer) == (keys is not None)
