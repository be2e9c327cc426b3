import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from core.roles import OFFICE
from tests.outbox.builders import NOW, make_draft, make_mail, make_recipient
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
HOUR_LATER = NOW + dt.timedelta(hours=1)
QUERIES_OF_LIST = 6


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def subjects(response):
    return [mail.subject for mail in response.context["page"].object_list]


def make_topic_mail(topic, **fields):
    columns = {name: fields.pop(name) for name in ("state", "sent_at", "last_error", "created_at") if name in fields}
    return make_mail(make_draft(values={"topic": topic, "comment": ""}, **fields), **columns)


def test_empty_list_says_what_will_be_here(client, office):
    assert "Noch hat das Portal keine E-Mail geschrieben." in client.get("/postausgang/").content.decode()


def test_list_shows_subject_recipient_state_with_reason_and_moment(client, office):
    make_mail(state="failed", last_error="550 5.1.1 Postfach unbekannt")

    page = client.get("/postausgang/").content.decode()

    for words in ("Neu: Netze", "Leitung Werk", "gast@example.org", "fehlgeschlagen", "550 5.1.1 Postfach unbekannt",
                  "27.03.2026, 10:00 Uhr", "Hinweis zum Test"):  # fmt: skip
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
    make_topic_mail("Ölwerk", to=make_recipient(email="zweite@example.org", name="Zweite"), created_at=HOUR_LATER)

    assert subjects(client.get(f"/postausgang/{query}")) == expected


def test_list_has_pages_of_25(client, office):
    for _n in range(26):
        make_mail()

    assert len(subjects(client.get("/postausgang/"))) == 25
    assert len(subjects(client.get("/postausgang/?page=2"))) == 1


@pytest.mark.parametrize("count", [1, 3, 20])
def test_list_costs_the_same_for_any_length(client, office, count, django_assert_num_queries):
    for _n in range(count):
        make_mail()
    client.get("/postausgang/")

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get("/postausgang/")


def test_export_holds_what_the_list_shows(client, office):
    make_topic_mail("Ablage", state="failed", last_error="550 nein")
    make_topic_mail("=Ölwerk")

    response = client.get("/postausgang/export/?state=failed")

    sheet = load_workbook(BytesIO(response.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:6] == ["Betreff", "Art", "Empfänger", "Adresse", "Stand", "Grund"]
    assert [row[:6] for row in rows[1:]] == [
        ["Neu: Ablage", "Hinweis zum Test", "Leitung Werk", "gast@example.org", "fehlgeschlagen", "550 nein"]
    ]
