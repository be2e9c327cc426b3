"""The scripts in static/js, each run in a real Chromium."""

import pytest

from tests.core.site import SITE, html

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

FORM = """<form method="post" data-restore data-submit-once data-warn-unsaved><input name="title">
<input type="checkbox" name="sector" value="a"><input type="checkbox" name="sector" value="b">
<input type="password" name="secret"><textarea name="text"></textarea>
<button type="submit">Speichern</button></form>"""
SIGN_IN = """<!doctype html><html><head>
<script type="module" src="/js/restore-form.js"></script></head><body>Anmelden</body></html>"""


def fill(page):
    page.fill("[name=title]", "Mein Thema")
    page.fill("textarea", "Zeile")
    page.fill("[name=secret]", "geheim")
    page.check("[value=b]")


def values(page) -> tuple:
    fields = [page.input_value(name) for name in ("[name=title]", "textarea", "[name=secret]")]
    return (*fields, page.is_checked("[value=a]"), page.is_checked("[value=b]"))


def test_input_sent_after_the_session_expired_is_restored(page, serve):
    pages = {"/form": html(FORM, "restore-form"), "/": html("Übersicht", "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    pages["/form"] = SIGN_IN
    page.click("button")
    page.goto(f"{SITE}/anmelden")
    pages["/form"] = html(FORM, "restore-form")
    page.goto(f"{SITE}/form")

    assert values(page) == ("Mein Thema", "Zeile", "", False, True)
    assert page.text_content("form [role=status]") == "Wieder da."
    page.goto(f"{SITE}/")
    page.goto(f"{SITE}/form")
    assert values(page) == ("", "", "", False, False)


def test_restored_input_carries_the_version_that_it_was_typed_on(page, serve):
    versioned = FORM.replace("<input", '<input type="hidden" name="version" value="alt"><input', 1)
    pages = {"/form": html(versioned, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    pages["/form"] = SIGN_IN
    page.click("button")
    page.goto(f"{SITE}/anmelden")
    pages["/form"] = html(versioned.replace("alt", "neu"), "restore-form")
    page.goto(f"{SITE}/form")

    assert values(page)[0] == "Mein Thema"
    assert page.input_value("[name=version]") == "alt"


def test_ticks_without_a_box_are_carried_on_unless_the_server_filled_the_form(page, serve):
    ticks = FORM.replace("data-restore", "data-restore data-restore-ticks")
    searched = '<input type="checkbox" name="sector" value="c" checked>'
    pages = {
        "/form": html(
            ticks.replace('<input type="pass', f'{searched}<input type="pass'), "restore-form"
        )
    }
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    pages["/form"] = html(
        ticks.replace("data-restore ", "data-restore data-filled "), "restore-form"
    )
    page.click("button")
    assert values(page) == ("", "", "", False, False)
    pages["/form"] = html(ticks, "restore-form")
    page.goto(f"{SITE}/form")

    assert values(page) == ("Mein Thema", "Zeile", "", False, True)
    hidden = "[type=hidden][name=sector]"
    assert page.eval_on_selector_all(hidden, "fields => fields.map((field) => field.value)") == [
        "c"
    ]


def test_sign_in_message_discards_no_input(page, serve):
    pages = {"/form": html(FORM, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)
    pages["/form"] = pages["/anmelden"] = SIGN_IN
    page.click("button")
    page.goto(f"{SITE}/anmelden")

    message = (
        '<div class="messages"><p class="notice notice--success">Sie sind angemeldet.</p></div>'
    )
    pages["/form"] = html(message + FORM, "restore-form")
    page.goto(f"{SITE}/form")

    assert values(page) == ("Mein Thema", "Zeile", "", False, True)
    page.goto(f"{SITE}/form")
    assert page.evaluate("sessionStorage.length") == 0


def test_saved_input_is_not_restored(page, serve):
    pages = {"/form": html(FORM, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    pages["/form"] = html(
        '<div class="messages"><p class="notice notice--success">Gespeichert.</p></div>' + FORM,
        "restore-form",
    )
    page.click("button")

    assert values(page) == ("", "", "", False, False)


def test_input_is_not_restored_for_another_user(page, serve):
    pages = {"/form": html(FORM, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)
    pages["/form"] = SIGN_IN
    page.click("button")

    pages["/form"] = html(FORM, "restore-form", user="8")
    page.goto(f"{SITE}/form")

    assert values(page) == ("", "", "", False, False)
    assert page.evaluate("sessionStorage.length") == 0


def test_form_errors_stay_as_the_server_rendered_them(page, serve):
    pages = {"/form": html(FORM, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    pages["/form"] = html(
        FORM.replace('name="title"', 'name="title" value="vom Server" aria-invalid="true"'),
        "restore-form",
    )
    page.click("button")

    assert page.input_value("[name=title]") == "vom Server"


STEPS = FORM.replace("data-restore", 'id="words" action="/form/next" data-restore="/form"')
ASKED = """<form method="post" data-restore-for="/form">
<input type="hidden" name="title" value="x"><button>Ja</button></form>"""


@pytest.mark.parametrize(("between", "kept"), [(ASKED, "Mein Thema"), ("Etwas anderes", "")])
def test_confirmation_page_keeps_input_stored_for_the_form(page, serve, between, kept):
    pages = {"/form": html(STEPS, "restore-form"), "/form/next": html(between, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    fill(page)

    page.click("button")
    page.wait_for_url(f"{SITE}/form/next")
    page.goto(f"{SITE}/form")

    assert page.input_value("[name=title]") == kept


def test_input_of_a_form_at_another_url_is_kept_for_its_page(page, serve):
    pages = {"/form": html(STEPS, "restore-form"), "/form/next": html(STEPS, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form/next")
    fill(page)
    pages["/form/next"] = SIGN_IN
    page.click("button")

    page.goto(f"{SITE}/form")

    assert values(page) == ("Mein Thema", "Zeile", "", False, True)


def test_form_refilled_by_the_server_shows_no_notice(page, serve):
    pages = {"/form": html(STEPS, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    page.fill("[name=title]", "Mein Thema")
    pages["/form/next"] = html(
        STEPS.replace('name="title"', 'name="title" value="Mein Thema"'), "restore-form"
    )

    page.click("button")
    page.wait_for_url(f"{SITE}/form/next")

    assert page.input_value("[name=title]") == "Mein Thema"
    assert page.locator("form [role=status]").count() == 0


def test_collapsed_section_opens_when_its_input_is_restored(page, serve):
    folded = FORM.replace("<textarea", "<details><summary>Mehr</summary><textarea").replace(
        "</textarea>", "</textarea></details>"
    )
    pages = {"/form": html(folded, "restore-form")}
    serve(pages)
    page.goto(f"{SITE}/form")
    page.click("summary")
    page.fill("textarea", "Zeile")
    pages["/form"] = SIGN_IN
    page.click("button")

    pages["/form"] = html(folded, "restore-form")
    page.goto(f"{SITE}/form")

    assert (page.input_value("textarea"), page.locator("textarea").is_visible()) == ("Zeile", True)


def test_form_is_sent_once(page, serve):
    posted = serve({"/form": html(FORM, "duplicate-submission")})
    page.goto(f"{SITE}/form")

    with page.expect_navigation():
        page.evaluate(
            "() => { const b = document.querySelector('button'); b.click(); b.click(); b.click(); }"
        )

    assert posted == ["/form"]


@pytest.mark.parametrize(("typed", "asked"), [("", []), ("Neu", ["beforeunload"])])
def test_leaving_asks_only_after_a_change(page, serve, typed, asked):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    serve({"/form": html(FORM, "unsaved-changes"), "/": html("Übersicht")})
    page.goto(f"{SITE}/form")
    page.locator("[name=title]").press_sequentially(typed)

    page.goto(f"{SITE}/")

    assert dialogs == asked


def test_search_next_to_a_changed_form_asks(page, serve):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    search = '<form action="/"><button id="search">Suchen</button></form>'
    serve({"/form": html(search + FORM, "unsaved-changes"), "/": html("Übersicht")})
    page.goto(f"{SITE}/form")
    page.locator("[name=title]").press_sequentially("Neu")

    page.click("#search")

    assert dialogs == ["beforeunload"]


def test_saving_does_not_ask(page, serve):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    serve({"/form": html(FORM, "unsaved-changes")})
    page.goto(f"{SITE}/form")
    page.locator("[name=title]").press_sequentially("Neu")

    page.click("button")

    assert dialogs == []


def test_choice_of_light_or_dark_mode_persists(page, serve):
    serve(
        {
            "/": html(
                '<button data-theme-toggle hidden type="button">Hell oder dunkel</button>', "theme"
            )
        }
    )
    page.emulate_media(color_scheme="dark")
    page.goto(f"{SITE}/")
    assert page.get_attribute("html", "data-kern-theme") is None

    page.click("button")
    assert page.get_attribute("html", "data-kern-theme") == "light"
    page.reload()
    assert page.get_attribute("html", "data-kern-theme") == "light"
    page.click("button")
    assert page.get_attribute("html", "data-kern-theme") == "dark"


LIVE = """<form id="words" method="post" action="/form" data-submit-once>
<input name="title"><button>Speichern</button></form>
<button form="words" formaction="/frame" formtarget="preview" data-preview>Als E-Mail</button>
<button form="words" formaction="/frame?ansicht=text" formtarget="preview"
data-preview>Als Text</button>
<iframe name="preview" sandbox="" src="/frame"></iframe>"""


def bodies_of(page) -> list[tuple[str, str]]:
    """Collect the URL and body of each POST that `page` sends from now on."""
    posts = []
    page.on(
        "request",
        lambda r: (
            posts.append((r.url.removeprefix(SITE), r.post_data)) if r.method == "POST" else None
        ),
    )
    return posts


def test_typed_text_is_previewed_in_the_frame_and_not_posted_to_the_page(page, serve):
    serve({"/form": html(LIVE, "duplicate-submission", "preview"), "/frame": "<p>Vorschau</p>"})
    posts = bodies_of(page)
    page.goto(f"{SITE}/form")
    steps = page.evaluate("history.length")

    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("[name=title]").press_sequentially("Neu & gut")
    page.wait_for_timeout(800)
    with page.expect_request(lambda request: request.method == "POST"):
        page.click("text=Als Text")

    assert posts == [("/frame", "title=Neu+%26+gut"), ("/frame?ansicht=text", "title=Neu+%26+gut")]
    assert page.url == f"{SITE}/form"
    assert page.input_value("[name=title]") == "Neu & gut"
    assert page.get_attribute("text=Als Text", "aria-pressed") == "true"
    assert page.get_attribute("text=Als E-Mail", "aria-pressed") == "false"
    assert page.get_attribute("iframe", "sandbox") == ""
    assert page.evaluate("history.length") == steps
    page.click("text=Speichern")
    assert posts[-1][0] == "/form"


def test_page_with_restored_input_previews_it_and_asks_before_leaving(page, serve):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    body = LIVE.replace("data-submit-once", 'data-warn-unsaved="changed"').replace(
        '"title"', '"title" value="Neu"'
    )
    serve(
        {
            "/form": html(body, "unsaved-changes", "preview"),
            "/frame": "<p>Vorschau</p>",
            "/": html("Übersicht"),
        }
    )
    posts = bodies_of(page)

    page.goto(f"{SITE}/form")
    page.click("[name=title]")
    page.goto(f"{SITE}/")

    assert posts == [("/frame", "title=Neu")]
    assert dialogs == ["beforeunload"]


def test_links_of_a_list_take_along_what_is_ticked(page, serve):
    body = """<main><a href="/form?sort=title&besuch=9">Sortieren</a><a href="/andere">Andere</a>
    <input type="checkbox" form="ticked" name="besuch" value="1">
    <input type="checkbox" form="ticked" name="besuch" value="9" checked>
    <form id="ticked"><input type="hidden" name="besuch" value="5"></form></main>"""
    serve({"/form": html(body, "keep-ticks"), "/andere": html("Andere")})
    page.goto(f"{SITE}/form")
    page.check("[value='1']")
    page.uncheck("[value='9']")

    page.click("text=Sortieren")
    assert page.url.partition("?")[2] == "sort=title&besuch=1&besuch=5"
    page.click("text=Andere")
    assert page.url == f"{SITE}/andere"


def test_link_is_copied_where_the_clipboard_is_there(page, serve):
    button = (
        '<code id="link"> https://example.org/x </code><button type="button" hidden '
        'data-copy="link" data-copied="Kopiert"><span>Link kopieren</span></button>'
    )
    serve({"/": html(button, "copy")})
    clipboard = "{writeText: async (text) => { window.copied = text; }}"
    page.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}});")
    page.goto(f"{SITE}/")

    page.click("button")

    assert page.evaluate("window.copied") == "https://example.org/x"
    assert page.text_content("button") == "Kopiert"


def test_escape_closes_a_menu_and_returns_to_its_button(page, serve):
    menu = "<details data-menu open><summary>Mehr</summary><button>Löschen</button></details>"
    serve({"/": html(menu + menu.replace(" data-menu", ""), "menus")})
    page.goto(f"{SITE}/")

    page.press("button", "Escape")

    assert page.eval_on_selector_all("details[open]", "all => all.length") == 1
    assert page.evaluate("document.activeElement.textContent") == "Mehr"
