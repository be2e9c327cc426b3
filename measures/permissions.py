"""Who may do what with measures and reports (`docs/domain.md`, *Who takes part*).

`visible_to` of the querysets decides who may see what.
"""

from django.utils.translation import gettext as _

from core.errors import NotAllowed
from core.roles import OFFICE, PARTNER, has_role, is_inside, is_office


def represented_organisations(user) -> frozenset[int]:
    """Return the ids of the organisations a partner speaks for today.

    Empty for every other role: an office account that belongs to an organisation does not report
    on its behalf.
    """
    return user.organisation_ids if has_role(user, PARTNER) else frozenset()


def leads_measure(user, measure) -> bool:
    return bool(measure and measure.lead_id and measure.lead_id in represented_organisations(user))


def acts_by_link(by) -> bool:
    """Return whether `by` is not an account but a `ReportRequest`: its person acts by personal
    link.
    """
    return hasattr(by, "acts_by")


def account_of(by):
    """Return the account that acts, None for somebody who acts by personal link."""
    return None if acts_by_link(by) else by


# Separate names, so that each permission can move to another role without changes in the views.
can_change_measures = is_office
can_change_plans = is_office
can_continue_measures = is_office
can_see_internal_notes = is_office
can_run_rounds = is_office
can_decide_reports = is_office


def can_submit_report(by, measure) -> bool:
    return by.allows(measure) if acts_by_link(by) else leads_measure(by, measure)


def can_record_report(user, measure=None) -> bool:
    """The office may record a status itself, without anybody's acceptance."""
    return not acts_by_link(user) and has_role(user, OFFICE)


def can_report(user, measure) -> bool:
    return can_record_report(user) or can_submit_report(user, measure)


def can_see_returns(user, measure) -> bool:
    """What the office returns is between it and the lead; the senator's office may read it."""
    return is_inside(user) or leads_measure(user, measure)


def can_open_organisations(user) -> bool:
    # Partners may open only the page of their own organisation; other links would lead to a 404.
    return PARTNER not in user.roles


def require_permission(is_allowed: bool) -> None:
    """Raise `NotAllowed` unless `is_allowed`. The first line of every service of this app."""
    if not is_allowed:
        raise NotAllowed(_("Dazu sind Sie nicht berechtigt."))
