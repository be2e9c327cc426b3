import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.models import Precision
from media_visits.models import Coverage
from media_visits.services import change_coverage, create_coverage, delete_coverage
from media_visits.services.coverage import COVERAGE_FIELDS
from tests.approvals.builders import NOW, TODAY
from tests.media_visits.builders import make_coverage, make_sector, make_visit
from tests.unchanged import CHANGED_MEANWHILE, OFFICE_ONLY, nothing_changes

pytestmark = pytest.mark.django_db


def create(by, heeded=(), **fields):
    values = {"medium": "Stadtblatt", "title": "Werk öffnet", "starts_on": TODAY} | fields
    return create_coverage(values=values, by=by, now=NOW, heeded=heeded)


def change(coverage, by, *, version=None, **values):
    version = version or version_of(coverage, COVERAGE_FIELDS)
    return change_coverage(coverage=coverage, values=values, version=version, by=by, now=NOW)


def test_coverage_is_saved_with_its_sectors(office):
    visit = make_visit()

    create(office, sectors=[make_sector()], visit=visit)

    coverage = visit.coverage.get()
    assert (coverage.title, coverage.starts_on, coverage.precision) == (
        "Werk öffnet",
        TODAY,
        Precision.DAY,
    )
    assert [sector.name for sector in coverage.sectors.all()] == ["Maschinenbau"]
    assert coverage.history.get().history_user == office


def test_coverage_without_a_day_says_so(office):
    assert create(office, starts_on=None).precision == Precision.UNKNOWN


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "nennen Sie Überschrift"),
        ({"starts_on": TODAY + dt.timedelta(days=1)}, "in der Zukunft"),
    ],
)
def test_impossible_coverage_is_refused_in_words(office, fields, message):
    with pytest.raises(Refused, match=message):
        create(office, **fields)

    assert not Coverage.objects.exists()


def test_link_is_recorded_once(office):
    make_coverage(url="https://example.org/a")

    with pytest.raises(Refused, match="schon erfasst"):
        create(office, url="https://example.org/a")

    assert Coverage.objects.count() == 1


def test_second_change_of_the_same_coverage_version_is_refused(office):
    coverage = make_coverage()
    shown = version_of(coverage, COVERAGE_FIELDS)
    change(coverage, office, title="Erste Fassung")

    with nothing_changes(coverage), pytest.raises(ChangedMeanwhile, match=CHANGED_MEANWHILE):
        change(coverage, office, version=shown, title="Zweite Fassung")


def test_removed_coverage_stays_in_the_history(office):
    coverage = make_coverage()

    delete_coverage(coverage=coverage, by=office, now=NOW)

    assert not Coverage.objects.exists()
    assert Coverage.history.latest().history_type == "-"


def test_only_the_office_keeps_coverage(senator):
    coverage = make_coverage()

    with nothing_changes(coverage):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            create(senator)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change(coverage, senator, title="Anders")
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            delete_coverage(coverage=coverage, by=senator, now=NOW)
    assert Coverage.objects.count() == 1


def test_link_to_a_page_that_is_recorded_warns_and_can_be_overruled(office):
    known = make_coverage(medium="Tagblatt", title="Vorbericht", url="https://example.org/werk")
    url = "http://www.example.org/werk/?utm_source=newsletter"

    with pytest.raises(Warned, match="vielleicht schon") as warned:
        create(office, url=url)

    (concern,) = warned.value.concerns
    assert (concern.label, concern.url) == (
        "Tagblatt: Vorbericht",
        f"/besuche/pressespiegel/{known.pk}/bearbeiten/",
    )
    assert Coverage.objects.get() == known
    assert create(office, heeded=[concern.key], url=url).url == url


def test_only_a_new_link_is_compared(office):
    make_coverage(url="https://example.org/werk")
    coverage = make_coverage(url="http://example.org/werk")

    assert change(coverage, office, url=coverage.url, title="Neu").title == "Neu"
    with pytest.raises(Warned, match="vielleicht schon"):
        change(
            Coverage.objects.get(pk=coverage.pk), office, url="https://example.org/werk?utm_id=1"
        )
    assert change(Coverage.objects.get(pk=coverage.pk), office, url="").url == ""
