"""Views, one module a subject; forms about a measure, a project or a section share this page."""

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from core.views import render_form


def render_form_about(
    request: HttpRequest, form: BaseForm, subject, title: str, **context
) -> HttpResponse:
    """Return the page of a form about `subject`, to which its links lead back."""
    context = {"cancel_url": subject.get_absolute_url(), **context}
    return render_form(
        request, form, template="measures/form.html", title=title, subject=subject, **context
    )
