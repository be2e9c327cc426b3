"""The mails of this app."""

import datetime as dt

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date
from core.links import sign_link
from outbox.rendering.placeholders import Placeholder
from outbox.services import MailDraft, enqueue_account_mail, enqueue_mails
from outbox.texts import MailText, register
from partners.enums import role_names
from partners.models import Deputy, User
from partners.queries import recipient_of

INVITATION = "account_invitation"  # kind of the signed link
INVITATION_DAYS = 14

register(
    MailText(
        kind="deputy_arranged",
        title=gettext_lazy("Vertretung eingetragen"),
        subject=gettext_lazy("Vertretung für {principal}"),
        body=gettext_lazy(
            "im Portal ist eine Vertretung eingetragen: **{deputy}** handelt für **{principal}**, "
            "{period}.\n\n"
            "Wenn das nicht stimmt, wenden Sie sich bitte an die Geschäftsstelle.\n\n"
            "[Konto öffnen]({link})\n"
        ),
        placeholders=("principal", "deputy", "period"),
        is_notice=True,
    ),
    area=gettext_lazy("Partner & Kontakte"),
    placeholders={
        "principal": Placeholder(
            gettext_lazy("wer vertreten wird"), gettext_lazy("Leitung des Referats")
        ),
        "deputy": Placeholder(
            gettext_lazy("wer vertritt"), gettext_lazy("Stellvertretung des Referats")
        ),
        "period": Placeholder(
            gettext_lazy("Zeitraum der Vertretung"), gettext_lazy("vom 01.07.2019 bis 14.07.2019")
        ),
    },
)


def mail_invitation(account: User, *, now: dt.datetime, by) -> None:
    """Send the link with which the holder of `account` sets the first password; it opens once, for
    14 days.
    """
    token = sign_link(INVITATION, account.pk, account.invitation_version)
    values = {
        "recipient": recipient_of(account.person),
        "roles": role_names(account.groups.values_list("name", flat=True)),
        "link": settings.SITE_URL + reverse("account_invitation", args=[token]),
        "valid_until": now + dt.timedelta(days=INVITATION_DAYS),
        "portal": settings.PORTAL_NAME,
    }
    enqueue_account_mail(
        to=values["recipient"],
        subject=_("Ihr Zugang zum Portal %(portal)s") % {"portal": settings.PORTAL_NAME},
        text=render_to_string("account/email/invitation_message.txt", values),
        now=now,
        event=f"invitation:{account.pk}:{account.invitation_version}",
        expires_at=now + dt.timedelta(days=3),
        by=by,
    )


def mail_deputy(row: Deputy, *, now: dt.datetime, by) -> None:
    """Tell both sides that the deputyship `row` holds."""
    values = {
        "principal": row.principal.name,
        "deputy": row.deputy.name,
        "period": describe_period(row),
    }
    enqueue_mails(
        [
            MailDraft(
                kind="deputy_arranged",
                subject_key=f"deputy:{row.pk}",
                event="arranged",
                to=recipient_of(person),
                values=values,
                path=reverse("account"),
            )
            for person in (row.principal, row.deputy)
        ],
        now=now,
        by=by,
    )


def describe_period(row: Deputy) -> str:
    """Return `vom 01.07.2019 bis 14.07.2019` or `ab 01.07.2019 bis auf Weiteres`, and for which
    approvals only.
    """
    values = {"start": format_date(row.starts_on), "end": format_date(row.ends_on)}
    text = _("vom %(start)s bis %(end)s") if row.ends_on else _("ab %(start)s bis auf Weiteres")
    return ", ".join(filter(None, [text % values, row.scope]))
