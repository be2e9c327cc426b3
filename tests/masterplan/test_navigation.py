from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from masterplan import navigation
from masterplan.navigation import Portal, address_of


@pytest.fixture
def three_open(monkeypatch):
    monkeypatch.setattr(navigation, "COUNTS", {"approvals_desk": lambda user: 3})
    monkeypatch.setattr(
        navigation, "address_of", lambda name: "/" if name == "overview" else f"/{name}/"
    )


def make_user(*roles):
    return SimpleNamespace(is_authenticated=True, is_active=True, roles=frozenset(roles), pk=7)


def portal_of(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return Portal(request)


REPORTS = ["Zeitplan", "Branchenbilanz"]
SEEN_BY_ALL = ["Übersicht", "Maßnahmen", "Branchengespräche", "Unternehmensbesuche"]


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (OFFICE, [*SEEN_BY_ALL, "Freigaben", *REPORTS, "Partner & Kontakte", "Postausgang"]),
        (SENATOR_OFFICE, [*SEEN_BY_ALL, "Freigaben", *REPORTS]),
        (PARTNER, [*SEEN_BY_ALL, "Zeitplan"]),
        (OBSERVER, [*SEEN_BY_ALL, *REPORTS]),
    ],
)
def test_each_role_sees_its_own_navigation(role, labels, three_open):
    assert [str(item.label) for item in portal_of(make_user(role)).navigation] == labels


@pytest.mark.parametrize("user", [AnonymousUser(), make_user()])
def test_without_a_role_there_is_no_navigation(user, three_open):
    assert portal_of(user).navigation == []


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Übersicht"),
        ("/measures:list/", "Maßnahmen"),
        ("/measures:list/5/", "Maßnahmen"),
        ("/other/", None),
    ],
)
def test_current_page_is_marked(path, label, three_open):
    items = portal_of(make_user(OFFICE), path).navigation

    assert [str(item.label) for item in items if item.current] == ([label] if label else [])


def test_open_approvals_are_counted(three_open):
    items = portal_of(make_user(SENATOR_OFFICE)).navigation

    assert {str(item.label): item.count for item in items if item.count} == {"Freigaben": 3}


def test_name_without_a_page_has_no_address():
    assert address_of("no_such_page") == ""


def test_shell_shows_navigation_account_and_count(three_open):
    request = RequestFactory().get("/")
    request.user = make_user(OFFICE)
    page = '{% extends "base.html" %}{% block title %}Übersicht{% endblock %}'

    html = engines["django"].from_string(page).render({}, request)

    assert html.count('aria-current="page"') == 2  # sidebar and phone menu
    assert '<span class="count">3<span class="kern-sr-only"> offen</span></span>' in html
    assert '<html lang="de" data-user="7"' in html
    assert '<h2 class="nav__group">Geschäftsstelle</h2>' in html
    assert "demo-line" not in html


@pytest.mark.parametrize(("demo", "count"), [(True, 1), (False, 0)])
def test_demo_is_marked_on_each_page(demo, count, settings):
    settings.DEMO = demo
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    html = render_to_string("404.html", request=request)

    assert html.count('class="demo-line"') == count


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("400.html", "Das ließ sich nicht lesen"),
        ("500.html", "Im Portal ist ein Fehler aufgetreten"),
    ],
)
def test_broken_pages_need_no_context(template, title):
    html = render_to_string(template)

    assert f'<h1 class="page-head__title">{title}</h1>' in html
    assert "{" not in html


@pytest.mark.parametrize(
    ("template", "context", "sentence"),
    [
        (
            "403.html",
            {"exception": "Nur die Geschäftsstelle darf das."},
            "Nur die Geschäftsstelle darf das.",
        ),
        ("403.html", {"exception": ""}, "Mit Ihrem Konto ist das nicht möglich."),
        ("404.html", {"exception": "No Topic matches"}, "Bitte prüfen Sie die Adresse"),
        ("403_csrf.html", {}, "Was Sie eingegeben haben, steht wieder da."),
    ],
)
def test_refusals_say_what_to_do_next(template, context, sentence):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()

    html = render_to_string(template, context, request)

    assert sentence in html
    assert "No Topic" not in html
    assert "Zur Startseite" in html
