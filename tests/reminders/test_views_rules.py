import pytest
from django.utils import timezone

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from reminders.models import ReminderRule
from reminders.queries import current_schedule
from reminders.services import change_rule
from tests.confirming import press_button
from tests.partners.builders import make_user
from tests.reminders.builders import FIXED, PERSONAL, RULE, WITH_OPTIONS, make_pause

pytestmark = pytest.mark.django_db
LIST = "/postausgang/regeln/"
PAGE = f"{LIST}{RULE.key}/"


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def values(**fields) -> dict:
    """Return the data that the form of RULE posts when nothing was changed."""
    return {
        "before": "10, 3, 0",
        "after": "5",
        "is_active": "on",
        "version": current_schedule(RULE.key).version,
    } | fields


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_can_neither_see_nor_change(client, role):
    client.force_login(make_user(role))

    assert [client.get(address).status_code for address in (LIST, PAGE)] == [403, 403]
    assert client.post(PAGE, values(before="8")).status_code == 403
    assert client.post(f"{PAGE}zuruecksetzen/").status_code == 403
    assert ReminderRule.objects.count() == 0


def test_list_shows_when_each_rule_reminds_and_its_badge(client, office):
    change_rule(
        rule=PERSONAL,
        before=[4],
        after=[],
        weekly=False,
        is_active=True,
        version=current_schedule(PERSONAL.key).version,
        by=office,
        now=timezone.now(),
    )
    make_pause(by=office, rule=FIXED.key)

    html = client.get(LIST).content.decode()

    for words in (
        str(RULE.title),
        "ab dem Tag des Tests",
        "4 Arbeitstage vorher",
        "geändert",
        "Voreinstellung",
        "10 und 3 Arbeitstage vorher, am Tag selbst, 5 Arbeitstage danach",
        "jeden Tag",
        "Zur Pause",
        'value="rule:test_rule"',
    ):
        assert words in html
    assert 'value="rule:test_fixed"' not in html


@pytest.mark.parametrize("changed", [[], [RULE, PERSONAL]])
def test_list_costs_the_same_with_changes(client, office, changed, django_assert_num_queries):
    for rule in changed:
        change_rule(
            rule=rule,
            before=[4],
            after=[],
            weekly=False,
            is_active=True,
            version=current_schedule(rule.key).version,
            by=office,
            now=timezone.now(),
        )

    with django_assert_num_queries(5):  # session, account, roles, rules, pauses
        client.get(LIST)


def test_form_has_only_the_fields_of_the_rule(client, office):
    both, one = (
        client.get(PAGE).content.decode(),
        client.get(f"{LIST}{PERSONAL.key}/").content.decode(),
    )
    fixed = client.get(f"{LIST}{FIXED.key}/").content.decode()

    assert [f'name="{name}"' in both for name in ("before", "after", "weekly")] == [
        True,
        True,
        True,
    ]
    assert [f'name="{name}"' in one for name in ("before", "after", "weekly")] == [
        True,
        False,
        False,
    ]
    assert ("Die Schritte dieser Regel stehen fest." in fixed, 'name="is_active"' in fixed) == (
        True,
        False,
    )


@pytest.mark.parametrize("written", ["8, 3, 0", "8 3 0", "0;3;8", " 8,3,,0, "])
def test_days_are_understood_as_people_write_them(client, office, written):
    html = client.post(PAGE, values(before=written, after=""), follow=True).content.decode()

    assert current_schedule(RULE.key).before == (8, 3, 0)
    assert "Gespeichert. Die Regel erinnert: 8 und 3 Arbeitstage vorher, am Tag selbst." in html


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"before": "zehn"}, "Bitte schreiben Sie ganze Zahlen"),
        ({"before": "-3"}, "Bitte schreiben Sie ganze Zahlen"),
        ({"before": "1000"}, "Bitte schreiben Sie ganze Zahlen"),
        ({"before": "1.5"}, "Bitte schreiben Sie ganze Zahlen"),
        ({"before": "61"}, "Möglich sind bis zu 60 Arbeitstage."),
        ({"after": "0"}, "Möglich sind bis zu 60 Arbeitstage."),
        ({"before": "", "after": ""}, "Bitte nennen Sie mindestens einen Tag"),
    ],
)
def test_bad_days_are_shown_and_the_input_is_kept(client, office, fields, words):
    response = client.post(PAGE, values(**fields))

    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert all(f'value="{value}"' in html for value in fields.values() if value)
    assert ReminderRule.objects.count() == 0


def option_values(**fields) -> dict:
    """Return the data that the form of WITH_OPTIONS posts when nothing was changed."""
    return {
        "before": "1",
        "option_early": "on",
        "option_chief": "3",
        "is_active": "on",
        "version": current_schedule(WITH_OPTIONS.key).version,
    } | fields


