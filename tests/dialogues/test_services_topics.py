import pytest
from django.utils import timezone

from approvals.enums import ApprovalState, Verdict
from approvals.models import ApprovalRequest
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import TOPIC_MOVES, TopicState
from dialogues.models import Topic
from dialogues.permissions import EDITED_BY_OFFICE
from dialogues.progress import topic_next_step
from dialogues.queries import corrected_proposal_at
from dialogues.services import (
    decline_topic,
    propose_topic,
    retract_topic,
    take_up_topic,
    withdraw_topic,
)
from outbox.models import Mail
from partners.models import CrossCuttingTheme, Deputy, Sector
from tests.approvals.builders import make_approval, make_subject
from tests.dialogues.builders import (
    NOW,
    make_series,
    make_topic,
)
from tests.dialogues.topics import approval_of, create, decide, edit, rename, submit
from tests.keeping import undone
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def make_open_approval(topic) -> None:
    """Give `topic` an open approval if it has none, so that only its state can forbid actions."""
    if not ApprovalRequest.objects.open().filter(subject_id=topic.pk).exists():
        make_approval(ApprovalState.OPEN, subject=make_subject(pk=topic.pk, title=topic.title))


ACTIONS = {
    "propose": lambda topic, office, senator: propose_topic(
        topic=topic, by=topic.proposed_by, now=NOW
    ),
    "retract": lambda topic, office, senator: retract_topic(
        topic=topic, by=topic.proposed_by, now=NOW
    ),
    "take_up": lambda topic, office, senator: take_up_topic(topic=topic, by=office, now=NOW),
    "decline": lambda topic, office, senator: decline_topic(
        topic=topic, reason="Doppelt", by=office, now=NOW
    ),
    "submit": lambda topic, office, senator: submit(topic, office),
    "rework": lambda topic, office, senator: withdraw_topic(topic=topic, by=office, now=NOW),
    **{
        str(verdict): lambda topic, office, senator, verdict=verdict: decide(
            topic, senator, verdict
        )
        for verdict in Verdict
        if verdict != Verdict.NONE_POSSIBLE
    },
}


def test_every_action_of_the_table_is_tested():
    assert {*ACTIONS, "lapse"} == set(TOPIC_MOVES)


@pytest.mark.parametrize("state", TopicState)
def test_actions_follow_the_state_table(state, office, senator):
    made = make_topic(state, series=make_series())

    for action, act in ACTIONS.items():
        topic = Topic.objects.get(pk=made.pk)
        with undone():
            if action in set(Verdict):
                make_open_approval(topic)
            if state in TOPIC_MOVES[action].sources:
                act(topic, office, senator)
                topic.refresh_from_db()
                assert topic.state == TOPIC_MOVES[action].target, action
                assert topic.history.count() == 2, action
            else:
                with nothing_changes(topic), pytest.raises(Refused, match="nicht möglich"):
                    act(topic, office, senator)
                    pytest.fail(f"{action} was possible")


@pytest.mark.parametrize(
    ("state", "after", "reason"),
    [
        (TopicState.PROPOSED, TopicState.PROPOSED, "Angaben geändert"),
        (TopicState.IN_PROGRESS, TopicState.IN_PROGRESS, "Angaben geändert"),
        (TopicState.RETURNED, TopicState.IN_PROGRESS, "Überarbeitung begonnen"),
        (TopicState.FOR_APPROVAL, TopicState.IN_PROGRESS, "Freigabe erloschen, geändert: Thema"),
        (TopicState.APPROVED, TopicState.IN_PROGRESS, "Freigabe erloschen, geändert: Thema"),
    ],
)
def test_change_makes_a_requested_or_given_approval_lapse(state, after, reason, office):
    topic = make_topic(state)

    rename(topic, office)

    topic.refresh_from_db()
    assert (topic.state, topic.title) == (after, "Neuer Titel")
    assert topic.history.first().history_change_reason == reason


@pytest.mark.parametrize("action", ["propose", "take_up", "decline", "submit", "rework"])
def test_taken_over_topic_never_moves(action, office, senator):
    topic = make_topic(TOPIC_MOVES[action].sources[0], origin=Origin.TAKEN_OVER)

    with nothing_changes(topic), pytest.raises(Refused, match="außerhalb des Ablaufs"):
        ACTIONS[action](topic, office, senator)


