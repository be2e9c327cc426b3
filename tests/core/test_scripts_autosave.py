"""The script that saves a draft while it is typed, run in a real Chromium."""

import re

import pytest

from tests.core.site import SITE, html

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

FORM = """<form method="post" data-autosave="Wird gespeichert …" data-submit-once>
<section data-answer="7"><p data-saved></p><input type="hidden" name="m7-version" value="alt">
<textarea name="m7-summary"></textarea><button name="submit" value="7">Einreichen</button></section>
</form>"""


@pytest.fixture
def sent(page, serve):
    """Open the form; return the autosaves that wait for an answer, and what the button sent."""
    serve({"/form": html(FORM, "autosave", "duplicate-submission")})
    saving, submitted = [], []

    def answer(route):
        if 'name="save"' in (route.request.post_data or ""):
            saving.append(route)
            return
        if route.request.method == "POST":
            submitted.append(route.request.post_data)
        route.fallback()

    page.route("**/form", answer)
    page.goto(f"{SITE}/form")
    return saving, submitted


def type_text(page, saving, text: str):
    count = len(saving)
    page.fill("textarea", text)
    while len(saving) == count:
        page.wait_for_timeout(50)


def saved(version: str) -> dict:
    return {"versions": {"m7-version": version}, "note": "Gespeichert", "is_complete": True}


def test_submitting_waits_for_the_draft_on_its_way_and_continues_it(page, sent):
    saving, submitted = sent
    type_text(page, saving, "Mein Text")

    page.click("button", no_wait_after=True)
    page.click("button", no_wait_after=True)
    page.wait_for_timeout(300)
    assert submitted == []
    with page.expect_navigation():
        saving[0].fulfill(json=saved("neu"))

    assert submitted == ["m7-version=neu&m7-summary=Mein+Text&submit=7"]


def test_submitting_goes_on_when_the_draft_could_not_be_saved(page, sent):
    saving, submitted = sent
    type_text(page, saving, "Mein Text")

    page.click("button", no_wait_after=True)
    page.wait_for_timeout(300)
    with page.expect_navigation():
        saving[0].abort()

    assert submitted == ["m7-version=alt&m7-summary=Mein+Text&submit=7"]


def test_next_draft_carries_the_version_of_the_last_one(page, sent):
    saving, submitted = sent
    type_text(page, saving, "Eins")
    saving[0].fulfill(json=saved("neu"))
    type_text(page, saving, "Eins und zwei")

    assert re.findall(r'version"\r\n\r\n(\w+)', saving[1].request.post_data) == ["neu"]
    assert submitted == []
