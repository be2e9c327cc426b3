"""Adding and changing people."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Concern, NotAllowed, Refused, Warned
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.enums import MailState
from outbox.models import Mail
from outbox.services import enqueue_mails
from partners.models import Person
from partners.services import change_account, change_person, create_person
from partners.services.people import FIELDS
from tests.outbox.builders import make_draft, make_invitation_draft, make_mail, make_recipient
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2019, 6, 3, 9, 0, tzinfo=dt.UTC)
OFFICE_ONLY = r"^Organisationen, Personen und Konten pflegt die Geschäftsstelle\.$"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def chamber():
    return make_organisation("Handelskammer", short_name="HK")


@pytest.fixture
def existing(chamber):
    return make_person(
        "Müller", given_name="Vorname", email="Vorname.Mueller@hk.example", organisation=chamber
    )


@pytest.mark.parametrize(
    "values",
    (
        {"family_name": "Andere", "email": "vorname.mueller@HK.example"},
        {"family_name": "Andere", "email": " vorname.mueller@hk.example "},
        {"given_name": "vorname", "family_name": "MUELLER", "organisation": True},
        {"given_name": "Vorname ", "family_name": " Müller", "organisation": True},
        {"family_name": "Vorname  Müller", "organisation": True},
        {"family_name": "Andere", "email": "konto@hk.example"},
    ),
)
def test_double_is_created_only_deliberately(office, existing, chamber, values):
    if values.get("organisation"):
        values = values | {"organisation": chamber}
    make_user(PARTNER, person=existing, email="konto@hk.example")
    make_person("Müllerin", given_name="Vorname", organisation=chamber)

    with nothing_changes(existing), pytest.raises(Warned, match="vielleicht schon") as warned:
        create_person(values=values, by=office, now=NOW)

    assert warned.value.concerns == [
        Concern(
            f"person-{existing.pk}",
            "Vorname Müller (HK)",
            existing.get_absolute_url(),
            "Vorname.Mueller@hk.example",
        )
    ]
    heeded = {f"person-{existing.pk}"}
    assert create_person(values=values, by=office, now=NOW, heeded=heeded).pk != existing.pk


def test_warning_that_was_not_shown_is_not_overruled(office, existing):
    other = make_person("Andere", email=existing.email)
    values = {"family_name": "Dritte", "email": existing.email}

    with nothing_changes(existing, other), pytest.raises(Warned, match="vielleicht schon"):
        create_person(values=values, by=office, now=NOW, heeded={f"person-{existing.pk}"})


@pytest.mark.parametrize(
    "values",
    (
        {"given_name": "Vorname", "family_name": "Müller"},
        {"family_name": "Andere", "email": "mueller@hk.example"},
        {"family_name": "Leitung"},
    ),
)
def test_other_people_are_no_doubles(office, existing, values):
    make_person("Leitung", email="", organisation=existing.organisation)

    assert create_person(values=values, by=office, now=NOW).pk


def test_change_warns_only_of_what_it_makes_similar(office, existing):
    person = make_person("Andere", email=existing.email)

    def change(**values):
        person.refresh_from_db()
        change_person(
            person=person,
            values={"family_name": "Andere", "email": person.email, "is_active": True} | values,
            version=version_of(person, FIELDS),
            by=office,
            now=NOW,
        )

    change(phone="030 1")
    change(email=" Neu@HK.example")
    person.refresh_from_db()
    assert (person.phone, person.email) == ("030 1", "neu@hk.example")
    with nothing_changes(person), pytest.raises(Warned, match="vielleicht schon"):
        change(email=existing.email)


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_adds_people(role):
    stranger = make_user(role)

    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        create_person(values={"family_name": "Leitung Einkauf"}, by=stranger, now=NOW)

    assert not Person.objects.filter(family_name="Leitung Einkauf").exists()


def test_person_with_an_open_account_stays_active(office):
    person = make_user(PARTNER).person
    values = {
        "family_name": person.family_name,
        "organisation": person.organisation,
        "is_active": False,
    }

    with nothing_changes(person), pytest.raises(Refused, match="zuerst das Konto"):
        change_person(
            person=person,
            values=values,
            version=version_of(person, FIELDS),
            by=office,
            now=NOW,
        )


def test_spaces_and_the_comma_of_the_salutation_are_tidied(office):
    values = {"family_name": " von  Nachname ", "letter_salutation": "Liebe  Runde, "}

    person = create_person(values=values, by=office, now=NOW)

    assert (person.family_name, person.letter_salutation) == ("von Nachname", "Liebe Runde")

    values = {"family_name": "Nachname", "letter_salutation": "Liebe Leitung,", "is_active": True}
    person, _change = change_person(
        person=person, values=values, version=version_of(person, FIELDS), by=office, now=NOW
    )

    assert (person.family_name, person.letter_salutation) == ("Nachname", "Liebe Leitung")


def test_form_of_somebody_erased_meanwhile_is_not_offered_to_be_saved_again(office):
    person = make_person("Person (gelöscht)", is_active=False, anonymised_at=NOW)
    values = {"family_name": "Nachname", "is_active": True}

    with nothing_changes(person), pytest.raises(Refused, match="sind gelöscht") as refused:
        change_person(person=person, values=values, version="alt", by=office, now=NOW)

    assert not isinstance(refused.value, ChangedMeanwhile)


def change_address(person, office, email):
    """Change the address as the office does; return how many mails follow it."""
    values = {name: getattr(person, name) for name in FIELDS} | {"email": email}
    given = {"version": version_of(person, FIELDS), "by": office, "now": NOW}
    _person, change = change_person(person=person, values=values, **given)
    return change.readdressed


def test_mails_that_wait_follow_a_corrected_address(office):
    person = make_person("Leitung", email="alt@example.org")
    to = make_recipient(email="alt@example.org", name="Leitung")
    claimed = {"claim": "c", "claimed_at": NOW}
    for state, fields in (
        (MailState.DRAFT, {}),
        (MailState.WAITING, {}),
        (MailState.RETRY, {"refusals": 3, "last_error": "450 later"}),
        (MailState.SENDING, claimed),
        (MailState.SENT, {"sent_at": NOW}),
        (MailState.FAILED, {}),
    ):
        make_mail(make_invitation_draft(to=to), state=state, **fields)
    other = make_mail(make_draft(to=to._replace(name="Werk")))

    assert change_address(person, office, "neu@example.org") == 3
    mails_of_person = Mail.objects.exclude(pk=other.pk)

    other.refresh_from_db()
    assert other.recipient == "alt@example.org"
    assert dict(mails_of_person.values_list("state", "recipient")) == {
        "draft": "neu@example.org",
        "waiting": "neu@example.org",
        "retry": "neu@example.org",
        "sending": "alt@example.org",
        "sent": "alt@example.org",
        "failed": "alt@example.org",
    }
    draft, retried = (Mail.objects.get(state=state) for state in ("draft", "retry"))
    assert "To: Leitung <neu@example.org>" in draft.mime
    assert (retried.refusals, retried.last_error, retried.due_at) == (0, "", NOW)
    [entry] = draft.log.all()
    assert (entry.from_state, entry.to_state, entry.by) == ("draft", "draft", office)
    assert entry.note == "Adresse geändert: an neu@example.org statt an alt@example.org"


def test_mail_that_the_new_address_has_already_is_withdrawn(office):
    person = make_person("Leitung", email="alt@example.org")
    fields = {"subject_key": "topic:1"}
    former = make_recipient(email="alt@example.org", name="Leitung")
    mail = make_mail(make_draft(to=former, **fields), state=MailState.DRAFT)
    shared = make_recipient(email="neu@example.org", name="Werk")
    enqueue_mails([make_draft(to=shared, **fields)], now=NOW)

    assert change_address(person, office, "neu@example.org") == 0

    mail.refresh_from_db()
    assert (mail.state, mail.recipient) == (MailState.WITHDRAWN, "alt@example.org")
    assert mail.log.get().note == "An diese Adresse ist dieselbe E-Mail schon geschrieben."


def test_mails_that_wait_follow_the_address_of_the_account(office):
    account = make_user(PARTNER, email="alt@example.org")
    to = make_recipient(email="alt@example.org", name=account.person.name)
    mail = make_mail(make_draft(to=to))

    _account, change = change_account(
        account=account, email="neu@example.org", roles=[PARTNER], by=office, now=NOW
    )

    mail.refresh_from_db()
    assert (mail.recipient, change.readdressed) == ("neu@example.org", 1)
