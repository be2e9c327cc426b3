"""Mails about approvals: to the senator's office with its deputies, and back to the office."""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import ApprovalRequest, Condition
from approvals.queries import deciders, decision_lines
from approvals.registry import Change
from core.dates import format_date, local_date
from core.roles import OFFICE, SENATOR_OFFICE, SENATOR_OFFICE_NAME, senator_office_name
from outbox.enums import Audience
from outbox.queries.wordings import with_waiting_note
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailDraft, MailText, Markdown, Placeholder, escape_markdown, register
from partners.models import Person
from partners.queries import people_with_role, recipient_of

APPROVAL_ASKED = "approval_asked"

register(
    MailText(
        kind=APPROVAL_ASKED,
        title=gettext_lazy("Freigabe erbeten"),
        subject=gettext_lazy("Freigabe erbeten bis {due_on}: {title}"),
        body=gettext_lazy(
            "die Geschäftsstelle bittet um Ihre Entscheidung bis zum **{due_on}**.\n\n"
            "{kind}: **{title}**\n\nVotum: {vote}\n\n[Vorlage öffnen]({link})\n\n"
            "Das Öffnen des Links entscheidet nichts. Sie entscheiden erst auf der Seite."
        ),
        placeholders=("kind", "title", "vote", "due_on"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="approval_decided",
        title=gettext_lazy("Über eine Freigabe wurde entschieden"),
        subject=gettext_lazy("{decision}: {title}"),
        body=gettext_lazy(
            "das {office} hat entschieden.\n\n{kind}: **{title}**\n\n"
            "Entscheidung: **{decision}** ({who})\n\n{details}\n\n{comment}\n\n"
            "[Weiter im Portal]({link})"
        ),
        placeholders=("kind", "title", "decision", "who", "details", "comment", "office"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="approval_withdrawn",
        title=gettext_lazy("Freigabe hat sich erledigt"),
        subject=gettext_lazy("Erledigt: {title}"),
        body=gettext_lazy(
            "die folgende Bitte um Freigabe ist {state}. Sie müssen nichts mehr tun.\n\n"
            "{kind}: **{title}**"
        ),
        placeholders=("kind", "title", "state"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="approval_lapsed",
        title=gettext_lazy("Freigabe erloschen"),
        subject=gettext_lazy("Freigabe erloschen: {title}"),
        body=gettext_lazy(
            "die folgende Freigabe ist erloschen: "
            "Was dafür vorgelegt wurde, gilt so nicht mehr.\n\n"
            "{kind}: **{title}**\n\nGrund: {reason}\n\n{changes}\n\n"
            "Die Geschäftsstelle legt es noch einmal vor.\n\n[Im Portal ansehen]({link})"
        ),
        placeholders=("kind", "title", "reason", "changes"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="condition_met",
        title=gettext_lazy("Auflage erfüllt"),
        subject=gettext_lazy("Auflage erfüllt: {title}"),
        body=gettext_lazy(
            "die Geschäftsstelle hat eine Auflage als erfüllt vermerkt.\n\n{kind}: **{title}**\n\n"
            "Auflage: **{condition}**\n\n{note}\n\n[Freigabe öffnen]({link})"
        ),
        placeholders=("kind", "title", "condition", "note"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    area=gettext_lazy("Freigaben"),
    placeholders={
        "kind": Placeholder(
            gettext_lazy("worum es geht: Reihe, Thema, Termine oder Besuch"),
            gettext_lazy("Thema"),
            name=gettext_lazy("Gegenstand"),
        ),
        "title": Placeholder(
            gettext_lazy("Titel der Vorlage"),
            gettext_lazy("Digitale Infrastruktur in Gewerbegebieten"),
            name=gettext_lazy("Titel"),
        ),
        "vote": Placeholder(
            gettext_lazy("Votum der Vorlage"),
            gettext_lazy("Zustimmung zum Thema"),
            name=gettext_lazy("Votum"),
        ),
        "due_on": Placeholder(
            gettext_lazy("Tag, bis zu dem entschieden werden soll"),
            "18.06.2019",
            name=gettext_lazy("Frist"),
        ),
        "decision": Placeholder(
            gettext_lazy("Entscheidung"),
            gettext_lazy("Mit Auflage freigegeben"),
            name=gettext_lazy("Entscheidung"),
        ),
        "who": Placeholder(
            gettext_lazy("wer entschieden hat, gegebenenfalls „in Vertretung“"),
            SENATOR_OFFICE_NAME,
            name=gettext_lazy("Wer entschieden hat"),
        ),
        "details": Placeholder(
            gettext_lazy(
                "Termine, Gegenvorschläge und Auflagen der Entscheidung als Liste; kann leer sein"
            ),
            gettext_lazy("- Auflage: Der Ablauf liegt zwei Wochen vorher vor."),
            is_block=True,
            name=gettext_lazy("Einzelheiten"),
        ),
        "comment": Placeholder(
            gettext_lazy("Anmerkung zur Entscheidung; kann leer sein"),
            gettext_lazy("Anmerkung: Bitte auch das Handwerk einladen."),
            name=gettext_lazy("Anmerkung"),
        ),
        "office": Placeholder(
            gettext_lazy("Name des Büros, das entscheidet"),
            SENATOR_OFFICE_NAME,
            name=gettext_lazy("Büro"),
        ),
        "state": Placeholder(
            gettext_lazy("was aus der Bitte wurde"),
            gettext_lazy("zurückgezogen"),
            name=gettext_lazy("Stand"),
        ),
        "reason": Placeholder(
            gettext_lazy("warum die Freigabe erloschen ist"),
            gettext_lazy("geändert: Termin"),
            name=gettext_lazy("Grund"),
        ),
        "changes": Placeholder(
            gettext_lazy("was sich geändert hat, als Liste; kann leer sein"),
            gettext_lazy("- Termin: Di, 18.06.2019, 10:00 Uhr → Do, 20.06.2019, 14:00 Uhr"),
            is_block=True,
            name=gettext_lazy("Änderungen"),
        ),
        "condition": Placeholder(
            gettext_lazy("Wortlaut der Auflage"),
            gettext_lazy("Der Ablauf liegt zwei Wochen vorher vor."),
            name=gettext_lazy("Auflage"),
        ),
        "note": Placeholder(
            gettext_lazy("Vermerk der Geschäftsstelle dazu; kann leer sein"),
            gettext_lazy("Vermerk: Der Ablauf ging am 3. Juni hinaus."),
            name=gettext_lazy("Vermerk"),
        ),
    },
)

MAX_QUOTED_CHARACTERS = 160


# `event` completes the outbox's unique key (kind, object, recipient, event): each mail below is
# written once, even when a service runs again.
def _draft(approval: ApprovalRequest, kind, person, event, values, path) -> MailDraft:
    common = {"kind": approval.get_kind_display(), "title": approval.title}
    return MailDraft(
        kind=kind,
        subject_key=approval.mail_key,
        event=event,
        to=recipient_of(person),
        values=common | values,
        path=path,
    )


def mail_submission(approval: ApprovalRequest, *, now, by) -> None:
    """Mail the senator's office and its deputies that a decision is asked for."""
    values = {"vote": approval.vote, "due_on": format_date(approval.due_on)}
    _mail_deciders(approval, APPROVAL_ASKED, "asked", values, now=now, by=by)


def submission_drafts(kind: str, title: str, *, now) -> list[MailDraft]:
    """Return the mails of a submission whose vote and deadline are not entered yet."""
    values = {"vote": _("[Votum von dieser Seite]"), "due_on": _("[Frist von dieser Seite]")}
    approval = ApprovalRequest(kind=kind, title=title)
    # Only for the preview, which says what will stand there.
    path = reverse("approvals_desk")
    return [
        _draft(approval, APPROVAL_ASKED, person, "asked", values, path)
        for person in deciders(local_date(now), kind)
    ]


def withdraw_submission_mails(approval: ApprovalRequest, *, now, by) -> None:
    """Withdraw the mails that ask for a decision and are still waiting."""
    # A mail already merged into a bundle or digest is sent with it. Its link leads to the approval,
    # which says that it is closed.
    note = _("Die Freigabe ist nicht mehr offen: %(state)s.") % {"state": approval.outcome}
    withdraw_pending(
        subject_keys=[approval.mail_key], kinds=[APPROVAL_ASKED], note=note, now=now, by=by
    )


def mail_decision(approval: ApprovalRequest, *, now, by) -> None:
    """Mail the office what was decided; after a deputy's decision also the people represented."""
    comment = _("Anmerkung: %(comment)s") % {"comment": approval.comment}
    values = {
        "decision": capfirst(approval.outcome),
        "who": approval.decider_name,
        "details": _as_list(decision_lines(approval)),
        "comment": comment if approval.comment else "",
        "office": senator_office_name(),
    }
    # The office continues with the subject; the people represented need the decision itself.
    recipients = [(person, approval.path) for person in people_with_role(OFFICE)]
    if approval.by_deputy:
        principals = _principals_of(by, approval.kind)
        recipients += [(person, approval.get_absolute_url()) for person in principals]
    drafts = [
        _draft(approval, "approval_decided", person, "decided", values, path)
        for person, path in recipients
    ]
    enqueue_mails(drafts, now=now, by=by)


def _principals_of(deputy, kind: str) -> list[Person]:
    """Return the people of the senator's office whom `deputy` represents today in `kind`."""
    covered = [entry.principal_id for entry in deputy.deputyships_today if entry.covers(kind)]
    return list(people_with_role(SENATOR_OFFICE).filter(pk__in=covered))


def _as_list(lines: list[str]) -> Markdown:
    # The lines hold text typed by users, which must not become markup of the mail.
    return Markdown("\n".join(f"- {escape_markdown(line)}" for line in lines))


def mail_withdrawal(approval: ApprovalRequest, *, now, by) -> None:
    """Mail the senator's office and its deputies that there is nothing left to decide."""
    event, values = f"closed:{approval.state}", {"state": approval.get_state_display()}
    _mail_deciders(approval, "approval_withdrawn", event, values, now=now, by=by)


def _mail_deciders(
    approval: ApprovalRequest, kind: str, event: str, values: dict, *, now, by
) -> None:
    path = approval.get_absolute_url()
    people = deciders(local_date(now), approval.kind)
    drafts = [_draft(approval, kind, person, event, values, path) for person in people]
    enqueue_mails(drafts, now=now, by=by)


def mail_lapse(
    approval: ApprovalRequest,
    changes: list[Change],
    further_recipients: Iterable[Person],
    *,
    now,
    by,
) -> None:
    """Mail everybody concerned that `approval` lapsed and what changed.

    The senator's office and its deputies get a link to the approval, the office and
    `further_recipients` one to the subject.
    """
    changed = _as_list([_describe(change) for change in changes])
    values = {"reason": approval.lapse_reason, "changes": changed}
    recipients = [
        (person, approval.get_absolute_url()) for person in deciders(local_date(now), approval.kind)
    ]
    recipients += [
        (person, approval.path) for person in (*people_with_role(OFFICE), *further_recipients)
    ]
    drafts = [
        _draft(approval, "approval_lapsed", person, "lapsed", values, path)
        for person, path in recipients
    ]
    enqueue_mails(drafts, now=now, by=by)


def _describe(change: Change) -> str:
    before, after = (
        Truncator(value).chars(MAX_QUOTED_CHARACTERS) or _("keine Angabe")
        for value in (change.before, change.after)
    )
    return f"{change.label}: {before} → {after}"


def mail_condition_met(approval: ApprovalRequest, condition: Condition, *, now, by) -> None:
    """Mail the senator's office and its deputies that the office met a condition."""
    note = _("Vermerk: %(note)s") % {"note": condition.note} if condition.note else ""
    event, values = f"condition:{condition.pk}", {"condition": condition.text, "note": note}
    _mail_deciders(approval, "condition_met", event, values, now=now, by=by)


def with_told_note(done: str, kind: str, today: dt.date) -> str:
    """Append to the message `done` whether the senator's office was asked for its decision."""
    office = {"office": senator_office_name()}
    if not deciders(today, kind):
        text = _("Niemand wird benachrichtigt: Beim %(office)s hat niemand ein aktives Konto.")
        return f"{done} {text % office}"
    told = _("Das %(office)s wird benachrichtigt.") % office
    return f"{done} {with_waiting_note('', APPROVAL_ASKED) or told}"
