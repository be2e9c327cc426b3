"""Views, one module a subject; these pages they share."""

from collections.abc import Callable, Sequence
from functools import partial

from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.views import render_confirmation, render_form, run_service


def render_form_about(
    request: HttpRequest, form: BaseForm, subject, title: str, **context
) -> HttpResponse:
    """Return the page of a form about `subject`, to which its links lead back."""
    context = {"cancel_url": subject.get_absolute_url(), **context}
    return render_form(
        request, form, template="measures/form.html", title=title, subject=subject, **context
    )


def delete_if_confirmed(
    request: HttpRequest,
    service: Callable,
    *,
    seen: Sequence[Model],
    back: Model,
    title: str,
    question: str,
    done: str,
    details: Sequence[str] = (),
    lock: Model | None = None,
    cancel_url: str = "",
) -> HttpResponse:
    """Ask before `service` deletes the first of `seen`, and then lead to the page of `back`, with
    the reason if it refused.

    `lock` is what the service locks first, unless that is what it deletes.
    """
    if request.method == "POST":
        call = partial(service, by=request.user, now=timezone.now())
        run_service(request, call, done=done, seen=seen, lock=lock)
        return redirect(back)
    return render_confirmation(
        request,
        seen=seen,
        title=title,
        question=question,
        details=details,
        submit_label=title,
        danger=True,
        cancel_url=cancel_url or back.get_absolute_url(),
    )
