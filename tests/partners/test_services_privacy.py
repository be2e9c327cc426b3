"""Who is deleted or anonymised, when, and by whom."""

import datetime as dt
from functools import partial

import pytest
from django.core.management import call_command

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import entries_of
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from media_visits.enums import VisitState
from outbox.enums import MailState
from partners.models import Deputy, DistributionList, Person, TidyRun
from partners.services import erase_person, keep_person, preview_erasure, tidy_people
from partners.services.expiry import expiries
from tests.dialogues.builders import make_dialogue, make_invitation
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_organisation, make_person, make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 2)
# The period is twelve months: due today, and tomorrow.
DUE, NOT_YET = dt.date(2025, 3, 2), dt.date(2025, 3, 3)


SENT = {"state": MailState.SENT, "sent_at": NOW}


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def guest():
    return make_person(
        "Nachname", given_name="Vorname", email="gast@example.org", organisation=make_organisation()
    )


def ended_on(obj, day: dt.date):
    """Let the history say that `obj` has been in its state since `day`."""
    moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    type(obj).history.filter(id=obj.pk).update(history_date=moment)


def changed(person, day):
    ended_on(person, day)


def guest_of(person, day, state=DialogueState.CLOSED, **fields):
    dialogue = make_dialogue(state)
    make_invitation(dialogue, person=person, **fields)
    ended_on(dialogue, day)


def host_of(person, day, state=DialogueState.CANCELLED):
    ended_on(make_dialogue(state, host_contact=person), day)


def substitute_of(person, day, state=DialogueState.CLOSED):
    guest_of(make_person(), day, state, substitute_email=person.email.upper())


def told_of(person, day, state=VisitState.DOCUMENTED):
    visit = make_visit(state)
    visit.informed.add(person)
    ended_on(visit, day)


def visited(person, day):
    visit = make_visit(VisitState.APPROVED, company=person.organisation)
    ended_on(visit, day)


def withdrawn_from(person, day):
    moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    guest_of(person, TODAY, DialogueState.INVITED, withdrawn_at=moment)


def deputy_until(person, day):
    principal = make_user(SENATOR_OFFICE).person
    Deputy.objects.create(
        principal=principal, deputy=person, starts_on=dt.date(2020, 1, 1), ends_on=day
    )


@pytest.mark.parametrize(
    "matter",
    (changed, guest_of, host_of, substitute_of, told_of, withdrawn_from, deputy_until),
    ids=lambda matter: matter.__name__,
)
def test_people_are_due_twelve_months_after_their_last_matter(guest, matter):
    matter(guest, NOT_YET)
    assert expiries(TODAY, Person.objects.filter(pk=guest.pk)) == []
    [tomorrow] = expiries(TODAY + dt.timedelta(days=1), Person.objects.filter(pk=guest.pk))
    assert tomorrow.due_on == dt.date(2026, 3, 3)


@pytest.mark.parametrize("day, is_due", ((DUE, True), (NOT_YET, False)))
def test_latest_matter_counts(guest, day, is_due):
    guest_of(guest, dt.date(2019, 1, 1))
    guest_of(guest, day)

    found = expiries(TODAY)

    assert [(each.person, each.last_need.until) for each in found] == ([(guest, day)] * is_due)


def account(person):
    make_user(PARTNER, person=person)


def closed_account(person):
    make_user(OBSERVER, person=person, is_active=False)


def on_a_list(person):
    DistributionList.objects.create(name="Partner").members.add(person)


def deputy_for_good(person):
    deputy_until(person, None)


def mail_waiting(person):
    make_mail(recipient=person.email, state=MailState.DRAFT)


def kept(person):
    Person.objects.filter(pk=person.pk).update(kept_until=TODAY, kept_reason="Klage")


def already_done(person):
    Person.objects.filter(pk=person.pk).update(anonymised_at=NOW)


