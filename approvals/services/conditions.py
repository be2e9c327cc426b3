"""Conditions of an approval: the office sees to them and notes it."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.enums import CONDITION_MOVES, ApprovalState
from approvals.mails import mail_condition_met
from approvals.models import Condition
from approvals.permissions import can_submit
from approvals.services.deciding import lock_request
from core.dates import format_moment
from core.errors import NotEntitled, Outpaced, Refused
from core.history import save_as
from core.states import target_of


@transaction.atomic
def meet_condition(*, condition: Condition, note: str, by, now: dt.datetime) -> Condition:
    """Note that a condition was met and tell the senator's office.

    Raises NotEntitled for anybody but the office, Outpaced when somebody noted it before (with who
    and when), Refused when the approval lapsed meanwhile, since its conditions went with it.
    """
    if not can_submit(by):
        raise NotEntitled(_("Auflagen vermerkt die Geschäftsstelle als erfüllt."))
    request = lock_request(condition.request_id)
    rows = Condition.objects.select_for_update(of=("self",)).select_related("met_by__person")
    locked = rows.get(pk=condition.pk)
    if locked.met_at:
        raise Outpaced(
            _("Diese Auflage ist bereits als erfüllt vermerkt (am %(when)s, von: %(who)s).")
            % {"who": locked.met_by, "when": format_moment(locked.met_at)}
        )
    if request.state != ApprovalState.CONDITIONAL:
        raise Refused(
            _("Die Freigabe ist %(state)s; ihre Auflagen gelten nicht mehr.")
            % {"state": request.outcome}
        )
    locked.state = target_of(CONDITION_MOVES, "meet", locked)
    locked.met_at, locked.met_by, locked.note = now, by, note.strip()
    save_as(locked, by=by, reason=_("Auflage erfüllt"))
    mail_condition_met(request, locked, now=now, by=by)
    return locked