OFFICE_ACTS = {
    "take_up": (TopicState.PROPOSED, lambda topic, by: take_up_topic(topic=topic, by=by, now=NOW)),
    "decline": (
        TopicState.PROPOSED,
        lambda topic, by: decline_topic(topic=topic, reason="Doppelt", by=by, now=NOW),
    ),
    "submit": (TopicState.IN_PROGRESS, submit),
    "withdraw": (
        TopicState.FOR_APPROVAL,
        lambda topic, by: withdraw_topic(topic=topic, by=by, now=NOW),
    ),
}


@pytest.mark.parametrize("act", OFFICE_ACTS)
def test_only_the_office_works_on_topics(act):
    state, service = OFFICE_ACTS[act]
    topic = make_topic(state)

    for role in (SENATOR_OFFICE, PARTNER, OBSERVER):
        by = make_user(role)
        with nothing_changes(topic), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
            service(topic, by)
            pytest.fail(f"{act} was possible for {role}")


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER])
def test_only_the_senators_office_decides_on_topics(role):
    topic = make_topic(TopicState.FOR_APPROVAL)
    by = make_user(role)

    with (
        nothing_changes(topic, approval_of(topic)),
        pytest.raises(NotAllowed, match="Über Freigaben entscheidet"),
    ):
        decide(topic, by)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, None])
def test_only_partners_and_the_office_propose(role):
    by = make_user(role) if role else make_user()

    with nothing_changes(), pytest.raises(NotAllowed, match="schlagen die Partner"):
        create(by)

    assert not Topic.objects.exists()


def test_partner_without_an_organisation_proposes_nothing(partner):
    partner.person.organisation = None
    partner.person.save()

    with nothing_changes(), pytest.raises(NotAllowed, match="schlagen die Partner"):
        create(partner)

    assert not Topic.objects.exists()


def test_draft_of_a_partner_belongs_to_their_organisation_and_no_series(partner):
    sector, theme = (
        Sector.objects.create(name="Maschinenbau"),
        CrossCuttingTheme.objects.create(name="Fachkräfte"),
    )

    topic = create(
        partner,
        organisation=make_organisation(),
        series=make_series(),
        sectors=[sector],
        themes=[theme],
    )

    topic.refresh_from_db()
    assert (topic.state, topic.proposed_by, topic.organisation_id, topic.series) == (
        TopicState.DRAFT,
        partner,
        partner.organisation_id,
        None,
    )
    assert (list(topic.sectors.all()), list(topic.themes.all())) == ([sector], [theme])
    assert topic.history.get().history_change_reason == "Entwurf angelegt"


@pytest.mark.parametrize(("role", "is_own"), [(OBSERVER, False), (PARTNER, True)])
def test_deputy_proposes_for_the_principal_unless_itself_a_partner(partner, role, is_own):
    deputy = make_user(role, organisation=make_organisation())
    Deputy.objects.create(
        principal=partner.person, deputy=deputy.person, starts_on=timezone.localdate()
    )

    topic = create(deputy)

    assert topic.organisation_id == (deputy if is_own else partner).organisation_id


@pytest.mark.parametrize("state", TopicState)
def test_proposer_edits_until_the_office_takes_the_topic_up(partner, state):
    topic = make_topic(state, proposed_by=partner)

    if state in (TopicState.DRAFT, TopicState.PROPOSED, TopicState.RETRACTED):
        assert rename(topic, partner).title == "Neuer Titel"
    else:
        with (
            nothing_changes(topic),
            pytest.raises(NotAllowed, match="kann jetzt nicht bearbeitet werden"),
        ):
            rename(topic, partner)


@pytest.mark.parametrize("state", TopicState)
def test_office_edits_from_the_proposal_on(office, state):
    topic = make_topic(state)

    if state in EDITED_BY_OFFICE:
        assert rename(topic, office).title == "Neuer Titel"
        expected = state if state == TopicState.PROPOSED else TopicState.IN_PROGRESS
        assert Topic.objects.get(pk=topic.pk).state == expected
    else:
        with (
            nothing_changes(topic),
            pytest.raises(NotAllowed, match="kann jetzt nicht bearbeitet werden"),
        ):
            rename(topic, office)


def test_second_save_of_an_older_version_is_refused(office):
    topic = make_topic(TopicState.IN_PROGRESS)
    shown = version_of(topic, ["title"])
    edit(topic, office, title="Zuerst gespeichert", version=shown)

    with (
        nothing_changes(topic),
        pytest.raises(ChangedMeanwhile, match="Konto geschaeftsstelle hat diesen Eintrag"),
    ):
        edit(topic, office, title="Zu spät", version=shown)


