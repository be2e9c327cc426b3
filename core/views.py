"""What every view shares."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_page_or_fragment(request: HttpRequest, fragment: str, context: dict) -> HttpResponse:
    """Return the whole page around the template `fragment`; htmx gets the fragment alone."""
    template = fragment if request.htmx else "generic/chart.html"
    return render(request, template, context | {"fragment": fragment})
