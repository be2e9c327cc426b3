"""Shows pages of the portal in a real Chromium without a running server, and looks at them with axe-core.

What the browser asks for is answered by Django's test client, so that it sees the very rows of the running test.
"""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route

SITE = "http://localhost"
AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
# A mail's preview runs no script, so axe would only wait for it in vain.
ALL_RULES = "() => axe.run(document, {resultTypes: ['violations'], iframes: false})"
COLOURS = ALL_RULES.replace("{", "{runOnly: ['color-contrast', 'link-in-text-block'], ")
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NARROW = {"width": 320, "height": 900}


class Screen:
    """A page of the browser that shows the portal to the person of `client`; `static` holds the collected files.

    `complaints` collects what the browser says by itself: requests to other hosts, missing files, what the security
    policy refuses, errors of scripts.
    """

    def __init__(self, page: Page, client: Client, static: Path):
        self.page, self.client, self.static = page, client, static
        self.complaints: list[str] = []
        self._context = contextvars.copy_context()  # where Django finds the connection of the test
        page.route("**/*", self._answer)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on("console", lambda line: self._complain(line.text) if "Security Policy" in line.text else None)

    def findings(self, address: str) -> list[str]:
        """Return what is wrong with a page: axe's rules in light, its colours in dark, too wide for a small phone."""
        self.page.emulate_media(color_scheme="light")
        self.page.goto(f"{SITE}{address}")
        # What comes later is there. A function would be evaluated, which the portal's policy forbids.
        self.page.wait_for_selector("[hx-trigger=load]", state="detached")
        self.page.evaluate(AXE)
        found = self._violations(f"{address} (light)", ALL_RULES)
        self.page.emulate_media(color_scheme="dark")
        return found + self._violations(f"{address} (dark)", COLOURS) + self._too_wide(address)

    def _violations(self, page: str, rules: str) -> list[str]:
        found = []
        for violation in self.page.evaluate(rules)["violations"]:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{page}: {violation['id']}: {violation['help']}: {places}")
        return found

    def _too_wide(self, address: str) -> list[str]:
        width = self.page.viewport_size
        self.page.set_viewport_size(NARROW)
        sideways = self.page.evaluate(SIDEWAYS)
        self.page.set_viewport_size(width)
        return [f"{address}: scrolls sideways at {NARROW['width']} px"] if sideways else []

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if not route.request.url.startswith(f"{SITE}/"):
            self._complain(f"asks for {route.request.url}")
            route.abort()
        elif parts.path.startswith("/static/"):
            self._hand_out(route, self.static / parts.path.removeprefix("/static/"))
        else:
            sent = {name: value for name, value in route.request.headers.items() if name.startswith("hx-")}
            answer = self._context.copy().run(self.client.get, f"{parts.path}?{parts.query}", headers=sent)
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    def _hand_out(self, route: Route, file: Path) -> None:
        if file.is_file():
            route.fulfill(path=file)
        else:
            self._complain(f"misses {file.name}")
            route.fulfill(status=404)

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.page.url}: {what}")


@contextmanager
def open_screen(browser: Browser, client: Client, static: Path, **options) -> Iterator[Screen]:
    """Show the portal to the person of `client` in a browser context of its own."""
    context = browser.new_context(reduced_motion="reduce", **options)
    try:
        yield Screen(context.new_page(), client, static)
    finally:
        context.close()
