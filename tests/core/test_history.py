import datetime as dt
import re

import pytest
from django.template.loader import render_to_string

from core.errors import ChangedMeanwhile, Refused
from core.history import delete_as, entries_of, save_changes_as, save_values_as, text_changes_in
from core.progress import HistoryEntry, TextChange
from measures.models import Measure
from partners.models import Person
from tests.measures.builders import NOW, make_measure, make_plan
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes


def test_history_class_is_built_once():
    assert type(Person.history) is type(Person.history)


@pytest.mark.django_db
def test_each_object_has_its_own_history():
    first, second = make_person("Erste"), make_person("Zweite")
    first.function = "Leitung"
    first.save()

    assert [entry.family_name for entry in first.history.order_by("history_id")] == [
        "Erste",
        "Erste",
    ]
    assert [entry.family_name for entry in second.history.all()] == ["Zweite"]
    assert make_organisation("Haus").history.get().name == "Haus"


@pytest.mark.django_db
def test_new_object_has_one_history_line_with_its_related_objects():
    measure, supporter = Measure(plan=make_plan()), make_organisation()
    values = {"title": "Ankauf", "supporters": [supporter]}

    save_values_as(measure, values, by=None, now=NOW, reason="Angelegt")

    entry = measure.history.get()
    assert (entry.title, entry.history_change_reason, entry.history_date) == (
        "Ankauf",
        "Angelegt",
        NOW,
    )
    assert [related.organisation for related in entry.supporters.all()] == [supporter]


@pytest.mark.django_db
def test_violated_constraint_is_refused_and_leaves_the_transaction_usable():
    measure = make_measure(title="Ankauf")
    duplicate = {"title": "Ankauf", "supporters": []}

    with nothing_changes(measure):
        with pytest.raises(Refused, match="eben schon gespeichert"):
            save_values_as(
                Measure(plan=measure.plan), duplicate, by=None, now=NOW, reason="Angelegt"
            )

    assert Measure.objects.count() == 1


@pytest.mark.django_db
def test_caller_may_say_what_a_violated_constraint_means():
    measure = make_measure(title="Ankauf")

    with nothing_changes(measure), pytest.raises(ChangedMeanwhile, match=r"^Zu spät\.$"):
        save_values_as(
            Measure(plan=measure.plan),
            {"title": "Ankauf"},
            by=None,
            now=NOW,
            reason="Angelegt",
            violation=ChangedMeanwhile("Zu spät."),
        )

    assert Measure.objects.count() == 1


@pytest.mark.django_db
def test_only_differences_are_saved_and_named():
    measure, supporter = make_measure(title="Ankauf", amount="10 €"), make_organisation()
    values = {"title": "Ankauf", "amount": "20 €", "supporters": [supporter]}

    assert save_changes_as(measure, values, by=None, now=NOW)

    latest = measure.history.order_by("history_id").last()
    assert latest.history_change_reason == "Geändert: Mittel, unterstützende Akteure"
    with nothing_changes(measure):
        assert not save_changes_as(measure, values, by=None, now=NOW)


@pytest.mark.django_db
def test_deleted_object_leaves_its_history_with_the_reason():
    measure, user = make_measure(title="Ankauf"), make_user()

    delete_as(measure, by=user, now=NOW, reason="Entfernt")

    assert not Measure.objects.exists()
    last = Measure.history.latest()
    assert (last.history_type, last.history_user, last.history_date) == ("-", user, NOW)
    assert last.history_change_reason == "Entfernt"


@pytest.mark.django_db
def test_lines_note_former_and_new_values_of_the_compared_fields(django_assert_num_queries):
    person = make_person("Leitung", email="alt@example.org", phone="030 1")
    works = make_organisation("Werk")
    changes = {"email": "neu@example.org", "organisation": works, "salutation": "ms", "phone": ""}
    changes |= {"is_active": False}
    save_values_as(person, changes, by=None, now=NOW, reason="Angaben geändert")

    with django_assert_num_queries(1):
        latest, first = entries_of(
            person,
            compare=("salutation", "organisation", "email", "phone", "function", "is_active"),
        )

    assert latest.note.splitlines() == [
        "Anrede: neutral → Frau",
        "Organisation: – → Werk",
        "E-Mail: alt@example.org → neu@example.org",
        "Telefon: 030 1 → –",
        "aktiv: ja → nein",
    ]
    assert first.note == ""
    assert entries_of(person, limit=1, compare=("email",))[0].note.startswith("E-Mail: alt")


@pytest.mark.django_db
def test_long_texts_stand_apart_with_the_former_and_the_new_one():
    person = make_person("Leitung", function="Alt", email="")
    values = {"function": "Neu", "email": "neu@example.org"}
    save_values_as(person, values, by=None, now=NOW, reason="Angaben geändert")

    latest, first = entries_of(person, compare=("email",), texts=("function",))

    assert latest.note == "E-Mail: – → neu@example.org"
    assert latest.texts == (TextChange("Funktion", "Alt", "Neu"),)
    assert first.texts == ()
    records = list(person.history.order_by("-history_date", "-history_id"))
    assert text_changes_in(records, ("function",)) == {records[0].history_id: latest.texts}


def test_verlauf_folds_long_texts_and_shows_how_they_begin():
    short = TextChange("Titel", "Alt", "Neu")
    long = TextChange("Beschreibung", "Alter Satz.\n" * 20, "Neuer <Satz>. " * 20)
    entry = HistoryEntry(NOW, "Büro", "Geändert", "", (short, long))

    page = render_to_string("components/history.html", {"entries": [entry]})

    page = " ".join(page.split())
    assert '<p class="history__note">Titel: Alt → Neu</p>' in page
    summary = re.search("<summary>(.*?)</summary>", page)[1]
    assert summary.startswith("Beschreibung: Alter Satz. Alter Satz.")
    assert "… → Neuer &lt;Satz&gt;. Neuer" in summary
    assert page.count("Alter Satz.<br>") == 20
    assert page.count("Neuer &lt;Satz&gt;. Neuer") > 0 and "<Satz>" not in page


@pytest.mark.django_db
def test_changed_moments_are_named_with_the_time():
    visit = make_visit(starts_at=NOW)
    later = {"starts_at": NOW + dt.timedelta(hours=1)}
    save_values_as(visit, later, by=None, now=NOW, reason="Geändert")

    (latest, *_rest) = entries_of(visit, compare=("starts_at",))

    assert latest.note == "Beginn: 18.03.2026, 10:00 Uhr → 18.03.2026, 11:00 Uhr"
