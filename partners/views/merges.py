"""Merge two entries of the same person: choose the other one, see what moves, do it."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.progress import Button
from core.views import allowed, ordering, paginate, redirect_with_message, run_service
from partners.filters import CandidateFilter
from partners.forms import MergeForm, swapped
from partners.models import Person
from partners.permissions import can_manage_partners
from partners.progress import entry_labels
from partners.queries import similar_people, visible_people
from partners.services import merge_people, preview_merge
from partners.views import following_merges
from partners.views.people import SORTS

SWAP = "swap"


@allowed(can_manage_partners)
@following_merges
def merge_choose(request, pk):
    """Offer the entries that may be the same person, and a search for any other."""
    person = get_object_or_404(visible_people(request.user), pk=pk)
    listing = CandidateFilter(request.GET, visible_people(request.user).known().exclude(pk=pk))
    is_searched = bool(request.GET.get("q"))
    doubles = [other.pk for other in similar_people(person)]
    people = listing.qs if is_searched else visible_people(request.user).filter(pk__in=doubles)
    page = paginate(request, people.order_by(*ordering(request, SORTS, "name")))
    context = {
        "person": person,
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "nothing_found": _("Keine Person gefunden. Bitte ändern Sie die Suche.")
        if is_searched
        else _("Keine ähnliche Person gefunden. Bitte suchen Sie nach dem anderen Eintrag."),
    }
    return render(request, "partners/merge_choose.html", context)


@allowed(can_manage_partners)
def merge(request, pk, other):
    """Show what moves to the person `pk` when `other` is merged into it; POST does it.

    With SWAP, the form was sent from the page on which the other of the two stays.
    """
    target = get_object_or_404(visible_people(request.user), pk=pk)
    source = get_object_or_404(visible_people(request.user), pk=other)
    is_swapped = SWAP in request.POST
    data = swapped(request.POST) if is_swapped else request.POST
    form = MergeForm(data or None, source=source, target=target)
    call = {"source": source, "target": target, "by": request.user, "now": timezone.now()}
    if form.is_valid() and not is_swapped:
        version = form.cleaned_data["version"]
        service = partial(merge_people, values=form.values, version=version, **call)
        if run_service(request, service, form=form):
            done = _("Die beiden Einträge sind zusammengeführt.")
            return redirect_with_message(request, done, target)
    # Not the form: what forbids the merge altogether is settled on other pages.
    preview = run_service(request, partial(preview_merge, values=form.values, **call))
    if preview:
        # Also after a refusal: the next submission then confirms what this page shows now.
        form.show_version(preview.version)
    stays, goes = entry_labels(target, source)
    context = {
        "form": form,
        "source": source,
        "target": target,
        "preview": preview,
        "stays": stays,
        "goes": goes,
        "merged_entry": _describe_end(preview, goes) if preview else "",
        "swap": SWAP,
        "swap_url": reverse("partners:merge", args=[source.pk, target.pk]),
        "actions": [] if preview else _ways_out(source, target),
    }
    return render(request, "partners/merge.html", context)


def _describe_end(preview, entry: str) -> str:
    text = _(
        "Der Eintrag „%(name)s“ wird gelöscht. Sein Verlauf steht danach hier, und alte Links "
        "führen hierher."
    )
    if preview.is_kept:
        text = _(
            "Der Eintrag „%(name)s“ bleibt mit seinem deaktivierten Konto stehen, damit zu sehen "
            "ist, wer früher damit gehandelt hat. Er wird nicht mehr zur Auswahl angeboten."
        )
    return text % {"name": entry}


def _ways_out(source: Person, target: Person) -> list[Button]:
    """Return links to the accounts that may stand in the way, and to the swapped entries."""
    buttons = [
        Button(_("Konto von %(name)s") % {"name": person.name}, person.get_absolute_url())
        for person in (target, source)
        if hasattr(person, "user")
    ]
    swapped = reverse("partners:merge", args=[source.pk, target.pk])
    return [*buttons, Button(_("Einträge tauschen"), swapped)]
