"""Whom the office can ask for reports outside a reporting round."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from measures.enums import SUBMITTED_ALREADY, TAKEN_OVER, ReportState
from measures.models import Measure
from measures.queries.requests import AwaitedLead, reporters_of
from partners.models import Organisation


class ReportQuestions(NamedTuple):
    """The leads to ask, also those that nobody can be asked for, and the measures that need no
    report, by reason, or have no organisation as lead.
    """

    leads: list[AwaitedLead]
    not_asked: dict[str, list[Measure]]
    without_lead: list[Measure]

    @property
    def asked(self) -> list[Measure]:
        """The measures about which somebody gets a mail."""
        return [measure for asked in self.leads if asked.reporters for measure in asked.measures]


def report_questions(measures: Iterable[Measure]) -> ReportQuestions:
    """Return whom to ask about `measures`, which come with their leads. Two queries."""
    measures = list(measures)
    submitted = set(
        Measure.objects.filter(
            pk__in=[measure.pk for measure in measures], reports__state=ReportState.SUBMITTED
        ).values_list("pk", flat=True)
    )
    questions = ReportQuestions([], defaultdict(list), [])
    by_lead: dict[Organisation, list[Measure]] = defaultdict(list)
    for measure in measures:
        if measure.is_taken_over:
            questions.not_asked[TAKEN_OVER].append(measure)
        elif measure.is_finished:
            questions.not_asked[measure.phase].append(measure)
        elif measure.pk in submitted:
            # The office has to decide on it first; a second one could not be submitted.
            questions.not_asked[SUBMITTED_ALREADY].append(measure)
        elif measure.lead:
            by_lead[measure.lead].append(measure)
        else:
            questions.without_lead.append(measure)
    reporters = reporters_of(lead.pk for lead in by_lead)
    for lead, owed in sorted(by_lead.items(), key=lambda entry: (entry[0].search, entry[0].pk)):
        questions.leads.append(AwaitedLead(lead, owed, reporters.get(lead.pk, [])))
    return questions
