"""Deputies: who may arrange them, when they hold, what is refused."""

import datetime as dt

import pytest
from django.utils import timezone

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy, Person, User
from partners.queries import deputyships_between, last_deputyship
from partners.services import add_deputy, end_deputy
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
JUNE, JULY, AUGUST = (dt.date(2019, month, 1) for month in (6, 7, 8))


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def principal():
    return make_user(SENATOR_OFFICE, organisation=make_organisation())


@pytest.fixture
def deputy(principal):
    return make_user(organisation=principal.person.organisation)


def arrange(principal, deputy, by, starts_on=JUNE, ends_on=JULY, kinds=()) -> Deputy:
    return add_deputy(
        principal=principal.person,
        deputy=deputy.person,
        starts_on=starts_on,
        ends_on=ends_on,
        kinds=kinds,
        by=by,
        now=NOW,
    )


def test_both_sides_are_told(principal, deputy, office):
    arrange(principal, deputy, office)

    assert set(Mail.objects.values_list("recipient", flat=True)) == {principal.email, deputy.email}
    assert "vom 01.06.2019 bis 01.07.2019" in Mail.objects.first().text


@pytest.mark.parametrize(
    ("last_day", "is_refused"), [(dt.date(2019, 6, 2), True), (dt.date(2019, 6, 3), False)]
)
def test_a_deputyship_that_is_over_is_refused(principal, deputy, office, last_day, is_refused):
    if is_refused:
        with pytest.raises(Refused, match="wäre schon vorbei"):
            arrange(principal, deputy, office, ends_on=last_day)
    else:
        arrange(principal, deputy, office, ends_on=last_day)

    assert Deputy.objects.exists() is not is_refused
    assert Mail.objects.exists() is not is_refused


def test_everybody_arranges_the_own_deputy(principal, deputy):
    arrange(principal, deputy, principal)

    assert Deputy.objects.count() == 1


def test_nobody_else_arranges_a_deputy(principal, deputy):
    with pytest.raises(NotAllowed):
        arrange(principal, deputy, make_user(OBSERVER))

    assert (Deputy.objects.count(), Mail.objects.count()) == (0, 0)


def test_nobody_makes_oneself_a_deputy(principal, office):
    with pytest.raises(Refused, match="Sich selbst kann niemand als Vertretung eintragen"):
        arrange(principal, office, office)

    assert Deputy.objects.count() == 0


def test_end_before_start_is_refused(principal, deputy, office):
    with pytest.raises(Refused, match="Das Ende der Vertretung liegt vor ihrem Beginn."):
        arrange(principal, deputy, office, starts_on=JULY, ends_on=JUNE)

    assert Deputy.objects.count() == 0


@pytest.mark.parametrize(
    ("starts_on", "ends_on"), [(JULY, None), (JULY, AUGUST), (dt.date(2019, 1, 1), None)]
)
def test_same_deputy_twice_at_a_time_is_refused(principal, deputy, office, starts_on, ends_on):
    arrange(principal, deputy, office, kinds=["topic"])
    Mail.objects.all().delete()

    with pytest.raises(
        Refused, match="diese Vertretung schon eingetragen: .*vom 01.06.2019 bis 01.07.2019"
    ):
        arrange(principal, deputy, office, starts_on=starts_on, ends_on=ends_on, kinds=["visit"])

    assert (Deputy.objects.count(), Mail.objects.count()) == (1, 0)


def test_several_deputies_at_a_time_are_possible(principal, deputy, office):
    arrange(principal, deputy, office)
    arrange(principal, make_user(), office, kinds=["visit"])

    assert Deputy.objects.filter(principal=principal.person).count() == 2


def test_kinds_are_kept_once_and_in_order_and_told(principal, deputy, office):
    row = arrange(principal, deputy, office, kinds=["visit", "topic", "visit"])

    row.refresh_from_db()
    assert row.kinds == ["topic", "visit"]
    assert row.scope == "nur Freigaben: Thema, Besuch"
    assert [row.covers(kind) for kind in ("series", "topic", "dates", "visit")] == [
        False,
        True,
        False,
        True,
    ]
    assert (
        "vom 01.06.2019 bis 01.07.2019, nur Freigaben: Thema, Besuch" in Mail.objects.first().text
    )


def test_unknown_kind_is_refused(principal, deputy, office):
    with pytest.raises(Refused, match="Unbekannte Art von Freigaben: budget"):
        arrange(principal, deputy, office, kinds=["topic", "budget"])

    assert (Deputy.objects.count(), Mail.objects.count()) == (0, 0)


def test_deputyship_without_kinds_covers_all(principal, deputy, office):
    row = arrange(principal, deputy, office)

    assert (row.kinds, row.scope, row.covers("visit")) == ([], "", True)


def test_the_day_after_is_free(principal, deputy, office):
    arrange(principal, deputy, office)

    arrange(principal, deputy, office, starts_on=dt.date(2019, 7, 2), ends_on=None)

    assert Deputy.objects.count() == 2


