"""What moves in this app when two entries of the same person are merged."""

import pytest

from core.roles import OFFICE
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_person, make_user
from tests.partners.test_services_merges import merge

pytestmark = pytest.mark.django_db


def test_who_was_told_of_a_visit_moves():
    source, target, other = make_person(), make_person(), make_person()
    visits = [make_visit(title="Rundgang"), make_visit(title="Richtfest")]
    visits[0].informed.add(source, other)
    visits[1].informed.add(source, target)

    lines = merge(source, target, make_user(OFFICE))

    assert set(visits[0].informed.all()) == {target, other}
    assert set(visits[1].informed.all()) == {target}
    assert lines == [f"Ankündigung des Besuchs „{visit}“" for visit in visits]
