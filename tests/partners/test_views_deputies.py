"""The forms for deputies, and who may end a deputyship."""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Deputy
from tests.confirming import confirm
from tests.partners.builders import make_deputyship, make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def principal():
    return make_user(SENATOR_OFFICE, organisation=make_organisation())


@pytest.fixture
def deputy(principal):
    return make_user(organisation=principal.person.organisation)


def test_form_offers_colleagues_only(client, principal, deputy):
    make_user(OBSERVER, organisation=make_organisation("Fremder Betrieb"))
    client.force_login(principal)

    form = client.get("/konto/vertretung/neu/").context["form"]

    assert list(form.fields["deputy"].queryset) == [deputy.person]


def test_office_is_offered_whom_the_service_accepts(client, office, principal, deputy):
    other, partner = (
        make_user(OFFICE, organisation=make_organisation("Beratung")),
        make_user(PARTNER),
    )
    staff = make_user(OFFICE)
    client.force_login(office)

    def offered(account):
        form = client.get(f"/partner/personen/{account.person_id}/vertretung/neu/").context["form"]
        return set(form.fields["deputy"].queryset)

    assert offered(principal) == {deputy.person}
    assert offered(staff) == {other.person}
    everybody = {principal, deputy, other, staff}
    assert offered(partner) == {account.person for account in everybody}


def test_form_offers_nobody_of_the_other_office(client, office, principal, deputy):
    make_user(OFFICE, organisation=principal.person.organisation)
    client.force_login(office)

    url = f"/partner/personen/{principal.person_id}/vertretung/neu/"
    form = client.get(url).context["form"]

    assert list(form.fields["deputy"].queryset) == [deputy.person]


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (OFFICE, "alle Rechte der Geschäftsstelle: alles lesen, auch interne Notizen, Entwürfe"),
        (SENATOR_OFFICE, "alle Rechte des Büros der Senatorin: alles Interne lesen"),
    ],
)
def test_rights_are_named_before_they_are_granted(client, office, role, rights):
    house = make_organisation("Senatsverwaltung")
    principal, observer = make_user(role, organisation=house), make_user(OBSERVER)
    observer.person.organisation = house
    observer.person.save()
    url = f"/partner/personen/{principal.person_id}/vertretung/neu/"
    typed = {"deputy": observer.person_id, "starts_on": "2019-07-01", "ends_on": ""}
    client.force_login(office)

    form = client.get(url).content.decode()
    asked = client.post(url, typed).content.decode()

    assert f"Die Vertretung für {principal.person.name} hat in dieser Zeit {rights}" in form
    assert f"{observer.person.name} hat dann {rights}" in asked
    assert not Deputy.objects.exists()


def test_limit_of_deciding_is_named_before_it_is_granted(client, principal, deputy):
    typed = {"deputy": deputy.person_id, "starts_on": "2019-07-01", "ends_on": "", "kinds": "visit"}
    client.force_login(principal)

    asked = client.post("/konto/vertretung/neu/", typed).content.decode()

    assert "über Freigaben entscheiden (nur Freigaben: Besuch)" in asked


def test_rights_that_the_deputy_has_already_are_not_named(client, office):
    colleague, principal = make_user(OFFICE), make_user(OFFICE)
    url = f"/partner/personen/{principal.person_id}/vertretung/neu/"
    typed = {"deputy": colleague.person_id, "starts_on": "2019-07-01", "ends_on": ""}
    client.force_login(office)

    asked = client.post(url, typed).content.decode()

    assert f"{colleague.person.name} vertritt {principal.person.name}." in asked
    assert "hat dann" not in asked


def test_form_without_anybody_to_choose_says_what_to_do(client):
    client.force_login(make_user(PARTNER))

    page = client.get("/konto/vertretung/neu/").content.decode()

    assert "Aus diesem Haus hat niemand sonst ein Konto." in page


def test_kinds_are_asked_where_the_principal_decides_on_approvals(client, principal, deputy):
    client.force_login(principal)
    typed = {
        "deputy": deputy.person_id,
        "starts_on": "2019-07-01",
        "ends_on": "",
        "kinds": ["topic", "dates"],
    }

    assert "Nur für diese Freigaben" in client.get("/konto/vertretung/neu/").content.decode()
    confirm(client, "/konto/vertretung/neu/", typed)

    assert Deputy.objects.get().kinds == ["topic", "dates"]
    assert "nur Freigaben: Thema, Termine" in client.get("/konto/").content.decode()


def test_kinds_are_not_asked_of_others(client):
    partner = make_user(PARTNER)
    client.force_login(partner)

    assert "Nur für diese Freigaben" not in client.get("/konto/vertretung/neu/").content.decode()


def test_deputy_sees_the_kinds_of_the_deputyship(client, principal, deputy):
    make_deputyship(principal, deputy, "visit")
    client.force_login(deputy)

    assert "nur Freigaben: Besuch" in client.get("/konto/").content.decode()


def test_refused_deputy_keeps_what_was_typed(client, principal, deputy):
    client.force_login(principal)
    typed = {"deputy": deputy.person_id, "starts_on": "2019-07-01", "ends_on": "2019-06-01"}

    page = client.post("/konto/vertretung/neu/", typed).content.decode()

    assert "Das Ende der Vertretung liegt vor ihrem Beginn." in page
    assert 'value="2019-07-01"' in page


def test_others_cannot_end_a_deputyship(client, principal, deputy):
    deputyship = make_deputyship(principal, deputy)
    url = f"/konto/vertretung/{deputyship.pk}/beenden/"

    client.force_login(make_user(OBSERVER))
    with nothing_changes(deputyship):
        assert client.post(url).status_code == 404

    client.force_login(deputy)
    with nothing_changes(deputyship):
        assert client.post(url).status_code == 403


@pytest.mark.parametrize(("role", "is_said"), [(SENATOR_OFFICE, True), (PARTNER, False)])
def test_form_explains_the_last_day_where_the_principal_decides(client, office, role, is_said):
    client.force_login(office)
    account = make_user(role)

    html = client.get(f"/partner/personen/{account.person_id}/vertretung/neu/").content.decode()

    assert "bis auf Weiteres" in html
    assert ("mit einem letzten Tag von Anfang an" in html) == is_said
