"""The invitation to an account, and the notice of a deputyship."""

import datetime as dt

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.links import sign_link
from outbox.enums import Audience
from outbox.rendering.messages import Message
from outbox.services import enqueue_account_mail, enqueue_mails
from outbox.texts import MailDraft, MailText, Placeholder, register
from partners.enums import role_names
from partners.models import Deputy, Person, User
from partners.queries import recipient_of

INVITATION = "account_invitation"  # kind of the signed link
INVITATION_DAYS = 14
# An invitation that arrives days late would only confuse. The office sees the failure in the outbox
# and can resend it.
DELIVERY_LIMIT = dt.timedelta(days=3)

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
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="deputy_ended",
        title=gettext_lazy("Vertretung beendet"),
        subject=gettext_lazy("Vertretung für {principal} beendet"),
        body=gettext_lazy(
            "eine Vertretung im Portal gilt nicht mehr: **{deputy}** handelt nicht mehr für "
            "**{principal}**. Eingetragen war sie {period}.\n\n"
            "Wenn das nicht stimmt, wenden Sie sich bitte an die Geschäftsstelle.\n\n"
            "[Konto öffnen]({link})\n"
        ),
        placeholders=("principal", "deputy", "period"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    area=gettext_lazy("Partner & Kontakte"),
    placeholders={
        "principal": Placeholder(
            gettext_lazy("wer vertreten wird"),
            gettext_lazy("Leitung des Referats"),
            name=gettext_lazy("Vertretene Person"),
        ),
        "deputy": Placeholder(
            gettext_lazy("wer vertritt"),
            gettext_lazy("Stellvertretung des Referats"),
            name=gettext_lazy("Vertretung"),
        ),
        "period": Placeholder(
            gettext_lazy("Zeitraum der Vertretung"),
            gettext_lazy("vom 01.07.2019 bis 14.07.2019"),
            name=gettext_lazy("Zeitraum"),
        ),
    },
)


def mail_invitation(account: User, *, now: dt.datetime, by) -> None:
    """Mail the link with which the holder of `account` sets the first password."""
    # The version invalidates older links without storing any link.
    token = sign_link(INVITATION, account.pk, account.invitation_version)
    link = settings.SITE_URL + reverse("account_invitation", args=[token])
    roles = role_names(account.groups.values_list("name", flat=True))
    message = _invitation(account.person, ", ".join(roles), link, now)
    enqueue_account_mail(
        to=recipient_of(account.person),
        subject=message.subject,
        text=message.text,
        now=now,
        # One mail per version of the invitation, however often the service is retried.
        event=f"invitation:{account.pk}:{account.invitation_version}",
        expires_at=now + DELIVERY_LIMIT,
        by=by,
    )


def preview_invitation(person: Person, roles: str, *, now: dt.datetime) -> Message:
    """Return the mail that invites `person` to an account with `roles`, without its link."""
    return _invitation(person, roles, _("[persönlicher Link]"), now)


def _invitation(person: Person, roles: str, link: str, now: dt.datetime) -> Message:
    values = {
        "recipient": recipient_of(person),
        "roles": roles,
        "link": link,
        "valid_until": now + dt.timedelta(days=INVITATION_DAYS),
        "portal": settings.PORTAL_NAME,
    }
    subject = _("Ihr Zugang zum Portal %(portal)s") % {"portal": settings.PORTAL_NAME}
    text = render_to_string("account/email/invitation_message.txt", values)
    return Message(subject, text.strip(), "")


def mail_deputyship(deputyship: Deputy, *, now: dt.datetime, by) -> None:
    """Mail both sides that the deputyship was arranged."""
    _mail_both(deputyship, "deputy_arranged", "arranged", now=now, by=by)


def mail_deputyship_ended(deputyship: Deputy, *, now: dt.datetime, by) -> None:
    """Mail both sides that the deputyship ends before the day that they know."""
    _mail_both(deputyship, "deputy_ended", "ended", now=now, by=by)


def _mail_both(deputyship: Deputy, kind: str, event: str, *, now: dt.datetime, by) -> None:
    values = {
        "principal": deputyship.principal.name,
        "deputy": deputyship.deputy.name,
        "period": deputyship.period,
    }
    enqueue_mails(
        [
            MailDraft(
                kind=kind,
                subject_key=f"deputy:{deputyship.pk}",
                event=event,
                to=recipient_of(person),
                values=values,
                path=reverse("account"),
            )
            for person in (deputyship.principal, deputyship.deputy)
        ],
        now=now,
        by=by,
    )
