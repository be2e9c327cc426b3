"""The script that keeps what is typed until it is sent, run in a real Chromium."""

import json

import pytest

from tests.core.site import SITE, html

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

FORM = """<form method="post" data-restore><input type="hidden" name="version" value="alt">
<input type="checkbox" name="sector" value="a"><input type="file" name="file">
<textarea name="text">Gespeichert</textarea><button type="submit">Speichern</button></form>"""
DONE = '<div class="messages"><p class="notice notice--success">Gespeichert.</p></div>'
SIGN_OUT = """<form method="post" action="/abmelden/" data-forget-drafts>
<button id="leave">Abmelden</button></form>"""
DAY_MS = 24 * 60 * 60 * 1000


def shown(body: str = FORM, **options) -> str:
    return html(body, "drafts", "restore-form", **options)


def type_text(page, text: str = "Lange Begründung"):
    page.goto(f"{SITE}/form")
    page.fill("textarea", text)
    page.check("[value=a]")
    page.wait_for_function("Object.keys(localStorage).length > 0")


def open_again(page, address: str = "/form"):
    """Open the form in a new tab: only what is stored for longer than a tab is left."""
    page.goto("about:blank")
    page.goto(f"{SITE}/leer")
    page.evaluate("sessionStorage.clear()")
    page.goto(f"{SITE}{address}")


def text_of(page) -> str:
    return page.input_value("textarea")


def stored(page) -> int:
    return page.evaluate("Object.keys(localStorage).length")


def test_text_survives_closing_the_browser_and_can_be_discarded(page, serve):
    serve({"/form": shown()})
    type_text(page)

    open_again(page)

    assert (text_of(page), page.is_checked("[value=a]")) == ("Lange Begründung", True)
    assert page.text_content("form [role=status]").startswith("Vom ")
    page.click("text=Verwerfen")
    assert (text_of(page), page.is_checked("[value=a]")) == ("Gespeichert", False)
    open_again(page)
    assert (text_of(page), stored(page)) == ("Gespeichert", 0)


def test_text_typed_just_before_leaving_is_kept(page, serve):
    serve({"/form": shown(), "/andere": shown("Andere")})
    page.goto(f"{SITE}/form")
    page.fill("textarea", "Eben noch")

    page.goto(f"{SITE}/andere")
    open_again(page)

    assert text_of(page) == "Eben noch"


def test_text_typed_on_another_state_is_offered_but_not_inserted(page, serve):
    pages = {"/form": shown()}
    serve(pages)
    type_text(page)
    pages["/form"] = shown(FORM.replace('"alt"', '"neu"').replace("Gespeichert", "Vom Kollegium"))

    open_again(page)

    assert page.text_content("form [role=status]").startswith("Noch vom ")
    assert text_of(page) == "Vom Kollegium"
    page.fill("textarea", "Anders")
    open_again(page)
    # What was typed beside the offered text has not replaced it.
    assert (text_of(page), stored(page)) == ("Anders", 2)
    page.click("text=Verwerfen")
    open_again(page)
    page.click("text=Einsetzen")
    assert text_of(page) == "Lange Begründung"


def test_inserted_text_carries_the_version_that_it_was_typed_on(page, serve):
    pages = {"/form": shown()}
    serve(pages)
    type_text(page)
    pages["/form"] = shown(FORM.replace('"alt"', '"neu"'))
    open_again(page)

    page.click("text=Einsetzen")

    assert (text_of(page), page.input_value("[name=version]")) == ("Lange Begründung", "alt")


@pytest.mark.parametrize("after", [DONE + FORM, "Andere Seite"])
def test_sent_text_is_forgotten(page, serve, after):
    pages = {"/form": shown()}
    serve(pages)
    type_text(page)

    pages["/form"] = shown(after) if FORM in after else "<script>location = '/ziel'</script>"
    pages["/ziel"] = shown("Andere Seite")
    page.click("form button[type=submit]")
    page.wait_for_load_state()

    page.wait_for_function("Object.keys(localStorage).length === 0")


