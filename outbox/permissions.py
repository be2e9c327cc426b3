"""Only the office may use the outbox."""

from core.roles import is_office


def can_manage_mails(user) -> bool:
    return is_office(user)


def can_edit_wordings(user) -> bool:
    return is_office(user)
