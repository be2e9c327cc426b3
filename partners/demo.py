"""The demo's accounts share one known password. Outside a demo nobody signs in with them
(`may_sign_in`).
"""

from django.conf import settings

from partners.models import User

DEMO_PASSWORD = "masterplan"


def demo_accounts() -> list[User]:
    """Return the accounts that the sign-in page of a demo offers; none outside a demo."""
    if not settings.DEMO:
        return []
    accounts = User.objects.filter(is_demo=True, is_active=True)
    return list(accounts.select_related("person__organisation").order_by("pk"))
