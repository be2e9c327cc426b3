"""*Konto*: what everybody sees and changes of one's own account."""

from allauth.mfa.models import Authenticator
from django.db.models import Count
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.enums import name_roles
from partners.models import Deputy, Organisation
from partners.queries import deputies_of


def account(request):
    user = request.user
    today = timezone.localdate()
    kinds = Authenticator.objects.filter(user=user).values_list("type").annotate(count=Count("pk"))
    context = {
        "facts": _facts(user),
        "organisation": Organisation.objects.visible_to(user)
        .filter(pk=user.organisation_id)
        .first(),
        "sign_in": dict(kinds.order_by("type")),
        "has_password": user.has_usable_password(),
        "deputies": [(row, row.is_over(today)) for row in deputies_of(user.person)],
        "principals": Deputy.objects.valid_on(today)
        .filter(deputy=user.person)
        .select_related("principal")
        .order_by("pk"),
    }
    return render(request, "partners/account.html", context)


def _facts(user) -> list[tuple[str, str]]:
    organisation = user.person.organisation
    rows = [
        (_("Name"), user.person.name),
        (_("Funktion"), user.person.function),
        (_("Organisation"), organisation.name if organisation else ""),
        (_("Anmeldung mit"), user.email),
        (_("Telefon"), user.person.phone),
        (_("Rollen"), ", ".join(name_roles(user.own_roles, is_lead=user.is_lead)) or _("keine")),
    ]
    if borrowed := user.roles - user.own_roles:
        rows.append((_("in Vertretung"), ", ".join(name_roles(borrowed))))
    return [(label, value) for label, value in rows if value]
