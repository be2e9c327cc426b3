"""The mails about approvals: to the senator's office and its deputies, and back to the office."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import ApprovalRequest
from core.dates import format_date, local_date
from core.roles import OFFICE, SENATOR_OFFICE
from outbox.drafts import MailDraft
from outbox.placeholders import Placeholder
from outbox.services import enqueue_mails
from outbox.texts import MailText, register
from partners.models import Person
from partners.queries import deputyships_between, people_with_role
from partners.recipients import recipient_of

register(
    MailText(
        kind="approval_asked",
        title=gettext_lazy("Freigabe erbeten"),
        subject=gettext_lazy("Freigabe erbeten bis {due_on}: {title}"),
        body=gettext_lazy(
            "die Geschäftsstelle bittet um Ihre Entscheidung bis zum **{due_on}**.\n\n"
            "{kind}: **{title}**\n\nVotum: {vote}\n\n[Vorlage öffnen]({link})\n\n"
            "Das Öffnen des Links entscheidet nichts. Sie entscheiden erst auf der Seite."
        ),
        placeholders=("kind", "title", "vote", "due_on"),
        is_notice=True,
    ),
    MailText(
        kind="approval_decided",
        title=gettext_lazy("Über eine Freigabe wurde entschieden"),
        subject=gettext_lazy("{answer}: {title}"),
        body=gettext_lazy(
            "das {office} hat entschieden.\n\n{kind}: **{title}**\n\nEntscheidung: **{answer}** ({who})\n\n{comment}"
            "\n\n[Weiter im Portal]({link})"
        ),
        placeholders=("kind", "title", "answer", "who", "comment", "office"),
        is_notice=True,
    ),
    MailText(
        kind="approval_withdrawn",
        title=gettext_lazy("Freigabe hat sich erledigt"),
        subject=gettext_lazy("Erledigt: {title}"),
        body=gettext_lazy(
            "die folgende Bitte um Freigabe ist {state}. Sie müssen nichts mehr tun.\n\n{kind}: **{title}**"
        ),
        placeholders=("kind", "title", "state"),
        is_notice=True,
    ),
    area=gettext_lazy("Freigaben"),
    placeholders={
        "kind": Placeholder(gettext_lazy("worum es geht: Reihe, Thema, Termine oder Besuch"), gettext_lazy("Thema")),
        "title": Placeholder(
            gettext_lazy("Titel der Vorlage"), gettext_lazy("Digitale Infrastruktur in Gewerbegebieten")
        ),
        "vote": Placeholder(gettext_lazy("Votum der Vorlage"), gettext_lazy("Zustimmung zum Thema")),
        "due_on": Placeholder(gettext_lazy("Tag, bis zu dem entschieden werden soll"), "18.06.2019"),
        "answer": Placeholder(gettext_lazy("Entscheidung"), gettext_lazy("Mit Auflage freigegeben")),
        "who": Placeholder(
            gettext_lazy("wer entschieden hat, gegebenenfalls „in Vertretung“"), gettext_lazy("Büro der Leitung")
        ),
        "comment": Placeholder(
            gettext_lazy("Anmerkung zur Entscheidung; kann leer sein"),
            gettext_lazy("Anmerkung: Bitte auch das Handwerk einladen."),
        ),
        "office": Placeholder(gettext_lazy("Name des Büros, das entscheidet"), gettext_lazy("Büro der Leitung")),
        "state": Placeholder(gettext_lazy("was aus der Bitte wurde"), gettext_lazy("zurückgezogen")),
    },
)


def senator_office_name() -> str:
    """Return how the office of the head of the house is called, `Büro der Senatorin`."""
    return _("Büro %(head)s") % {"head": settings.HEAD_TITLE_GENITIVE}


def deciders(today: dt.date) -> list[Person]:
    """Return the people who are told about requests: the senator's office and those who act for it on `today`."""
    return deciders_on([today])[today]


def deciders_on(days: Sequence[dt.date]) -> dict[dt.date, list[Person]]:
    """Return for each of `days` who is told about requests on it, in two queries."""
    principals = list(people_with_role(SENATOR_OFFICE))
    rows = list(deputyships_between(principals, min(days), max(days)))
    found = {}
    for day in days:
        people = principals + [row.deputy for row in rows if row.holds_on(day)]
        found[day] = list({person.pk: person for person in people}.values())
    return found


def _draft(request: ApprovalRequest, kind, person, occasion, values, path) -> MailDraft:
    common = {"kind": request.get_kind_display(), "title": request.title}
    return MailDraft(
        kind=kind, subject_key=f"approval:{request.pk}", occasion=occasion, to=recipient_of(person),
        values=common | values, path=path,
    )  # fmt: skip


def desk_path(request: ApprovalRequest) -> str:
    """Return the address of the page where `request` is decided."""
    return f"/freigaben/{request.pk}/"


def mail_submission(request: ApprovalRequest, *, now, by) -> None:
    values = {"vote": request.vote, "due_on": format_date(request.due_on)}
    drafts = [
        _draft(request, "approval_asked", p, "asked", values, desk_path(request)) for p in deciders(local_date(now))
    ]
    enqueue_mails(drafts, now=now, by=by)


def mail_decision(request: ApprovalRequest, *, now, by) -> None:
    values = {
        "answer": capfirst(request.get_state_display()),
        "who": _("%(who)s, in Vertretung") % {"who": by} if request.by_deputy else str(by),
        "comment": _("Anmerkung: %(comment)s") % {"comment": request.comment} if request.comment else "",
        "office": senator_office_name(),
    }
    drafts = [
        _draft(request, "approval_decided", p, "decided", values, request.path) for p in people_with_role(OFFICE)
    ]
    if request.by_deputy:
        principals = people_with_role(SENATOR_OFFICE).filter(pk__in=[person.pk for person in by.principals])
        drafts += [
            _draft(request, "approval_decided", person, "decided", values, desk_path(request)) for person in principals
        ]
    enqueue_mails(drafts, now=now, by=by)


def mail_withdrawal(request: ApprovalRequest, *, now, by) -> None:
    values = {"state": request.get_state_display()}
    occasion = f"closed:{request.state}"
    drafts = [
        _draft(request, "approval_withdrawn", p, occasion, values, desk_path(request))
        for p in deciders(local_date(now))
    ]
    enqueue_mails(drafts, now=now, by=by)
