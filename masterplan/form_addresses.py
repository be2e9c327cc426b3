"""Addresses that only take forms: whoever opens one, say after signing in again, is led back to a
page.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve


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
