import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.models import MilestoneDependency
from tests.measures.builders import NOW, make_measure, make_milestone, make_plan
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def test_requirement_is_found_added_and_removed(client, office):
    measure = make_measure(title="Ankauf")
    milestone, sibling = make_milestone(measure, "Beschluss"), make_milestone(measure, "Konzept")
    gutachten = make_milestone(make_measure(title="Flächen"), "Gutachten")
    make_milestone(make_measure(title="Marketing"), "Messe")
    url = reverse("measures:requirements", args=[milestone.pk])

    def candidates(words=""):
        lines = client.get(url, {"q": words}).context["candidates"]
        return [line.milestone for line in lines]

    assert candidates() == [sibling]
    assert candidates("flaechen") == candidates("gutacht") == [gutachten]
    assert candidates("gibt es nicht") == []
    client.post(reverse("measures:requirement_add", args=[milestone.pk, gutachten.pk]))
    assert candidates("flächen") == []
    shown = client.get(url).context["required"]
    assert [line.milestone for line in shown] == [gutachten]
    used = client.get(reverse("measures:requirements", args=[gutachten.pk])).context["dependents"]
    assert [line.milestone for line in used] == [milestone]
    asked = client.get(reverse("measures:milestone_delete", args=[gutachten.pk]))
    assert "„Beschluss“ (Ankauf) setzt ihn voraus." in asked.content.decode()
    client.post(reverse("measures:requirement_remove", args=[milestone.pk, gutachten.pk]))

    assert not MilestoneDependency.objects.exists()


def test_refused_cycle_is_named_on_the_page(client, office):
    milestone = make_milestone(make_measure(), "Konzept")
    url = reverse("measures:requirement_add", args=[milestone.pk, milestone.pk])

    answer = client.post(url, follow=True)

    assert "sich selbst voraussetzen: „Konzept“ → „Konzept“." in answer.content.decode()


@time_machine.travel(NOW, tick=False)
def test_measure_says_what_a_milestone_requires_and_what_comes_too_late(client, office):
    measure = make_measure()
    milestone = make_milestone(measure, "Beschluss", due_on=dt.date(2026, 4, 1))
    needed = [
        make_milestone(measure, "Idee", done_on=dt.date(2026, 2, 1)),
        make_milestone(measure, "Konzept", due_on=dt.date(2026, 3, 12)),
        make_milestone(make_measure(title="Flächen"), "Gutachten", due_on=dt.date(2026, 5, 1)),
    ]
    for requirement in needed:
        MilestoneDependency.objects.create(milestone=milestone, requirement=requirement)

    text = " ".join(client.get(measure.get_absolute_url()).content.decode().split())

    assert "setzt voraus: Idee, erreicht am 01.02.2026" in text
    assert 'setzt voraus: Konzept, <time class="due due--over"' in text
    assert f'Gutachten (<a href="{needed[2].measure.get_absolute_url()}">Flächen</a>)' in text
    assert 'bis 01.05.2026, <span class="due due--over">später als dieser Meilenstein' in text


def test_hidden_measure_is_not_named_as_a_requirement(client):
    plan = make_plan()
    milestone = make_milestone(make_measure(plan), "Beschluss")
    hidden = make_milestone(make_measure(plan, "Verborgen", is_published=False), "Geheim")
    MilestoneDependency.objects.create(milestone=milestone, requirement=hidden)
    client.force_login(make_user(PARTNER))

    text = client.get(milestone.measure.get_absolute_url()).content.decode()

    assert "Beschluss" in text
    assert "Verborgen" not in text
    assert "Geheim" not in text
