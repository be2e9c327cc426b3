"""A batch's page, with and without htmx."""

from uuid import uuid4

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.journeys.visitor import Page
from tests.outbox.builders import NOW, make_batch, make_invitation_draft, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def address(batch) -> str:
    return f"/postausgang/versand/{batch}/"


def move(mails, **columns):
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**columns)


def text_of(response) -> str:
    return Page(response.content.decode()).text


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_sees_the_page_of_a_batch(client, role):
    batch = make_batch(2)[0].batch
    client.force_login(make_user(role))

    assert client.get(address(batch)).status_code == 403


def test_unknown_batch_is_not_found(client, office):
    assert client.get(address(uuid4())).status_code == 404


def test_running_batch_shows_its_progress_and_refreshes(client, office):
    mails = make_batch(5)
    move(mails[:2], state="sent", sent_at=NOW)
    move(mails[2:3], state="failed", last_error="550 unbekannt")

    response = client.get(address(mails[0].batch))

    page, text = response.content.decode(), text_of(response)
    assert "Versand läuft 2 von 5 E-Mails sind versandt." in text
    assert "wartet 2 versandt 2 fehlgeschlagen 1" in text
    assert '<progress class="progress" max="5" value="2"' in page
    assert (
        f'hx-get="{address(mails[0].batch)}?stand=40" hx-trigger="load delay:3s"\n'
        '       hx-target="#batch"' in page
    )
    assert f'<a id="refresh" href="{address(mails[0].batch)}">Aktualisieren</a>' in page
    assert '<p class="kern-sr-only" id="batch-news" role="status"></p>' in page


def test_finished_batch_does_not_refresh(client, office):
    mails = make_batch(2, state="sent", sent_at=NOW)

    response = client.get(address(mails[0].batch))

    page, text = response.content.decode(), text_of(response)
    assert "Alles versandt 2 von 2 E-Mails sind versandt." in text
    assert "Geschrieben 27.03.2026, 10:00 Uhr Erste versandt 27.03.2026, 10:00 Uhr" in text
    assert "hx-get" not in page
    assert "Aktualisieren" not in text


def test_htmx_gets_the_fragment_and_announces_each_tenth_once(client, office):
    mails = make_batch(10)
    move(mails[:3], state="sent", sent_at=NOW)

    news = client.get(f"{address(mails[0].batch)}?stand=20", headers=HTMX).content.decode()
    same = client.get(f"{address(mails[0].batch)}?stand=30", headers=HTMX).content.decode()

    assert "<html" not in news
    assert '<p id="batch-news" hx-swap-oob="innerHTML">3 von 10 E-Mails sind versandt.</p>' in news
    assert "batch-news" not in same
    assert "?stand=30" in same


def test_end_of_a_batch_is_announced(client, office):
    mails = make_batch(2, state="sent", sent_at=NOW)

    part = client.get(f"{address(mails[0].batch)}?stand=90", headers=HTMX).content.decode()

    assert 'hx-swap-oob="innerHTML">2 von 2 E-Mails sind versandt.' in part
    assert "hx-get" not in part


def test_failed_mails_are_listed_with_reasons_and_one_button_for_all(client, office):
    mails = make_batch(30, state="failed", last_error="550 unbekannt")
    batch = mails[0].batch

    response = client.get(address(batch))

    page, text = response.content.decode(), text_of(response)
    assert "550 unbekannt fehlgeschlagen 30" in text
    assert "30 E-Mails gingen nicht hinaus" in text
    assert f'kern-btn--primary" href="/postausgang/erneut-senden/?batch={batch}"' in page
    assert f'href="/postausgang/erledigen/?batch={batch}"' in page
    assert page.count('<a id="mail-') == 25
    assert f'href="/postausgang/?batch={batch}&amp;state=unsolved">alle 30 ansehen' in page


def test_drafts_are_released_and_waiting_mails_withdrawn_from_here(client, office):
    mails = make_batch(3, state="draft")
    move(mails[:1], state="waiting")

    page = client.get(address(mails[0].batch)).content.decode()

    assert "2 Entwürfe versenden" in page
    assert "3 noch nicht versandte E-Mails zurückziehen" in page


def test_withdrawn_batch_has_nothing_to_send(client, office):
    batch = make_batch(2, state="withdrawn")[0].batch

    assert "0 von 0 E-Mails sind versandt." in text_of(client.get(address(batch)))


def test_no_personal_link_and_no_body(client, office):
    mail = make_mail(make_invitation_draft(), state="failed", last_error="550 unbekannt")

    page = client.get(address(mail.batch)).content.decode()

    assert mail.secret not in page
    assert "wir laden Sie ein" not in page


@pytest.mark.parametrize("count", [1, 40])
def test_page_needs_the_same_queries_for_any_number(
    client, office, count, django_assert_num_queries
):
    batch = make_batch(count, state="failed")[0].batch
    client.get(address(batch))

    # Session, account, roles, approvals in the navigation, the batch, its failed mails.
    with django_assert_num_queries(5):
        client.get(address(batch))


def test_reading_changes_nothing(client, office):
    batch = make_batch(2)[0].batch
    before = list(Mail.objects.order_by("pk").values())

    client.get(address(batch))
    client.get(address(batch), headers=HTMX)

    assert list(Mail.objects.order_by("pk").values()) == before
