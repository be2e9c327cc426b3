import datetime as dt

import pytest

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import snapshot_of
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.models import Origin, Precision
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from media_visits.enums import VisitState
from media_visits.facts import VISIT_FACTS, announced_changes_since
from media_visits.models import Visit
from media_visits.queries import commitments_between
from media_visits.services import change_visit, create_visit, publish_visit, unpublish_visit
from media_visits.services.visits import VISIT_FIELDS
from outbox.models import Mail
from tests.approvals.builders import NOW
from tests.media_visits.builders import STARTS_AT, make_sector, make_slot, make_visit, visit_values
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState
DAY = dt.timedelta(days=1)


def change(visit, by, *, version=None, **values):
    version = version or version_of(Visit.objects.get(pk=visit.pk), VISIT_FIELDS)
    return change_visit(visit=visit, values=values, version=version, by=by, now=NOW)


def test_press_slots_that_keep_their_day_are_warned_of_and_bind_nobody(office):
    visit = make_visit()
    slot = make_slot(visit)
    given = {
        "visit": visit,
        "values": {"starts_at": STARTS_AT + 7 * DAY, "ends_at": None},
        "version": version_of(Visit.objects.get(pk=visit.pk), VISIT_FIELDS),
        "by": office,
        "now": NOW,
    }

    with (
        nothing_changes(visit),
        pytest.raises(Warned, match="Zu diesem Termin gibt es Hinweise") as warned,
    ):
        change_visit(**given)
    (concern,) = warned.value.concerns
    change_visit(**given, heeded=[concern.key])

    assert str(concern) == (
        "Wort-Bild-Termin 23.03.2026, 10:00 Uhr: bleibt an seinem Tag und gilt erst wieder, wenn "
        "Sie auch ihn verlegen"
    )
    assert concern.url == f"/besuche/pressetermine/{slot.pk}/bearbeiten/"
    bound = commitments_between(STARTS_AT - DAY, STARTS_AT + 8 * DAY, office)
    assert [date.starts_at for date in bound] == [STARTS_AT + 7 * DAY]


def test_new_visit_is_an_idea_with_its_day_and_sectors(office):
    visit = create_visit(values=visit_values(sectors=[make_sector()]), by=office, now=NOW)

    visit.refresh_from_db()
    assert (visit.state, visit.starts_on, visit.precision) == (
        S.IDEA,
        dt.date(2026, 3, 23),
        Precision.DAY,
    )
    assert [sector.name for sector in visit.sectors.all()] == ["Maschinenbau"]
    entry = visit.history.get()
    assert (entry.history_user, entry.history_change_reason, entry.history_date) == (
        office,
        "Als Idee angelegt",
        NOW,
    )


def test_visit_late_in_the_evening_lies_on_its_day_in_berlin(office):
    # Half past midnight on the day the clocks go back.
    late = dt.datetime(2026, 10, 24, 22, 30, tzinfo=dt.UTC)

    odd = {"weekend-2026-10-25", "hours-2026-10-25T00:30"}
    values = visit_values(starts_at=late, ends_at=None)

    visit = create_visit(values=values, by=office, now=NOW, heeded=odd)

    assert visit.starts_on == dt.date(2026, 10, 25)


def test_past_date_warns_and_can_be_overruled(office):
    values = visit_values(starts_at=NOW - dt.timedelta(days=3), ends_at=None)
    with pytest.raises(Warned, match="liegt in der Vergangenheit") as warned:
        create_visit(values=values, by=office, now=NOW)
    assert not Visit.objects.exists()
    (concern,) = warned.value.concerns
    assert concern.text == (
        "Fr, 27.02.2026, 10:00 Uhr. Vorlegen lässt sich der Besuch dann nicht, nur nachträglich "
        "erfassen, ohne Freigabe im Portal."
    )

    visit = create_visit(values=values, by=office, now=NOW, heeded=[concern.key])

    assert visit.state == S.IDEA


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_creates(role):
    with pytest.raises(NotAllowed, match=OFFICE_ONLY):
        create_visit(values=visit_values(), by=make_user(role), now=NOW)

    assert not Visit.objects.exists()


def test_same_form_twice_makes_one_visit(office):
    company = make_organisation()
    create_visit(values=visit_values(company=company, title="Rundgang"), by=office, now=NOW)

    with pytest.raises(Refused, match="gibt es schon"):
        create_visit(values=visit_values(company=company, title="Rundgang"), by=office, now=NOW)

    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"company": None}, "wählen Sie ein Unternehmen"),
        ({"ends_at": STARTS_AT}, "nach dem Beginn"),
        ({"starts_at": None}, "nach dem Beginn"),
    ],
)
def test_impossible_facts_are_refused_in_words(office, fields, message):
    with pytest.raises(Refused, match=message):
        create_visit(values=visit_values(**fields), by=office, now=NOW)


