"""Views, one module a subject; all pages of one person share this decorator."""

from functools import wraps

from django.shortcuts import redirect

from partners.models import FormerPerson
from partners.queries import visible_people


def following_merges(view):
    """Decorate a page of the person `pk`: the address of an entry that was merged into another one
    leads to the same page of that one, as bookmarks and old mails do.
    """

    @wraps(view)
    def followed(request, pk, **others):
        people = visible_people(request.user)
        # A form sent meanwhile gets the page that shows its texts again.
        if request.method in ("GET", "HEAD") and not people.filter(pk=pk).exists():
            former = FormerPerson.objects.filter(number=pk, person__in=people).first()
            if former:
                here = request.resolver_match.view_name
                return redirect(here, **{"pk": former.person_id, **others})
        return view(request, pk, **others)

    return followed
