"""The benchmark's data fit the models and texts of today; the speeds themselves are not tested."""

import pytest

from outbox.models import Mail
from scripts.bench import forms, outbox, pages

pytestmark = pytest.mark.django_db


def test_invitations_of_the_benchmark_fill_their_text():
    outbox.write_invitations(2)

    texts = Mail.objects.filter(kind="invitation").values_list("text", flat=True)
    assert [text.count("{") for text in texts] == [0, 0]


def test_every_page_is_measured_at_every_size(monkeypatch, capsys):
    monkeypatch.setattr(pages, "SIZES", (3, 6))
    monkeypatch.setattr(pages, "REQUESTS", 1)

    ratios = pages.measure(None)

    assert {name for name in ratios if name.startswith("list")} == {"list_3", "list_6"}
    assert len(capsys.readouterr().out.splitlines()) == len(ratios) == 22


def test_forms_of_all_apps_are_compared_with_the_list(monkeypatch, capsys):
    monkeypatch.setattr(pages, "SIZES", (3,))
    monkeypatch.setattr(pages, "REQUESTS", 1)

    ratios = forms.measure(None)

    apps = {name.partition(":")[0] for name in ratios}
    assert apps == {"measures", "dialogues", "media_visits", "partners"}
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ratios)
    assert all("× /massnahmen/ (" in line for line in lines)
