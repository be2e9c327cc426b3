import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Person, User
from tests.outbox.builders import (
    NOW,
    claimed_fields,
    make_account_mail,
    make_batch,
    make_invitation_draft,
    make_mail,
)
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("", 403),
        ("export/", 403),
        ("{pk}/", 404),
        ("{pk}/vorschau/", 404),
        ("{pk}/datei/", 404),
        ("{pk}/termin.ics", 404),
        ("{pk}/zurueckziehen/", 404),
    ],
)
def test_only_the_office_reads(client, role, address, status):
    mail = make_mail()
    client.force_login(make_user(role))

    assert client.get("/postausgang/" + address.format(pk=mail.pk)).status_code == status


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize(
    ("act", "state"),
    [
        ("erneut-senden", "failed"),
        ("zurueckziehen", "waiting"),
        ("versenden", "draft"),
        ("erledigen", "failed"),
    ],
)
def test_only_the_office_acts(client, role, act, state):
    mail = make_mail(state=state)
    client.force_login(make_user(role))

    assert client.post(f"/postausgang/{mail.pk}/{act}/").status_code == 404
    assert (Mail.objects.get().state, Mail.objects.get().settled_at, mail.log.count()) == (
        state,
        None,
        0,
    )


@pytest.mark.parametrize("address", ["", "export/", "regeln/", "texte/", "vorschau/"])
def test_superuser_without_the_office_role_is_denied(client, address):
    client.force_login(make_user(SENATOR_OFFICE, is_superuser=True))

    assert client.get(f"/postausgang/{address}").status_code == 403


def test_first_account_is_admitted(client, db):
    client.force_login(User.objects.create_superuser(email="erste@example.org"))

    assert client.get("/postausgang/").status_code == 200


def test_guest_is_sent_to_sign_in(client):
    response = client.get("/postausgang/")

    assert (response.status_code, response["Location"]) == (302, "/anmelden/?next=/postausgang/")


def test_detail_shows_state_facts_and_history(client, office):
    mail = make_mail(
        make_invitation_draft(), by=office, state="sent", sent_at=NOW, server_answer="250 OK"
    )

    page = client.get(mail.get_absolute_url()).content.decode()

    for words in (
        "Einladung: Infrastruktur &amp; Netze",
        "versandt",
        "250 OK",
        "geschrieben",
        str(office),
        "Do, 18.06.2026, 14:00–16:00 Uhr",
        "persönliche Link ist hier unkenntlich gemacht",
    ):
        assert words in page
    assert f'<iframe class="mail-preview" sandbox="" src="/postausgang/{mail.pk}/vorschau/"' in page


def test_retry_names_the_next_attempt(client, office):
    mail = make_mail(state="retry", last_error="450 später")

    page = client.get(mail.get_absolute_url()).content.decode()

    assert "450 später (nächster Versuch ab 27.03.2026, 10:00 Uhr)" in page


def test_text_and_headers_have_tabs_of_their_own(client, office):
    mail = make_mail()

    text = client.get(f"{mail.get_absolute_url()}?ansicht=text").content.decode()
    headers = client.get(f"{mail.get_absolute_url()}?ansicht=kopf").content.decode()

    assert "das Thema Netze ist neu." in text
    assert "Auto-Submitted" in headers


def test_preview_has_its_own_policy_and_may_be_framed_by_the_portal(client, office):
    response = client.get(f"/postausgang/{make_mail().pk}/vorschau/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_file_is_a_message(client, office):
    mail = make_mail()

    response = client.get(f"/postausgang/{mail.pk}/datei/")

    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'
    assert response.content == mail.mime.encode()


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("draft", {"versenden", "zurueckziehen"}),
        ("waiting", {"zurueckziehen"}),
        ("retry", {"zurueckziehen"}),
        ("failed", {"erneut-senden", "erledigen"}),
        ("expired", {"erneut-senden", "erledigen"}),
        ("sent", set()),
        ("withdrawn", set()),
    ],
)
def test_buttons_follow_the_table(client, office, state, acts):
    mail = make_mail(state=state, sent_at=NOW if state == "sent" else None)

    page = client.get(mail.get_absolute_url()).content.decode()

    assert {
        name
        for name in ("versenden", "erneut-senden", "erledigen", "zurueckziehen")
        if f"/{name}/" in page
    } == acts


