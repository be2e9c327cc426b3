"""What the office can do to many mails at once: which of them an act reaches, which it leaves out
and why.
"""

from collections import Counter
from typing import NamedTuple

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox.enums import MOVES
from outbox.models import Mail
from outbox.queries import UNSOLVED

APPROVE, RESEND, WITHDRAW, SETTLE = "approve", "resend", "withdraw", "settle"
SOURCES = {name: MOVES[name].sources for name in (APPROVE, RESEND, WITHDRAW)} | {SETTLE: UNSOLVED}
# What stands in the log of a mail, whether the act was for it alone or for many.
NOTES = {
    APPROVE: _("Zum Versand gegeben"),
    RESEND: _("Erneut zum Versand gegeben"),
    WITHDRAW: _("Von der Geschäftsstelle zurückgezogen"),
    SETTLE: _("Als erledigt abgelegt"),
}
SHOWN = 10
STATE, ACCOUNT, REMOVED, SETTLED = "state", "account", "removed", "settled"
# Why a mail is left out, in the order in which the reasons are looked for.
OBSTACLES: dict[str, str | Promise] = {
    STATE: _("Der Stand lässt es nicht mehr zu"),
    SETTLED: _("Schon als erledigt abgelegt"),
    ACCOUNT: _("E-Mail zum Konto: nur einzeln, auf ihrer eigenen Seite"),
    REMOVED: _("Der Inhalt wurde bereits entfernt"),
}


class Choice(NamedTuple):
    """The mails that an act is asked for: those it reaches, those it leaves out with the reason."""

    count: int
    counts: dict[str, int]  # state → how many of those that are reached
    first: list[Mail]
    left_out: list[tuple[str | Promise, int]]
    first_left_out: list[tuple[Mail, str | Promise]]

    @classmethod
    def of(cls, action: str, mails: QuerySet[Mail], *, picked: bool) -> "Choice":
        """Look at `mails` for `action`, in three queries.

        When they were `picked` one by one, a state that forbids the act is a reason to name; else
        it only says that the mail was not meant.
        """
        rows = with_obstacle(action, mails)
        if not picked:
            rows = rows.filter(state__in=SOURCES[action])
        found = rows.order_by().values_list("state", "obstacle").annotate(n=Count("pk"))
        fit: Counter[str] = Counter()
        left_out: Counter[str] = Counter()
        for state, obstacle, count in found:
            (left_out if obstacle else fit).update({obstacle or state: count})
        ordered = rows.slim().order_by("-created_at", "-pk")
        return cls(
            count=fit.total(),
            counts=dict(fit),
            first=list(ordered.filter(obstacle="")[:SHOWN]),
            left_out=[(text, left_out[name]) for name, text in OBSTACLES.items() if left_out[name]],
            first_left_out=[
                (mail, OBSTACLES[mail.obstacle])
                for mail in (ordered.exclude(obstacle="")[:SHOWN] if left_out else [])
            ],
        )


def with_obstacle(action: str, mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """Return `mails` with `obstacle`: why `action` leaves the mail out, a key of OBSTACLES, or
    empty.
    """
    conditions = {STATE: ~Q(state__in=SOURCES[action])}
    if action in (RESEND, SETTLE):
        conditions[SETTLED] = Q(settled_at__isnull=False)
    if action != SETTLE:
        conditions[ACCOUNT] = Q(is_account_mail=True)
    if action in (APPROVE, RESEND):
        conditions[REMOVED] = Q(mime="")
    whens = [When(conditions[name], then=Value(name)) for name in OBSTACLES if name in conditions]
    return mails.annotate(obstacle=Case(*whens, default=Value("")))
