"""People as recipients of mail."""

from outbox.services import Recipient
from partners.models import Person


def recipient_of(person: Person) -> Recipient:
    """Return where and how the portal writes to `person`. An account's address wins over the
    contact's.
    """
    account = getattr(person, "user", None)
    email = account.email if account and account.is_active else person.email
    return Recipient(email=email, name=person.name, greeting=person.greeting)
