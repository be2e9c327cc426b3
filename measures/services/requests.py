"""Requests to people without an account, who report by personal link."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.history import save_as, save_values_as
from core.links import read_link
from measures.enums import RoundState
from measures.mails import late_request, link_notice
from measures.models import Measure, ReportingRound, ReportRequest
from measures.models.requests import LINK_KIND, LINK_LIFETIME_SECONDS
from measures.permissions import can_run_rounds, require_permission
from measures.queries import measures_awaiting_report
from outbox.rendering.messages import complete_link
from outbox.services import enqueue_mails
from partners.models import Person
from partners.queries import recipient_of

LINK_REVOKED = gettext_lazy(
    "Dieser Link gilt nicht mehr. Haben Sie seitdem eine E-Mail mit einem neuen Link bekommen, "
    "öffnen Sie bitte diesen; sonst hilft Ihnen die Geschäftsstelle."
)


def open_report_request(token: str) -> ReportRequest:
    """Return the request of a personal link, with round, lead and person.

    Raises Refused with advice if the link is damaged, expired, replaced or revoked. Must not change
    anything, because mail scanners open links too.
    """
    # The signature proves only who issued the link. Whether it still holds is a matter of the
    # record: links are replaced when a mailbox changes hands and revoked when a person is asked no
    # longer.
    target = read_link(LINK_KIND, token, max_age=LINK_LIFETIME_SECONDS)
    requests = ReportRequest.objects.select_related("round__plan", "organisation", "person__user")
    request = requests.filter(pk=target.pk).first()
    if request is None or request.link_version != target.version or request.revoked_at:
        raise Refused(LINK_REVOKED)
    # A mailbox outlives the person: nobody else may report in an organisation's name with it.
    if not request.person.is_active:
        raise Refused(LINK_REVOKED)
    return request


@transaction.atomic
def create_report_request(
    *, reporting_round: ReportingRound, values: Mapping[str, Any], by, now: dt.datetime
) -> ReportRequest:
    """Ask one more person to report for a lead. If the round runs already, mail them their link;
    otherwise opening it does.

    Raises `NotAllowed`; `Refused` for a closed round, and for somebody who has left, has no address
    or is asked already.
    """
    require_permission(can_run_rounds(by))
    reporting_round = _lock_round(reporting_round.pk)
    require_asking(reporting_round)
    _require_addressee(values["person"])
    request = ReportRequest.objects.filter(
        round=reporting_round, organisation=values["organisation"], person=values["person"]
    ).first()
    if request and not request.revoked_at:
        raise Refused(_("%(name)s wird in dieser Runde schon gefragt.") % {"name": request.person})
    # Asked again after all: links from before the request was revoked stay invalid.
    request = request or ReportRequest(round=reporting_round)
    request.revoked_at = None
    save_values_as(request, values, by=by, now=now, reason=_("Um Bericht gebeten"))
    measures = _owed(request)
    if reporting_round.is_open and measures:
        enqueue_mails([late_request(request, measures)], now=now, by=by)
    return request


@transaction.atomic
def revoke_report_request(*, request: ReportRequest, by, now: dt.datetime) -> ReportRequest:
    """Ask the person no longer: their links open nothing, and they are not reminded. Their drafts
    stay. Mails nobody. Raises `NotAllowed`, `Refused`.
    """
    require_permission(can_run_rounds(by))
    request = _lock_request(request)
    require_revocable(request)
    request.revoked_at, request.link_version = now, request.link_version + 1
    save_as(request, by=by, now=now, reason=_("Bitte um Bericht zurückgenommen"))
    return request


@transaction.atomic
def replace_report_link(
    *, request: ReportRequest, notify: bool = True, by, now: dt.datetime
) -> ReportRequest:
    """Revoke the links mailed so far and give the person another one; with `notify` they are mailed
    it. Drafts stay. Raises `NotAllowed`, `Refused`.
    """
    require_permission(can_run_rounds(by))
    request = _lock_request(request)
    require_valid_request(request)
    request.link_version += 1
    save_as(request, by=by, now=now, reason=_("Persönlicher Link ersetzt"))
    measures = _owed(request)
    if notify and request.round.is_open and measures:
        enqueue_mails([link_notice(request, measures)], now=now, by=by)
    return request


@transaction.atomic
def show_report_link(*, request: ReportRequest, by, now: dt.datetime) -> str:
    """Return the address of the person's page, and record who has seen it (docs/adr/0024)."""
    require_permission(can_run_rounds(by))
    request = _lock_request(request)
    require_valid_request(request)
    save_as(request, by=by, now=now, reason=_("Persönlichen Link angezeigt"))
    return complete_link(request.personal_link)


def require_revocable(request: ReportRequest) -> None:
    """Raise `Refused` unless the person is still asked in an unfinished round."""
    require_asking(request.round)
    if request.revoked_at:
        raise Refused(_("Diese Person wird nicht mehr gefragt."))


def require_valid_request(request: ReportRequest) -> None:
    """Raise `Refused` unless the person is still asked, and still active: otherwise their link
    opens nothing.
    """
    require_revocable(request)
    if not request.person.is_active:
        text = _("%(name)s ist nicht mehr aktiv; der persönliche Link gilt nicht mehr.")
        raise Refused(text % {"name": request.person})


def _owed(request: ReportRequest) -> list[Measure]:
    owed = measures_awaiting_report(request.round)
    return list(owed.filter(lead=request.organisation_id))


def require_asking(reporting_round: ReportingRound) -> None:
    """Raise `Refused` for a closed round."""
    if reporting_round.state == RoundState.CLOSED:
        raise Refused(_("Diese Berichtsrunde ist abgeschlossen; es wird niemand mehr gefragt."))


def _require_addressee(person: Person) -> None:
    to = recipient_of(person)
    if to.has_left:
        text = _("%(name)s ist nicht mehr aktiv und bekommt keine E-Mail.")
    elif not to.email:
        text = _("%(name)s hat keine E-Mail-Adresse. Tragen Sie sie zuerst nach.")
    else:
        return
    raise Refused(text % {"name": person})


def _lock_round(pk: int) -> ReportingRound:
    return ReportingRound.objects.select_for_update().get(pk=pk)


def _lock_request(request: ReportRequest) -> ReportRequest:
    """Return the locked request, with what `require_valid_request` asks for."""
    _lock_round(request.round_id)
    rows = ReportRequest.objects.select_for_update(of=("self",))
    return rows.select_related("round", "organisation", "person__user").get(pk=request.pk)