def test_proposal_is_mailed_to_the_office(office, partner):
    topic = make_topic(TopicState.DRAFT, proposed_by=partner)

    propose_topic(topic=topic, by=partner, now=NOW)

    topic.refresh_from_db()
    assert (topic.state, topic.proposed_at) == (TopicState.PROPOSED, NOW)
    assert mails_written() == [("topic_proposed", office.email)]
    assert Mail.objects.get().subject == "Themenvorschlag: Fachkräfte sichern"


def test_draft_is_proposed_only_by_its_author(office, partner):
    topic = make_topic(TopicState.DRAFT, proposed_by=partner)
    colleague = make_user(PARTNER, organisation=partner.person.organisation)

    for by in (colleague, office):
        with (
            nothing_changes(topic),
            pytest.raises(NotAllowed, match="die Person vor, die ihn angelegt hat"),
        ):
            propose_topic(topic=topic, by=by, now=NOW)


def test_proposer_is_mailed_that_the_topic_is_taken_up(office, partner):
    take_up_topic(topic=make_topic(TopicState.PROPOSED, proposed_by=partner), by=office, now=NOW)

    assert mails_written() == [("topic_taken_up", partner.email)]


def test_proposer_is_mailed_why_the_topic_is_declined(office, partner):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)

    decline_topic(topic=topic, reason=" Läuft schon. ", by=office, now=NOW)

    topic.refresh_from_db()
    assert topic.reason == "Läuft schon."
    assert mails_written() == [("topic_declined", partner.email)]
    assert "Begründung: Läuft schon." in Mail.objects.get().text


def test_topic_is_not_declined_without_a_reason(office, partner):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)

    with nothing_changes(topic), pytest.raises(Refused, match="begründen Sie"):
        decline_topic(topic=topic, reason=" ", by=office, now=NOW)


def test_office_is_not_mailed_its_own_proposal(office):
    topic = make_topic(TopicState.DRAFT, proposed_by=office, organisation=None)

    propose_topic(topic=topic, by=office, now=NOW)
    take_up_topic(topic=topic, by=office, now=NOW)

    assert mails_written() == []


def test_correction_by_the_proposer_is_told_to_the_office_on_the_page(partner, office):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner, proposed_at=NOW)

    rename(topic, partner)

    topic.refresh_from_db()
    assert (topic.title, topic.state) == ("Neuer Titel", TopicState.PROPOSED)
    assert topic.history.first().history_change_reason == "Vorschlag berichtigt"
    assert corrected_proposal_at(topic) == NOW
    assert "nach dem Vorschlagen geändert: 02.03.2026, 10:00 Uhr." in (
        topic_next_step(topic, office, None, is_planned=False).text
    )
    assert mails_written() == []


def test_change_by_the_office_is_no_correction(partner, office):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner, proposed_at=NOW)

    rename(topic, office)

    assert topic.history.first().history_change_reason == "Angaben geändert"
    assert corrected_proposal_at(topic) is None


def test_retracted_proposal_can_be_made_again(partner, office):
    topic = make_topic(TopicState.DRAFT, proposed_by=partner)
    propose_topic(topic=topic, by=partner, now=NOW)

    retract_topic(topic=topic, by=partner, now=NOW)

    topic.refresh_from_db()
    assert topic.state == TopicState.RETRACTED
    assert topic.history.first().history_change_reason == "Vorschlag zurückgezogen"
    # The office is not mailed about a proposal that no longer stands.
    assert list(Mail.objects.values_list("kind", "state")) == [("topic_proposed", "withdrawn")]
    assert Topic.objects.visible_to(office).filter(pk=topic.pk).exists()
    propose_topic(topic=topic, by=partner, now=NOW)
    assert Mail.objects.filter(state="waiting").count() == 1


@pytest.mark.parametrize("role", [OFFICE, PARTNER])
def test_only_the_proposer_retracts(partner, role):
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)
    other = make_user(role, organisation=partner.person.organisation)

    with (
        nothing_changes(topic),
        pytest.raises(NotAllowed, match="zieht die Person zurück, die ihn gemacht hat"),
    ):
        retract_topic(topic=topic, by=other, now=NOW)
