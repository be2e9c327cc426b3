"""Two people, two imports or two workers at once."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Refused
from core.roles import OFFICE
from measures.models import Measure, MeasureImport
from measures.progress import work_on_import
from tests.measures.builders import make_plan
from tests.measures.workbooks import confirm, make_workbook, undo, upload
from tests.partners.builders import make_user
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def new_measures(*titles: str):
    return make_workbook(Maßnahmen=[["Maßnahme", "Plan"], *([title, "MPI"] for title in titles)])


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_confirm_at_once_one_is_refused(office):
    make_plan("MPI")
    record = upload(new_measures("A"), office)

    results = race(*(partial(confirm, record, office) for _time in range(3)))

    refused = [str(result) for result in results if isinstance(result, Refused)]
    assert len(refused) == 2
    assert all("Das ist im Stand „wird übernommen“ nicht möglich." in text for text in refused)


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_confirmed_at_once_one_has_to_wait(office):
    make_plan("MPI")
    records = [upload(new_measures(letter), office, f"{letter}.xlsx") for letter in "ABC"]

    results = race(*(partial(confirm, record, office) for record in records))

    refused = [str(result) for result in results if isinstance(result, Refused)]
    assert len(refused) == 2, results
    assert all(text.startswith("Gerade wird ") for text in refused)
    assert MeasureImport.objects.filter(state="applying").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_apply_once(office):
    make_plan("MPI")
    record = upload(new_measures("A"), office)
    confirm(record, office)

    race(*(partial(work_on_import, record.pk, clock=timezone.now) for _time in range(3)))

    record.refresh_from_db()
    assert (record.state, record.attempts, Measure.objects.count()) == ("applied", 1, 1)
    undo(record, office)
    assert not Measure.objects.exists()


@pytest.mark.parametrize("second", ["applying", "undoing"])
def test_only_one_import_writes_at_a_time(office, second):
    now = timezone.now()
    given = {"uploaded_at": now, "touched_at": now, "uploaded_by": office}
    MeasureImport.objects.create(state="applying", **given)
    for _time in range(2):
        MeasureImport.objects.create(state="reading", **given)

    applied_at = now if second == "undoing" else None
    with pytest.raises(IntegrityError, match="measureimport_one_writes"), transaction.atomic():
        MeasureImport.objects.create(state=second, applied_at=applied_at, **given)