def test_options_are_shown_and_changed(client, office):
    address = f"{LIST}{WITH_OPTIONS.key}/"
    html = client.get(address).content.decode()
    assert ("Auch die Leitung ab" in html, "Leer: nie." in html, 'value="3"' in html) == (
        True,
        True,
        True,
    )
    posted = option_values(option_chief="")
    del posted["option_early"]

    html = client.post(address, posted, follow=True).content.decode()

    assert "Gespeichert. Die Regel erinnert: 1 Arbeitstag vorher." in html
    assert current_schedule(WITH_OPTIONS.key).options == (("early", False), ("chief", None))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("drei", "Bitte geben Sie eine ganze Zahl ein, zum Beispiel 30 oder 1.000."),
        ("0", "Dieser Wert muss größer oder gleich 1 sein."),
        ("61", "Dieser Wert muss kleiner oder gleich 60 sein."),
    ],
)
def test_bad_day_of_an_option_is_shown_at_its_field(client, office, written, words):
    response = client.post(
        f"{LIST}{WITH_OPTIONS.key}/", option_values(option_chief=written, before="8")
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert (f'value="{written}"' in html, 'value="8"' in html) == (True, True)
    assert ReminderRule.objects.count() == 0


def test_rule_of_approvals_is_changed_on_its_page(client, office):
    address = f"{LIST}approval/"
    page = client.get(address).content.decode()
    fields = (
        "before",
        "option_half_time",
        "option_daily",
        "option_deputy",
        "option_office_head",
        "is_active",
    )
    places = [page.index(f'name="{name}"') for name in fields]
    assert (places, 'name="after"' in page) == (sorted(places), False)

    html = client.post(
        address,
        {
            "before": "2, 0",
            "option_deputy": "1",
            "option_office_head": "",
            "is_active": "on",
            "version": current_schedule("approval").version,
        },
        follow=True,
    ).content.decode()

    assert (
        "Die Regel erinnert: 2 Arbeitstage vorher, am Tag selbst, ab dem 1. Arbeitstag danach auch "
        "an die ständige "
        "Vertretung."
    ) in html


def test_rule_is_switched_off_without_its_tick(client, office):
    posted = values()
    del posted["is_active"]

    client.post(PAGE, posted)

    assert current_schedule(RULE.key).is_active is False
    assert "ausgeschaltet" in client.get(LIST).content.decode()


def test_default_is_restored_by_one_button(client, office):
    assert "zuruecksetzen" not in client.get(PAGE).content.decode()
    client.post(PAGE, values(before="8"))
    assert f'action="{PAGE}zuruecksetzen/?version=' in client.get(PAGE).content.decode()

    refused = client.post(f"{PAGE}zuruecksetzen/", follow=True).content.decode()
    assert "Diese Regel wurde inzwischen geändert" in refused
    html = press_button(client, PAGE, f"{PAGE}zuruecksetzen/", follow=True).content.decode()

    assert current_schedule(RULE.key).is_default
    assert "Es gilt wieder die Voreinstellung: 10 und 3 Arbeitstage vorher" in html
    assert str(office) in html


def test_default_restores_no_change_that_was_not_seen(client, office):
    client.post(PAGE, values(before="8"))
    reset_url = client.get(PAGE).context["reset_url"]
    client.post(PAGE, values(before="7"))

    html = client.post(reset_url, follow=True).content.decode()

    assert "Diese Regel wurde inzwischen geändert; es gilt jetzt: 7 Arbeitstage vorher" in html
    assert current_schedule(RULE.key).before == (7,)


def test_second_of_two_people_sees_the_change_and_can_save_again(client, office):
    posted = values(before="7")
    client.post(PAGE, values(before="8"))

    html = client.post(PAGE, posted).content.decode()

    assert "es gilt jetzt: 8 Arbeitstage vorher, 5 Arbeitstage danach" in html
    assert 'value="7"' in html
    assert current_schedule(RULE.key).before == (8,)
    client.post(PAGE, values(before="7"))
    assert current_schedule(RULE.key).before == (7,)


@pytest.mark.parametrize("address", [f"{LIST}nichts/", f"{LIST}nichts/zuruecksetzen/"])
def test_unknown_rule_is_not_found(client, office, address):
    assert client.post(address).status_code == 404


def test_fixed_rule_is_not_reset(client, office):
    html = client.post(f"{LIST}{FIXED.key}/zuruecksetzen/", follow=True).content.decode()

    assert "Die Schritte dieser Regel stehen fest." in html
    assert ReminderRule.objects.count() == 0