def test_deputy_needs_an_account(principal, office):
    person = make_person("Pforte")

    with pytest.raises(Refused, match="Pforte hat kein aktives Konto"):
        add_deputy(
            principal=principal.person,
            deputy=person,
            starts_on=JUNE,
            ends_on=None,
            by=office,
            now=NOW,
        )


def test_roles_are_lent_on_the_days_only(principal, deputy):
    today = timezone.localdate()
    Deputy.objects.create(
        principal=principal.person, deputy=deputy.person, starts_on=today, ends_on=today
    )
    assert User.objects.get(pk=deputy.pk).roles == {SENATOR_OFFICE}

    Deputy.objects.update(
        starts_on=today - dt.timedelta(days=2), ends_on=today - dt.timedelta(days=1)
    )
    assert User.objects.get(pk=deputy.pk).roles == frozenset()


def lend(principal, deputy, *kinds):
    Deputy.objects.create(
        principal=principal.person,
        deputy=deputy.person,
        starts_on=timezone.localdate(),
        kinds=list(kinds),
    )


def test_role_lent_for_some_kinds_says_for_which(principal, deputy):
    lend(principal, deputy, "topic")
    lend(make_user(SENATOR_OFFICE), deputy, "visit")

    account = User.objects.get(pk=deputy.pk)
    assert (account.roles, account.own_roles) == ({SENATOR_OFFICE}, frozenset())
    assert account.lent_kinds == {SENATOR_OFFICE: {"topic", "visit"}}


def test_role_lent_whole_by_one_principal_is_not_limited_by_another(principal, deputy):
    lend(principal, deputy, "topic")
    lend(make_user(SENATOR_OFFICE), deputy)

    assert User.objects.get(pk=deputy.pk).lent_kinds == {}


def test_own_role_is_not_limited_by_a_deputyship(principal):
    colleague = make_user(SENATOR_OFFICE, OBSERVER)
    lend(principal, colleague, "topic")

    account = User.objects.get(pk=colleague.pk)
    assert (account.own_roles, account.lent_kinds) == ({SENATOR_OFFICE, OBSERVER}, {})


def test_roles_own_and_lent_cost_one_query(principal, deputy, django_assert_num_queries):
    lend(principal, deputy, "topic")
    account = User.objects.get(pk=deputy.pk)

    with django_assert_num_queries(1):
        assert (account.roles, account.own_roles, account.lent_kinds) != ()


def test_partner_lends_the_organisation_with_the_role(django_assert_num_queries):
    partner, deputy = make_user(PARTNER), make_user(PARTNER)
    lend(partner, deputy)

    account = User.objects.get(pk=deputy.pk)
    with django_assert_num_queries(1):
        assert account.roles == {PARTNER}
        assert account.organisation_ids == {partner.organisation_id, deputy.organisation_id}


def test_partner_without_an_organisation_lends_none():
    contact, deputy = make_user(PARTNER), make_user()
    Person.objects.update(organisation=None)
    lend(contact, deputy)

    assert User.objects.get(pk=deputy.pk).organisation_ids == frozenset()


def lent_organisations(deputy, principal, *kinds):
    """Return the organisations that `principal` lends to the partner `deputy`."""
    lend(principal, deputy, *kinds)
    return User.objects.get(pk=deputy.pk).organisation_ids - {deputy.organisation_id}


@pytest.mark.parametrize("kinds", [(), ("topic",)])
def test_principal_of_the_senators_office_lends_no_organisation(principal, kinds):
    assert lent_organisations(make_user(PARTNER), principal, *kinds) == frozenset()


def test_partner_limited_to_kinds_lends_no_organisation():
    assert lent_organisations(make_user(PARTNER), make_user(PARTNER), "topic") == frozenset()


def test_closed_account_lends_no_organisation():
    assert (
        lent_organisations(make_user(PARTNER), make_user(PARTNER, is_active=False)) == frozenset()
    )


def test_contact_without_an_account_lends_no_organisation():
    partner, contact = make_user(PARTNER), make_person(organisation=make_organisation())
    Deputy.objects.create(principal=contact, deputy=partner.person, starts_on=timezone.localdate())

    assert User.objects.get(pk=partner.pk).organisation_ids == {partner.organisation_id}


def test_partner_role_merely_lent_does_not_open_the_own_organisation():
    partner, observer = make_user(PARTNER), make_user(OBSERVER, organisation=make_organisation())
    lend(partner, observer)

    account = User.objects.get(pk=observer.pk)
    assert (account.roles, account.organisation_ids) == (
        {OBSERVER, PARTNER},
        {partner.organisation_id},
    )


def test_organisation_is_lent_on_the_days_only():
    partner, deputy = make_user(PARTNER), make_user()
    lend(partner, deputy)
    Deputy.objects.update(starts_on=JUNE, ends_on=JULY)

    assert User.objects.get(pk=deputy.pk).organisation_ids == frozenset()


