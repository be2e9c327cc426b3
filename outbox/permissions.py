"""Who may look into the outbox and act on it: the office alone."""

import rules

from core.roles import is_office

MANAGE_MAILS = "outbox.manage_mails"
can_manage_mails = is_office

rules.add_perm(MANAGE_MAILS, can_manage_mails)