def test_change_names_what_changed(office):
    visit = make_visit()

    change(visit, office, title="Neuer Anlass", message="Ein Satz")

    visit.refresh_from_db()
    assert (visit.title, visit.version) == ("Neuer Anlass", 2)
    assert visit.history.latest().history_change_reason == "Geändert: Anlass des Besuchs, Botschaft"


def test_saving_without_a_change_writes_nothing(office):
    visit = make_visit()
    visit.sectors.add(make_sector())

    with nothing_changes(visit):
        change(visit, office, sectors=[make_sector()])


def test_another_sector_is_a_change(office):
    visit = make_visit()

    change(visit, office, sectors=[make_sector("Optik/Photonik")])

    assert visit.history.latest().history_change_reason == "Geändert: Branchenschwerpunkt"


def test_second_change_of_the_same_version_is_refused(office):
    visit = make_visit()
    shown = version_of(visit, VISIT_FIELDS)
    change(visit, office, title="Erste Fassung")
    visit.refresh_from_db()

    with (
        nothing_changes(visit),
        pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"),
    ):
        change(visit, office, version=shown, title="Zweite Fassung")


def test_stale_form_is_refused_for_the_state_and_not_offered_to_be_saved_again(office):
    visit = make_visit()
    shown = version_of(visit, VISIT_FIELDS)
    Visit.objects.update(state=S.ANNOUNCED, announced_at=NOW, message="Neu")

    with nothing_changes(visit), pytest.raises(Refused, match="Verschieben Sie ihn") as refused:
        change(visit, office, version=shown, title="Zweite Fassung")

    assert not isinstance(refused.value, ChangedMeanwhile)


BINDING_CHANGES = [
    ({"title": "Neuer Anlass"}, "Anlass des Besuchs"),
    ({"address": "Werkstraße 1, 10115 Berlin"}, "Adresse"),
    ({"visitor": "Staatssekretariat"}, "Wer besucht"),
    ({"company_text": "Anderes Werk"}, "Unternehmen, Partner"),
    ({"starts_at": STARTS_AT + DAY, "ends_at": None}, "Termin"),
    ({"to_be_published": False}, "Veröffentlichung"),
]


@pytest.mark.parametrize(("fields", "what"), BINDING_CHANGES)
@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED])
def test_changing_a_binding_fact_lets_the_approval_lapse(office, senator, state, fields, what):
    visit = make_visit(state, is_published=state == S.APPROVED, address="Alte Straße 5")

    change(visit, office, **fields)

    visit.refresh_from_db()
    approval = ApprovalRequest.objects.get()
    assert (visit.state, visit.is_published) == (S.IDEA, False)
    assert visit.history.latest().history_change_reason == f"Freigabe erloschen, geändert: {what}"
    assert (approval.state, approval.lapse_reason) == (ApprovalState.LAPSED, f"geändert: {what}")
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED])
def test_changing_other_facts_keeps_the_approval(office, state):
    visit = make_visit(state)
    before = ApprovalRequest.objects.get().state

    change(
        visit, office, message="Ein anderer Satz", internal_notes="anrufen", sectors=[make_sector()]
    )

    visit.refresh_from_db()
    assert (visit.state, visit.message) == (state, "Ein anderer Satz")
    assert ApprovalRequest.objects.get().state == before
    assert mails_written() == []


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED])
def test_address_that_was_not_shown_is_added_and_corrected_under_the_approval(office, state):
    visit = make_visit(state)
    before = ApprovalRequest.objects.get().state

    for address in ("Werkstraße 1", "Werkstraße 11"):
        change(visit, office, address=address)
        visit.refresh_from_db()

        assert (visit.state, visit.address) == (state, address)
    assert ApprovalRequest.objects.get().state == before
    assert mails_written() == []


def test_address_binds_again_once_it_was_submitted(office):
    visit = make_visit(S.APPROVED)
    change(visit, office, address="Werkstraße 1")
    visit.refresh_from_db()
    ApprovalRequest.objects.update(snapshot=snapshot_of(VISIT_FACTS, visit))

    change(visit, office, address="Werkstraße 11")

    visit.refresh_from_db()
    assert visit.state == S.IDEA


def test_quote_added_after_the_approval_lets_it_lapse(office):
    visit = make_visit(S.APPROVED)

    change(visit, office, quote="Wir halten Wort.")

    visit.refresh_from_db()
    assert visit.state == S.IDEA


