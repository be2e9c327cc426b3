import datetime as dt

import pytest

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from media_visits.enums import VisitState
from media_visits.models import Visit
from partners.models import DistributionList
from tests.approvals.builders import DUE_ON, NOW
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

    response = signed_in.post(f"/besuche/{visit.pk}/vorlegen/", briefing | {"due_on": DUE_ON})

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

    response = signed_in.post(f"/besuche/{visit.pk}/vorlegen/", briefing)

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


def test_announcing_names_the_recipients(signed_in, senator):
    company = make_organisation()
    make_person("Werksleitung", organisation=company, email="werk@example.org")
    press = DistributionList.objects.create(name="Presseverteiler")
    press.members.add(make_person(email="redaktion@example.org"), make_person(email=""))
    visit = make_visit(S.APPROVED, company=company)
    page = text_of(signed_in.get(f"/besuche/{visit.pk}/ankuendigen/"))
    for words in (
        "Werksleitung (werk@example.org)",
        "Büro der Senatorin",
        "Presseverteiler (1 Person)",
    ):
        assert words in page, words

    signed_in.post(f"/besuche/{visit.pk}/ankuendigen/", {"lists": [press.pk]})

    assert Visit.objects.get().state == S.ANNOUNCED
    assert mails_written("visit_announced") == [
        ("visit_announced", "redaktion@example.org"),
        ("visit_announced", "werk@example.org"),
    ]


@pytest.mark.parametrize(
    ("route", "state"), [("verschieben/", S.POSTPONED), ("absagen/", S.CANCELLED)]
)
def test_postponing_and_cancelling_name_the_recipients(signed_in, senator, route, state):
    visit = make_visit(S.ANNOUNCED)
    visit.informed.add(make_person("Werksleitung", email="werk@example.org"))
    assert "Werksleitung (werk@example.org)" in text_of(
        signed_in.get(f"/besuche/{visit.pk}/{route}")
    )

    with nothing_changes(visit):
        assert "zwingend erforderlich" in text_of(
            signed_in.post(f"/besuche/{visit.pk}/{route}", {"reason": " "})
        )
    signed_in.post(f"/besuche/{visit.pk}/{route}", {"reason": "Streik"})

    assert (Visit.objects.get().state, Visit.objects.get().reason) == (state, "Streik")


def test_postponing_says_that_the_visit_is_no_longer_published(signed_in):
    visit = make_visit(S.APPROVED, is_published=True)
    address = f"/besuche/{visit.pk}/verschieben/"
    assert "Veröffentlicht ist der Besuch dann nicht mehr." in text_of(signed_in.get(address))

    page = text_of(signed_in.post(address, {"reason": "Streik"}, follow=True))

    assert "Der Besuch ist verschoben und nicht mehr veröffentlicht." in page
    assert not Visit.objects.get().is_published


def test_cancelling_says_that_the_visit_stays_published(signed_in):
    visit = make_visit(S.ANNOUNCED, is_published=True)
    address = f"/besuche/{visit.pk}/absagen/"
    assert "Der Besuch bleibt veröffentlicht" in text_of(signed_in.get(address))

    signed_in.post(address, {"reason": "Streik"})

    assert (Visit.objects.get().state, Visit.objects.get().is_published) == (S.CANCELLED, True)


@pytest.mark.parametrize("route", ["verschieben/", "absagen/"])
def test_internal_visits_are_not_said_to_be_published(signed_in, route):
    visit = make_visit(S.APPROVED)

    assert "veröffentlicht" not in text_of(signed_in.get(f"/besuche/{visit.pk}/{route}")).lower()


def test_cancelling_an_unknown_visit_says_that_nobody_gets_mail(signed_in):
    visit = make_visit()

    assert "Es wird niemand benachrichtigt" in text_of(
        signed_in.get(f"/besuche/{visit.pk}/absagen/")
    )


def test_withdrawing_asks_once_more(signed_in):
    visit = make_visit(S.SUBMITTED)
    with nothing_changes(visit):
        assert "Büro der Senatorin" in text_of(signed_in.get(f"/besuche/{visit.pk}/zurueckziehen/"))

    signed_in.post(f"/besuche/{visit.pk}/zurueckziehen/")

    assert Visit.objects.get().state == S.IDEA


def test_visit_is_held_and_documented(signed_in):
    visit = make_visit(S.ANNOUNCED, starts_at=NOW - dt.timedelta(hours=3), ends_at=None)
    assert "stattgefunden" in text_of(signed_in.get(f"/besuche/{visit.pk}/durchgefuehrt/"))

    signed_in.post(f"/besuche/{visit.pk}/durchgefuehrt/")
    signed_in.post(f"/besuche/{visit.pk}/ergebnis/", {"outcome": "**Fläche** gesucht"})

    assert Visit.objects.get().state == S.DOCUMENTED
    assert "<strong>Fläche</strong> gesucht" in text_of(signed_in.get(f"/besuche/{visit.pk}/"))


def test_visit_is_published_and_unpublished(signed_in):
    visit = make_visit(S.APPROVED)

    signed_in.post(f"/besuche/{visit.pk}/veroeffentlichen/")
    assert Visit.objects.get().is_published
    signed_in.post(f"/besuche/{visit.pk}/zuruecknehmen/")
    assert not Visit.objects.get().is_published


def test_publishing_too_early_is_refused_in_words(signed_in):
    visit = make_visit()

    response = signed_in.post(f"/besuche/{visit.pk}/veroeffentlichen/", follow=True)

    assert "solange seine Freigabe gilt" in text_of(response)
