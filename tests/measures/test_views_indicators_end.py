"""The pages on which the office ends an indicator, and where its end is shown."""

import pytest
import time_machine
from django.urls import reverse

from core.roles import OBSERVER, OFFICE
from measures.models import Indicator
from outbox.models import Mail
from tests.confirming import fill_in, press_button
from tests.measures.builders import NOW, make_indicator, make_target, make_value
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
SENTENCE = "Beendet am 31.12.2025 (Erhebung eingestellt)."


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def indicator():
    indicator = make_indicator(title="Plätze")
    make_target(indicator, "2025-12-31", "100")
    make_value(indicator, "2025", "80")
    return indicator


def end(client, indicator, **changes):
    typed = {"ended_on": "31.12.2025", "ended_reason": "Erhebung eingestellt"} | changes
    return fill_in(client, reverse("measures:indicator_end", args=[indicator.pk]), typed)


def test_end_is_shown_with_day_and_reason_until_it_is_taken_back(client, office, indicator):
    form = client.get(reverse("measures:indicator_end", args=[indicator.pk])).content.decode()
    assert 'value="18.03.2026"' in form
    assert "Niemand erhält eine E-Mail." in form
    assert "Beim Berichten wird nach einem beendeten Indikator nicht mehr gefragt" in form

    assert end(client, indicator).url == indicator.get_absolute_url()
    assert not Mail.objects.exists()

    page = client.get(indicator.get_absolute_url())
    card = page.context["card"]
    assert (">beendet<" in card.state, card.sentence) == (
        True,
        f"{SENTENCE} Letzter Wert: 80 Plätze am 31.12.2025.",
    )
    assert "Ende ändern" in page.content.decode()
    measure = client.get(indicator.measure.get_absolute_url()).content.decode()
    assert SENTENCE in measure
    assert "Indikator beendet: Plätze" in measure
    note = "beendet am: – → 31.12.2025\nGrund des Endes: – → Erhebung eingestellt"
    assert page.context["entries"][0].note == note

    press_button(
        client,
        indicator.get_absolute_url(),
        reverse("measures:indicator_reopen", args=[indicator.pk]),
    )

    assert Indicator.objects.get().ended_on is None
    assert "Indikator beenden" in client.get(indicator.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ended_on": "19.03.2026"}, "Dieser Tag liegt in der Zukunft."),
        ({"ended_on": ""}, "Bitte füllen Sie dieses Feld aus."),
    ],
)
def test_refused_end_keeps_what_was_typed(client, office, indicator, changes, sentence):
    page = end(client, indicator, **changes).content.decode()

    assert sentence in page
    assert 'value="Erhebung eingestellt"' in page
    assert Indicator.objects.get().ended_on is None


def test_readers_see_the_end_without_buttons(client, office, indicator):
    end(client, indicator)
    client.force_login(make_user(OBSERVER))

    page = client.get(indicator.get_absolute_url()).content.decode()

    assert SENTENCE in page
    assert "Wieder aufnehmen" not in page
