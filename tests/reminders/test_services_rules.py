import datetime as dt

import pytest
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from reminders.models import ReminderRule
from reminders.queries import current_schedule, current_schedules
from reminders.schedules import default_schedule
from reminders.services import change_rule, reset_rule
from tests.partners.builders import make_user
from tests.reminders.builders import FIXED, PERSONAL, RULE, WITH_OPTIONS
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
OFFICE_ONLY = r"^Nur die Geschäftsstelle darf Erinnerungsregeln ändern\.$"


def change(by, rule=RULE, **fields):
    values = {"before": [10, 3, 0], "after": [5], "weekly": False, "is_active": True}
    values["version"] = current_schedule(rule.key).version
    return change_rule(rule=rule, by=by, now=timezone.now(), **values | fields)


def test_unchanged_rule_has_its_default():
    assert current_schedule(RULE.key) == default_schedule(RULE)
    assert current_schedules()[RULE.key].is_default


def test_changed_steps_apply_and_are_recorded_in_the_history(office):
    schedule = change(office, before=[8, 3, 0], after=[])

    assert schedule == current_schedule(RULE.key)
    assert schedule.offsets == (("-10", -8), ("-3", -3), ("0", 0))
    assert (schedule.before, schedule.after, schedule.is_default) == ((8, 3, 0), (), False)
    entry = ReminderRule.objects.get().history.get()
    assert (entry.history_user, entry.history_change_reason) == (
        office,
        "8 und 3 Arbeitstage vorher, am Tag selbst",
    )


def test_order_and_repetitions_do_not_matter(office):
    assert change(office, before=[0, 3, 10, 3]).before == (10, 3, 0)


def test_unchanged_rule_writes_nothing(office):
    change(office)

    assert ReminderRule.objects.count() == 0


def test_rule_can_be_switched_off_and_on(office):
    assert change(office, is_active=False).steps(dt.date(2026, 4, 15), dt.date(2026, 4, 15)) == []
    assert change(office, is_active=True).is_default


def test_weekly_is_kept_only_if_the_rule_can_be_weekly(office):
    assert change(office, weekly=True).weekly is True
    assert change(office, PERSONAL, before=[4], after=[], weekly=True).weekly is False


def test_reset_restores_the_default(office):
    change(office, before=[8], after=[], is_active=False)

    reset_rule(rule=RULE, by=office, now=timezone.now())
    reset_rule(rule=RULE, by=office, now=timezone.now())

    assert current_schedule(RULE.key) == default_schedule(RULE)
    reasons = ReminderRule.objects.get().history.values_list("history_change_reason", flat=True)
    assert list(reasons) == ["Auf die Voreinstellung zurückgesetzt", "ausgeschaltet"]


def test_changed_options_apply_and_others_stay(office):
    assert (
        change(office, WITH_OPTIONS, before=[1], after=[], options={"chief": 5}).option("chief")
        == 5
    )
    schedule = change(office, WITH_OPTIONS, before=[1], after=[], options={"early": False})

    assert schedule == current_schedule(WITH_OPTIONS.key)
    assert (schedule.options, schedule.is_default) == ((("early", False), ("chief", 5)), False)
    reasons = ReminderRule.objects.get().history.values_list("history_change_reason", flat=True)
    assert list(reasons) == [
        "1 Arbeitstag vorher, ab dem 5. Arbeitstag die Leitung",
        "schon früh, 1 Arbeitstag vorher, ab dem 5. Arbeitstag die Leitung",
    ]


def test_option_can_be_set_to_never(office):
    assert (
        change(office, WITH_OPTIONS, before=[1], after=[], options={"chief": None}).option("chief")
        is None
    )


def test_reset_restores_the_default_of_options(office):
    change(office, WITH_OPTIONS, before=[1], after=[], options={"early": False, "chief": None})

    reset_rule(rule=WITH_OPTIONS, by=office, now=timezone.now())

    assert current_schedule(WITH_OPTIONS.key) == default_schedule(WITH_OPTIONS)


def test_option_added_later_has_its_default(office):
    ReminderRule.objects.create(key=WITH_OPTIONS.key, options={"early": False, "gone": 4})

    assert current_schedule(WITH_OPTIONS.key).options == (("early", False), ("chief", 3))


def test_option_changed_meanwhile_is_refused(office):
    seen = current_schedule(WITH_OPTIONS.key).version
    change(office, WITH_OPTIONS, before=[1], after=[], options={"chief": 5})

    with pytest.raises(ChangedMeanwhile, match="ab dem 5. Arbeitstag die Leitung"):
        change(office, WITH_OPTIONS, before=[1], after=[], options={"chief": 6}, version=seen)

    assert current_schedule(WITH_OPTIONS.key).option("chief") == 5


NOTHING = {
    "rule": WITH_OPTIONS,
    "before": [],
    "after": [],
    "options": {"early": False, "chief": None},
}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"before": [61]}, "bis zu 60 Arbeitstage"),
        ({"before": [-1]}, "bis zu 60 Arbeitstage"),
        ({"after": [0]}, "bis zu 60 Arbeitstage"),
        ({"before": list(range(9)), "after": []}, "höchstens 8 Tage"),
        ({"before": [], "after": []}, "mindestens einen Tag"),
        ({"rule": PERSONAL, "before": [5], "after": [1]}, "nur auf einer Seite"),
        ({"rule": FIXED}, "stehen fest"),
        (
            {"rule": WITH_OPTIONS, "before": [1], "after": [], "options": {"chief": 0}},
            "bis zu 60 Arbeitstage",
        ),
        (
            {"rule": WITH_OPTIONS, "before": [1], "after": [], "options": {"chief": 61}},
            "bis zu 60 Arbeitstage",
        ),
        (
            {"rule": WITH_OPTIONS, "before": [1], "after": [], "options": {"cheif": 1}},
            "hat die Regel nicht",
        ),
        (NOTHING, "mindestens einen Tag"),
    ],
)
def test_impossible_steps_are_refused(office, fields, words):
    with pytest.raises(Refused, match=words):
        change(office, **fields)

    assert ReminderRule.objects.count() == 0


def test_rule_changed_meanwhile_is_refused(office):
    seen = current_schedule(RULE.key).version
    change(office, before=[8], after=[])

    with pytest.raises(ChangedMeanwhile, match="es gilt jetzt: 8 Arbeitstage vorher"):
        change(office, before=[7], after=[], version=seen)

    assert current_schedule(RULE.key).before == (8,)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_cannot_change_a_rule(office, role):
    change(office, before=[8], after=[])
    other = make_user(role)

    with nothing_changes(ReminderRule.objects.get()):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change(other, before=[7], after=[])
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            reset_rule(rule=RULE, by=other, now=timezone.now())

    assert ReminderRule.objects.count() == 1


def test_fixed_rule_cannot_be_reset(office):
    with pytest.raises(Refused, match="stehen fest"):
        reset_rule(rule=FIXED, by=office, now=timezone.now())


def test_all_rules_need_one_query(office, django_assert_num_queries):
    change(office, before=[8], after=[])

    with django_assert_num_queries(1):
        assert current_schedules()[RULE.key].before == (8,)
