import datetime as dt
import re

import pytest

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from media_visits.enums import VisitState
from media_visits.models import Visit
from partners.models import DistributionList
from tests.approvals.builders import DUE_ON, NOW
from tests.confirming import confirm, fill_in, press
from tests.media_visits.builders import (
    make_visit,
    make_visit_approval,
    text_of,
)
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState


def test_visit_goes_to_approval(signed_in, senator):
    visit = make_visit()
    briefing = {
        "occasion": "Masterplan",
        "facts": "Zugesagt",
        "assessment": "Passt",
        "vote": "Zustimmung",
    }
    assert 'value="09.03.2026"' in text_of(signed_in.get(f"/besuche/{visit.pk}/vorlegen/"))

    response = fill_in(signed_in, f"/besuche/{visit.pk}/vorlegen/", briefing | {"due_on": DUE_ON})

    assert response.url == f"/besuche/{visit.pk}/"
    approval = ApprovalRequest.objects.get()
    assert (approval.state, approval.vote, approval.due_on) == (
        ApprovalState.OPEN,
        "Zustimmung",
        DUE_ON,
    )
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_briefing_starts_with_the_words_of_the_last_one(signed_in):
    visit = make_visit(S.RETURNED)
    make_visit_approval(visit, ApprovalState.RETURNED, assessment="Passt zur Branche")

    page = text_of(signed_in.get(f"/besuche/{visit.pk}/vorlegen/"))

    assert "Passt zur Branche" in page


def test_refused_briefing_keeps_what_was_typed(signed_in):
    visit = make_visit(starts_at=None, ends_at=None)
    briefing = {"occasion": "Masterplan", "vote": "Zustimmung", "due_on": DUE_ON}

    response = fill_in(signed_in, f"/besuche/{visit.pk}/vorlegen/", briefing)

    assert "Tag und Uhrzeit" in text_of(response)
    assert "Masterplan" in text_of(response)
    assert Visit.objects.get().state == S.IDEA


@pytest.mark.parametrize(
    ("state", "route"),
    [
        (S.HELD, "vorlegen/"),
        (S.IDEA, "zurueckziehen/"),
        (S.IDEA, "ankuendigen/"),
        (S.IDEA, "durchgefuehrt/"),
        (S.IDEA, "ergebnis/"),
        (S.IDEA, "verschieben/"),
        (S.HELD, "absagen/"),
    ],
)
def test_impossible_step_leads_back_with_the_reason(signed_in, state, route):
    visit = make_visit(state)

    response = signed_in.get(f"/besuche/{visit.pk}/{route}", follow=True)

    assert response.redirect_chain == [(f"/besuche/{visit.pk}/", 302)]
    assert "Das ist im Stand" in text_of(response)


@pytest.fixture
def announced():
    """An announced visit of which one person knows."""
    visit = make_visit(S.ANNOUNCED, company_text="Turbinenbau AG", title="Rundgang")
    visit.informed.add(make_person("Werksleitung", email="werk@example.org"))
    return visit


def test_announcing_shows_recipients_and_text_before_it_mails(signed_in, senator):
    company = make_organisation()
    make_person("Werksleitung", organisation=company, email="werk@example.org")
    press_list = DistributionList.objects.create(name="Presseverteiler")
    press_list.members.add(make_person(email="redaktion@example.org"), make_person(email=""))
    visit = make_visit(S.APPROVED, company=company)
    address = f"/besuche/{visit.pk}/ankuendigen/"
    assert "Presseverteiler (1 Person)" in text_of(signed_in.get(address))

    with nothing_changes(visit):
        page = fill_in(signed_in, address, {"lists": [press_list.pk]})
    for words in (
        "3 Personen werden benachrichtigt.",
        "E-Mail an 2 Adressen",
        "Werksleitung &lt;werk@example.org&gt;",
        "redaktion@example.org",
        "senatorin@example.org",
        "Wird der Besuch verschoben oder abgesagt, sagen wir Ihnen Bescheid.",
    ):
        assert words in text_of(page), words

    response = press(signed_in, page)

    assert response.url == f"/besuche/{visit.pk}/"
    assert Visit.objects.get().state == S.ANNOUNCED
    assert mails_written("visit_announced") == [
        ("visit_announced", "redaktion@example.org"),
        ("visit_announced", "werk@example.org"),
    ]


