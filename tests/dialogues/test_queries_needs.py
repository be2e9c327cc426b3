"""Which needs are listed, filtered and wait for the office."""

import datetime as dt

import pytest
from django.http import QueryDict

from core.roles import PARTNER
from dialogues.enums import NeedState
from dialogues.filters import NeedFilter
from dialogues.queries import listed_needs, needs_awaiting_office, open_needs
from partners.models import Sector
from tests.dialogues.builders import NOW, TODAY, make_need
from tests.measures.builders import make_measure
from tests.partners.builders import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = NeedState
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
# Six months before TODAY, the second of March.
LONG_AGO = dt.datetime(2025, 9, 2, 23, 59, tzinfo=NOW.tzinfo)
CHECK = {"resubmit_check": "Liegt die Leitung?"}


def filtered(user, query: str) -> list[str]:
    listing = NeedFilter(QueryDict(query), listed_needs(user), user=user)
    assert listing.form.is_valid(), listing.form.errors
    return sorted(need.title for need in listing.qs)


def test_list_is_filtered_by_state(office):
    for state in S:
        make_need(state, title=state)

    assert filtered(office, "state=offen") == ["in_progress", "promised", "raised"]
    assert filtered(office, "state=impossible") == ["impossible"]
    assert len(filtered(office, "")) == 6


def test_list_finds_what_has_not_moved_for_six_months(office):
    make_need(title="lange", moved_at=LONG_AGO)
    make_need(title="gerade noch", moved_at=LONG_AGO + dt.timedelta(minutes=2))
    make_need(S.DONE, title="erledigt", moved_at=LONG_AGO)

    assert filtered(office, "attention=still") == ["lange"]


def test_list_finds_overdue_needs_and_those_to_look_at(office):
    make_need(title="heute", due_on=TODAY, resubmit_on=TODAY, **CHECK)
    make_need(title="gestern", due_on=YESTERDAY)
    make_need(title="morgen", due_on=TOMORROW, resubmit_on=TOMORROW, **CHECK)
    make_need(S.DONE, title="erledigt", due_on=YESTERDAY, resubmit_on=YESTERDAY, **CHECK)
    make_need(S.FILED, title="abgelegt", resubmit_on=YESTERDAY, **CHECK)

    assert filtered(office, "attention=ueberfaellig") == ["gestern"]
    assert filtered(office, "attention=wiedervorlage") == ["erledigt", "heute"]


def test_list_is_filtered_by_addressee_measure_sector_and_who_is_in_charge(office):
    sector, measure = Sector.objects.create(name="Metall"), make_measure()
    company, addressee = make_organisation(), make_organisation()
    company.sectors.add(sector, Sector.objects.create(name="Chemie"))
    make_need(title="A", raised_by=company, addressee=addressee, measure=measure)
    make_need(title="B", responsible=office)

    assert filtered(office, f"addressee={addressee.pk}") == ["A"]
    assert filtered(office, "addressee=geschaeftsstelle") == ["B"]
    assert filtered(office, f"measure={measure.pk}") == ["A"]
    assert filtered(office, f"sector={sector.pk}") == ["A"]
    assert filtered(office, "responsible=meine") == ["B"]
    assert filtered(office, "responsible=nicht-vergeben") == ["A"]


def test_search_reads_text_promise_and_both_organisations(office):
    company, addressee = make_organisation("Zange GmbH"), make_organisation("Bezirksamt Mitte")
    make_need(S.PROMISED, title="Öffnung", raised_by=company, addressee=addressee)

    for words in ("oeffnung", "herbst", "zange", "bezirksamt öffn"):
        assert filtered(office, f"q={words}") == ["Öffnung"]
    assert filtered(office, "q=fehlt") == []


def test_partner_chooses_among_own_needs_without_the_days_of_the_office():
    partner = make_user(PARTNER)
    make_need(addressee=make_organisation("Verborgen"))
    make_need(addressee=partner.person.organisation)

    listing = NeedFilter(QueryDict(), listed_needs(partner), user=partner)

    labels = [label for _key, label in listing.form.fields["addressee"].choices]
    assert labels == ["alle", "Geschäftsstelle", partner.person.organisation.label]
    keys = [key for key, _label in listing.form.fields["attention"].choices]
    assert keys == ["", "still", "ueberfaellig"]
    assert "responsible" not in listing.form.fields


@pytest.mark.parametrize(
    ("state", "fields", "due_day"),
    [
        (S.RAISED, {}, None),
        (S.RAISED, {"due_on": TODAY}, TODAY),
        (S.RAISED, {"due_on": TODAY, "resubmit_on": YESTERDAY, **CHECK}, YESTERDAY),
        (S.PROMISED, {"due_on": YESTERDAY, "resubmit_on": TODAY, **CHECK}, YESTERDAY),
        (S.DONE, {"due_on": YESTERDAY, "resubmit_on": TODAY, **CHECK}, TODAY),
    ],
)
def test_need_waits_for_the_office_from_the_first_day_that_has_come(office, state, fields, due_day):
    need = make_need(state, responsible=office, **fields)

    found = needs_awaiting_office(TODAY).get()

    assert (found, found.due_day, found.in_charge) == (need, due_day, office.pk)


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (S.RAISED, {"due_on": TOMORROW}),
        (S.RAISED, {"resubmit_on": TOMORROW, **CHECK}),
        (S.PROMISED, {}),
        (S.DONE, {"due_on": YESTERDAY}),
        (S.FILED, {"resubmit_on": YESTERDAY, **CHECK}),
    ],
)
def test_need_does_not_wait_for_the_office_before_its_day(state, fields):
    make_need(state, **fields)

    assert not needs_awaiting_office(TODAY).exists()


def test_needs_are_open_until_they_are_filed():
    for state in S:
        make_need(state, title=state)

    assert [need.title for need in open_needs()] == [
        "done",
        "impossible",
        "in_progress",
        "promised",
        "raised",
    ]
