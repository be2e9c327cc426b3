import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core.models import Origin, Precision
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from media_visits.enums import PressKind, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from tests.approvals.builders import NOW
from tests.media_visits.builders import STARTS_AT, make_coverage, make_slot, make_visit, new_visit
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = VisitState
HOUR = dt.timedelta(hours=1)


def refused_by(name, record):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        record.save()
    return True


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("visit_state_is_known", {"state": "dreamt"}),
        ("visit_names_a_company", {"company": None}),
        ("visit_ends_after_start", {"ends_at": STARTS_AT}),
        ("visit_ends_after_start", {"starts_at": None}),
        ("visit_days_in_order", {"starts_on": dt.date(2026, 3, 2), "ends_on": dt.date(2026, 3, 1)}),
        ("visit_submitted_has_a_start", {"state": S.APPROVED, "starts_at": None, "ends_at": None}),
        ("visit_put_off_has_a_reason", {"state": S.CANCELLED}),
        ("visit_published_was_approved", {"is_published": True}),
        ("visit_documented_has_an_outcome", {"state": S.DOCUMENTED}),
    ],
)
def test_impossible_visits_are_refused_by_the_database(constraint, fields):
    assert refused_by(constraint, new_visit(**fields))


PUBLIC = {S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED, S.CANCELLED}


@pytest.mark.parametrize("state", S)
def test_database_knows_which_states_may_be_public(state):
    visit = make_visit(state, approval=False)
    visit.is_published = True

    if state in PUBLIC:
        visit.save()
        assert Visit.objects.get().is_published
    else:
        assert refused_by("visit_published_was_approved", visit)


@pytest.mark.parametrize("state", S)
def test_company_sees_its_announced_visit_only_with_a_valid_approval(state):
    partner = make_user(PARTNER)
    make_visit(state, company=partner.person.organisation, announced_at=NOW, approval=False)

    assert Visit.objects.visible_to(partner).exists() == (state in PUBLIC)


@pytest.mark.parametrize("state", [S.HELD, S.CANCELLED, S.ANNOUNCED])
def test_visits_taken_over_may_lack_time_reason_and_outcome(state):
    visit = new_visit(
        state=state, starts_at=None, ends_at=None, origin=Origin.TAKEN_OVER, is_published=True
    )

    visit.save()

    assert Visit.objects.get(pk=visit.pk).state == state


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("press_slot_kind_is_known", {"kind": "party"}),
        ("press_slot_has_a_start", {"starts_at": None}),
        ("press_slot_arrive_before_start", {"be_there_by": STARTS_AT + HOUR}),
        ("press_slot_register_before_start", {"registration_deadline": STARTS_AT + HOUR}),
        ("press_slot_capacity_is_positive", {"capacity": 0}),
    ],
)
def test_impossible_press_slots_are_refused_by_the_database(constraint, fields):
    values = {"visit": make_visit(), "kind": PressKind.POOL, "starts_at": STARTS_AT} | fields

    assert refused_by(constraint, PressSlot(**values))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("coverage_kind_is_known", {"kind": "smoke"}),
        ("coverage_publisher_is_known", {"publisher": "nobody"}),
        ("coverage_tone_is_known", {"tone": "shrill"}),
        ("coverage_says_what_it_is", {"title": ""}),
    ],
)
def test_impossible_coverage_is_refused_by_the_database(constraint, fields):
    assert refused_by(constraint, Coverage(**{"medium": "Stadtblatt", "title": "Bericht"} | fields))


def test_link_is_recorded_once_but_may_be_missing_often():
    make_coverage(url="")
    make_coverage(url="")
    make_coverage(url="https://example.org/a")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_coverage(url="https://example.org/a")