def test_added_address_of_an_announced_visit_is_mailed(office):
    visit = make_visit(S.ANNOUNCED, title="Rundgang")
    person = make_person("Werksleitung", email="werk@example.org")
    visit.informed.add(person)

    change(visit, office, address="Werkstraße 1")

    visit.refresh_from_db()
    assert (visit.state, visit.address) == (S.ANNOUNCED, "Werkstraße 1")
    mail = Mail.objects.get(recipient="werk@example.org")
    assert mail.kind == "visit_changed"
    assert "Adresse" in mail.text and "bisher: im Unternehmen" in mail.text
    assert "jetzt: Werkstraße 1" in mail.text


def test_address_that_everybody_knows_is_no_change():
    visit = make_visit(S.ANNOUNCED, address="Werkstraße 1", contact="Pressestelle")
    told_before_addresses_could_change = [["Kontakt", "Pressestelle"]]

    assert announced_changes_since(told_before_addresses_could_change, visit) == []


def test_shown_address_of_an_announced_visit_stays(office):
    visit = make_visit(S.ANNOUNCED, address="Werkstraße 1")

    with nothing_changes(visit), pytest.raises(Refused, match="Verschieben Sie ihn"):
        change(visit, office, address="Werkstraße 11")


@pytest.mark.parametrize(
    "fields", [{"starts_at": STARTS_AT - DAY}, {"title": "Anders"}, {"to_be_published": False}]
)
def test_announced_visit_is_postponed_and_not_edited(office, fields):
    visit = make_visit(S.ANNOUNCED)

    with nothing_changes(visit), pytest.raises(Refused, match="Verschieben Sie ihn"):
        change(visit, office, **fields)


@pytest.mark.parametrize("state", [S.HELD, S.DOCUMENTED, S.CANCELLED])
@pytest.mark.parametrize("fields", [{"address": "Andere Straße"}, {"to_be_published": False}])
def test_approved_facts_are_fixed_once_a_visit_is_over(office, state, fields):
    visit = make_visit(state)

    with nothing_changes(visit), pytest.raises(Refused, match="stehen fest"):
        change(visit, office, **fields)


def test_typo_can_be_corrected_once_a_visit_is_over(office):
    visit = make_visit(S.HELD, title="Rundgagn")

    change(visit, office, title="Rundgang")

    visit.refresh_from_db()
    assert (visit.title, ApprovalRequest.objects.get().state) == (
        "Rundgang",
        ApprovalState.APPROVED,
    )


def test_visit_taken_over_keeps_its_range(office):
    visit = make_visit(
        S.HELD,
        starts_at=None,
        ends_at=None,
        starts_on=dt.date(2017, 7, 25),
        ends_on=dt.date(2017, 8, 9),
        precision=Precision.RANGE,
        origin=Origin.TAKEN_OVER,
    )

    change(visit, office, address="Berlin-Mitte")

    visit.refresh_from_db()
    assert (visit.address, visit.known_date) == ("Berlin-Mitte", "25.07.2017 – 09.08.2017")


APPROVED_STATES = (S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)


@pytest.mark.parametrize("state", S)
def test_visit_is_published_only_while_its_approval_is_in_force(office, state):
    visit = make_visit(state)

    if state in APPROVED_STATES:
        publish_visit(visit=visit, by=office, now=NOW)
        assert Visit.objects.get(pk=visit.pk).is_published
    else:
        with nothing_changes(visit), pytest.raises(Refused, match="solange seine Freigabe gilt"):
            publish_visit(visit=visit, by=office, now=NOW)


@pytest.mark.parametrize("state", [S.ANNOUNCED, S.HELD, S.CANCELLED])
def test_visits_taken_over_can_be_published_in_any_state(office, state):
    visit = make_visit(state, origin=Origin.TAKEN_OVER, is_published=True, approval=False)
    unpublish_visit(visit=visit, by=office, now=NOW)

    publish_visit(visit=visit, by=office, now=NOW)

    assert Visit.objects.get(pk=visit.pk).is_published


def test_visits_approved_as_internal_are_not_published(office):
    visit = make_visit(S.APPROVED, to_be_published=False)

    with nothing_changes(visit), pytest.raises(Refused, match="ohne Veröffentlichung"):
        publish_visit(visit=visit, by=office, now=NOW)


def test_publishing_twice_writes_history_once_and_can_be_undone(office):
    visit = make_visit(S.APPROVED)

    publish_visit(visit=visit, by=office, now=NOW)
    publish_visit(visit=visit, by=office, now=NOW)
    assert Visit.objects.get(pk=visit.pk).is_published

    unpublish_visit(visit=visit, by=office, now=NOW)
    assert not Visit.objects.get(pk=visit.pk).is_published
    assert visit.history.count() == 3


def test_only_the_office_changes_and_publishes(senator):
    visit = make_visit(S.APPROVED)

    with nothing_changes(visit):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change(visit, senator, title="Anders")
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            publish_visit(visit=visit, by=senator, now=NOW)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            unpublish_visit(visit=visit, by=senator, now=NOW)