@pytest.mark.parametrize(
    "function",
    (
        account,
        closed_account,
        on_a_list,
        deputy_for_good,
        mail_waiting,
        kept,
        already_done,
        partial(visited, day=DUE),
        *(
            partial(guest_of, day=DUE, state=state)
            for state in DialogueState
            if state not in (DialogueState.CLOSED, DialogueState.CANCELLED)
        ),
        partial(host_of, day=DUE, state=DialogueState.PLANNING),
        partial(substitute_of, day=DUE, state=DialogueState.INVITED),
        partial(told_of, day=DUE, state=VisitState.ANNOUNCED),
        partial(told_of, day=DUE, state=VisitState.HELD),
    ),
)
def test_people_with_a_function_are_not_due(guest, function):
    assert [each.person for each in expiries(TODAY)] == [guest]

    function(guest)

    assert guest not in [each.person for each in expiries(TODAY)]


def test_dry_run_changes_nothing_and_names_nobody(guest, capsys):
    guest_of(guest, DUE)

    with nothing_changes(guest, guest.invitations.get()):
        call_command("tidy_people", "--dry-run")

    output = capsys.readouterr().out
    assert f"Personen: 1 (Nummern: {guest.pk})" in output
    assert "Nachname" not in output and "gast@example.org" not in output
    assert not TidyRun.objects.exists()


def test_guest_stays_as_somebody_unknown_of_the_organisation(guest, settings):
    settings.PERSONAL_DATA_MONTHS = 12
    guest_of(guest, DUE)

    done = tidy_people(now=NOW)

    organisation = guest.organisation
    guest.refresh_from_db()
    assert done == {
        "anonymised": [guest.pk],
        "deleted": [],
        "put_off": [],
        "replies": [],
        "barriers": [],
    }
    assert (guest.name, guest.organisation, guest.email) == ("Person (gelöscht)", organisation, "")
    assert (guest.is_active, guest.anonymised_at) == (False, NOW)
    [line, *_] = entries_of(guest)
    assert (line.who, line.what) == ("Portal", "Angaben gelöscht: Frist abgelaufen")
    run = TidyRun.objects.get()
    assert (run.at, run.by, run.months) == (NOW, None, 12)
    assert run.counts == {"anonymised": 1, "deleted": 0, "put_off": 0, "replies": 0, "barriers": 0}


def test_entry_that_nothing_refers_to_is_deleted_with_its_history(guest):
    guest.phone = "030 12345678"
    guest.save()
    Person.history.update(history_date=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))

    assert tidy_people(now=NOW)["deleted"] == [guest.pk]

    assert not Person.objects.filter(pk=guest.pk).exists()
    assert not Person.history.filter(id=guest.pk).exists()


def test_second_run_finds_nothing(guest):
    guest_of(guest, DUE)
    tidy_people(now=NOW)

    with nothing_changes(guest):
        done = tidy_people(now=NOW + dt.timedelta(days=1))

    assert [keys for keys in done.values() if keys] == []
    assert TidyRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_anonymise_a_person_once(guest):
    guest_of(guest, DUE)

    outcomes = race(*[partial(tidy_people, now=NOW)] * 2)

    assert sorted(len(done["anonymised"]) for done in outcomes) == [0, 1]
    assert Person.history.filter(id=guest.pk, history_change_reason__contains="Frist").count() == 1


def test_person_who_is_mentioned_in_an_unsent_mail_waits(guest):
    words = {"text": "Es kommt: Vorname Nachname", "recipient": "team@example.org"}
    mail = make_mail(**words, state=MailState.DRAFT)

    with nothing_changes(guest, mail):
        assert tidy_people(now=NOW)["put_off"] == [guest.pk]


def test_names_and_addresses_of_others_stay():
    first, second = (
        make_person("Nachname", given_name="Vorname", email="team@example.org") for _ in range(2)
    )
    changed(second, TODAY)
    mail = make_mail(recipient="team@example.org", subject="An Vorname Nachname", **SENT)

    with nothing_changes(second, mail):
        assert tidy_people(now=NOW)["deleted"] == [first.pk]