def test_entered_company_name_wins():
    company = make_organisation("Turbinenbau AG")

    assert new_visit(company=company).company_name == "Turbinenbau AG"
    assert (
        new_visit(company=company, company_text="Turbinenbau, Werk Moabit").company_name
        == "Turbinenbau, Werk Moabit"
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "Mo, 23.03.2026, 10:00–12:00 Uhr"),
        ({"starts_at": None, "ends_at": None}, "Termin noch offen"),
        (
            {
                "starts_at": None,
                "starts_on": dt.date(2017, 7, 25),
                "ends_on": dt.date(2017, 8, 9),
                "precision": Precision.RANGE,
                "origin": Origin.TAKEN_OVER,
            },
            "25.07.2017 – 09.08.2017",
        ),
        (
            {
                "starts_at": None,
                "starts_on": dt.date(2017, 7, 1),
                "ends_on": dt.date(2017, 8, 1),
                "precision": Precision.MONTH,
                "origin": Origin.TAKEN_OVER,
            },
            "Juli 2017 – August 2017",
        ),
        (
            {
                "starts_at": None,
                "starts_on": dt.date(2019, 12, 1),
                "precision": Precision.MONTH,
                "origin": Origin.TAKEN_OVER,
            },
            "Dezember 2019",
        ),
        (
            {"starts_at": None, "precision": Precision.UNKNOWN, "origin": Origin.TAKEN_OVER},
            "Datum nicht belegt",
        ),
    ],
)
def test_date_is_shown_as_precisely_as_it_is_known(fields, text):
    assert (
        str(Visit(**{"starts_at": STARTS_AT, "ends_at": STARTS_AT + 2 * HOUR} | fields).date_text)
        == text
    )


def test_slot_is_named_by_kind_and_time():
    assert str(make_slot(make_visit())) == "Wort-Bild-Termin 23.03.2026, 10:00 Uhr"


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"title": "Werk öffnet", "about": "Besuch"}, "Werk öffnet"),
        ({"title": "", "about": "Besuch"}, "Besuch"),
        ({"title": "", "about": "", "url": "https://example.org/x"}, "https://example.org/x"),
    ],
)
def test_coverage_without_a_headline_says_what_it_is_about(fields, label):
    assert Coverage(**fields).label == label


SEEN = {
    OFFICE: set(S),
    SENATOR_OFFICE: set(S) - {S.IDEA},
    OBSERVER: {S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED},
    PARTNER: set(),
}


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("state", S)
def test_internal_visit_is_visible_by_role(role, state):
    visit = make_visit(state, approval=False)

    assert Visit.objects.visible_to(make_user(role)).filter(pk=visit.pk).exists() == (
        state in SEEN[role]
    )


def test_senators_office_still_sees_a_withdrawn_visit(senator):
    withdrawn = make_visit(S.IDEA, submitted_at=NOW)

    assert list(Visit.objects.visible_to(senator)) == [withdrawn]


def test_partners_see_what_is_published_and_what_was_announced_to_them():
    partner = make_user(PARTNER)
    own = partner.person.organisation
    make_visit(S.IDEA, company=own)
    make_visit(S.APPROVED, company=own, approval=False)
    make_visit(S.ANNOUNCED, approval=False)
    announced = make_visit(S.ANNOUNCED, company=own, approval=False)
    published = make_visit(S.APPROVED, is_published=True, approval=False)

    assert set(Visit.objects.visible_to(partner)) == {announced, published}


def test_without_a_role_nothing_is_visible(django_user_model):
    make_visit(S.APPROVED, is_published=True, approval=False)
    make_coverage()
    nobody = make_user()

    assert not Visit.objects.visible_to(nobody).exists()
    assert not Coverage.objects.visible_to(nobody).exists()


def test_coverage_shows_only_to_those_who_see_its_visit():
    free = make_coverage()
    public = make_coverage(visit=make_visit(S.HELD, is_published=True, approval=False))
    internal = make_coverage(visit=make_visit(S.HELD, approval=False))

    assert set(Coverage.objects.visible_to(make_user(PARTNER))) == {free, public}
    assert set(Coverage.objects.visible_to(make_user(OBSERVER))) == {free, public, internal}
