"""What the search finds, in which order, and for whom."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import OBSERVER, OFFICE, PARTNER, ROLES, SENATOR_OFFICE
from dialogues.enums import DialogueCategory, DialogueState, SeriesState, TopicState
from dialogues.models import Dialogue
from measures.models import Measure
from media_visits.enums import VisitState
from outbox.models import Mail
from overview.queries import HITS_PER_KIND, KINDS, find, is_too_short, ranked
from partners.models import DistributionList
from tests.dialogues.builders import (
    make_dialogue,
    make_need,
    make_past,
    make_series,
    make_topic,
)
from tests.measures.builders import (
    make_document,
    make_link,
    make_measure,
    make_plan,
    make_project,
    make_section,
)
from tests.media_visits.builders import make_coverage, make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


def found(user, words: str) -> dict[str, list[str]]:
    """Return the names of the hits by kind."""
    return {hits.kind.key: [str(record) for record in hits.records] for hits in find(user, words)}


def titles(user, words: str, key: str = "measures") -> list[str]:
    return found(user, words).get(key, [])


def make_event(title: str) -> Dialogue:
    return make_past(title, category=DialogueCategory.EVENT)


def write_mail(subject: str, **fields) -> Mail:
    """Return a saved mail whose folded text is up to date, unlike after `make_mail(subject=…)`."""
    mail = make_mail()
    for name, value in {"subject": subject, **fields}.items():
        setattr(mail, name, value)
    mail.save()
    return mail


@pytest.fixture
def one_of_each():
    """One record of each kind with the word Hüttenwerk; nobody but the office may see them."""
    plan = make_plan(is_published=False)
    measure = make_measure(plan, "Hüttenwerk erneuern", is_published=False)
    make_section(plan, "Rund ums Hüttenwerk")
    make_document(measure, "Gutachten Hüttenwerk")
    make_link(measure, "Beschluss Hüttenwerk", is_internal=False)
    make_project("Hüttenwerk vernetzen", is_published=False)
    topic = make_topic(TopicState.PROPOSED, title="Thema Hüttenwerk")
    make_dialogue(DialogueState.PLANNING, title="Gespräch im Hüttenwerk", topic=topic)
    make_series(SeriesState.PROPOSED, title="Reihe Hüttenwerk")
    make_need(title="Gleisanschluss Hüttenwerk")
    visit = make_visit(VisitState.IDEA, title="Rundgang im Hüttenwerk", approval=False)
    make_coverage(title="Bericht vom Hüttenwerk", visit=visit)
    organisation = make_organisation("Hüttenwerk Süd GmbH")
    make_person("Leitung Hüttenwerk", organisation=organisation)
    DistributionList.objects.create(name="Verteiler Hüttenwerk")
    write_mail("Einladung ins Hüttenwerk")


def test_office_finds_every_kind(one_of_each):
    make_event("Tagung im Hüttenwerk")

    assert set(found(make_user(OFFICE), "huettenwerk")) == {kind.key for kind in KINDS}


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        # Submitted topics are no drafts any more, and the senator's office sees all people.
        (
            SENATOR_OFFICE,
            {
                "measures",
                "projects",
                "sections",
                "links",
                "dialogues",
                "topics",
                "needs",
                "series",
                "organisations",
                "people",
                "lists",
            },
        ),
        (OBSERVER, {"organisations"}),
        (PARTNER, set()),
        (None, set()),
    ],
)
def test_others_find_only_what_they_may_see(one_of_each, role, kinds):
    user = make_user(role) if role else make_user()

    assert set(found(user, "huettenwerk")) == kinds


@pytest.mark.parametrize("role", [OBSERVER, PARTNER])
@pytest.mark.parametrize("words", ["Nachname", "nachname@gast.example.org", "Prokura Nachname"])
def test_guests_are_found_neither_by_observers_nor_by_partners(role, words):
    guest = make_person("Gast Nachname", function="Prokura", email="nachname@gast.example.org")
    dialogue = make_dialogue(DialogueState.HELD)
    dialogue.invitations.create(person=guest, released_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    write_mail("Einladung", recipient=guest.email, recipient_name=guest.name)

    assert found(make_user(role), words) == {}
    assert set(found(make_user(OFFICE), words)) >= {"people"}


def test_partners_find_the_people_they_speak_for():
    partner = make_user(PARTNER)
    make_person("Werkleitung", organisation=partner.person.organisation)
    make_person("Werkleitung anderswo", organisation=make_organisation())

    assert titles(partner, "werkleitung", "people") == ["Werkleitung"]


@pytest.mark.parametrize("words", ["flaechen", "FLÄCHEN", "kauf", "Flächen Ankauf", "ankauf  fl"])
def test_umlauts_parts_and_any_order_of_words_find(words):
    make_measure(title="Ankauf von Flächen")
    make_measure(title="Anderes")

    assert titles(make_user(OFFICE), words) == ["Ankauf von Flächen"]


def test_words_may_be_spread_over_a_record_and_its_organisation():
    lead = make_organisation("Kammer Nord")
    make_measure(title="Ankauf von Flächen", lead=lead)
    make_dialogue(DialogueState.PLANNING, title="Werkstatt", host=lead)

    office = make_user(OFFICE)

    assert titles(office, "nord ankauf") == ["Ankauf von Flächen"]
    assert titles(office, "nord werkstatt", "dialogues") == ["Werkstatt"]


def test_exact_code_comes_before_everything_else():
    plan = make_plan()
    make_measure(plan, "C 1 Zentrum", code="B 2")
    make_measure(plan, "Ankauf", code="C 1")
    make_measure(plan, "Campus 10", code="")

    assert titles(make_user(OFFICE), "c 1") == ["Ankauf", "C 1 Zentrum", "Campus 10"]


def test_single_character_begins_a_word():
    make_measure(title="Fabrik 41")

    assert titles(make_user(OFFICE), "c 1") == []


def test_heading_comes_before_other_text():
    plan = make_plan()
    make_measure(plan, "Zweites", description="Es geht um Wasserstoff am Hafen.")
    make_measure(plan, "Am Hafen: Wasserstoff")
    make_measure(plan, "Grüner Wasserstoff am Hafen")
    make_measure(plan, "Wasserstoff am Hafen")

    assert titles(make_user(OFFICE), "wasserstoff am hafen") == [
        "Wasserstoff am Hafen",
        "Grüner Wasserstoff am Hafen",
        "Am Hafen: Wasserstoff",
        "Zweites",
    ]


def test_short_name_and_active_organisations_come_first():
    make_organisation("IHK-Akademie")
    make_organisation("Ehemalige IHK", is_active=False)
    make_organisation("Neue IHK")
    make_organisation("Industrie- und Handelskammer", short_name="IHK")

    assert titles(make_user(OFFICE), "ihk", "organisations") == [
        "Industrie- und Handelskammer",
        "IHK-Akademie",
        "Neue IHK",
        "Ehemalige IHK",
    ]


def test_short_name_and_beginnings_of_words_come_before_the_inside_of_words():
    make_measure(make_plan(), "Gebäude sanieren")
    make_measure(make_plan(), "Wege", description="Mit der BAE.")
    make_series(title="Gebäude")
    make_person("Leitung Gebäude", function="Für die BAE zuständig")
    make_organisation("Bund der Elektriker", short_name="BAE")
    make_organisation("Umbau Esch")

    assert found(make_user(OFFICE), "bae") == {
        "organisations": ["Bund der Elektriker"],
        "measures": ["Wege", "Gebäude sanieren"],
        "people": ["Leitung Gebäude"],
        "series": ["Gebäude"],
    }
    assert list(found(make_user(OFFICE), "bae")) == [
        "organisations",
        "measures",
        "people",
        "series",
    ]


def test_latest_visit_comes_first_among_equals():
    for year in (2024, 2026, 2025):
        starts_at = dt.datetime(year, 3, 2, 10, tzinfo=dt.UTC)
        make_visit(company_text=f"Werk {year}", title="Rundgang", starts_at=starts_at, ends_at=None)

    assert titles(make_user(OFFICE), "rundgang", "visits") == [
        "Werk 2026: Rundgang",
        "Werk 2025: Rundgang",
        "Werk 2024: Rundgang",
    ]


def test_mail_is_found_by_its_subject():
    write_mail("Absage: Gespräch am 12.03.")

    assert titles(make_user(OFFICE), "absage 12.03.", "mails") == ["Absage: Gespräch am 12.03."]


def test_all_hits_are_counted_and_the_best_are_loaded():
    plan = make_plan()
    for number in range(7):
        make_measure(plan, f"Ankauf {number}")

    (hits,) = find(make_user(OFFICE), "ankauf")

    assert (hits.count, len(hits.records)) == (7, HITS_PER_KIND)


@pytest.mark.parametrize("role", ROLES)
def test_queries_do_not_depend_on_the_number_of_records(role, one_of_each):
    make_event("Tagung im Hüttenwerk")
    user = make_user(role)
    assert user.roles
    counts = []
    for number in (1, 30):
        plan = make_plan()
        Measure.objects.bulk_create(
            Measure(plan=plan, title=f"Hüttenwerk {n}", is_published=True) for n in range(number)
        )
        Dialogue.objects.bulk_create(
            Dialogue(title=f"Hüttenwerk {n}", unannounced={"title": "Hüttenwerk"})
            for n in range(number)
        )
        for n in range(number):
            make_topic(title=f"Hüttenwerk {n}")
            make_series(title=f"Reihe Hüttenwerk {n}")
            make_person(f"Leitung Hüttenwerk {n}", organisation=user.person.organisation)
        with CaptureQueriesContext(connection) as queries:
            find(user, "hüttenwerk")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_only_what_has_hits_costs_a_query_of_its_own(one_of_each, django_assert_num_queries):
    make_event("Tagung im Hüttenwerk")
    make_organisation("Kammer Nord")
    office = make_user(OFFICE)
    assert office.roles

    # Series and lists are matched in Python; all others by one query.
    with django_assert_num_queries(2 + 1 + 1):
        find(office, "kammer nord")
    # Dialogues and events are one model.
    with django_assert_num_queries(2 + 1 + len(KINDS) - 1):
        find(office, "hüttenwerk")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", True), ("a", True), (" ä ", True), ("\u0301\u0301", True), ("ab", False), ("C 1", False)],
)
def test_one_character_is_too_short(words, expected):
    assert is_too_short(words) is expected


@pytest.mark.parametrize("words", ["100 %", "a_b", "'; --", "\\", '"', "%%", "x" * 200, "ab " * 66])
def test_any_characters_are_harmless(words):
    make_measure(title="Ankauf")

    assert found(make_user(OFFICE), words) == {}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_can_be_listed_in_full(kind, one_of_each):
    make_event("Tagung im Hüttenwerk")

    assert len(ranked(kind, make_user(OFFICE), "hüttenwerk")) == 1


def test_outsiders_find_a_dialogue_as_it_was_announced():
    dialogue = make_dialogue(DialogueState.SCHEDULED, title="Neuer Titel")
    Dialogue.objects.filter(pk=dialogue.pk).update(unannounced={"title": "Alter Titel"})
    observer = make_user(OBSERVER)

    assert titles(observer, "neuer titel", "dialogues") == []
    assert len(titles(observer, "alter titel", "dialogues")) == 1


def test_people_whose_name_begins_with_the_words_come_first():
    make_person("Andere", function="Vorname Nachname vertreten")
    make_person("von Nachname", title="Dr.", given_name="Vorname")
    make_person("Nachname", given_name="Vorname")

    assert titles(make_user(OFFICE), "vorname nachname", "people") == [
        "Vorname Nachname",
        "Dr. Vorname von Nachname",
        "Andere",
    ]
