"""Mails about needs: to the company that raised one, and to the office when it is answered."""

import datetime as dt

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date
from core.roles import PARTNER
from dialogues.enums import NeedState
from dialogues.models import Need
from measures.permissions import account_of
from outbox.enums import Audience
from outbox.services import enqueue_mails
from outbox.texts import MailDraft, MailText, Placeholder, register
from partners.models import Person
from partners.queries import people_to_remind, recipient_of

register(
    MailText(
        kind="need_recorded",
        title=gettext_lazy("Unterstützungsbedarf aufgenommen"),
        subject=gettext_lazy("Aufgenommen: {need}"),
        body=gettext_lazy(
            "wir haben Ihren Unterstützungsbedarf aufgenommen: **{need}**\n\n{details}\n\n"
            "Gerichtet ist er an: {addressee}. Auf dieser Seite sehen Sie jederzeit, was daraus "
            "wird:\n\n[Bedarf ansehen]({link})"
        ),
        placeholders=("need", "details", "addressee"),
    ),
    MailText(
        kind="need_moved",
        title=gettext_lazy("Neuer Stand eines Unterstützungsbedarfs"),
        subject=gettext_lazy("{state}: {need}"),
        body=gettext_lazy(
            "zu Ihrem Unterstützungsbedarf **{need}** gibt es einen neuen Stand: **{state}**.\n\n"
            "{details}\n\nGerichtet ist er an: {addressee}.\n\n[Bedarf ansehen]({link})"
        ),
        placeholders=("need", "state", "details", "addressee"),
    ),
    MailText(
        kind="need_changed",
        title=gettext_lazy("Angaben zu einem Unterstützungsbedarf geändert"),
        subject=gettext_lazy("Geändert: {need}"),
        body=gettext_lazy(
            "bei Ihrem Unterstützungsbedarf **{need}** hat sich etwas geändert.\n\n{changes}\n\n"
            "[Bedarf ansehen]({link})"
        ),
        placeholders=("need", "changes"),
    ),
    MailText(
        kind="need_answered",
        title=gettext_lazy("Unterstützungsbedarf beantwortet"),
        subject=gettext_lazy("{addressee} antwortet: {need}"),
        body=gettext_lazy(
            "{addressee} hat zum Unterstützungsbedarf **{need}** geantwortet: **{state}**.\n\n"
            "{details}\n\n[Bedarf öffnen]({link})"
        ),
        placeholders=("need", "state", "details", "addressee"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    area=gettext_lazy("Branchengespräche"),
    placeholders={
        "need": Placeholder(
            gettext_lazy("Titel des Unterstützungsbedarfs"),
            gettext_lazy("Glasfaser bis zum Werkstor"),
            name=gettext_lazy("Bedarf"),
        ),
        "state": Placeholder(
            gettext_lazy("Stand des Bedarfs"), gettext_lazy("Zugesagt"), name=gettext_lazy("Stand")
        ),
        "details": Placeholder(
            gettext_lazy("Zusage mit Frist, Ergebnis oder Begründung; kann leer sein"),
            gettext_lazy("Zugesagt ist: Der Ausbau beginnt im Herbst."),
            name=gettext_lazy("Einzelheiten"),
        ),
        "addressee": Placeholder(
            gettext_lazy("Organisation, an die der Bedarf gerichtet ist, oder die Geschäftsstelle"),
            gettext_lazy("Bezirksamt Mitte"),
            name=gettext_lazy("Adressat"),
        ),
        "changes": Placeholder(
            gettext_lazy("was sich geändert hat, vorher und nachher"),
            gettext_lazy("Gerichtet an: Bezirksamt Mitte → Bezirksamt Spandau"),
            name=gettext_lazy("Änderungen"),
        ),
    },
)


def mail_need_recorded(need: Need, *, by, now: dt.datetime) -> None:
    values = {"details": need.text, "addressee": need.addressee_label}
    enqueue_mails(_to_contact(need, "need_recorded", values, now=now), now=now, by=by)


def mail_need_moved(need: Need, *, by, now: dt.datetime) -> None:
    """Mail the contact that the need is in another state, or that its promise has changed."""
    drafts = _to_contact(need, "need_moved", _standing(need), now=now)
    enqueue_mails(drafts, now=now, by=account_of(by))


def mail_need_changed(need: Need, changes: list[str], *, by, now: dt.datetime) -> None:
    values = {"changes": "\n".join(changes)}
    enqueue_mails(_to_contact(need, "need_changed", values, now=now), now=now, by=by)


def mail_need_answered(need: Need, *, by, now: dt.datetime) -> None:
    """Mail the office, or who of it is in charge, what the addressee said."""
    drafts = [
        MailDraft(
            kind="need_answered",
            subject_key=need.mail_key,
            event=now.isoformat(),
            to=recipient_of(person),
            values={"need": need.title} | _standing(need),
            path=need.get_absolute_url(),
        )
        for person in people_to_remind([need])[need.pk]
    ]
    enqueue_mails(drafts, now=now, by=account_of(by))


def _standing(need: Need) -> dict[str, str]:
    states = {NeedState.RAISED: _("Wieder aufgenommen"), NeedState.FILED: _("Zu den Akten gelegt")}
    state = states.get(NeedState(need.state), capfirst(need.get_state_display()))
    return {
        "state": state,
        "details": need_details(need),
        "addressee": need.addressee_label,
    }


def need_details(need: Need) -> str:
    """Return what was said about the need, as the company reads it."""
    lines = []
    if need.promise and need.is_open:
        lines.append(_("Zugesagt ist: %(promise)s") % {"promise": need.promise})
    if need.due_on and need.is_open and need.state != NeedState.RAISED:
        lines.append(_("Bis zum: %(day)s") % {"day": format_date(need.due_on)})
    if need.outcome:
        lines.append(_("Daraus geworden ist: %(outcome)s") % {"outcome": need.outcome})
    if need.reason:
        lines.append(_("Der Grund: %(reason)s") % {"reason": need.reason})
    return "\n\n".join(lines)


def _to_contact(
    need: Need, kind: str, values: dict[str, str], *, now: dt.datetime
) -> list[MailDraft]:
    """Return the mail to the contact, with the link to the page that they may open."""
    if need.contact is None or not recipient_of(need.contact).email:
        return []
    # The outbox refuses values that a text does not name.
    by_link = not reads_in_portal(need.contact, need)
    return [
        MailDraft(
            kind=kind,
            subject_key=need.mail_key,
            event=now.isoformat(),
            to=recipient_of(need.contact),
            values={"need": need.title} | values,
            path=need.get_absolute_url(),
            link=need.personal_link if by_link else "",
            has_personal_link=by_link,
        )
    ]


def reads_in_portal(person: Person, need: Need) -> bool:
    """Return whether `person` has an account that may open the page of the need."""
    account = getattr(person, "user", None)
    if account is None or not account.is_active or PARTNER not in account.own_roles:
        return False
    return person.organisation_id in (need.raised_by_id, need.addressee_id)
