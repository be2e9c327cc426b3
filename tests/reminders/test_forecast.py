"""What the forecast shows on which day, and what its buttons would pause."""

import datetime as dt

import pytest

from outbox.texts import Recipient
from reminders.forecast import PauseChoice, forecast_days, group_days, plan_forecast, preview_pause
from reminders.services import PauseTarget
from tests.reminders.builders import (
    DATE,
    GUEST,
    RULE,
    at,
    make_pause,
    make_personal,
    make_reminder,
    source_of,
    source_with,
)

pytestmark = pytest.mark.django_db
D = dt.date
WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (D(2026, 4, day) for day in range(8, 13))


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (D(2026, 4, 13), D(2026, 4, 19)),
        (WEDNESDAY, SUNDAY),
        # No working day is left after tomorrow, so the next week is shown as well.
        (
            THURSDAY,
            D(2026, 4, 19),
        ),
        (SATURDAY, D(2026, 4, 19)),
        (SUNDAY, D(2026, 4, 19)),
        (D(2026, 12, 23), D(2027, 1, 3)),  # Christmas Eve is tomorrow
    ],
)
def test_forecast_reaches_to_the_end_of_the_week_with_working_days_left(today, last):
    days = forecast_days(today)

    assert (days[0], days[-1], len(days)) == (today, last, (last - today).days + 1)


@pytest.mark.parametrize(
    ("today", "titles"),
    [
        (
            WEDNESDAY,
            [("Heute, Mi, 08.04.2026", 1), ("Morgen, Do, 09.04.2026", 1), ("Diese Woche", 1)],
        ),
        (
            D(2026, 4, 13),
            [("Heute, Mo, 13.04.2026", 1), ("Morgen, Di, 14.04.2026", 1), ("Diese Woche", 3)],
        ),
        (
            FRIDAY,
            [("Heute, Fr, 10.04.2026", 1), ("Morgen, Sa, 11.04.2026", 1), ("Nächste Woche", 5)],
        ),
        (
            SATURDAY,
            [("Heute, Sa, 11.04.2026", 1), ("Morgen, So, 12.04.2026", 1), ("Nächste Woche", 5)],
        ),
        (
            SUNDAY,
            [("Heute, So, 12.04.2026", 1), ("Morgen, Mo, 13.04.2026", 1), ("Nächste Woche", 4)],
        ),
        (
            D(2026, 12, 23),
            [("Heute, Mi, 23.12.2026", 1), ("Morgen, Do, 24.12.2026", 1), ("Nächste Woche", 4)],
        ),
        (
            D(2027, 3, 7),
            [("Heute, So, 07.03.2027", 1), ("Morgen, Mo, 08.03.2027", 1), ("Nächste Woche", 4)],
        ),
    ],
)
def test_days_are_grouped_by_today_tomorrow_and_the_week(sources, today, titles):
    sources()

    assert [
        (group.title, len(group.days))
        for group in group_days(plan_forecast(at(today)), now=at(today))
    ] == titles


def shown(now: dt.datetime) -> dict[dt.date, list[list[str]]]:
    """Return, for each day that has any, the lines of its mails."""
    views = [view for group in group_days(plan_forecast(now), now=now) for view in group.days]
    return {
        view.day: [[line.text for line in mail.lines] for mail in view.mails]
        for view in views
        if view.mails
    }


def test_reminder_is_shown_once_on_its_day(sources):
    sources(source_of(("eins", DATE), ("zwei", D(2026, 4, 14))))

    assert shown(at(WEDNESDAY)) == {THURSDAY: [["zwei"]], FRIDAY: [["eins"]]}


def test_after_the_last_run_reminders_move_to_the_next_working_day(sources):
    sources(source_of(("eins", DATE)))

    assert shown(at(FRIDAY, 9)) == {FRIDAY: [["eins"]], DATE: [["eins"]]}
    assert shown(at(FRIDAY, 12)) == {D(2026, 4, 13): [["eins"]], DATE: [["eins"]]}