def test_deputies_of_a_kind_are_found_in_one_query(principal, deputy, django_assert_num_queries):
    visits, closed = make_user(), make_user(is_active=False)
    lend(principal, deputy, "topic")
    lend(principal, visits, "visit")
    lend(principal, closed)
    second = make_user(SENATOR_OFFICE)
    lend(second, visits)

    with django_assert_num_queries(1):
        today = timezone.localdate()
        rows = deputyships_between([principal.person, second.person], today, today)
        found = [row.deputy.user.email for row in rows if row.covers("topic")]
        assert found == [deputy.email, visits.email]


def test_last_deputyship_is_the_one_that_ended_last(principal, deputy):
    today = timezone.localdate()
    day = dt.timedelta(days=1)
    partner = make_user(PARTNER)
    for row, end in (
        (principal, today - 9 * day),
        (principal, today - 2 * day),
        (partner, today - day),
    ):
        Deputy.objects.create(
            principal=row.person, deputy=deputy.person, starts_on=today - 20 * day, ends_on=end
        )

    assert last_deputyship(deputy, SENATOR_OFFICE, today).ends_on == today - 2 * day
    assert last_deputyship(principal, SENATOR_OFFICE, today) is None


def test_closed_account_lends_no_role(principal, deputy):
    Deputy.objects.create(
        principal=principal.person, deputy=deputy.person, starts_on=timezone.localdate()
    )
    User.objects.filter(pk=principal.pk).update(is_active=False)

    assert User.objects.get(pk=deputy.pk).roles == frozenset()


def test_ending_makes_yesterday_the_last_day(principal, deputy, office):
    row = arrange(principal, deputy, office)

    end_deputy(deputyship=row, by=office, now=dt.datetime(2019, 6, 10, 9, tzinfo=dt.UTC))

    row.refresh_from_db()
    assert row.ends_on == dt.date(2019, 6, 9)
    assert row.history.latest().history_change_reason == "Vertretung beendet"


def test_ending_before_it_began_takes_it_out(principal, deputy, office):
    row = arrange(principal, deputy, office, starts_on=JULY, ends_on=None)

    end_deputy(deputyship=row, by=office, now=NOW)

    assert Deputy.objects.count() == 0


def test_ending_twice_is_told(principal, deputy, office):
    row = arrange(principal, deputy, office)
    end_deputy(deputyship=row, by=office, now=NOW)

    with pytest.raises(Refused, match="schon beendet"):
        end_deputy(deputyship=row, by=office, now=NOW)


def test_own_page_offers_people_of_the_own_organisation_only(client, principal, deputy):
    make_user(OBSERVER, organisation=make_organisation("Fremder Betrieb"))
    client.force_login(principal)

    form = client.get("/konto/vertretung/neu/").context["form"]

    assert list(form.fields["deputy"].queryset) == [deputy.person]


def test_kinds_are_chosen_where_the_principal_decides(client, principal, deputy):
    client.force_login(principal)
    typed = {
        "deputy": deputy.person_id,
        "starts_on": "2019-07-01",
        "ends_on": "",
        "kinds": ["topic", "dates"],
    }

    assert "Nur für diese Freigaben" in client.get("/konto/vertretung/neu/").content.decode()
    client.post("/konto/vertretung/neu/", typed)

    assert Deputy.objects.get().kinds == ["topic", "dates"]
    assert "nur Freigaben: Thema, Termine" in client.get("/konto/").content.decode()


def test_kinds_are_not_asked_of_others(client):
    partner = make_user(PARTNER)
    client.force_login(partner)

    assert "Nur für diese Freigaben" not in client.get("/konto/vertretung/neu/").content.decode()


def test_deputy_sees_for_what_the_deputyship_holds(client, principal, deputy):
    lend(principal, deputy, "visit")
    client.force_login(deputy)

    assert "nur Freigaben: Besuch" in client.get("/konto/").content.decode()


def test_refused_deputy_keeps_what_was_typed(client, principal, deputy):
    client.force_login(principal)
    typed = {"deputy": deputy.person_id, "starts_on": "2019-07-01", "ends_on": "2019-06-01"}

    page = client.post("/konto/vertretung/neu/", typed).content.decode()

    assert "Das Ende der Vertretung liegt vor ihrem Beginn." in page
    assert 'value="2019-07-01"' in page


def test_deputy_of_others_cannot_be_ended_from_outside(client, principal, deputy, office):
    row = arrange(principal, deputy, office)
    client.force_login(make_user(OBSERVER))

    assert client.post(f"/konto/vertretung/{row.pk}/beenden/").status_code == 404

    client.force_login(deputy)
    assert client.post(f"/konto/vertretung/{row.pk}/beenden/").status_code == 403
    row.refresh_from_db()
    assert row.ends_on == JULY


@pytest.mark.parametrize(("role", "is_said"), [(SENATOR_OFFICE, True), (PARTNER, False)])
def test_form_says_what_a_last_day_is_for_where_approvals_are_decided(
    client, office, role, is_said
):
    client.force_login(office)
    account = make_user(role)

    html = client.get(f"/partner/personen/{account.person_id}/vertretung/neu/").content.decode()

    assert "bis auf Weiteres" in html
    assert ("mit einem letzten Tag von Anfang an" in html) == is_said
