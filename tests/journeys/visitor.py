"""A visitor without a browser: reads pages, follows links and submits forms as rendered."""

from html.parser import HTMLParser
from typing import NamedTuple

from django.test import Client

VOID = {"input", "br", "img", "hr", "meta", "link"}


class Control(NamedTuple):
    """A form field that would be submitted, as the page shows it."""

    name: str
    value: str


class Button(NamedTuple):
    label: str
    name: str
    value: str


class Form:
    """A form on a page: its target, values and buttons."""

    def __init__(self, action: str, method: str):
        self.action, self.method = action, method
        self.controls: list[Control] = []
        self.names: set[str] = set()
        self.buttons: list[Button] = []


class Page(HTMLParser):
    """The text, links and forms of a page."""

    def __init__(self, source: str):
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.sources: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, dict, int]] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(source)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.sources += [
            values[name] for name in ("src", "srcset", "poster", "hx-get") if name in values
        ]
        if tag == "link":
            self.sources.append(values.get("href", ""))
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "input":
            self._add_input(values)
        elif tag == "select":
            self._add_name(values)
            self._select = values.get("name", "")
        elif tag == "option" and "selected" in values:
            self._add(self._select, values.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, values, len(self._words)))

    def handle_endtag(self, tag):
        while self._open:
            name, values, start = self._open.pop()
            if name == tag:
                self._close(tag, values, self._words[start:])
                return

    def handle_data(self, data):
        if not any(name in ("script", "style") for name, _values, _start in self._open):
            self._words.append(data)

    def _close(self, tag: str, values: dict, words: list[str]) -> None:
        label = " ".join("".join(words).split())
        if tag == "a":
            self.links.append((label, values.get("href", "")))
        elif tag == "textarea":
            self._add_name(values)
            self._add(values.get("name", ""), "".join(words).removeprefix("\n"))
        elif (
            tag == "button" and self._form is not None and values.get("type", "submit") == "submit"
        ):
            self._form.buttons.append(
                Button(label, values.get("name", ""), values.get("value", ""))
            )
        elif tag == "form":
            self._form = None

    def _add_input(self, values: dict) -> None:
        if "disabled" in values:
            return
        self._add_name(values)
        kind = values.get("type", "text")
        if kind not in ("checkbox", "radio") or "checked" in values:
            self._add(
                values.get("name", ""), values.get("value", "on" if kind == "checkbox" else "")
            )

    def _add_name(self, values: dict) -> None:
        if self._form is not None and values.get("name"):
            self._form.names.add(values["name"])

    def _add(self, name: str, value: str) -> None:
        if self._form is not None and name:
            self._form.controls.append(Control(name, value))


class Visitor:
    """A visitor of the portal, signed in as `user` or not at all."""

    def __init__(self, user=None):
        self.client = Client(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)
        self.path = ""
        self.page = Page("")

    @property
    def text(self) -> str:
        return self.page.text

    def open(self, path: str, status: int = 200) -> "Visitor":
        """Load `path`, following redirects."""
        return self._arrive(self.client.get(path, follow=True), status)

    def follow(self, label: str) -> "Visitor":
        """Follow the first link called `label`."""
        paths = [href for text, href in self.page.links if text == label]
        assert paths, f"no link {label!r} on {self.path}: {self.page.links}"
        return self.open(self._complete(paths[0]))

    def press(self, label: str, status: int = 200, **values) -> "Visitor":
        """Submit the form with the button `label`; `values` override the rendered ones, lists tick
        several.
        """
        form, button = self._form_with(label, set(values))
        assert set(values) <= form.names, (
            f"{set(values) - form.names} are no fields on {self.path}: {form.names}"
        )
        data: dict[str, list] = {}
        for control in form.controls:
            data.setdefault(control.name, []).append(control.value)
        data |= {
            name: value if isinstance(value, list) else [value] for name, value in values.items()
        }
        if button.name:
            data[button.name] = [button.value]
        action = self._complete(form.action)
        return self._arrive(self.client.post(action, data, follow=True), status)

    def _form_with(self, label: str, names: set[str]) -> tuple[Form, Button]:
        for form in self.page.forms:
            for button in form.buttons:
                if button.label == label and form.method == "post":
                    return form, button
        buttons = [button.label for form in self.page.forms for button in form.buttons]
        raise AssertionError(f"no button {label!r} on {self.path}: {buttons}")

    def _complete(self, href: str) -> str:
        if href.startswith("/"):
            return href
        if href in ("", "."):
            return self.path
        base = self.path.split("?")[0]
        while href.startswith("../"):
            href, base = href[3:], base.rstrip("/").rpartition("/")[0] + "/"
        return base + href if not href.startswith("?") else base + href

    def _arrive(self, response, status: int) -> "Visitor":
        self.path = response.request["PATH_INFO"]
        query = response.request.get("QUERY_STRING", "")
        assert response.status_code == status, (
            f"{self.path} answers {response.status_code}: {response.content[:2000]!r}"
        )
        self.response = response
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.page = Page(response.content.decode())
        self.path += f"?{query}" if query else ""
        return self
