"""A form that was taken does nothing a second time: sent again after *back*, or by a second tap
without scripts.
"""

import hashlib
import secrets
import time

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

FIELD = "form_token"
KEPT_SECONDS = 24 * 60 * 60
LONGEST_SECONDS = 60  # a form is worked on; after that it may be sent again
PATIENCE_SECONDS = 5  # for the answer to a form that is being worked on
TICK_SECONDS = 0.1


def new_token() -> str:
    """Return what marks one rendering of a form."""
    return secrets.token_urlsafe(9)


class SentOnceMiddleware:
    """Answers a form that was taken already, with the very same entries, by leading to where it led
    before.

    Taken is what was answered with a redirect. Other entries on the same page are a form of their
    own, so whoever goes back and changes a word is heard. What the cache forgets is merely not
    noticed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.POST.get(FIELD):
            return self.get_response(request)
        key = _key_of(request)
        if not cache.add(key, "", LONGEST_SECONDS) and (target := _target_of(key)):
            text = _(
                "Dieses Formular war schon abgeschickt. Es wurde nicht noch einmal gespeichert."
            )
            messages.info(request, text)
            return redirect(target)
        response = self.get_response(request)
        if response.status_code == 302:
            cache.set(key, response.headers["Location"], KEPT_SECONDS)
        else:
            cache.delete(key)
        return response


def _key_of(request: HttpRequest) -> str:
    """Return a name for the entries of the form, files by name and size, as this person sent them."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    sent += [
        (name, f"{file.name}:{file.size}")
        for name, files in request.FILES.lists()
        for file in files
    ]
    session = request.session.session_key or ""
    digest = hashlib.sha256(
        repr((session, request.path, sorted(sent))).encode("utf-8", "surrogatepass")
    )
    return f"form:{digest.hexdigest()}"


def _target_of(key: str) -> str:
    """Return where the form led that was sent before; waits for its answer, empty when it was not
    taken.
    """
    for _tick in range(round(PATIENCE_SECONDS / TICK_SECONDS)):
        if target := cache.get(key):
            return target
        if target is None:
            break
        time.sleep(TICK_SECONDS)
    return ""


class PrivatePages:
    """Middleware: an answer to somebody signed in is `private, no-cache` unless its view says more.

    `no-cache` instead of `no-store`, so that going back in the browser keeps what was typed (RFC
    9111, 5.2.2).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response


class FormAddressMiddleware:
    """Put a page with a way back where Django would answer with an empty 405."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", {"back": page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def page_above(path: str) -> str:
    """Return the nearest address above `path` that exists, at last the start page."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