def test_calendar_has_a_tab_of_its_own_and_a_file(client, office):
    mail = make_mail(make_invitation_draft())

    page = client.get(f"{mail.get_absolute_url()}?ansicht=kalender").content.decode()
    file = client.get(f"{mail.get_absolute_url()}termin.ics")

    assert '<a class="tabs__link" href="/postausgang/' in page
    assert "Do, 18.06.2026, 14:00–16:00 Uhr" in page
    assert "BEGIN:VCALENDAR" in page
    assert f'href="{mail.get_absolute_url()}termin.ics" download' in page
    assert file["Content-Type"] == "text/calendar; charset=utf-8"
    assert file["Content-Disposition"] == f'attachment; filename="termin-{mail.pk}.ics"'
    assert file.content.decode().startswith("BEGIN:VCALENDAR")
    assert mail.secret not in file.content.decode()


def test_mail_without_calendar_has_no_tab_and_no_file(client, office):
    mail = make_mail()

    assert "Kalender" not in client.get(mail.get_absolute_url()).content.decode()
    assert client.get(f"{mail.get_absolute_url()}termin.ics").status_code == 404


def test_mail_links_to_its_batch(client, office):
    alone, mails = make_mail(), make_batch(3)

    assert "/postausgang/versand/" not in client.get(alone.get_absolute_url()).content.decode()
    assert f'<a href="/postausgang/versand/{mails[0].batch}/">eine von 3 E-Mails</a>' in (
        client.get(mails[0].get_absolute_url()).content.decode()
    )


def test_office_approves(client, office):
    mail = make_mail(state="draft")

    response = client.post(f"/postausgang/{mail.pk}/versenden/", follow=True)

    assert Mail.objects.get().state == "waiting"
    assert "Die E-Mail geht nun hinaus." in response.content.decode()


def test_office_settles(client, office):
    mail = make_mail(state="failed")

    response = client.post(f"/postausgang/{mail.pk}/erledigen/", follow=True)

    settled = Mail.objects.get()
    assert (settled.state, settled.settled_at is None) == ("failed", False)
    page = response.content.decode()
    assert "Die E-Mail ist als erledigt abgelegt." in page
    assert "<dt>Erledigt</dt>" in page
    assert f"/postausgang/{mail.pk}/erledigen/" not in page


def test_office_resends(client, office):
    mail = make_mail(state="failed")

    response = client.post(f"/postausgang/{mail.pk}/erneut-senden/", follow=True)

    assert Mail.objects.get().state == "waiting"
    assert "Die E-Mail wird erneut gesendet." in response.content.decode()


@pytest.mark.parametrize(
    ("chosen", "address"), [("new", "neu@example.org"), ("old", "gast@example.org")]
)
def test_resending_offers_the_present_address(client, office, chosen, address):
    person = make_person("Leitung Werk", email="gast@example.org")
    Person.objects.filter(pk=person.pk).update(email="neu@example.org")
    mail = make_mail(state="failed")
    url = f"/postausgang/{mail.pk}/erneut-senden/"

    assert f'href="{url}"' in client.get(mail.get_absolute_url()).content.decode()
    page = client.post(url).content.decode()
    assert "neu@example.org (jetzige Adresse)" in page
    assert "gast@example.org (bisherige Adresse)" in page
    assert Mail.objects.get().state == "failed"

    client.post(url, {"address": chosen})

    again = Mail.objects.get()
    assert (again.state, again.recipient) == ("waiting", address)


def test_office_withdraws_after_confirming(client, office):
    mail = make_mail()

    question = client.get(f"/postausgang/{mail.pk}/zurueckziehen/").content.decode()
    assert "Möchten Sie sie zurückziehen?" in question
    assert Mail.objects.get().state == "waiting"

    response = client.post(f"/postausgang/{mail.pk}/zurueckziehen/", follow=True)
    assert Mail.objects.get().state == "withdrawn"
    assert "wird nicht gesendet" in response.content.decode()


@pytest.mark.parametrize(
    ("act", "columns"),
    [("erneut-senden", {}), ("zurueckziehen", claimed_fields()), ("versenden", {})],
)
def test_action_that_comes_too_late_is_refused_with_a_sentence(client, office, act, columns):
    mail = make_mail(**columns)

    response = client.post(f"/postausgang/{mail.pk}/{act}/", follow=True)

    assert response.status_code == 200
    assert "nicht möglich. Vielleicht war inzwischen jemand schneller;" in response.content.decode()
    assert Mail.objects.get().state == mail.state


@pytest.mark.parametrize(
    "address",
    [
        "{pk}/",
        "{pk}/vorschau/",
        "{pk}/datei/",
        "{pk}/zurueckziehen/",
        "{pk}/erneut-senden/",
        "{pk}/termin.ics",
        "{pk}/versenden/",
        "{pk}/erledigen/",
        "",
    ],
)
def test_reading_changes_nothing(client, office, address):
    mail = make_account_mail()
    before = Mail.objects.values().get()

    client.get("/postausgang/" + address.format(pk=mail.pk))
    client.head("/postausgang/" + address.format(pk=mail.pk))

    assert Mail.objects.values().get() == before