def first_mail():
    return group_days(plan_forecast(at(FRIDAY)), now=at(FRIDAY))[0].days[0].mails[0]


def test_line_says_why(sources):
    sources(source_with(make_reminder("Einladung \\*eins\\*", path="/seite/")))

    assert first_mail().lines == [
        ("Einladung *eins*", "/seite/", "Antwort zum Test: 3 Arbeitstage vor dem 15.04.2026")
    ]


def test_late_line_says_when_it_was_due(sources):
    sources(source_with(make_reminder("eins", on=THURSDAY)))

    assert first_mail().lines[0].why == (
        "Antwort zum Test: 3 Arbeitstage vor dem 15.04.2026 (nachgeholt, fällig war der 09.04.2026)"
    )


def test_mail_offers_person_rule_and_matter_once_each(sources):
    sources(
        source_with(
            make_reminder("eins", about="dialogue:5"),
            make_reminder("zwei", about="dialogue:5", about_title="eins"),
        )
    )

    assert first_mail().choices == [
        PauseChoice("Person: Leitung Werk", "recipient:gast@example.org"),
        PauseChoice("Regel: Antwort zum Test", "rule:test_rule"),
        PauseChoice("Vorgang: eins", "about:dialogue:5"),
    ]


def test_personal_mails_about_one_thing_are_one_entry(sources):
    guests = [Recipient(f"gast-{number}@example.org", f"Gast {number}") for number in range(3)]
    same = [
        make_personal(f"Gast {guest.name}", to=guest, about="dialogue:5", about_title="Netze")
        for guest in guests
    ]
    sources(source_with(*same, make_personal("anderes")))

    bundle, other = group_days(plan_forecast(at(FRIDAY)), now=at(FRIDAY))[0].days[0].mails

    assert [to.email for to, _choice in bundle.recipients] == [guest.email for guest in guests]
    assert [choice.value for choice in bundle.choices] == ["rule:test_personal", "about:dialogue:5"]
    assert [choice.value for _to, choice in bundle.recipients][0] == "recipient:gast-0@example.org"
    assert (bundle.is_bundle, other.is_bundle, len(other.recipients)) == (True, False, 1)
    assert group_days(plan_forecast(at(FRIDAY)), now=at(FRIDAY))[0].days[0].mail_count == 4


def test_paused_reminder_is_shown_on_its_first_day(sources):
    sources(source_of(("eins", DATE)))
    pause = make_pause(rule=RULE.key)

    paused = {
        view.day: view.paused
        for group in group_days(plan_forecast(at(FRIDAY)), now=at(FRIDAY))
        for view in group.days
        if view.paused
    }

    assert {
        day: [(entry.line.text, entry.to, entry.pause) for entry in entries]
        for day, entries in paused.items()
    } == {
        FRIDAY: [("eins", GUEST, pause)],
        DATE: [("eins", GUEST, pause)],
    }


@pytest.mark.parametrize(
    ("value", "target", "title", "count"),
    [
        ("rule:test_rule", PauseTarget(rule="test_rule"), "Antwort zum Test", 2),
        ("rule:test_fixed", PauseTarget(rule="test_fixed"), "Fest zum Test", 0),
        ("about:test:eins", PauseTarget(about="test:eins"), "eins", 1),
        (
            "recipient:gast@example.org",
            PauseTarget(recipient="gast@example.org"),
            "Leitung Werk (gast@example.org)",
            3,
        ),
    ],
)
def test_button_pauses_what_the_forecast_contains(sources, value, target, title, count):
    sources(source_with(make_reminder("eins"), make_reminder("zwei"), make_personal("drei")))

    assert preview_pause(value, plan_forecast(at(FRIDAY))) == (target, title, count)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "rule:",
        "rule:nichts",
        "about:",
        "about:dialogue:99",
        "recipient:",
        "recipient:x@example.org",
        "x:y",
    ],
)
def test_unknown_value_pauses_nothing(sources, value):
    sources(source_with(make_reminder("eins")))

    assert preview_pause(value, plan_forecast(at(FRIDAY))) is None
