"""Who may do what with measures and reports (DOMAIN, *Who takes part*). The querysets' `visible_to`
are the twins.
"""

from core.roles import OFFICE, PARTNER, has_role, is_office


def represented_organisations(user) -> frozenset[int]:
    """Return the ids of the organisations that a partner speaks for today; nobody else speaks for
    one.
    """
    return user.organisation_ids if has_role(user, PARTNER) else frozenset()


def leads_measure(user, measure) -> bool:
    """Say whether `user` speaks for the organisation that leads `measure`."""
    return bool(measure and measure.lead_id and measure.lead_id in represented_organisations(user))


can_change_measures = is_office
can_see_internal_notes = is_office
can_run_rounds = is_office
can_decide_reports = is_office


def can_record_report(user, measure=None) -> bool:
    """The office writes down how a measure stands; its report needs nobody's check."""
    return has_role(user, OFFICE)


can_submit_report = leads_measure


def can_report(user, measure) -> bool:
    """The office and the lead report on a measure."""
    return can_record_report(user) or can_submit_report(user, measure)
