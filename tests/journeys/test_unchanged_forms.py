"""Opening a form and saving it as it is changes nothing, whatever became of what it refers to."""

import pytest
from django.db import models
from django.forms.models import model_to_dict
from django.urls import get_resolver, reverse

from dialogues.models import Contribution, Dialogue, DialogueSeries, Need, Topic
from measures.enums import RoundState
from measures.models import (
    Contact,
    Document,
    Indicator,
    IndicatorTarget,
    IndicatorValue,
    Link,
    Measure,
    Milestone,
    MonitoringChapter,
    Plan,
    PlanSection,
    Project,
    ReportingRound,
)
from media_visits.models import Coverage, PressSlot, Visit
from partners.models import DistributionList, Organisation, Person, User
from tests.journeys.visitor import Visitor
from tests.rules.test_access import routes

# What forms keep does not depend on the database.
pytestmark = [
    pytest.mark.embedded,
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
]

FORMS = {
    "dialogues:contribution_edit": Contribution,
    "dialogues:edit": Dialogue,
    "dialogues:need_edit": Need,
    "dialogues:programme_edit": Dialogue,
    "dialogues:series_edit": DialogueSeries,
    "dialogues:topic_edit": Topic,
    "measures:contact_edit": Contact,
    "measures:chapter_edit": MonitoringChapter,
    "measures:document_edit": Document,
    "measures:edit": Measure,
    "measures:link_edit": Link,
    "measures:indicator_edit": Indicator,
    "measures:milestone_edit": Milestone,
    "measures:plan_edit": Plan,
    "measures:project_edit": Project,
    "measures:round_edit": ReportingRound,
    "measures:section_edit": PlanSection,
    "measures:target_edit": IndicatorTarget,
    "measures:value_edit": IndicatorValue,
    "media_visits:coverage_edit": Coverage,
    "media_visits:edit": Visit,
    "media_visits:press_edit": PressSlot,
    "partners:list_edit": DistributionList,
    "partners:organisation_edit": Organisation,
    "partners:person_edit": Person,
}
# Roles of an account, which are groups and no fields.
NO_RECORDS = {"partners:account_edit"}
FEW = 6  # records of a kind


def test_every_form_is_tried():
    found = {name for name, _path in routes(get_resolver()) if name.endswith("edit")}

    assert found == FORMS.keys() | NO_RECORDS


def is_of_records(value) -> bool:
    return isinstance(value, list) and all(isinstance(part, models.Model) for part in value)


def stored(record: models.Model) -> dict:
    """Return the values that a form could change; lists of records in a fixed order."""
    return {
        name: sorted(part.pk for part in value) if is_of_records(value) else value
        for name, value in model_to_dict(record).items()
        if name != "version"
    }


@pytest.fixture(scope="module")
def everybody_left(demo, django_db_blocker):
    with django_db_blocker.unblock():
        Organisation.objects.update(is_active=False)
        Person.objects.filter(user=None).update(is_active=False, email="")


@pytest.mark.parametrize("name", FORMS)
def test_saving_without_a_change_drops_nothing(everybody_left, name):
    user = User.objects.get(email__startswith="geschaeftsstelle@")
    office, saved = Visitor(user), 0
    for record in spread(FORMS[name], user):
        before, path = stored(record), reverse(name, args=[record.pk])
        if office.client.get(path).status_code != 200:
            continue  # its state does not allow to edit it, and the portal says so

        office.open(path).press("Speichern")

        assert office.path != path, f"{path}: {office.text}"
        assert stored(FORMS[name].objects.get(pk=record.pk)) == before, path
        saved += 1
    assert saved


def spread(model: type[models.Model], user) -> list[models.Model]:
    """Return a few records from all over the table, so that every kind of source is among them."""
    records = model.objects.all()
    if hasattr(records, "visible_to"):
        records = records.visible_to(user)
    if model is ReportingRound:
        records = records.filter(state=RoundState.OPEN)  # a closed round stays as it was
    every = list(records.order_by("pk"))
    # The latest one too: of dialogues, only those to come can be edited.
    return list(dict.fromkeys([*every[:: max(1, len(every) // FEW)], *every[-1:]]))
