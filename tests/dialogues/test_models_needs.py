"""Who sees a need, and what the database refuses."""

import pytest
from django.db import IntegrityError, transaction

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, NeedState
from dialogues.models import Need
from tests.dialogues.builders import TODAY, make_contribution, make_dialogue, make_need
from tests.measures.builders import make_measure, make_plan, make_section
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S = NeedState
DS = DialogueState


def titles(user) -> list[str]:
    return [need.title for need in Need.objects.visible_to(user).order_by("pk")]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (OFFICE, ["neu", "zugesagt", "gehalten", "dokumentiert"]),
        (SENATOR_OFFICE, ["neu", "zugesagt", "gehalten", "dokumentiert"]),
        (OBSERVER, ["zugesagt", "dokumentiert"]),
        (PARTNER, []),
        (None, []),
    ],
)
def test_roles_see_needs_once_they_may(role, seen):
    make_need(title="neu")
    make_need(S.PROMISED, title="zugesagt")
    make_need(title="gehalten", dialogue=make_dialogue(DS.HELD))
    make_need(title="dokumentiert", dialogue=make_dialogue(DS.DOCUMENTED))

    assert titles(make_user(*filter(None, [role]))) == seen


def test_partner_sees_what_the_organisation_raised_or_has_to_answer():
    partner = make_user(PARTNER)
    own = partner.person.organisation
    make_need(title="eingebracht", raised_by=own)
    make_need(title="gerichtet", addressee=own)
    make_need(title="fremd", addressee=make_organisation())

    assert titles(partner) == ["eingebracht", "gerichtet"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"state": "promised"}, "need_promised_has_promise"),
        ({"state": "done"}, "need_done_has_outcome"),
        ({"state": "impossible"}, "need_impossible_has_reason"),
        ({"resubmit_on": TODAY}, "need_resubmission_says_what"),
        ({"resubmit_check": "Liegt die Leitung?"}, "need_resubmission_says_what"),
    ],
)
def test_database_refuses_states_without_their_texts(fields, name):
    need = make_need()

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(**fields)


def test_database_refuses_contradictions():
    need, plan = make_need(), make_plan()
    measure, section = make_measure(plan), make_section(plan)
    contradictions = {
        "need_touches_measure_or_section": {"measure": measure, "section": section},
        "need_addressee_is_another": {"addressee": need.raised_by},
        "need_of_contribution_has_dialogue": {"contribution": make_contribution()},
    }

    for name, fields in contradictions.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Need.objects.filter(pk=need.pk).update(**fields)


def test_contribution_becomes_one_need_only():
    contribution = make_contribution()
    fields = {"contribution": contribution, "dialogue": contribution.dialogue}
    make_need(**fields)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_need(**fields)
