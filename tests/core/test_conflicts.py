"""Two people edit one object. Measures serve as the example: their form has every kind of field."""

import datetime as dt
from importlib import import_module

import pytest
from django.conf import settings

from core.conflicts import (
    SeenForm,
    VersionedForm,
    lock_present,
    require_seen,
    require_unchanged,
    unless_changed,
    version_of,
    version_of_all,
    with_version,
)
from core.errors import ChangedMeanwhile
from core.history import save_as
from core.roles import OFFICE
from measures.forms import MeasureForm
from measures.models import Measure, MeasureImport
from tests.measures.builders import make_measure
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("related", [(), ("lead",)])
def test_record_is_locked_as_it_is_now_unless_it_is_gone(related, django_assert_num_queries):
    measure, gone = make_measure(title="Alt"), make_measure()
    Measure.objects.filter(pk=measure.pk).update(title="Neu")
    number = gone.pk
    gone.delete()
    gone.pk = number

    with django_assert_num_queries(1):
        locked = lock_present(measure, "Weg.", *related)
        assert (locked.title, locked.lead) == ("Neu", None)
    with pytest.raises(ChangedMeanwhile, match=r"^Weg\.$"):
        lock_present(gone, "Weg.", *related)


def test_version_changes_with_the_values_of_its_fields_only():
    measure = make_measure(title="Alt")
    title = version_of(measure, ["title"])

    measure.amount = "5 €"
    assert version_of(measure, ["title"]) == title
    measure.title = "Neu"
    assert version_of(measure, ["title"]) != title


def test_version_is_the_same_before_and_after_the_database():
    measure = make_measure(phase="running", starts_on=dt.date(2026, 1, 1))
    fields = ["phase", "starts_on", "lead", "supporters"]

    assert version_of(measure, fields) == version_of(Measure.objects.get(), fields)


def test_version_ignores_the_order_of_lists():
    measure, first, second = make_measure(), make_organisation(), make_organisation()
    empty = version_of(measure, ["supporters"])
    measure.supporters.add(second, first)
    both = version_of(measure, ["supporters"])
    measure.supporters.clear()
    measure.supporters.add(first, second)

    assert empty != both == version_of(measure, ["supporters"])


def test_conflict_names_who_saved_last_and_when():
    office, measure = make_user(OFFICE), make_measure(title="Alt")
    version = version_of(measure, ["title"])
    saved_at = dt.datetime(2126, 3, 18, 13, 2, tzinfo=dt.UTC)
    measure.title = "Neu"
    save_as(measure, by=office, now=saved_at, reason="Geändert")

    with pytest.raises(ChangedMeanwhile) as caught:
        require_unchanged(measure, version, ["title"])

    assert str(caught.value) == (
        f"{office} hat diesen Eintrag inzwischen geändert (18.03.2126, 14:02 Uhr). "
        "Beide Fassungen stehen auf dieser Seite."
    )


def test_conflict_with_the_portal_itself_names_nobody():
    measure = make_measure(title="Alt")

    with pytest.raises(ChangedMeanwhile, match=r"^Der Eintrag wurde inzwischen geändert\."):
        require_unchanged(measure, "anything", ["title"])


def test_unchanged_object_passes():
    measure = make_measure()

    assert require_unchanged(measure, version_of(measure, ["title"]), ["title"]) is None


def test_form_shows_both_versions_in_the_readers_words():
    lead, supporter = make_organisation("Kammer"), make_organisation("Bezirk")
    measure = make_measure(title="Alt", starts_on=dt.date(2026, 1, 1), is_published=True)
    measure.supporters.add(supporter)
    shown = MeasureForm(instance=measure)
    form = MeasureForm(
        {
            "title": "Meins",
            "plan": measure.plan_id,
            "lead": lead.pk,
            "version": shown["version"].value(),
        },
        instance=Measure.objects.get(),
    )
    assert form.is_valid(), form.errors
    assert form.version_shown == version_of(measure, form.model_fields)

    form.show_conflict(ChangedMeanwhile("Zu spät."), Measure.objects.get())

    assert form.non_field_errors() == ["Zu spät."]
    assert {tuple(conflict) for conflict in form.conflicts} == {
        ("Titel", "Alt", "Meins"),
        ("Federführung", "–", "Kammer"),
        ("Unterstützende Akteure", "Bezirk", "–"),
        ("Beginn", "01.01.2026", "–"),
        ("Veröffentlicht", "ja", "nein"),
    }


