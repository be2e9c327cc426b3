"""Who may request, decide and see approvals."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind, ApprovalState
from core.dates import format_date, format_moment, local_date
from core.roles import OFFICE, SENATOR_OFFICE, has_role, senator_office_name
from partners.queries import deputyship_taken_back_at, last_deputyship

# The reason for everyone who may not submit, hence not meet conditions either.
OFFICE_MEETS_CONDITIONS = gettext_lazy("Auflagen vermerkt die Geschäftsstelle als erfüllt.")


def can_submit(user) -> bool:
    return has_role(user, OFFICE)


def can_open_desk(user) -> bool:
    return has_role(user, OFFICE, SENATOR_OFFICE)


def can_decide_any(user) -> bool:
    """Whether `user` may decide at least one kind; deputies may be limited (`can_decide_kind`)."""
    return has_role(user, SENATOR_OFFICE)


def kinds_of_deputy(user) -> frozenset[str] | None:
    """Return the kinds to which the deputyship of `user` is limited, None when it is unlimited."""
    return user.lent_kinds.get(SENATOR_OFFICE)


def can_decide_kind(user, kind: str) -> bool:
    if not can_decide_any(user):
        return False
    # Members of the senator's office hold the role themselves, so no limit applies to them.
    kinds = kinds_of_deputy(user)
    return kinds is None or kind in kinds


def can_see_approvals(user, kind: str) -> bool:
    """Approvals are between the office and the senator's office."""
    return has_role(user, OFFICE) or can_decide_kind(user, kind)


def is_own_submission(user, approval) -> bool:
    return approval.submitted_by_id == user.pk


def can_decide(user, approval) -> bool:
    """Return whether `user` may decide `approval`, regardless of its state.

    Users cannot decide their own submissions, even as deputies.
    """
    return can_decide_kind(user, approval.kind) and not is_own_submission(user, approval)


def is_deputy_for(user, kind: str) -> bool:
    """Return whether `user` decides `kind` only as a deputy (*in Vertretung*)."""
    return can_decide_kind(user, kind) and SENATOR_OFFICE not in user.own_roles


def refusal_reason(user, today: dt.date, approval=None) -> str:
    """Return a sentence saying why `user` cannot decide `approval`, or approvals in general."""
    # Specific reasons first: deciders need to know what is wrong with this one approval.
    if approval is not None and can_decide_any(user):
        return _refusal_reason_for_decider(user, today, approval)
    if ended := last_deputyship(user, SENATOR_OFFICE, today):
        return _(
            "Ihre Vertretung endete am %(day)s. Über Freigaben entscheidet wieder die vertretene "
            "Person."
        ) % {"day": format_date(ended.ends_on)}
    if ended_at := deputyship_taken_back_at(user, SENATOR_OFFICE, today):
        return _(
            "Ihre Vertretung wurde beendet (%(moment)s). Über Freigaben entscheidet wieder die "
            "vertretene Person."
        ) % {"moment": format_moment(ended_at)}
    return _("Über Freigaben entscheidet das %(office)s.") % {"office": senator_office_name()}


def _refusal_reason_for_decider(user, today: dt.date, approval) -> str:
    if is_own_submission(user, approval):
        return _(
            "Diese Vorlage haben Sie selbst eingereicht. Darüber muss jemand anderes entscheiden."
        )
    if sentence := refusal_reason_after_deputyship(user, approval, today):
        return sentence
    kind = ApprovalKind(approval.kind).label
    return _("Ihre Vertretung gilt nicht für Freigaben der Art „%(kind)s“.") % {"kind": kind}


def refusal_reason_after_deputyship(user, approval, today: dt.date) -> str:
    """Return the sentence for a deputy whose deputyship ended after `approval` was submitted.

    Empty for everybody else, so that it never reveals an approval that the user could not see.
    """
    ended = last_deputyship(user, SENATOR_OFFICE, today, approval.kind)
    if (
        ended is None
        or can_decide_kind(user, approval.kind)
        or ended.ends_on < local_date(approval.submitted_at)
    ):
        return ""
    return _(
        "Ihre Vertretung für Freigaben der Art „%(kind)s“ endete am %(day)s. Darüber entscheidet "
        "wieder die vertretene Person."
    ) % {"kind": ApprovalKind(approval.kind).label, "day": format_date(ended.ends_on)}


def refusal_reason_when_closed(approval) -> str:
    """Return why the closed `approval` takes no decision: its outcome, when, and by whom.

    Uses `decided_by` and `withdrawn_by` with their people; select them along with it.
    """
    # A lapsed approval may have been decided before; what matters now is that it lapsed.
    if approval.state == ApprovalState.LAPSED and approval.lapsed_at:
        return _(
            "Diese Freigabe ist am %(when)s erloschen (%(reason)s). Ihre Eingabe gilt nicht."
        ) % {
            "when": format_date(approval.lapsed_at),
            "reason": approval.lapse_reason,
        }
    if approval.decided_at and approval.state != ApprovalState.LAPSED:
        sentence = _(
            "Diese Freigabe ist bereits entschieden: %(state)s (am %(when)s, von: %(who)s). Ihre "
            "Eingabe gilt nicht."
        )
        return sentence % {
            "who": approval.decided_by,
            "when": format_moment(approval.decided_at),
            "state": approval.outcome,
        }
    if approval.withdrawn_at:
        return _(
            "Diese Freigabe ist zurückgezogen (am %(when)s, von: %(who)s). Ihre Eingabe gilt nicht."
        ) % {
            "who": approval.withdrawn_by,
            "when": format_moment(approval.withdrawn_at),
        }
    # Records taken over from the past have neither a date nor a person.
    return _("Diese Freigabe ist %(state)s. Ihre Eingabe gilt nicht.") % {
        "state": approval.get_state_display()
    }
