"""Walk through the pages that ask before an act: its form, and the page that shows its mails."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.db.models import Model

from core.conflicts import with_version
from tests.journeys.visitor import Page


class _HiddenFields(HTMLParser):
    """The hidden fields of the last form with a button of its own on a page."""

    def __init__(self):
        super().__init__()
        self.values: dict[str, list[str]] = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.values = {}
        if tag == "input" and given.get("type") == "hidden":
            self.values.setdefault(given["name"], []).append(given.get("value") or "")


def hidden_fields(response) -> dict[str, list[str]]:
    """Return the hidden fields of the form in the content of a page."""
    page = _HiddenFields()
    content = response.content.decode()
    page.feed(content[content.index("<main") : content.index("</main")])
    return page.values


def fill_in(client, url: str, values: dict | None = None):
    """Open the form at `url` and send it with `values`."""
    return client.post(url, hidden_fields(client.get(url)) | (values or {}))


def press_button(client, page: str, path: str, **options):
    """Press the button on `page` that posts to `path`: its address carries what the page shows."""
    forms = Page(client.get(page).content.decode()).forms
    (action,) = {form.action for form in forms if urlsplit(form.action).path == path}
    return client.post(action, **options)


def as_shown(url: str, *objects: Model) -> str:
    """Return the address of a button with the version of `objects` as they are stored now."""
    stored = [type(obj)._default_manager.get(pk=obj.pk) for obj in objects]
    return with_version(url, *stored)


def press(client, response, **values):
    """Send the confirmation page `response`, with `values` for its visible fields and buttons."""
    return client.post(response.wsgi_request.get_full_path(), hidden_fields(response) | values)


def confirm(client, url: str, values: dict | None = None, **pressed):
    """Fill in the form at `url`, then confirm the page that shows the mails."""
    return press(client, fill_in(client, url, values), **pressed)
