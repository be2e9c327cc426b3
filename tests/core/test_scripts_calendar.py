"""The script that adds the browser's calendar to text fields, in a real Chromium."""

import pytest

from tests.core.site import SITE, html

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

DATES = """<form method="post"><label for="day">Tag</label>
<input id="day" name="day" data-calendar="day" data-calendar-label="Kalender">
<label for="moment">Beginn<span> – optional</span></label>
<input id="moment" name="moment" data-calendar="moment" data-calendar-label="Kalender">
<input name="off" data-calendar="day" data-calendar-label="Kalender" disabled></form>"""


def choose(page, name: str, day: str) -> None:
    """Choose `day` in the browser's calendar, which a test cannot operate itself."""
    native = page.locator(f"span:has([name={name}]) > [type=date]")
    native.evaluate("(field, day) => { field.value = day; }", day)
    native.dispatch_event("change")


@pytest.mark.parametrize(
    ("name", "typed", "result"),
    [
        ("day", "", "18.06.2019"),
        ("day", "bald", "18.06.2019"),
        ("moment", "", "18.06.2019, "),
        ("moment", "14 Uhr", "18.06.2019, 14 Uhr"),
        ("moment", "1.5.2019, 14:30", "18.06.2019, 14:30"),
        ("moment", "2019-05-01T14:30", "18.06.2019, 14:30"),
    ],
)
def test_calendar_fills_the_text_field_and_keeps_the_time(page, serve, name, typed, result):
    serve({"/form": html(DATES, "calendar")})
    page.goto(f"{SITE}/form")
    page.fill(f"[name={name}]", typed)

    choose(page, name, "2019-06-18")

    assert page.input_value(f"[name={name}]") == result


def test_calendar_opens_at_the_day_that_was_typed(page, serve):
    serve({"/form": html(DATES, "calendar")})
    page.goto(f"{SITE}/form")
    page.fill("[name=moment]", "1.5.2019, 14 Uhr")

    page.get_by_role("button", name="Kalender: Beginn").click()

    assert page.input_value("span:has([name=moment]) > [type=date]") == "2019-05-01"
    assert page.get_by_role("button").count() == 2


def test_calendar_is_neither_sent_nor_reached_by_keyboard(page, serve):
    serve({"/form": html(DATES, "calendar")})
    page.goto(f"{SITE}/form")

    sent = page.evaluate("[...new FormData(document.forms[0]).keys()]")
    page.focus("[name=day]")
    reached = []
    for _step in range(3):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.name")
        )

    assert sent == ["day", "moment"]
    assert reached == ["Kalender: Tag", "moment", "Kalender: Beginn"]