def test_message_counts_the_people_who_are_told(signed_in):
    visit = make_visit(S.APPROVED)

    page = confirm(signed_in, f"/besuche/{visit.pk}/ankuendigen/")

    assert "Der Besuch ist angekündigt. Niemand wird benachrichtigt." in text_of(
        signed_in.get(page.url)
    )


WARNINGS = {
    "unknown": (
        {"company_text": "Werk Nord"},
        "Das Unternehmen steht nicht unter Partner; dort bekommt niemand eine Nachricht.",
    ),
    "inactive": (
        {"is_active": False},
        "Das Unternehmen ist unter Partner als nicht mehr aktiv vermerkt.",
    ),
    "no address": (
        {"address": ""},
        "Die Adresse fehlt; die Ankündigung nennt dann keine. Sie lässt sich nachtragen.",
    ),
    "nothing": ({}, None),
}


@pytest.mark.parametrize(("given", "warning"), WARNINGS.values(), ids=WARNINGS)
def test_announcing_warns_of_what_cannot_be_made_good(signed_in, given, warning):
    fields = {"address": "Werkstraße 1"} | given
    if "company_text" not in fields:
        fields["company"] = make_organisation(is_active=fields.pop("is_active", True))
    visit = make_visit(S.APPROVED, **fields)

    page = fill_in(signed_in, f"/besuche/{visit.pk}/ankuendigen/")

    assert page.context["details"] == ([warning] if warning else [])


def test_recipients_who_changed_since_are_shown_again(signed_in):
    company = make_organisation()
    visit = make_visit(S.APPROVED, company=company)
    page = fill_in(signed_in, f"/besuche/{visit.pk}/ankuendigen/")
    make_person("Neue Leitung", organisation=company, email="neu@example.org")

    with nothing_changes(visit):
        again = press(signed_in, page)

    assert "Inzwischen ginge die Nachricht an andere Personen" in text_of(again)
    assert "Neue Leitung &lt;neu@example.org&gt;" in text_of(again)
    press(signed_in, again)
    assert mails_written("visit_announced") == [("visit_announced", "neu@example.org")]


def test_going_back_keeps_what_was_entered(signed_in, announced):
    page = fill_in(signed_in, f"/besuche/{announced.pk}/absagen/", {"reason": "Streik im Werk"})

    with nothing_changes(announced):
        form = press(signed_in, page, **{"confirmation-back": "1"})

    assert form.context["form"]["reason"].value() == "Streik im Werk"
    assert not form.context["form"].errors


@pytest.mark.parametrize(
    ("route", "state"), [("verschieben/", S.POSTPONED), ("absagen/", S.CANCELLED)]
)
def test_postponing_and_cancelling_show_recipients_and_text(signed_in, announced, route, state):
    address = f"/besuche/{announced.pk}/{route}"
    with nothing_changes(announced):
        assert "Bitte füllen Sie dieses Feld aus." in text_of(
            fill_in(signed_in, address, {"reason": " "})
        )
        page = fill_in(signed_in, address, {"reason": "Streik"})
    for words in ("Werksleitung &lt;werk@example.org&gt;", "Grund: Streik"):
        assert words in text_of(page), words
    assert "Ohne Benachrichtigung" not in text_of(page)

    press(signed_in, page)

    assert (Visit.objects.get().state, Visit.objects.get().reason) == (state, "Streik")


def test_end_of_a_visit_is_told_even_if_the_page_says_otherwise(signed_in, announced):
    page = fill_in(signed_in, f"/besuche/{announced.pk}/absagen/", {"reason": "Streik"})

    press(signed_in, page, **{"confirmation-is_silent": "on"})

    assert mails_written("visit_cancelled") == [("visit_cancelled", "werk@example.org")]


