"""A page loaded before a change never acts on a state that its reader has not seen."""

import datetime as dt
import re

import pytest
from django.db.models import F

from core.conflicts import version_of
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import change_visit
from media_visits.services.visits import VISIT_FIELDS
from tests.approvals.builders import NOW
from tests.confirming import fill_in, press
from tests.media_visits.builders import STARTS_AT, make_visit, text_of
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState
REASON, OUTCOME = {"reason": "Streik im Werk"}, {"outcome": "Fläche gesucht"}
# Pages that show mails; the last value says whether there is a form before.
MAILING = [
    ("zurueckziehen/", {}, S.SUBMITTED, False),
    ("ankuendigen/", {}, S.APPROVED, True),
    ("verschieben/", REASON, S.ANNOUNCED, True),
    ("absagen/", REASON, S.ANNOUNCED, True),
]
BRIEFING = {"occasion": "Masterplan", "vote": "Zustimmung", "due_on": "09.03.2026"}
SILENT = [
    ("vorlegen/", BRIEFING, S.IDEA, False),
    ("ankuendigen/", {}, S.APPROVED, False),
    ("verschieben/", REASON, S.ANNOUNCED, False),
    ("absagen/", REASON, S.ANNOUNCED, False),
    ("durchgefuehrt/", {}, S.ANNOUNCED, False),
    ("nicht-durchgefuehrt/", {}, S.HELD, False),
    ("ergebnis/", OUTCOME, S.HELD, False),
    ("ergebnis/", OUTCOME, S.DOCUMENTED, False),
    ("wieder-aufnehmen/", {}, S.CANCELLED, False),
]


@pytest.mark.parametrize(("route", "values", "state", "is_second"), MAILING + SILENT)
def test_page_from_before_a_change_does_nothing(signed_in, office, route, values, state, is_second):
    starts_at = NOW - dt.timedelta(hours=3) if route == "durchgefuehrt/" else STARTS_AT
    visit = make_visit(state, starts_at=starts_at, ends_at=None)
    address = f"/besuche/{visit.pk}/{route}"
    shown = fill_in(signed_in, address, values) if is_second else signed_in.get(address)
    version = version_of(Visit.objects.get(), VISIT_FIELDS)
    new = {"message": "Neue Botschaft"}
    change_visit(visit=visit, values=new, version=version, by=office, now=NOW)

    with nothing_changes(visit):
        response = press(signed_in, shown, **values)

    if response.status_code == 302:
        response = signed_in.get(response.url)
    sentence = "hat diesen Eintrag inzwischen geändert (02.03.2026, 10:00 Uhr). Bitte sehen Sie"
    assert sentence in text_of(response)
    for typed in values.values():
        assert typed in text_of(response)


def test_page_that_asks_again_acts_on_what_it_shows_now(signed_in, office):
    visit = make_visit(S.ANNOUNCED)
    address = f"/besuche/{visit.pk}/absagen/"
    shown = signed_in.get(address)
    version = version_of(Visit.objects.get(), VISIT_FIELDS)
    new = {"message": "Neue Botschaft"}
    change_visit(visit=visit, values=new, version=version, by=office, now=NOW)

    again = press(signed_in, shown, **REASON)
    press(signed_in, press(signed_in, again, **REASON))

    assert (Visit.objects.get().state, Visit.objects.get().reason) == (
        S.CANCELLED,
        "Streik im Werk",
    )


@pytest.mark.parametrize("route", ["veroeffentlichen/", "zuruecknehmen/"])
def test_button_from_before_a_change_does_nothing(signed_in, office, route):
    is_published = route == "zuruecknehmen/"
    visit = make_visit(S.APPROVED, is_published=is_published, approval=False)
    page = text_of(signed_in.get(f"/besuche/{visit.pk}/"))
    (address,) = re.findall(rf'action="(/besuche/{visit.pk}/{route}[^"]*)"', page)
    Visit.objects.filter(pk=visit.pk).update(version=F("version") + 1)

    with nothing_changes(visit):
        response = signed_in.post(address, follow=True)

    assert "inzwischen geändert" in text_of(response)
