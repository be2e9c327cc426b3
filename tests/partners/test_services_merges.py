"""Merging two entries of the same person: what moves in this app, and what is refused."""

import datetime as dt
from functools import partial

import pytest
from django.apps import apps
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import entries_of, save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy, DistributionList, FormerPerson, Person, User
from partners.queries import similar_people
from partners.registry import person_data
from partners.services import merge_people, preview_merge
from tests.measures.builders import make_measure
from tests.outbox.builders import make_draft, make_mail, make_recipient
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def source():
    return make_person("Nachname", email="alt@example.org", phone="030 1", notes="Vormittags.")


@pytest.fixture
def target():
    return make_person("Nachname", given_name="Vorname", email="neu@example.org", notes="Per Du.")


def merge(source, target, by, values=None) -> list[str]:
    """Merge as the page does: preview first. Return the lines of the preview."""
    call = {"source": source, "target": target, "values": values or {}, "by": by, "now": NOW}
    preview = preview_merge(**call)
    merge_people(version=preview.version, **call)
    return preview.lines


def test_entry_that_stays_keeps_its_values_and_both_notes(source, target, office):
    number = source.pk

    assert merge(source, target, office) == []

    target.refresh_from_db()
    assert (target.name, target.email, target.phone) == ("Vorname Nachname", "neu@example.org", "")
    assert target.notes == "Per Du.\n\nVormittags."
    assert not Person.objects.filter(pk=number).exists()
    former = FormerPerson.objects.get()
    assert (former.number, former.name, former.person) == (number, "Nachname", target)
    assert entries_of(target)[0].what == "Mit „Nachname“ zusammengeführt"
    last = Person.history.filter(id=number).latest()
    assert (last.history_type, last.history_user) == ("-", office)
    assert last.history_change_reason == "Mit „Vorname Nachname“ zusammengeführt"
    assert not Mail.objects.exists()


def test_chosen_values_are_taken_over(source, target, office):
    organisation = make_organisation()

    merge(source, target, office, {"phone": "030 1", "organisation": organisation})

    target.refresh_from_db()
    assert (target.phone, target.organisation) == ("030 1", organisation)
    assert target.email == "neu@example.org"


def test_preview_changes_nothing(source, target, office):
    distribution_list = DistributionList.objects.create(name="Partner")
    distribution_list.members.add(source)
    make_user(PARTNER, person=source, organisation=None)
    Person.objects.filter(pk=source.pk).update(organisation=make_organisation())

    with nothing_changes(source, target, distribution_list, source.user):
        preview = preview_merge(
            source=source,
            target=target,
            values={"organisation": make_organisation()},
            by=office,
            now=NOW,
        )

    assert len(preview.lines) == 2
    assert not FormerPerson.objects.exists()
    assert list(distribution_list.members.all()) == [source]


def test_mails_that_wait_go_to_the_address_that_stays(source, target, office):
    to = make_recipient(email="alt@example.org", name="Nachname")
    mail = make_mail(make_draft(to=to))

    lines = merge(source, target, office)

    mail.refresh_from_db()
    assert lines == ["1 wartende E-Mail, jetzt an die Adresse, die bleibt"]
    assert (mail.recipient, mail.recipient_name) == ("neu@example.org", "Vorname Nachname")


def test_lists_move_once(source, target, office):
    both, one = (DistributionList.objects.create(name=name) for name in ("Beide", "Eine"))
    both.members.add(source, target)
    one.members.add(source)

    lines = merge(source, target, office)

    assert lines == ["Verteiler „Beide“", "Verteiler „Eine“"]
    assert list(both.members.all()) == list(one.members.all()) == [target]


def test_deputyships_move_and_pointless_ones_end(source, target, office):
    source_account, third = make_user(OBSERVER, person=source), make_user(OBSERVER)
    start = {"starts_on": dt.date(2019, 1, 1)}
    make_deputyship(third, source_account, "topic", **start)
    make_deputyship(source_account, third, **start)
    Deputy.objects.create(principal=source, deputy=target, **start)
    twin = Deputy.objects.create(principal=target, deputy=third.person, **start)

    lines = merge(source, target, office)

    kept = Deputy.objects.order_by("pk").values_list("principal", "deputy", "kinds")
    assert list(kept) == [
        (third.person.pk, target.pk, ["topic"]),
        (target.pk, third.person.pk, []),
    ]
    assert Deputy.objects.last() == twin
    assert [line.endswith("entfällt") for line in lines] == [False, False, True, True]
    assert Deputy.history.filter(principal=source).count() == 0


def test_account_moves_with_its_roles(source, target, office):
    account = make_user(OBSERVER, SENATOR_OFFICE, person=source, email="konto@example.org")

    lines = merge(source, target, office)

    account.refresh_from_db()
    assert account.person == target
    assert lines == [
        "Konto konto@example.org mit allem, was damit eingetragen wurde; Rollen: Büro der "
        "Senatorin, Steuerungskreis"
    ]
    assert User.history.filter(id=account.pk).latest().person_id == target.pk