def test_postponing_says_that_the_visit_is_no_longer_published(signed_in):
    visit = make_visit(S.APPROVED, is_published=True)
    address = f"/besuche/{visit.pk}/verschieben/"
    assert "Veröffentlicht ist der Besuch dann nicht mehr." in text_of(signed_in.get(address))

    response = confirm(signed_in, address, {"reason": "Streik"})

    assert "Der Besuch ist verschoben und nicht mehr veröffentlicht." in text_of(
        signed_in.get(response.url)
    )
    assert not Visit.objects.get().is_published


def test_cancelling_says_that_the_visit_stays_published(signed_in):
    visit = make_visit(S.ANNOUNCED, is_published=True)
    address = f"/besuche/{visit.pk}/absagen/"
    assert "Der Besuch bleibt veröffentlicht" in text_of(signed_in.get(address))

    confirm(signed_in, address, {"reason": "Streik"})

    assert (Visit.objects.get().state, Visit.objects.get().is_published) == (S.CANCELLED, True)


@pytest.mark.parametrize("route", ["verschieben/", "absagen/"])
def test_internal_visits_are_not_said_to_be_published(signed_in, route):
    visit = make_visit(S.APPROVED)

    assert "veröffentlicht" not in text_of(signed_in.get(f"/besuche/{visit.pk}/{route}")).lower()


def test_cancelling_an_unknown_visit_says_that_nobody_gets_mail(signed_in):
    visit = make_visit()

    page = fill_in(signed_in, f"/besuche/{visit.pk}/absagen/", {"reason": "Streik"})

    assert "Niemand wird benachrichtigt." in text_of(page)


def test_withdrawing_shows_whom_it_mails(signed_in, senator):
    visit = make_visit(S.SUBMITTED)
    address = f"/besuche/{visit.pk}/zurueckziehen/"
    with nothing_changes(visit):
        page = signed_in.get(address)
    assert "senatorin@example.org" in text_of(page)

    press(signed_in, page)

    assert Visit.objects.get().state == S.IDEA


def test_visit_is_held_and_documented(signed_in):
    visit = make_visit(S.ANNOUNCED, starts_at=NOW - dt.timedelta(hours=3), ends_at=None)
    assert "stattgefunden" in text_of(signed_in.get(f"/besuche/{visit.pk}/durchgefuehrt/"))

    fill_in(signed_in, f"/besuche/{visit.pk}/durchgefuehrt/")
    fill_in(signed_in, f"/besuche/{visit.pk}/ergebnis/", {"outcome": "**Fläche** gesucht"})

    assert Visit.objects.get().state == S.DOCUMENTED
    assert "<strong>Fläche</strong> gesucht" in text_of(signed_in.get(f"/besuche/{visit.pk}/"))


def test_recording_that_a_visit_took_place_can_be_taken_back(signed_in):
    visit = make_visit(S.HELD)
    assert "nicht-durchgefuehrt/" in text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    fill_in(signed_in, f"/besuche/{visit.pk}/nicht-durchgefuehrt/")

    assert Visit.objects.get().state == S.ANNOUNCED


def test_outcome_is_corrected_and_the_history_keeps_the_former_one(signed_in):
    visit = make_visit(S.DOCUMENTED, outcome="Fläche gesucht")
    assert "Ergebnis berichtigen" in text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    fill_in(signed_in, f"/besuche/{visit.pk}/ergebnis/", {"outcome": "Halle gesucht"})

    assert (Visit.objects.get().state, Visit.objects.get().outcome) == (
        S.DOCUMENTED,
        "Halle gesucht",
    )
    page = signed_in.get(f"/besuche/{visit.pk}/")
    (entry,) = (e for e in page.context["history"] if e.what == "Ergebnis berichtigt")
    assert entry.note == "bisher: Fläche gesucht"


