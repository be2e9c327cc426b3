"""Who may ask for an approval, who may give it, and who sees the requests."""

import datetime as dt

from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.names import senator_office_name
from core.dates import format_date, local_date
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from partners.queries import last_deputyship


def can_submit(user) -> bool:
    """The office submits."""
    return has_role(user, OFFICE)


def decides_anything(user) -> bool:
    """The senator's office decides, and for the time of a deputyship its deputies, be it on some
    kinds alone.
    """
    return has_role(user, SENATOR_OFFICE)


def kinds_of_deputy(user) -> frozenset[str] | None:
    """Return the kinds to which the deputyship of `user` is limited, or None where nothing limits
    them.
    """
    return user.lent_kinds.get(SENATOR_OFFICE)


def can_decide(user, kind: str) -> bool:
    """Say whether `user` belongs to the senator's office, or acts for it today in approvals of
    `kind`.
    """
    if not decides_anything(user):
        return False
    kinds = kinds_of_deputy(user)
    return kinds is None or kind in kinds


def can_see_requests(user, kind: str) -> bool:
    """Requests are between the office and the senator's office; a deputy sees the kinds of the
    deputyship.
    """
    return has_role(user, OFFICE) or can_decide(user, kind)


def submitted_it(user, request) -> bool:
    """Nobody decides on a request of one's own, be it as somebody's deputy."""
    return request.submitted_by_id == user.pk


def may_decide(user, request) -> bool:
    """Say whether `user` may decide on `request`, whatever its state."""
    return can_decide(user, request.kind) and not submitted_it(user, request)


def acts_as_deputy(user, kind: str) -> bool:
    """Say whether `user` decides only *in Vertretung*: the role comes from a principal, not from
    the own account.
    """
    return can_decide(user, kind) and SENATOR_OFFICE not in user.own_roles


def why_no_longer(user, request, today: dt.date) -> str:
    """Return the sentence for `user` whose deputyship for the kind of `request` ended after it was
    submitted.

    Empty where it never was theirs to see.
    """
    ended = last_deputyship(user, SENATOR_OFFICE, today, request.kind)
    if (
        ended is None
        or can_decide(user, request.kind)
        or ended.ends_on < local_date(request.submitted_at)
    ):
        return ""
    return _(
        "Ihre Vertretung für Freigaben der Art „%(kind)s“ endete am %(day)s. Darüber entscheidet "
        "wieder die "
        "vertretene Person."
    ) % {"kind": ApprovalKind(request.kind).label, "day": format_date(ended.ends_on)}


def why_not(user, today: dt.date, request=None) -> str:
    """Return the sentence that tells `user` why it is not for them to decide on `request`, or on
    any.
    """
    if request is not None and decides_anything(user):
        if submitted_it(user, request):
            return _(
                "Diese Vorlage haben Sie selbst eingereicht. Darüber muss jemand anderes "
                "entscheiden."
            )
        if sentence := why_no_longer(user, request, today):
            return sentence
        kind = ApprovalKind(request.kind).label
        return _("Ihre Vertretung gilt nicht für Freigaben der Art „%(kind)s“.") % {"kind": kind}
    if ended := last_deputyship(user, SENATOR_OFFICE, today):
        return _(
            "Ihre Vertretung endete am %(day)s. Über Freigaben entscheidet wieder die vertretene "
            "Person."
        ) % {"day": format_date(ended.ends_on)}
    return _("Über Freigaben entscheidet das %(office)s.") % {"office": senator_office_name()}
