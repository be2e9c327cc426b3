"""The pages required by law."""

import pytest


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/impressum/", "Impressum"),
        ("/datenschutz/", "Datenschutz"),
        ("/barrierefreiheit/", "Erklärung zur Barrierefreiheit"),
    ],
)
def test_page_is_open_to_everyone_and_names_the_office(client, db, path, heading):
    answer = client.get(path)

    assert answer.status_code == 200
    assert f"<title>{heading} – " in answer.text
    assert 'href="mailto:geschaeftsstelle@example.org"' in answer.text


def test_privacy_page_states_the_periods_that_apply(client, db, settings):
    settings.MAIL_BODY_DAYS, settings.PERSONAL_DATA_MONTHS = 90, 18

    text = " ".join(client.get("/datenschutz/").text.split())

    assert "bei allen anderen nach 90 Tagen." in text
    assert "entfernt es 18 Monate nach Ende des letzten Vorgangs" in text
    # Reported barriers have the same period, as `tests/accessibility/test_services.py` shows.
    assert "Aus Hinweisen zur Barrierefreiheit entfernt das Portal Ihre Adresse" in text