def test_text_that_was_refused_stays(page, serve):
    refusal = '<div class="messages"><p class="notice notice--error">Nicht möglich.</p></div>'
    pages = {"/form": shown(), "/ziel": shown(refusal)}
    serve(pages)
    type_text(page)
    pages["/form"] = "<script>location = '/ziel'</script>"
    page.click("form button[type=submit]")
    page.wait_for_url(f"{SITE}/ziel")

    pages["/form"] = shown()
    page.goto(f"{SITE}/form")

    assert text_of(page) == "Lange Begründung"


def test_signing_out_forgets_all_text(page, serve):
    serve({"/form": shown(FORM + SIGN_OUT), "/abmelden/": "Abgemeldet"})
    type_text(page)

    page.click("#leave")
    page.wait_for_url(f"{SITE}/abmelden/")

    assert stored(page) == 0


def test_another_tab_keeps_nothing_after_signing_out(page, serve):
    serve({"/form": shown(), "/konto": shown(SIGN_OUT), "/abmelden/": "Abgemeldet"})
    type_text(page)
    second = page.context.new_page()
    second.goto(f"{SITE}/konto")

    second.click("#leave")
    second.wait_for_url(f"{SITE}/abmelden/")
    page.fill("textarea", "Noch etwas")
    page.goto(f"{SITE}/leer")

    assert stored(page) == 0


def test_signing_out_forgets_what_waited_for_the_next_sign_in(page, serve):
    serve({"/form": shown(FORM + SIGN_OUT), "/abmelden/": "Abgemeldet"})
    page.goto(f"{SITE}/form")
    page.evaluate("sessionStorage.setItem('restore:/form#0', 'Lange Begründung')")

    page.click("#leave")
    page.wait_for_url(f"{SITE}/abmelden/")

    assert page.evaluate("sessionStorage.getItem('restore:/form#0')") is None


@pytest.mark.parametrize(
    ("user", "days", "kept"), [("7", 6, "Lange Begründung"), ("7", 8, ""), ("8", 0, "")]
)
def test_text_is_kept_a_week_for_the_account_that_typed_it(page, serve, user, days, kept):
    pages = {"/form": shown()}
    serve(pages)
    type_text(page)
    page.goto(f"{SITE}/leer")
    (key,) = page.evaluate("Object.keys(localStorage)")
    draft = json.loads(page.evaluate("key => localStorage.getItem(key)", key))
    draft["at"] -= days * DAY_MS
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, json.dumps(draft)])

    pages["/form"] = shown(user=user)
    open_again(page)

    assert text_of(page) == (kept or "Gespeichert")
    assert stored(page) == bool(kept)


def test_two_tabs_keep_their_text_apart(page, serve):
    serve({"/form": shown()})
    type_text(page, "Im ersten")
    first = page.evaluate("sessionStorage.getItem('tab')")
    page.goto(f"{SITE}/leer")
    page.evaluate("sessionStorage.setItem('tab', 'zweiter')")
    page.goto(f"{SITE}/form")
    page.fill("textarea", "Im zweiten")
    page.wait_for_timeout(700)

    page.goto(f"{SITE}/leer")
    # The first tab is still open and types on.
    page.evaluate("tab => sessionStorage.setItem('tab', tab)", first)
    page.goto(f"{SITE}/form")

    assert text_of(page) == "Im zweiten"


@pytest.mark.parametrize(
    "body",
    [
        FORM.replace("data-restore", ""),
        FORM.replace("data-restore", "data-restore data-autosave='x'"),
        FORM.replace('type="file" name="file"', 'type="password" name="secret"'),
    ],
    ids=["not marked", "kept by the server", "with a password"],
)
def test_nothing_is_kept_of_other_forms(page, serve, body):
    serve({"/form": shown(body)})
    page.goto(f"{SITE}/form")
    page.fill("textarea", "Geheim")

    page.goto(f"{SITE}/leer")

    assert stored(page) == 0


def test_nothing_is_kept_without_an_account(page, serve):
    serve({"/form": shown().replace(' data-user="7"', "")})
    page.goto(f"{SITE}/form")
    page.fill("textarea", "Vom Gast")

    page.goto(f"{SITE}/leer")

    assert stored(page) == 0