# By hand


def erase(person, by, now=NOW):
    version = preview_erasure(person=person, by=by, now=now).version
    erase_person(person=person, version=version, by=by, now=now)


def test_person_is_anonymised_on_request_before_the_period_ends(guest, office):
    guest_of(guest, TODAY)
    on_a_list(guest)

    with nothing_changes(guest, guest.invitations.get()):
        preview = preview_erasure(person=guest, by=office, now=NOW)
    erase(guest, office)

    guest.refresh_from_db()
    assert preview.lines == [
        "Verteiler „Partner“",
        "Nachricht, Vertretung und Link von 1 Einladung; die Antwort zählt weiter",
    ]
    assert (guest.name, guest.distribution_lists.count()) == ("Person (gelöscht)", 0)
    assert TidyRun.objects.get().by == office
    assert entries_of(guest)[0].who == str(office)


@pytest.mark.parametrize(
    "function, sentence",
    (
        (account, "hat ein Konto"),
        (closed_account, "hat ein Konto"),
        (already_done, "sind schon gelöscht"),
        (mail_waiting, "noch nicht versandt"),
        (
            partial(guest_of, day=DUE, state=DialogueState.INVITED),
            r"gebraucht: Branchengespräch „Fachkräfte im Maschinenbau“\.$",
        ),
    ),
)
def test_person_is_not_anonymised_while_needed(guest, office, function, sentence):
    function(guest)

    with nothing_changes(guest), pytest.raises(Refused, match=sentence):
        erase(guest, office)


def test_what_changed_after_the_preview_is_not_deleted(guest, office):
    version = preview_erasure(person=guest, by=office, now=NOW).version
    guest_of(guest, DUE)

    with nothing_changes(guest), pytest.raises(ChangedMeanwhile, match="inzwischen etwas geändert"):
        erase_person(person=guest, version=version, by=office, now=NOW)


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
@pytest.mark.parametrize(
    "service",
    (
        preview_erasure,
        partial(erase_person, version=""),
        partial(keep_person, until=TODAY, reason="Klage"),
    ),
)
def test_only_the_office_decides_about_data(guest, role, service):
    with nothing_changes(guest), pytest.raises(NotAllowed, match="pflegt die Geschäftsstelle"):
        service(person=guest, by=make_user(role), now=NOW)


def test_person_is_kept_until_the_end_of_a_day(guest, office):
    keep_person(person=guest, until=dt.date(2026, 6, 30), reason=" Klage ", by=office, now=NOW)

    guest.refresh_from_db()
    assert (guest.kept_until, guest.kept_reason) == (dt.date(2026, 6, 30), "Klage")
    assert entries_of(guest)[0].what == "Wird behalten bis 30.06.2026"
    # Noting the wish is a change of the entry, but no new need.
    Person.history.filter(id=guest.pk).update(history_date=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert expiries(dt.date(2026, 6, 30)) == []
    assert [each.due_on for each in expiries(dt.date(2026, 7, 1))] == [dt.date(2026, 7, 1)]

    keep_person(person=guest, until=None, reason="", by=office, now=NOW)
    guest.refresh_from_db()
    assert (guest.kept_until, guest.kept_reason) == (None, "")


@pytest.mark.parametrize(
    "until, reason, sentence",
    (
        (dt.date(2026, 3, 1), "Klage", "liegt zurück"),
        (TODAY, " ", "Tag und Grund"),
        (None, "Klage", "Tag und Grund"),
    ),
)
def test_nobody_is_kept_without_day_and_reason(guest, office, until, reason, sentence):
    with nothing_changes(guest), pytest.raises(Refused, match=sentence):
        keep_person(person=guest, until=until, reason=reason, by=office, now=NOW)
