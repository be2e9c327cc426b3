"""Nobody in charge stands out exactly where work goes on."""

import pytest

from core.models import Origin
from dialogues.enums import DialogueState, SeriesState, TopicState
from measures.enums import Phase
from media_visits.enums import VisitState
from partners.progress import responsible_note
from partners.registry import assignable_kind
from tests.dialogues.builders import make_dialogue, make_series, make_topic
from tests.measures.builders import make_measure
from tests.media_visits.builders import make_visit

pytestmark = pytest.mark.django_db
UNDATED = (DialogueState.PLANNING, DialogueState.EXPLORING, DialogueState.CANCELLED)
CASES = [
    *((lambda phase: make_measure(phase=phase), "massnahme", phase) for phase in Phase),
    *((make_series, "reihe", state) for state in SeriesState),
    *((make_topic, "thema", state) for state in TopicState),
    *((lambda state: make_dialogue(state, topic=None), "gespraech", state) for state in UNDATED),
    *((lambda state: make_visit(state, approval=False), "besuch", state) for state in VisitState),
]
OVER = {
    *("completed", "discontinued", "draft", "refused", "not_taken_up"),
    *("retracted", "cancelled", "documented"),
}


@pytest.mark.parametrize(("make", "kind", "state"), CASES)
def test_nobody_stands_out_exactly_while_work_goes_on(make, kind, state):
    record = make(state)

    is_open = assignable_kind(kind).open_records().filter(pk=record.pk).exists()

    assert (record.needs_somebody, is_open) == (state not in OVER, state not in OVER)
    assert ("badge--warning" in responsible_note(record)) is (state not in OVER)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_measure, "massnahme"),
        (make_series, "reihe"),
        (make_topic, "thema"),
        (make_dialogue, "gespraech"),
        (make_visit, "besuch"),
    ],
)
def test_what_was_taken_over_from_the_past_needs_nobody(make, kind):
    record = make()
    record.origin = Origin.TAKEN_OVER
    record.save()

    assert record.needs_somebody is False
    assert not assignable_kind(kind).open_records().exists()
