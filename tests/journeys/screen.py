"""Show pages of the portal in a real Chromium and check them with axe-core."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Request, Response

AXE = (settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
# A mail preview runs no scripts, so axe would wait for it forever. Preloading is for rules about
# media, of which the portal has none.
OPTIONS = "resultTypes: ['violations'], iframes: false, preload: false"
# axe leaves out the only rule it has for WCAG 2.2 unless it is asked for.
ALL_RULES = f"() => axe.run(document, {{{OPTIONS}, rules: {{'target-size': {{enabled: true}}}}}})"
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
NO_COLOURS = ", ".join(f"'{rule}': {{enabled: false}}" for rule in COLOUR_RULES)
STRUCTURE = ALL_RULES.replace("rules: {", f"rules: {{{NO_COLOURS}, ")
# What depends on the width: every other rule reads the same document.
SIZE_RULES = ["target-size", "scrollable-region-focusable"]
# The looks that were checked, by the view: the same style sheets hold for everybody.
SEEN: dict[str, set[int]] = defaultdict(set)
CHECK = f"([fresh, rules]) => looks.check(fresh, {{{OPTIONS}, runOnly: rules}})"
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
DESKTOP, TABLET, PHONE = ({"width": width, "height": 900} for width in (1440, 768, 320))


class Screen:
    """A browser page on the portal at the URL `site`.

    `complaints` collects what the browser reports by itself: requests to other hosts, missing
    files, server errors, policy violations, script errors.
    """

    def __init__(self, page: Page, site: str):
        self.page, self.site = page, site
        self.complaints: list[str] = []
        page.add_init_script(f"{AXE}\n{LOOKS}")
        page.on("request", self._look_at_request)
        page.on("response", self._look_at_response)
        page.on("pageerror", lambda error: self._complain(str(error)))
        page.on(
            "console",
            lambda line: self._complain(line.text) if "Security Policy" in line.text else None,
        )

    def findings(self, address: str) -> list[str]:
        """Open a page and return its findings."""
        self.page.goto(f"{self.site}{address}")
        # Wait for fragments to load. `wait_for_function` would need eval, which the portal's policy
        # forbids.
        self.page.wait_for_selector("[hx-trigger=load]", state="detached")
        return self.findings_now(address)

    def findings_now(self, name: str) -> list[str]:
        """Return the violations of the page as it stands: all axe rules in light mode, colours in
        dark mode, and on narrower screens the size of targets and overflow.

        Colours and sizes are checked of what no page before it looked like.
        """
        found = self._listed(f"{name} (light)", self.page.evaluate(STRUCTURE)["violations"])
        is_new, light = self._violations_of_fresh(f"{name} (light)", COLOUR_RULES, "colours")
        found += light
        if is_new:
            self.page.emulate_media(color_scheme="dark")
            found += self._violations_of_fresh(f"{name} (dark)", COLOUR_RULES, "dark")[1]
            self.page.emulate_media(color_scheme="light")
        width = self.page.viewport_size
        for narrow in (TABLET, PHONE) if is_new else (PHONE,):
            if narrow["width"] < width["width"]:
                self.page.set_viewport_size(narrow)
                view = f"{narrow['width']} px"
                found += self._violations_of_fresh(f"{name} at {view}", SIZE_RULES, view)[1]
        if self.page.evaluate(SIDEWAYS):
            found.append(f"{name}: scrolls sideways at {PHONE['width']} px")
        self.page.set_viewport_size(width)
        return found

    def _violations_of_fresh(
        self, name: str, rules: list[str], view: str
    ) -> tuple[bool, list[str]]:
        """Return whether anything looks as nothing before it did in this `view`, and the violations
        of `rules` by it.
        """
        looks = set(self.page.evaluate("() => looks.read()"))
        fresh = looks - SEEN[view]
        SEEN[view] |= looks
        if not fresh:
            return False, []
        return True, self._listed(name, self.page.evaluate(CHECK, [sorted(fresh), rules]))

    def _listed(self, page: str, violations: list[dict]) -> list[str]:
        found = []
        for violation in violations:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{page}: {violation['id']}: {violation['help']}: {places}")
        return found

    def _look_at_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:")):
            self._complain(f"asks for {request.url}")

    def _look_at_response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self._complain(f"{response.status} for {urlsplit(response.url).path}")

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.page.url}: {what}")


@contextmanager
def open_screen(
    browser: Browser, client: Client, site: str, *, viewport=DESKTOP, **options
) -> Iterator[Screen]:
    """Open the portal at `site` as the user of `client`, in a separate browser context."""
    context = browser.new_context(
        reduced_motion="reduce", color_scheme="light", viewport=viewport, **options
    )
    try:
        if session := client.cookies.get(settings.SESSION_COOKIE_NAME):
            context.add_cookies([{"name": session.key, "value": session.value, "url": site}])
        yield Screen(context.new_page(), site)
    finally:
        context.close()
