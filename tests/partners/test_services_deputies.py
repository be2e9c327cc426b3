"""Arranging and ending deputyships."""

import datetime as dt

import pytest

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy
from partners.services import (
    create_deputy,
    end_deputy,
)
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
JUNE, JULY, AUGUST = (dt.date(2019, month, 1) for month in (6, 7, 8))
NOT_YOURS = r"^Vertretungen trägt die Geschäftsstelle ein oder die vertretene Person selbst\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def principal():
    return make_user(SENATOR_OFFICE, organisation=make_organisation())


@pytest.fixture
def deputy(principal):
    return make_user(organisation=principal.person.organisation)


@pytest.fixture
def details(principal, deputy, office):
    """Valid arguments of `create_deputy`."""
    return {
        "principal": principal.person,
        "deputy": deputy.person,
        "starts_on": JUNE,
        "ends_on": JULY,
        "by": office,
        "now": NOW,
    }


def deputyships_and_mails() -> tuple[int, int]:
    return Deputy.objects.count(), Mail.objects.count()


def test_both_sides_get_a_mail(details, principal, deputy):
    create_deputy(**details)

    assert set(Mail.objects.values_list("recipient", flat=True)) == {principal.email, deputy.email}
    assert "vom 01.06.2019 bis 01.07.2019" in Mail.objects.first().text


def test_deputyship_may_end_today(details):
    create_deputy(**details | {"ends_on": dt.date(2019, 6, 3)})

    assert deputyships_and_mails() == (1, 2)


def test_principal_arranges_their_own_deputyship(details, principal):
    create_deputy(**details | {"by": principal})

    assert deputyships_and_mails() == (1, 2)


def test_others_cannot_arrange_a_deputyship(details):
    stranger = make_user(OBSERVER)

    with pytest.raises(NotAllowed, match=NOT_YOURS):
        create_deputy(**details | {"by": stranger})

    assert deputyships_and_mails() == (0, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ends_on": dt.date(2019, 6, 2)}, "wäre schon vorbei"),
        ({"starts_on": JULY, "ends_on": JUNE}, "Das Ende der Vertretung liegt vor ihrem Beginn."),
        ({"kinds": ["topic", "budget"]}, "Unbekannte Art von Freigaben: budget"),
    ],
)
def test_impossible_dates_and_kinds_are_refused(details, changes, reason):
    with pytest.raises(Refused, match=reason):
        create_deputy(**details | changes)

    assert deputyships_and_mails() == (0, 0)


def test_office_cannot_make_itself_a_deputy(details, office):
    with pytest.raises(Refused, match="Sich selbst kann niemand als Vertretung eintragen"):
        create_deputy(**details | {"deputy": office.person})

    assert deputyships_and_mails() == (0, 0)


def test_principal_cannot_be_their_own_deputy(details, principal):
    with pytest.raises(Refused, match="Niemand kann sich selbst vertreten"):
        create_deputy(**details | {"deputy": principal.person})

    assert deputyships_and_mails() == (0, 0)


def test_deputy_without_an_account_is_refused(details):
    person = make_person("Pforte")

    with pytest.raises(Refused, match="Pforte hat kein aktives Konto"):
        create_deputy(**details | {"deputy": person})

    assert deputyships_and_mails() == (0, 0)


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(JULY, None), (JULY, AUGUST), (dt.date(2019, 1, 1), None)]
)
def test_overlapping_deputyship_of_the_same_two_is_refused(details, starts_on, ends_on):
    deputyship = create_deputy(**details | {"kinds": ["topic"]})
    second = {"starts_on": starts_on, "ends_on": ends_on, "kinds": ["visit"]}
    reason = "diese Vertretung schon eingetragen: .*vom 01.06.2019 bis 01.07.2019"

    with nothing_changes(deputyship), pytest.raises(Refused, match=reason):
        create_deputy(**details | second)

    assert Deputy.objects.count() == 1


def test_several_deputies_at_a_time_are_possible(details, principal):
    other = make_user(organisation=principal.person.organisation)

    create_deputy(**details)
    create_deputy(**details | {"deputy": other.person, "kinds": ["visit"]})

    assert Deputy.objects.filter(principal=principal.person).count() == 2


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
def test_rights_of_the_two_offices_stay_in_their_house(details, role):
    principal = make_user(role, organisation=make_organisation("Senatsverwaltung"))
    outsider = make_user(PARTNER, organisation=make_organisation("Kammer"))
    both = details | {"principal": principal.person, "deputy": outsider.person}

    with pytest.raises(Refused, match="gehört nicht zum Haus von .* aus demselben Haus"):
        create_deputy(**both)

    assert deputyships_and_mails() == (0, 0)


