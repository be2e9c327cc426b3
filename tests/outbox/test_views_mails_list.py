import datetime as dt
import html
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from core.roles import OFFICE
from outbox.models import Mail, MailLog
from tests.journeys.visitor import Page
from tests.outbox.builders import (
    NOW,
    TOKEN,
    make_account_mail,
    make_batch,
    make_draft,
    make_invitation_draft,
    make_mail,
    make_recipient,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
HOUR_LATER = NOW + dt.timedelta(hours=1)
QUERIES_OF_LIST = 5


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def subjects(response):
    return [mail.subject for mail in response.context["page"].object_list]


def make_topic_mail(topic, **fields):
    names = ("state", "sent_at", "last_error", "created_at", "due_at", "expires_at", "settled_at")
    columns = {name: fields.pop(name) for name in names if name in fields}
    return make_mail(make_draft(values={"topic": topic, "comment": ""}, **fields), **columns)


def test_empty_list_explains_what_will_appear(client, office):
    assert (
        "Noch hat das Portal keine E-Mail geschrieben."
        in client.get("/postausgang/").content.decode()
    )


def test_list_shows_subject_recipient_state_with_reason_and_moment(client, office):
    make_mail(state="failed", last_error="550 5.1.1 Postfach unbekannt")

    page = client.get("/postausgang/").content.decode()

    for words in (
        "Neu: Netze",
        "Leitung Werk",
        "gast@example.org",
        "fehlgeschlagen",
        "550 5.1.1 Postfach unbekannt",
        "27.03.2026, 10:00 Uhr",
        "Hinweis zum Test",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?q=oelw", ["Neu: Ölwerk"]),
        ("?q=ÖLWERK", ["Neu: Ölwerk"]),
        ("?q=zweite@", ["Neu: Ölwerk"]),
        ("?q=gibtesnicht", []),
        ("?state=failed", ["Neu: Ablage"]),
        ("?kind=test_notice", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?kind=test_invitation", []),
        ("?start=2026-03-28", []),
        ("?start=2026-03-27&end=2026-03-27", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?end=2026-03-26", []),
        ("?sort=subject", ["Neu: Ablage", "Neu: Ölwerk"]),
        ("?sort=-subject", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?sort=state", ["Neu: Ablage", "Neu: Ölwerk"]),
        ("?sort=-recipient", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?sort=moment", ["Neu: Ablage", "Neu: Ölwerk"]),
        ("?sort=drop_table", ["Neu: Ölwerk", "Neu: Ablage"]),
        ("?page=99", ["Neu: Ölwerk", "Neu: Ablage"]),
    ],
)
def test_list_is_searched_filtered_and_sorted(client, office, query, expected):
    make_topic_mail("Ablage", state="failed")
    make_topic_mail(
        "Ölwerk",
        to=make_recipient(email="zweite@example.org", name="Zweite"),
        created_at=HOUR_LATER,
    )

    assert subjects(client.get(f"/postausgang/{query}")) == expected


def test_list_has_pages_of_50(client, office):
    for _n in range(51):
        make_mail()

    assert len(subjects(client.get("/postausgang/"))) == 50
    assert len(subjects(client.get("/postausgang/?page=2"))) == 1


@pytest.mark.parametrize("count", [1, 3, 20])
def test_list_needs_the_same_queries_for_any_length(
    client, office, count, django_assert_num_queries
):
    for _n in range(count):
        make_mail()
    client.get("/postausgang/")

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get("/postausgang/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=unsolved", ["Neu: verfallen", "Neu: fehlgeschlagen"]),
        ("?state=late", ["Neu: spät"]),
        ("?state=failed", ["Neu: erledigt", "Neu: fehlgeschlagen"]),
        ("?path=/a/", ["Neu: spät"]),
    ],
)
def test_unsolved_and_late_are_filters(client, office, query, expected):
    now = timezone.now()
    make_topic_mail("fehlgeschlagen", state="failed")
    make_topic_mail("erledigt", state="failed", settled_at=NOW)
    make_topic_mail("verfallen", state="expired")
    make_topic_mail("spät", path="/a/", due_at=now - dt.timedelta(minutes=16), expires_at=now)
    make_topic_mail("bald", due_at=now - dt.timedelta(minutes=14))

    assert subjects(client.get(f"/postausgang/{query}")) == expected


def test_list_of_a_batch_keeps_the_batch_when_filtered(client, office):
    mails = make_batch(2)
    make_mail()

    page = client.get(f"/postausgang/?batch={mails[0].batch}").content.decode()

    assert "2 Einträge" in page
    assert f'<input type="hidden" name="batch" value="{mails[0].batch}"' in page
    assert f'<a href="/postausgang/versand/{mails[0].batch}/">Stand des Versands</a>' in page
    assert '<a href="/postausgang/">Filter zurücksetzen</a>' in page


@pytest.mark.parametrize(
    "path", ["javascript:alert(1)", "//boese.example.org/", "https://boese.example.org/"]
)
def test_path_filter_never_links_to_another_site(client, office, path):
    page = client.get("/postausgang/", {"path": path}).content.decode()

    assert f'href="{path}' not in page


def test_quick_filters_count_each_state_and_keep_the_search(client, office):
    make_batch(3, state="failed")
    make_batch(2, state="waiting", due_at=timezone.now())
    make_topic_mail("Ölwerk", state="failed")

    page = Page(client.get("/postausgang/?q=gast&state=waiting&page=7").content.decode())
    links = {words: target for words, target in page.links if "postausgang/?q=gast" in target}

    assert links["fehlgeschlagen 4"] == "/postausgang/?q=gast&state=failed"
    assert links["alle 6"] == "/postausgang/?q=gast"
    assert "wartet 2" in links


def test_bulk_actions_count_the_filtered_mails(client, office):
    make_batch(3, state="failed")
    make_topic_mail("Ölwerk", state="failed")
    make_batch(2, state="draft")

    def acts(query):
        links = Page(client.get(f"/postausgang/{query}").content.decode()).links
        return {
            words: target
            for words, target in links
            if words[:1].isdigit() and "?" in target or "/" == target[-1:]
        }

    everything, found = acts(""), acts("?q=oelw&page=1&sort=subject")

    assert everything["4 fehlgeschlagene E-Mails erneut senden"] == "/postausgang/erneut-senden/"
    assert everything["2 Entwürfe versenden"] == "/postausgang/versenden/"
    assert found["1 fehlgeschlagene E-Mail erneut senden"] == "/postausgang/erneut-senden/?q=oelw"
    assert not [words for words in found if "Entw" in words]


def test_mails_can_be_ticked_only_where_an_action_fits(client, office):
    make_mail(state="sent", sent_at=NOW)
    failed = make_mail(state="failed")

    page = client.get("/postausgang/?state=failed").content.decode()

    assert f'<input type="checkbox" form="ticked" name="mail" value="{failed.pk}">' in page
    assert 'formaction="/postausgang/erneut-senden/"' in page
    assert '<input type="hidden" name="state" value="failed">' in page
    assert 'name="mail"' not in client.get("/postausgang/?state=sent").content.decode()


def export_of(client, query: str = "") -> tuple[str, list[list]]:
    response = client.get(f"/postausgang/export/{query}")
    sheet = load_workbook(BytesIO(response.content)).active
    return response["Content-Disposition"], [
        [cell.value for cell in row] for row in sheet.iter_rows(min_row=4)
    ]


def test_export_is_proof_of_who_got_what_when(client, office):
    mail = make_topic_mail("=1+1", state="sent", sent_at=HOUR_LATER, due_at=NOW)
    columns = {"attempts": 2, "server_answer": "250 OK", "settled_at": None}
    Mail.objects.filter(pk=mail.pk).update(**columns)
    note = {"from_state": "sending", "to_state": "retry", "note": "450 später"}
    MailLog.objects.create(mail=mail, at=NOW, **note)
    MailLog.objects.create(mail=mail, at=HOUR_LATER, by=office, **note | {"note": ""})

    name, rows = export_of(client)

    assert 'filename="Postausgang Masterplan Industriestadt Berlin ' in name
    assert rows[0] == [
        "Betreff",
        "Art",
        "An",
        "Adresse",
        "Stand",
        "Grund",
        "geschrieben",
        "fällig",
        "versandt",
        "als erledigt abgelegt",
        "Versuche",
        "Message-ID",
        "Antwort des Mailservers",
        "Verlauf",
    ]
    ten, eleven = dt.datetime(2026, 3, 27, 10, 0), dt.datetime(2026, 3, 27, 11, 0)
    assert rows[1:] == [
        [
            "Neu: =1+1",
            "Hinweis zum Test",
            "Leitung Werk",
            "gast@example.org",
            "versandt",
            None,
            ten,
            ten,
            eleven,
            None,
            2,
            mail.message_id,
            "250 OK",
            "27.03.2026, 10:00 Uhr, Portal: neuer Versuch (450 später)\n27.03.2026, 11:00 Uhr, "
            f"{office}: neuer Versuch",
        ]
    ]


def test_formula_in_a_subject_stays_text(client, office):
    mail = make_mail(state="failed", last_error="=cmd()")
    Mail.objects.filter(pk=mail.pk).update(subject="=1+1", recipient_name="@SUM(1)")

    sheet = load_workbook(BytesIO(client.get("/postausgang/export/").content)).active

    assert [(sheet.cell(5, n).value, sheet.cell(5, n).data_type) for n in (1, 3, 6)] == [
        ("=1+1", "s"),
        ("@SUM(1)", "s"),
        ("=cmd()", "s"),
    ]


def test_export_holds_what_the_list_shows(client, office):
    make_topic_mail("Ablage", state="failed", last_error="550 nein")
    make_topic_mail("Ölwerk")

    _name, rows = export_of(client, "?state=failed")

    assert [row[:6] for row in rows[1:]] == [
        [
            "Neu: Ablage",
            "Hinweis zum Test",
            "Leitung Werk",
            "gast@example.org",
            "fehlgeschlagen",
            "550 nein",
        ]
    ]


@pytest.mark.parametrize("part", ["batch", "path"])
def test_export_of_a_batch_or_page_holds_only_its_mails(client, office, part):
    mails = make_batch(2)
    make_mail(make_draft(path="/anderes/"))
    query = {"batch": f"?batch={mails[0].batch}", "path": f"?path={mails[0].path}"}[part]

    name, rows = export_of(client, query)

    assert 'filename="Nachweis des Versands Masterplan Industriestadt Berlin ' in name
    assert {row[11] for row in rows[1:]} == {mail.message_id for mail in mails}


def test_export_contains_no_personal_link_and_no_body(client, office):
    make_mail(make_invitation_draft(), state="failed", last_error="550 nein")
    make_account_mail("Ihr Code lautet 987654.")

    _name, rows = export_of(client)

    words = "\n".join(str(value) for row in rows for value in row)
    assert len(rows) == 3
    for hidden in (TOKEN, "/antwort/", "987654", "wir laden Sie ein"):
        assert hidden not in words


@pytest.mark.parametrize("count", [1, 40])
def test_export_needs_the_same_queries_for_any_length(
    client, office, count, django_assert_num_queries
):
    make_batch(count, state="failed")
    for mail in Mail.objects.all():
        MailLog.objects.create(mail=mail, at=NOW, from_state="sending", to_state="failed")

    with django_assert_num_queries(5):  # session, account, roles, mails, their log
        client.get("/postausgang/export/")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?start=31.02.2019", "„geschrieben ab“ ist nicht berücksichtigt: "),
        ("?end=gestern", "„geschrieben bis“ ist nicht berücksichtigt: "),
        ("?state=x", "„Stand“ ist nicht berücksichtigt: "),
        ("?batch=x", "„Versand“ ist nicht berücksichtigt: "),
    ],
)
def test_filter_that_cannot_be_used_is_named(client, office, query, sentence):
    make_topic_mail("Ablage")

    page = html.unescape(client.get(f"/postausgang/{query}").content.decode())

    assert sentence in page
    assert "Neu: Ablage" in page
    assert (
        "nicht berücksichtigt" not in client.get("/postausgang/?start=2019-02-28").content.decode()
    )
