"""Who may look into the outbox, act on it and word its mails: the office alone."""

from core.roles import is_office

can_manage_mails = is_office
can_edit_wordings = is_office