@pytest.mark.parametrize(
    ("principal_role", "deputy_role"), [(OFFICE, SENATOR_OFFICE), (SENATOR_OFFICE, OFFICE)]
)
def test_the_two_offices_do_not_act_for_each_other(details, principal_role, deputy_role):
    house = make_organisation("Senatsverwaltung")
    principal = make_user(principal_role, organisation=house)
    other = make_user(deputy_role, organisation=house)

    with pytest.raises(Refused, match="vertreten einander nicht: Wer vorlegt, entscheidet nicht"):
        create_deputy(**details | {"principal": principal.person, "deputy": other.person})

    assert deputyships_and_mails() == (0, 0)


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
def test_observers_of_the_same_house_may_act_for_the_two_offices(details, role):
    house = make_organisation("Senatsverwaltung")
    principal = make_user(role, organisation=house)
    observer = make_user(OBSERVER, organisation=house)

    create_deputy(**details | {"principal": principal.person, "deputy": observer.person})

    assert Deputy.objects.get().deputy == observer.person


def test_holder_of_the_same_role_may_belong_to_another_house(details, office):
    colleague = make_user(OFFICE, organisation=make_organisation("Beratung"))
    principal = make_user(OFFICE)

    create_deputy(**details | {"principal": principal.person, "deputy": colleague.person})

    assert Deputy.objects.get().deputy == colleague.person


def test_partners_may_be_represented_by_another_house(details):
    principal, other = make_user(PARTNER), make_user(PARTNER)

    create_deputy(**details | {"principal": principal.person, "deputy": other.person})

    assert Deputy.objects.get().deputy == other.person


def test_deputyship_may_begin_the_day_after_another_ended(details):
    create_deputy(**details)

    create_deputy(**details | {"starts_on": dt.date(2019, 7, 2), "ends_on": None})

    assert Deputy.objects.count() == 2


def test_kinds_are_stored_once_in_order_and_named_in_the_mail(details):
    deputyship = create_deputy(**details | {"kinds": ["visit", "topic", "visit"]})

    deputyship.refresh_from_db()
    assert deputyship.kinds == ["topic", "visit"]
    assert deputyship.scope == "nur Freigaben: Thema, Besuch"
    covered = [kind for kind in ("series", "topic", "dates", "visit") if deputyship.covers(kind)]
    assert covered == ["topic", "visit"]
    period = "vom 01.06.2019 bis 01.07.2019, nur Freigaben: Thema, Besuch"
    assert period in Mail.objects.first().text


def test_deputyship_without_kinds_covers_all_of_them(details):
    deputyship = create_deputy(**details)

    assert (deputyship.kinds, deputyship.scope) == ([], "")
    assert deputyship.covers("visit")


def test_ending_makes_yesterday_the_last_day(details, office):
    deputyship = create_deputy(**details)

    end_deputy(deputyship=deputyship, by=office, now=NOW + dt.timedelta(days=7))

    deputyship.refresh_from_db()
    assert deputyship.ends_on == dt.date(2019, 6, 9)
    assert deputyship.history.latest().history_change_reason == "Vertretung beendet"


def test_deputyship_ended_before_it_began_is_deleted(details, office):
    deputyship = create_deputy(**details | {"starts_on": JULY, "ends_on": None})

    end_deputy(deputyship=deputyship, by=office, now=NOW)

    assert Deputy.objects.count() == 0
    entry = Deputy.history.latest()
    assert (entry.history_type, entry.history_change_reason, entry.history_date) == (
        "-",
        "Vertretung zurückgenommen",
        NOW,
    )
    assert entry.history_user == office


def test_second_end_is_refused(details, office):
    deputyship = create_deputy(**details)
    end_deputy(deputyship=deputyship, by=office, now=NOW)

    with nothing_changes(deputyship), pytest.raises(Refused, match="schon beendet"):
        end_deputy(deputyship=deputyship, by=office, now=NOW)


def test_others_cannot_end_a_deputyship(details, deputy):
    deputyship = create_deputy(**details)

    with nothing_changes(deputyship), pytest.raises(NotAllowed, match=NOT_YOURS):
        end_deputy(deputyship=deputyship, by=deputy, now=NOW)


@pytest.mark.parametrize("days", [0, 7])
def test_both_sides_are_mailed_the_end_with_the_period_they_knew(details, office, days):
    deputyship = create_deputy(**details)
    principal, deputy = details["principal"], details["deputy"]
    Mail.objects.all().delete()

    end_deputy(deputyship=deputyship, by=office, now=NOW + dt.timedelta(days=days))

    mails = list(Mail.objects.order_by("recipient"))
    assert [mail.kind for mail in mails] == ["deputy_ended", "deputy_ended"]
    addresses = sorted(person.user.email for person in (principal, deputy))
    assert [mail.recipient for mail in mails] == addresses
    words = (
        f"{deputy.name} handelt nicht mehr für {principal.name}. Eingetragen war sie "
        f"{deputyship.period}."
    )
    assert words in mails[0].text
