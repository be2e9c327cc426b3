"""Who may look into the outbox, act on it and word its mails: the office alone."""

import rules

from core.roles import is_office

MANAGE_MAILS = "outbox.manage_mails"
can_manage_mails = is_office

EDIT_WORDINGS = "outbox.edit_wordings"
can_edit_wordings = is_office

rules.add_perm(MANAGE_MAILS, can_manage_mails)
rules.add_perm(EDIT_WORDINGS, can_edit_wordings)
