"""Middleware: methods, form data, duplicate submissions, private pages, POST-only URLs."""

import hashlib
import secrets
import time
from http import HTTPStatus

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    UnreadablePostError,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

FORM_TOKEN = "form_token"
REMEMBERED_SECONDS = 24 * 60 * 60
# The longest time to process a form; after that it may be sent again.
PROCESSING_SECONDS = 60
# How long a duplicate waits while the first submission is still being processed.
WAIT_SECONDS = 5
POLL_SECONDS = 0.1


FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
METHODS = ("GET", "HEAD", "OPTIONS", "POST")


class MethodsMiddleware:
    """Refuse what no page takes: a view that only asks whether it is a POST would answer a PUT as
    if it were a GET.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class FormBodyMiddleware:
    """Refuse a body that is not form data: a view would take it for an empty form, and an act
    without fields would be done.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            if not _is_form(request):
                page = render_to_string("415.html")
                return HttpResponse(page, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            _require_readable(request)
        return self.get_response(request)


def _is_form(request: HttpRequest) -> bool:
    """Return whether the portal can read the body as a form; without one there is nothing to read.

    Django reads as many bytes as the header announces, so a body of unannounced length is not read.
    """
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return False
    if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        return True
    return request.content_type in FORM_TYPES


def _require_readable(request: HttpRequest) -> None:
    """Raise BadRequest (400) for form data that did not arrive or in which no field is found."""
    # Django decodes with whatever the header names, even with codecs that are none for texts.
    if request.content_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise BadRequest("form data in another encoding than UTF-8")
    try:
        if request.content_type == "multipart/form-data":
            _require_parts(request)
        fields = [*request.POST, *request.FILES]
    # The client went away, or sent nothing more for some seconds (deploy/gunicorn.conf.py).
    except UnreadablePostError as error:
        raise BadRequest("unreadable form data") from error
    # Where Django finds no part, it takes anything for an empty form.
    if not fields and _has_parts(request):
        raise BadRequest("form data without a field")


def _has_parts(request: HttpRequest) -> bool:
    """Return whether the body is longer than the closing boundary, `--…--` with line breaks."""
    boundary = request.content_params.get("boundary", "")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    return request.content_type == "multipart/form-data" and length > len(boundary) + 8


def _require_parts(request: HttpRequest) -> None:
    """Raise BadRequest (400) for a multipart body that is too short for a part, unless it is an
    empty form: the closing boundary and nothing else.
    """
    if _has_parts(request):
        return
    # Read before Django parses it; afterwards, the body is gone.
    boundary = request.content_params.get("boundary", "").encode()
    if request.body.strip(b"\r\n") != b"--%s--" % boundary:
        raise BadRequest("form data without a field")


def new_token() -> str:
    """Return a token that identifies one rendering of a form."""
    return secrets.token_urlsafe(9)


class DuplicateSubmissionMiddleware:
    """Redirect a form that was already accepted to where its first submission led.

    This covers a double tap and a form sent again after going back. A submission with other values
    counts as a new form. If the cache loses its entry, a duplicate goes unnoticed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.POST.get(FORM_TOKEN):
            return self.get_response(request)
        key = _submission_key(request)
        # `add` is atomic: of two simultaneous submissions, only one processes the form.
        if not cache.add(key, "", PROCESSING_SECONDS) and (target := _redirect_of(key)):
            text = _(
                "Dieses Formular war schon abgeschickt. Es wurde nicht noch einmal gespeichert."
            )
            messages.info(request, text)
            return redirect(target)
        response = self.get_response(request)
        # Only a redirect means that the form was accepted; an invalid form may be sent again.
        if response.status_code == 302:
            cache.set(key, response.headers["Location"], REMEMBERED_SECONDS)
        else:
            cache.delete(key)
        return response


def _submission_key(request: HttpRequest) -> str:
    """Return a cache key for everything this session sent: all values, files by name and size."""
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
    # Per session, because two people may send the same values.
    session = request.session.session_key or ""
    digest = hashlib.sha256(
        repr((session, request.path, sorted(sent))).encode("utf-8", "surrogatepass")
    )
    return f"form:{digest.hexdigest()}"


def _redirect_of(key: str) -> str:
    """Return where the first submission led; empty if it was not accepted.

    Waits for the first submission while it is being processed.
    """
    for _tick in range(round(WAIT_SECONDS / POLL_SECONDS)):
        if target := cache.get(key):
            return target
        if target is None:
            break
        time.sleep(POLL_SECONDS)
    return ""


class PrivatePagesMiddleware:
    """Mark pages of signed-in users `private, no-cache` unless the view sets Cache-Control itself.

    `no-cache` instead of `no-store`: going back in the browser must keep the input (RFC 9111,
    5.2.2).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # Shared proxies and the back button on a shared computer must not show another's page.
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response


class FormAddressMiddleware:
    """Show a page with a link back where Django would answer a GET with an empty 405.

    Users who sign in again after their session expired may land on such a URL.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # HEAD and OPTIONS keep the plain response.
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = render(request, "405.html", {"back": page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def page_above(path: str) -> str:
    """Return the nearest existing path above `path`, or `/`."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
