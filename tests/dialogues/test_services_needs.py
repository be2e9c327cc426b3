"""Recording needs, answering them, and filing them at the end."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.roles import PARTNER
from dialogues.enums import NeedState
from dialogues.models import Need
from dialogues.queries import need_history
from dialogues.services import (
    Answer,
    answer_need,
    change_need,
    create_need,
    file_need,
    reopen_need,
    resubmit_need,
)
from partners.models import Organisation
from tests.dialogues.builders import DAY, NOW, TODAY, make_contribution, make_need
from tests.measures.builders import make_measure, make_plan, make_section
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import CHANGED_MEANWHILE, OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = NeedState
LATER = NOW + dt.timedelta(days=2)
DUE = dt.date(2026, 4, 1)
SATURDAY = dt.date(2026, 4, 4)


def create(by, **values):
    heeded = values.pop("heeded", ())
    values = {"title": "Glasfaser"} | values
    values.setdefault("raised_by", Organisation.objects.first() or make_organisation("Zange GmbH"))
    return create_need(values=values, heeded=heeded, by=by, now=NOW)


def answer(need, action, by, text="", due_on=None):
    return answer_need(need=need, answer=Answer(action, text, due_on), by=by, now=LATER)


def test_need_is_recorded_without_a_dialogue(office):
    need = create(office)

    assert (need.state, need.responsible, need.raised_on, need.moved_at, need.dialogue) == (
        S.RAISED,
        office,
        TODAY,
        NOW,
        None,
    )
    assert mails_written() == []


def test_contribution_becomes_a_need_of_its_day(office):
    contribution = make_contribution()

    need = create_need(
        values={"title": "Glasfaser", "raised_by": contribution.organisation},
        contribution=contribution,
        by=office,
        now=NOW,
    )

    assert (need.contribution, need.dialogue) == (contribution, contribution.dialogue)
    assert need.raised_on == DAY.date()
    with pytest.raises(Refused, match=r"^Dieser Beitrag ist schon als Bedarf aufgenommen\.$"):
        create_need(
            values={"title": "Noch einmal", "raised_by": contribution.organisation},
            contribution=contribution,
            by=office,
            now=NOW,
        )
    assert Need.objects.count() == 1


def test_only_the_office_records_changes_and_files(senator):
    need = make_need(S.DONE)
    given = {"need": need, "by": senator, "now": NOW}

    with nothing_changes(need):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            create(senator)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change_need(values={"title": "X"}, **given)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            file_need(**given)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            reopen_need(reason="X", **given)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            resubmit_need(resubmit_on=DUE, resubmit_check="X", **given)
    assert Need.objects.count() == 1


def test_days_off_and_contacts_from_elsewhere_are_asked_about(office):
    contact = make_person("Leitung", organisation=make_organisation("Andere AG"))
    values = {"contact": contact, "due_on": SATURDAY, "raised_by": make_organisation()}

    with pytest.raises(Warned) as warned:
        create(office, **values)

    labels = [concern.label for concern in warned.value.concerns]
    assert (labels, Need.objects.count()) == (["Leitung (Andere AG)", "Wochenende"], 0)
    heeded = [concern.key for concern in warned.value.concerns]
    assert create(office, heeded=heeded, **values).due_on == SATURDAY


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"resubmit_on": DUE}, "Bitte sagen Sie auch, was bei der Wiedervorlage zu prüfen ist."),
        ({"resubmit_check": "Stand?"}, "Bitte nennen Sie auch den Tag der Wiedervorlage."),
    ],
)
def test_resubmission_is_a_day_and_what_to_check(office, values, sentence):
    with pytest.raises(Refused) as refused:
        create(office, **values)
    assert str(refused.value) == sentence
    need = make_need()
    details = {"resubmit_on": None, "resubmit_check": ""} | values
    with nothing_changes(need), pytest.raises(Refused, match=sentence):
        resubmit_need(need=need, by=office, now=NOW, **details)


def test_measure_and_section_exclude_each_other(office):
    plan = make_plan()

    with pytest.raises(Refused, match="nicht beides"):
        create(office, measure=make_measure(plan), section=make_section(plan))


def test_whoever_raises_a_need_does_not_answer_it(office):
    company = make_organisation()

    with pytest.raises(Refused, match="nicht zugleich der Adressat"):
        create(office, raised_by=company, addressee=company)


def test_second_change_of_a_version_is_refused(office):
    need = make_need(title="Alt")
    version = version_of(need, ["title"])
    change_need(need=need, values={"title": "Erste"}, version=version, by=office, now=NOW)

    with nothing_changes(need), pytest.raises(ChangedMeanwhile, match=CHANGED_MEANWHILE):
        change_need(need=need, values={"title": "Zweite"}, version=version, by=office, now=NOW)


def test_correction_is_no_movement(office):
    need = make_need()

    change_need(need=need, values={"title": "Neu"}, by=office, now=LATER)

    need.refresh_from_db()
    assert (need.title, need.moved_at) == ("Neu", NOW)


@pytest.mark.parametrize(
    ("action", "state", "field"),
    [
        ("promise", S.PROMISED, "promise"),
        ("complete", S.DONE, "outcome"),
        ("decline", S.IMPOSSIBLE, "reason"),
    ],
)
def test_answer_moves_the_need_and_keeps_its_text(office, action, state, field):
    need = make_need()

    with nothing_changes(need), pytest.raises(Refused, match="^Bitte "):
        answer(need, action, office, "  ")
    answer(need, action, office, " Der Text. ", DUE)

    need.refresh_from_db()
    assert (need.state, getattr(need, field), need.moved_at) == (state, "Der Text.", LATER)
    assert need.due_on == DUE


def test_promise_is_renewed_without_losing_the_state(office):
    need = make_need(S.PROMISED, due_on=DUE)

    answer(need, "renew", office, "Erst im Winter.")

    need.refresh_from_db()
    assert (need.state, need.promise, need.due_on) == (S.PROMISED, "Erst im Winter.", DUE)


def test_answer_out_of_turn_is_refused(office):
    need = make_need(S.DONE)

    with nothing_changes(need), pytest.raises(Refused, match="im Stand „erledigt“ nicht möglich"):
        answer(need, "start", office)


def test_partner_answers_only_what_is_addressed_to_the_own_organisation():
    addressee, raiser = make_user(PARTNER), make_user(PARTNER)
    need = make_need(raised_by=raiser.person.organisation, addressee=addressee.person.organisation)

    with nothing_changes(need), pytest.raises(NotAllowed, match="an die er gerichtet ist"):
        answer(need, "start", raiser)
    answer(need, "start", addressee)

    need.refresh_from_db()
    assert need.state == S.IN_PROGRESS


def test_settled_need_is_filed_and_looked_at_no_more(office):
    need = make_need(S.DONE, resubmit_on=DUE, resubmit_check="Liegt sie?")

    file_need(need=need, by=office, now=LATER)

    need.refresh_from_db()
    assert (need.state, need.resubmit_on, need.resubmit_check) == (S.FILED, None, "")
    with pytest.raises(Refused, match=r"Nehmen Sie ihn zuerst wieder auf\.$"):
        resubmit_need(need=need, resubmit_on=DUE, resubmit_check="X", by=office, now=LATER)


def test_open_need_is_not_filed(office):
    need = make_need()

    with nothing_changes(need), pytest.raises(Refused, match="nicht möglich"):
        file_need(need=need, by=office, now=NOW)


@pytest.mark.parametrize("state", [S.DONE, S.IMPOSSIBLE, S.FILED])
def test_need_is_reopened_with_a_reason(office, state):
    need = make_need(state, due_on=DUE)

    with nothing_changes(need), pytest.raises(Refused, match="^Bitte begründen"):
        reopen_need(need=need, reason=" ", by=office, now=LATER)
    reopen_need(need=need, reason="Die Leitung fehlt doch.", by=office, now=LATER)

    need.refresh_from_db()
    assert (need.state, need.reason, need.outcome, need.due_on) == (
        S.RAISED,
        "Die Leitung fehlt doch.",
        "",
        None,
    )
    answer(need, "complete", office, "Jetzt liegt sie.")
    need.refresh_from_db()
    assert (need.reason, need.outcome) == ("", "Jetzt liegt sie.")


def test_history_names_former_and_new_values(office):
    need = create(office)
    answer(need, "promise", office, "Im Herbst.", DUE)

    entries = [(entry.what, entry.note) for entry in need_history(need, office)]

    assert entries == [
        ("Zugesagt", "Zusage: – → Im Herbst.\nFrist: – → 01.04.2026"),
        ("Bedarf aufgenommen", ""),
    ]


def test_history_hides_from_others_what_the_office_keeps_to_itself(office):
    addressee = make_user(PARTNER)
    need = create(office, raised_by=make_organisation(), addressee=addressee.person.organisation)
    contact = make_person("Berg", organisation=need.raised_by)
    change_need(need=need, values={"contact": contact, "title": "Neu"}, by=office, now=LATER)
    resubmit_need(need=need, resubmit_on=DUE, resubmit_check="Anrufen", by=office, now=LATER)

    notes = "\n".join(entry.note for entry in need_history(need, addressee))

    assert notes.strip() == "Was wird gebraucht?: Glasfaser → Neu"
    assert "Berg" in str(need_history(need, office))