def test_cancelled_visit_that_nobody_knows_of_is_taken_up_again(signed_in):
    visit = make_visit(S.CANCELLED)
    assert "wieder-aufnehmen/" in text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    fill_in(signed_in, f"/besuche/{visit.pk}/wieder-aufnehmen/")

    assert (Visit.objects.get().state, Visit.objects.get().reason) == (S.IDEA, "")


def test_announced_visit_offers_no_way_back_from_its_cancellation(signed_in):
    visit = make_visit(S.CANCELLED, announced_at=NOW)

    assert "wieder-aufnehmen/" not in text_of(signed_in.get(f"/besuche/{visit.pk}/"))


@pytest.mark.parametrize(
    ("announced_at", "sentence"),
    [
        (None, "Sie können den Besuch später wieder aufnehmen."),
        (NOW, "Eine Absage lässt sich nicht zurücknehmen."),
    ],
)
def test_cancelling_says_whether_it_can_be_taken_back(signed_in, announced_at, sentence):
    visit = make_visit(S.APPROVED, announced_at=announced_at)

    assert sentence in text_of(signed_in.get(f"/besuche/{visit.pk}/absagen/"))


@pytest.mark.parametrize(
    ("days", "suggested"),
    [
        (21, dt.date(2026, 3, 9)),
        # A Monday: the last working day before it is a Friday.
        (7, dt.date(2026, 3, 6)),
        (1, dt.date(2026, 3, 2)),
        (0, dt.date(2026, 3, 2)),
        (-1, None),
    ],
)
def test_suggested_deadline_is_before_the_visit(signed_in, days, suggested):
    visit = make_visit(starts_at=NOW + dt.timedelta(days=days, hours=1), ends_at=None)

    response = signed_in.get(f"/besuche/{visit.pk}/vorlegen/")

    assert response.context["form"].initial["due_on"] == suggested


def test_deadline_on_the_day_of_the_visit_is_refused_at_its_field(signed_in):
    visit = make_visit()
    values = {"occasion": "Masterplan", "vote": "Zustimmung", "due_on": "2026-03-23"}

    response = fill_in(signed_in, f"/besuche/{visit.pk}/vorlegen/", values)

    assert response.context["form"].errors["due_on"] == [
        "Die Entscheidung muss vor dem Tag selbst fallen (Mo, 23.03.2026). Bitte wählen "
        "Sie eine frühere Frist."
    ]


def test_past_visit_is_recorded_and_taken_back(signed_in):
    visit = make_visit(starts_at=NOW - dt.timedelta(days=1), ends_at=None)
    address = f"/besuche/{visit.pk}/nachtraeglich/"

    fill_in(signed_in, address, {"reason": "Einladung vom selben Tag"})
    page = text_of(signed_in.get(f"/besuche/{visit.pk}/"))

    for words in ("Ohne Freigabe im Portal", "Einladung vom selben Tag", "nachtraeglich-zur"):
        assert words in page, words
    assert "nicht-durchgefuehrt" not in page
    fill_in(signed_in, f"/besuche/{visit.pk}/nachtraeglich-zuruecknehmen/", {})
    visit.refresh_from_db()
    assert (visit.state, visit.recorded_reason) == (S.IDEA, "")


def post_button(client, visit, route):
    """Press the button of the visit's page that posts to `route`."""
    page = text_of(client.get(f"/besuche/{visit.pk}/"))
    (address,) = re.findall(rf'action="(/besuche/{visit.pk}/{route}[^"]*)"', page)
    return client.post(address, follow=True)


def test_visit_is_published_and_unpublished(signed_in):
    visit = make_visit(S.APPROVED)

    post_button(signed_in, visit, "veroeffentlichen/")
    assert Visit.objects.get().is_published
    post_button(signed_in, visit, "zuruecknehmen/")
    assert not Visit.objects.get().is_published


def test_publishing_too_early_is_refused_in_words(signed_in):
    visit = make_visit()

    response = signed_in.post(f"/besuche/{visit.pk}/veroeffentlichen/", follow=True)

    assert "solange seine Freigabe gilt" in text_of(response)
