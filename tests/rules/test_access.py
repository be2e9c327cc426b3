"""Pages are closed by default: this list holds every page that opens without signing in."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

pytestmark = pytest.mark.embedded

PUBLIC = {
    "accessibility",
    "account_confirm_login_code",
    "account_inactive",
    "account_invitation",
    "account_login",
    "account_logout",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "dialogues:need_followed",
    "dialogues:rsvp",
    "dialogues:rsvp_calendar",
    "dialogues:rsvp_programme",
    "healthz",
    "healthz_operation",
    "imprint",
    "measures:answer_by_link",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "privacy",
}
EXAMPLES = {"account_reset_password_from_key": "anmelden/passwort/1-x/"}


def routes(resolver: URLResolver, prefix: str = "", namespaces: tuple[str, ...] = ()):
    """Yield the name and an example URL of every route below `resolver`."""
    for entry in resolver.url_patterns:
        address = prefix + example(entry)
        if isinstance(entry, URLResolver):
            yield from routes(
                entry, address, (*namespaces, entry.namespace) if entry.namespace else namespaces
            )
        elif isinstance(entry, URLPattern):
            yield ":".join((*namespaces, entry.name or "")), EXAMPLES.get(entry.name, address)


def example(entry: URLPattern | URLResolver) -> str:
    """Return the route of `entry` with an example value for each parameter."""
    route = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = next(
            part
            for part in route.split("<")[1:]
            if part.rstrip("/").split(">")[0].split(":")[-1] == name
        )
        route = route.replace(f"<{kind.split('>')[0]}>", value_for(converter))
    return route


def value_for(converter) -> str:
    if isinstance(converter, IntConverter):
        return "1"
    if isinstance(converter, UUIDConverter):
        return "00000000-0000-0000-0000-000000000001"
    return "x"


ROUTES = sorted(routes(get_resolver()))


def test_pages_are_closed_unless_listed(client, db):
    answers = {name: client.get(f"/{address}") for name, address in ROUTES}

    opened = {
        name
        for name, answer in answers.items()
        if answer.status_code != 302 or not answer["Location"].startswith("/anmelden/?next=")
    }
    assert opened == PUBLIC


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_methods_that_no_page_takes_are_refused(client, method):
    answers = {name: client.generic(method, f"/{address}") for name, address in ROUTES}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 405
    )
    assert {answer["Allow"] for answer in answers.values()} == {"GET, HEAD, OPTIONS, POST"}


def test_every_route_has_a_unique_name():
    names = [name for name, _ in ROUTES]

    assert [name for name in names if not name or names.count(name) > 1] == []