def test_what_nobody_touched_takes_the_saved_value():
    mine, theirs = make_organisation("Kammer"), make_organisation("Bezirk")
    measure = make_measure(title="Alt", lead=mine, starts_on=dt.date(2026, 1, 1), is_published=True)
    measure.supporters.add(mine)
    sent = data_of(MeasureForm(instance=measure)) | {"description": "Meine Beschreibung"}
    saved = Measure.objects.get()
    saved.title, saved.lead, saved.is_published = "Neu", theirs, False
    saved.starts_on = dt.date(2026, 2, 1)
    saved.save()
    saved.supporters.set([theirs, mine])
    form = MeasureForm(sent, instance=Measure.objects.get())
    assert form.is_valid(), form.errors

    form.show_conflict(ChangedMeanwhile("Zu spät."), saved)

    note = "nicht geändert; der gespeicherte Wert gilt"
    assert {tuple(conflict) for conflict in form.conflicts} == {
        ("Beschreibung", "–", "Meine Beschreibung"),
        ("Titel", "Neu", note),
        ("Federführung", "Bezirk", note),
        ("Unterstützende Akteure", "Bezirk, Kammer", note),
        ("Beginn", "01.02.2026", note),
        ("Veröffentlicht", "nein", note),
    }
    again = MeasureForm(data_of(form), instance=Measure.objects.get())
    assert again.is_valid(), again.errors
    assert again.version_shown == version_of(saved, form.model_fields)
    values = again.values
    assert (values["title"], values["lead"], values["starts_on"]) == (
        "Neu",
        theirs,
        saved.starts_on,
    )
    assert set(values["supporters"]) == {theirs, mine}
    assert (values["is_published"], values["description"]) == (False, "Meine Beschreibung")


def test_fields_that_belong_together_are_kept_together():
    lead = make_organisation("Kammer")
    days = {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 3, 31)}
    measure = make_measure(title="Alt", lead_text="früher die Kammer", **days)
    sent = data_of(MeasureForm(instance=measure)) | {"ends_on": "2026-06-30"}
    saved = Measure.objects.get()
    saved.starts_on, saved.ends_on = dt.date(2027, 1, 1), dt.date(2027, 3, 31)
    saved.lead, saved.lead_text = lead, ""
    saved.save()
    form = MeasureForm(sent, instance=Measure.objects.get())
    assert form.is_valid(), form.errors

    form.show_conflict(ChangedMeanwhile("Zu spät."), saved)

    note = "nicht geändert; der gespeicherte Wert gilt"
    assert {tuple(conflict) for conflict in form.conflicts} == {
        ("Beginn", "01.01.2027", "01.01.2026"),
        ("Ende", "31.03.2027", "30.06.2026"),
        ("Federführung", "Kammer", note),
        ("Federführung als Text", "–", note),
    }
    again = MeasureForm(data_of(form), instance=Measure.objects.get())
    assert again.is_valid(), again.errors
    values = again.values
    assert (values["starts_on"], values["ends_on"]) == (days["starts_on"], dt.date(2026, 6, 30))
    assert (values["lead"], values["lead_text"]) == (lead, "")


def test_groups_name_fields_of_their_form_once():
    grouped = 0
    # Imports the forms of all apps.
    import_module(settings.ROOT_URLCONF)
    forms = VersionedForm.__subclasses__()
    for form in forms:
        forms += form.__subclasses__()
        names = [name for group in form.fields_together for name in group]
        grouped += len(names)
        assert len(names) == len(set(names)), form
        # A form may show fewer fields than the one it inherits from.
        if "fields_together" in vars(form):
            assert set(names) <= set(form._meta.fields), form
    assert grouped > 0


