import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Precision
from media_visits.models import Coverage
from media_visits.services import remove_coverage, save_coverage
from media_visits.services.coverage import EDITABLE
from tests.approvals.builders import NOW, TODAY
from tests.media_visits.builders import make_coverage, make_sector, make_visit
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def save(by, sectors=(), **fields):
    values = {"medium": "Stadtblatt", "title": "Werk öffnet", "starts_on": TODAY} | fields
    return save_coverage(coverage=Coverage(**values), sectors=sectors, by=by, now=NOW)


def test_a_clipping_is_saved_with_its_sectors(office):
    visit = make_visit()

    save(office, sectors=[make_sector()], visit=visit)

    row = visit.coverage.get()
    assert (row.title, row.starts_on, row.precision) == ("Werk öffnet", TODAY, Precision.DAY)
    assert [sector.name for sector in row.sectors.all()] == ["Maschinenbau"]
    assert row.history.get().history_user == office


def test_a_clipping_without_a_day_says_so(office):
    assert save(office, starts_on=None).precision == Precision.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "nennen Sie Überschrift"),
        ({"starts_on": TODAY + dt.timedelta(days=1)}, "in der Zukunft"),
    ],
)
def test_impossible_clippings_are_refused_in_words(office, fields, message):
    with pytest.raises(Refused, match=message):
        save(office, **fields)

    assert not Coverage.objects.exists()


def test_a_link_is_recorded_once(office):
    make_coverage(url="https://example.org/a")

    with pytest.raises(Refused, match="schon erfasst"):
        save(office, url="https://example.org/a")

    assert Coverage.objects.count() == 1


def test_who_changes_a_clipping_second_is_told(office):
    row = make_coverage()
    shown = version_of(row, EDITABLE)
    row.title = "Erste Fassung"
    save_coverage(coverage=row, version=shown, by=office, now=NOW)

    with nothing_changes(row), pytest.raises(ChangedMeanwhile):
        save_coverage(coverage=row, version=shown, by=office, now=NOW)


def test_a_removed_clipping_stays_in_the_log(office):
    row = make_coverage()

    remove_coverage(coverage=row, by=office, now=NOW)

    assert not Coverage.objects.exists()
    assert Coverage.history.latest().history_type == "-"


def test_only_the_office_keeps_clippings(senator):
    row = make_coverage()

    with nothing_changes(row):
        with pytest.raises(NotAllowed):
            save(senator)
        with pytest.raises(NotAllowed):
            remove_coverage(coverage=row, by=senator, now=NOW)
    assert Coverage.objects.count() == 1