def test_closed_account_stays_with_its_entry(source, target, office):
    closed = make_user(OBSERVER, person=source, is_active=False)
    make_user(OBSERVER, person=target)

    merge(source, target, office)

    source.refresh_from_db()
    closed.refresh_from_db()
    assert (source.is_active, closed.person) == (False, source)
    assert FormerPerson.objects.get().number == source.pk
    assert similar_people(target) == []
    with nothing_changes(source, target), pytest.raises(Refused, match="schon mit einem anderen"):
        merge(source, target, office)


@pytest.mark.parametrize("role, moves", ((OFFICE, True), (OBSERVER, False)))
def test_office_account_in_use_takes_charge_of_what_the_closed_one_had(office, role, moves):
    closed, account = make_user(OFFICE, is_active=False), make_user(role)
    measure = make_measure(title="Flächen ankaufen", responsible=closed)

    lines = merge(closed.person, account.person, office)

    measure.refresh_from_db()
    assert measure.responsible == (account if moves else closed)
    assert lines == (["Zuständig: „Flächen ankaufen“"] if moves else [])


@pytest.mark.parametrize(
    "target_is_active, sentence",
    ((True, "Beide Einträge haben ein aktives Konto"), (False, "Das aktive Konto gehört zu")),
)
def test_account_in_use_is_never_merged_away(source, target, office, target_is_active, sentence):
    make_user(OBSERVER, person=source)
    make_user(OBSERVER, person=target, is_active=target_is_active)

    with nothing_changes(source, target), pytest.raises(Refused, match=sentence):
        merge(source, target, office)


@pytest.mark.parametrize(
    "values, sentence",
    (
        ({"organisation": None}, "braucht deshalb eine Organisation"),
        ({"is_active": False}, "zuerst das Konto"),
    ),
)
def test_account_keeps_what_it_needs(source, target, office, values, sentence):
    Person.objects.filter(pk=source.pk).update(organisation=make_organisation())
    source.refresh_from_db()
    make_user(PARTNER, person=source)
    values = {"organisation": source.organisation} | values

    with nothing_changes(source, target), pytest.raises(Refused, match=sentence):
        merge(source, target, office, values)


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_merges(source, target, role):
    with (
        nothing_changes(source, target),
        pytest.raises(NotAllowed, match=r"pflegt die Geschäftsstelle\.$"),
    ):
        merge(source, target, make_user(role))


@pytest.mark.parametrize("is_source", (True, False))
def test_users_do_not_gain_rights_by_merging_themselves(office, is_source):
    other = make_person()
    principal = make_user(SENATOR_OFFICE).person
    Deputy.objects.create(principal=principal, deputy=other, starts_on=timezone.localdate())
    pair = (office.person, other) if is_source else (other, office.person)

    with nothing_changes(*pair), pytest.raises(Refused, match="jemand anderes im Team"):
        merge(*pair, office)


def test_own_entry_without_rights_can_be_merged(source, office):
    merge(source, office.person, office)

    assert FormerPerson.objects.get().person == office.person


def test_entry_is_not_merged_with_itself(source, office):
    with nothing_changes(source), pytest.raises(Refused, match="zwei verschiedene Einträge"):
        merge(source, source, office)


def test_former_entries_follow(source, target, office):
    third = make_person("Dritte")
    merge(source, target, office)
    merge(target, third, office)

    former = FormerPerson.objects.order_by("pk").values_list("name", "person")
    assert list(former) == [("Nachname", third.pk), ("Vorname Nachname", third.pk)]


def test_what_changed_after_the_preview_is_not_merged(source, target, office):
    call = {"source": source, "target": target, "values": {}, "by": office, "now": NOW}
    version = preview_merge(**call).version
    distribution_list = DistributionList.objects.create(name="Partner")
    distribution_list.members.add(source)

    with nothing_changes(source, target), pytest.raises(ChangedMeanwhile, match="prüfen Sie noch"):
        merge_people(version=version, **call)

    version = preview_merge(**call).version
    source.phone = "030 2"
    save_as(source, by=office, now=NOW, reason="Angaben geändert")
    with nothing_changes(source, target), pytest.raises(ChangedMeanwhile, match="prüfen Sie noch"):
        merge_people(version=version, **call)


@pytest.mark.django_db(transaction=True)
def test_two_people_are_merged_once_at_a_time():
    office, first, second = make_user(OFFICE), make_person("Eine"), make_person("Andere")
    call = {"values": {}, "by": office, "now": NOW}
    pairs = [{"source": first, "target": second}, {"source": second, "target": first}]
    versions = [preview_merge(**pair, **call).version for pair in pairs]

    outcomes = race(
        *(
            partial(merge_people, version=version, **pair, **call)
            for pair, version in zip(pairs, versions, strict=True)
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refused"]
    assert FormerPerson.objects.count() == 1


def test_every_reference_to_people_and_accounts_is_registered():
    people, registered = (Person, User), person_data()

    references = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        # History follows what it is the history of; only it lacks constraints.
        if not hasattr(model, "history_object")
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
        if field.related_model in people and getattr(field, "db_constraint", True)
    }

    covered = [name for data in registered for name in (*data.moved, *data.kept)]
    assert references == set(covered)
    assert len(covered) == len(set(covered))
