import pytest

from core.roles import OBSERVER, OFFICE, PARTNER
from measures.models import SavedFilter
from tests.measures.builders import make_measure, make_plan
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LIST, CREATE = "/massnahmen/", "/massnahmen/ansichten/neu/"


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER])
def test_filters_are_saved_under_a_name_and_shown_above_the_list(client, role):
    client.force_login(user := make_user(role))
    make_measure(make_plan())
    query = "plan=&phase=running&sort=-status"

    offered = client.get(f"{LIST}?{query}&page=2&massnahme=1").context["save_filter_url"]
    response = client.post(offered, {"name": "Läuft"})

    assert offered == f"{CREATE}?{query}"
    assert response.headers["Location"] == f"{LIST}?{query}"
    saved = SavedFilter.objects.get()
    assert (saved.user, saved.name, saved.query) == (user, "Läuft", query)
    chosen = client.get(f"{LIST}?{query}").context
    assert chosen["saved_filters"] == [("Läuft", f"{LIST}?{query}", True)]
    assert chosen["save_filter_url"] == ""
    assert client.get(LIST).context["saved_filters"] == [("Läuft", f"{LIST}?{query}", False)]


def test_name_taken_or_empty_is_refused_and_kept_in_the_form(client):
    client.force_login(user := make_user(OFFICE))
    SavedFilter.objects.create(user=user, name="Läuft", query="phase=running")

    taken = client.post(f"{CREATE}?phase=preparing", {"name": "Läuft"})
    empty = client.post(f"{CREATE}?phase=preparing", {"name": " "})

    assert "Unter diesem Namen haben Sie schon eine Ansicht." in taken.content.decode()
    assert 'value="Läuft"' in taken.content.decode()
    assert "Bitte füllen Sie dieses Feld aus." in empty.content.decode()
    assert SavedFilter.objects.get().query == "phase=running"


def test_more_than_thirty_are_refused(client):
    client.force_login(user := make_user(OFFICE))
    SavedFilter.objects.bulk_create(
        SavedFilter(user=user, name=str(number), query="") for number in range(30)
    )

    response = client.post(CREATE, {"name": "noch eine"})

    assert "Sie haben schon 30 Ansichten." in response.content.decode()
    assert SavedFilter.objects.count() == 30


def test_only_its_owner_sees_and_deletes_a_saved_filter(client):
    saved = SavedFilter.objects.create(user=make_user(OFFICE), name="Läuft", query="phase=running")
    client.force_login(make_user(OFFICE, "kollegin"))
    address = f"/massnahmen/ansichten/{saved.pk}/loeschen/"

    assert client.post(address).status_code == 404
    assert client.get(LIST).context["saved_filters"] == []
    assert SavedFilter.objects.exists()

    client.force_login(saved.user)
    assert client.get(address).status_code == 405
    assert "Läuft" in client.get("/massnahmen/ansichten/").content.decode()
    assert client.post(address, follow=True).status_code == 200
    assert not SavedFilter.objects.exists()