def data_of(form) -> dict:
    """Return what a browser sends of `form` as it stands."""
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_acting_on_a_state_that_was_not_seen_is_refused():
    office, measure = make_user(OFFICE), make_measure(title="Alt")
    version = version_of(measure, ["title"])
    saved_at = dt.datetime(2126, 3, 18, 13, 2, tzinfo=dt.UTC)
    measure.title = "Neu"
    save_as(measure, by=office, now=saved_at, reason="Geändert")

    with pytest.raises(ChangedMeanwhile) as caught:
        require_seen(measure, version, ["title"])

    assert str(caught.value) == (
        f"{office} hat diesen Eintrag inzwischen geändert (18.03.2126, 14:02 Uhr). "
        "Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann."
    )


def test_acting_without_a_page_or_on_what_was_seen_is_possible():
    measure = make_measure()

    assert require_seen(measure, None, ["title"]) is None
    assert require_seen(measure, version_of(measure, ["title"]), ["title"]) is None
    with pytest.raises(ChangedMeanwhile, match=r"^Der Eintrag wurde inzwischen geändert\."):
        require_seen(measure, "x", ["title"])


@pytest.mark.parametrize("require", [require_seen, require_unchanged])
def test_request_that_does_not_say_what_it_showed_is_refused(require):
    measure = make_measure()

    with pytest.raises(ChangedMeanwhile, match=r"^Es ist nicht mitgekommen, welchen Stand"):
        require(measure, "", ["title"])


def test_form_that_acts_asks_again_about_the_present_state():
    measure = make_measure(title="Alt")
    version = version_of(measure, ["title"])
    form = SeenForm({"version": version}, instance=measure, seen_fields=["title"])
    assert form.is_valid()
    assert form.version_shown == version
    measure.title = "Neu"

    form.show_conflict(ChangedMeanwhile("Neu."), measure)

    assert form.non_field_errors() == ["Neu."]
    assert form["version"].value() == version_of(measure, ["title"]) != version


def test_service_runs_on_what_was_shown_only():
    measure, other = make_measure(title="Alt"), make_measure()
    shown = version_of_all(measure, other)
    calls = []

    def service(**given):
        calls.append(given)
        return "getan"

    assert unless_changed(service, [measure, other], shown)(notify=False) == "getan"
    assert unless_changed(service, [None], "")() == "getan"
    with pytest.raises(ChangedMeanwhile, match="welchen Stand Ihre Seite gezeigt hat"):
        unless_changed(service, [measure, other], "")()
    other.title = "Neu"
    save_as(other, by=make_user(OFFICE), now=dt.datetime(2126, 3, 18, tzinfo=dt.UTC), reason="x")
    with pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"):
        unless_changed(service, [measure, other], shown)()
    assert calls == [{"notify": False}, {}]


@pytest.mark.parametrize("count", [0, 2], ids=["one is gone", "one has come"])
def test_service_runs_on_the_same_records_only(count):
    measure, other = make_measure(), make_measure()
    shown, seen = version_of_all(measure), [measure, *[other] * count]
    if not count:
        shown = version_of_all(measure, other)

    with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
        unless_changed(lambda: pytest.fail("ran"), seen, shown)()


def test_record_that_does_not_exist_has_no_version():
    measure = make_measure()

    assert with_version("/x/", measure, None) == f"/x/?version={version_of_all(measure)}"


def test_sign_in_is_no_change():
    user = make_user(OFFICE)
    shown = version_of_all(user)

    user.last_login = dt.datetime(2126, 3, 18, tzinfo=dt.UTC)

    assert version_of_all(user) == shown


def test_file_reads_the_same_from_every_database():
    versions = {
        version_of(MeasureImport(upload=stored), ["upload"])
        # SQLite returns bytes, PostgreSQL a view of them.
        for stored in (b"table", memoryview(b"table"), memoryview(b"table"))
    }

    assert len(versions) == 1
