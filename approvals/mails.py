"""The mails about approvals: to the senator's office and its deputies, and back to the office."""

from collections.abc import Iterable

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import ApprovalRequest, Condition
from approvals.queries import deciders
from approvals.registry import Change
from core.dates import format_date, local_date
from core.roles import OFFICE, SENATOR_OFFICE, senator_office_name
from outbox.drafts import MailDraft
from outbox.rendering.placeholders import Placeholder
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailText, Markdown, escape_markdown, register
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
    ),
    MailText(
        kind="approval_decided",
        title=gettext_lazy("Über eine Freigabe wurde entschieden"),
        subject=gettext_lazy("{answer}: {title}"),
        body=gettext_lazy(
            "das {office} hat entschieden.\n\n{kind}: **{title}**\n\nEntscheidung: **{answer}** "
            "({who})\n\n{details}"
            "\n\n{comment}\n\n[Weiter im Portal]({link})"
        ),
        placeholders=("kind", "title", "answer", "who", "details", "comment", "office"),
        is_notice=True,
    ),
    MailText(
        kind="approval_withdrawn",
        title=gettext_lazy("Freigabe hat sich erledigt"),
        subject=gettext_lazy("Erledigt: {title}"),
        body=gettext_lazy(
            "die folgende Bitte um Freigabe ist {state}. Sie müssen nichts mehr tun.\n\n{kind}: "
            "**{title}**"
        ),
        placeholders=("kind", "title", "state"),
        is_notice=True,
    ),
    MailText(
        kind="approval_lapsed",
        title=gettext_lazy("Freigabe erloschen"),
        subject=gettext_lazy("Freigabe erloschen: {title}"),
        body=gettext_lazy(
            "die folgende Freigabe ist erloschen: Was dafür vorgelegt wurde, gilt so nicht "
            "mehr.\n\n"
            "{kind}: **{title}**\n\nGrund: {reason}\n\n{changes}\n\n"
            "Die Geschäftsstelle legt es noch einmal vor.\n\n[Im Portal ansehen]({link})"
        ),
        placeholders=("kind", "title", "reason", "changes"),
        is_notice=True,
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
    ),
    area=gettext_lazy("Freigaben"),
    placeholders={
        "kind": Placeholder(
            gettext_lazy("worum es geht: Reihe, Thema, Termine oder Besuch"), gettext_lazy("Thema")
        ),
        "title": Placeholder(
            gettext_lazy("Titel der Vorlage"),
            gettext_lazy("Digitale Infrastruktur in Gewerbegebieten"),
        ),
        "vote": Placeholder(
            gettext_lazy("Votum der Vorlage"), gettext_lazy("Zustimmung zum Thema")
        ),
        "due_on": Placeholder(
            gettext_lazy("Tag, bis zu dem entschieden werden soll"), "18.06.2019"
        ),
        "answer": Placeholder(
            gettext_lazy("Entscheidung"), gettext_lazy("Mit Auflage freigegeben")
        ),
        "who": Placeholder(
            gettext_lazy("wer entschieden hat, gegebenenfalls „in Vertretung“"),
            gettext_lazy("Büro der Leitung"),
        ),
        "details": Placeholder(
            gettext_lazy(
                "Termine, Gegenvorschläge und Auflagen der Entscheidung als Liste; kann leer sein"
            ),
            gettext_lazy("- Auflage: Der Ablauf liegt zwei Wochen vorher vor."),
            is_block=True,
        ),
        "comment": Placeholder(
            gettext_lazy("Anmerkung zur Entscheidung; kann leer sein"),
            gettext_lazy("Anmerkung: Bitte auch das Handwerk einladen."),
        ),
        "office": Placeholder(
            gettext_lazy("Name des Büros, das entscheidet"), gettext_lazy("Büro der Leitung")
        ),
        "state": Placeholder(
            gettext_lazy("was aus der Bitte wurde"), gettext_lazy("zurückgezogen")
        ),
        "reason": Placeholder(
            gettext_lazy("warum die Freigabe erloschen ist"), gettext_lazy("geändert: Termin")
        ),
        "changes": Placeholder(
            gettext_lazy("was sich geändert hat, als Liste; kann leer sein"),
            gettext_lazy("- Termin: Di, 18.06.2019, 10:00 Uhr → Do, 20.06.2019, 14:00 Uhr"),
            is_block=True,
        ),
        "condition": Placeholder(
            gettext_lazy("Wortlaut der Auflage"),
            gettext_lazy("Der Ablauf liegt zwei Wochen vorher vor."),
        ),
        "note": Placeholder(
            gettext_lazy("Vermerk der Geschäftsstelle dazu; kann leer sein"),
            gettext_lazy("Vermerk: Der Ablauf ging am 3. Juni hinaus."),
        ),
    },
)

MAX_QUOTED_CHARACTERS = 160  # characters of a value that a mail quotes


def subject_key(approval: ApprovalRequest) -> str:
    """Return the name under which the mails about `approval` are found in the outbox."""
    return f"approval:{approval.pk}"


def _draft(approval: ApprovalRequest, kind, person, event, values, path) -> MailDraft:
    common = {"kind": approval.get_kind_display(), "title": approval.title}
    return MailDraft(
        kind=kind,
        subject_key=subject_key(approval),
        event=event,
        to=recipient_of(person),
        values=common | values,
        path=path,
    )


def mail_submission(approval: ApprovalRequest, *, now, by) -> None:
    values = {"vote": approval.vote, "due_on": format_date(approval.due_on)}
    people = deciders(local_date(now), approval.kind)
    drafts = [
        _draft(approval, APPROVAL_ASKED, p, "asked", values, approval.get_absolute_url())
        for p in people
    ]
    enqueue_mails(drafts, now=now, by=by)


def withdraw_submission_mails(approval: ApprovalRequest, *, now, by) -> None:
    """Take back the mails that ask about `approval` and still wait: there is nothing to decide any
    more.

    What stands in a bundle or a digest goes out with it, since neither can be taken apart; its line
    leads to the request, which says how it stands.
    """
    note = _("Die Freigabe ist nicht mehr offen: %(state)s.") % {"state": approval.outcome}
    withdraw_pending(
        subject_keys=[subject_key(approval)], kinds=[APPROVAL_ASKED], note=note, now=now, by=by
    )


def mail_decision(approval: ApprovalRequest, *, now, by) -> None:
    """Tell the office what was decided, and a principal what the deputy decided."""
    values = {
        "answer": capfirst(approval.outcome),
        "who": _("%(who)s, in Vertretung") % {"who": by} if approval.by_deputy else str(by),
        "details": _listed(decision_lines(approval)),
        "comment": _("Anmerkung: %(comment)s") % {"comment": approval.comment}
        if approval.comment
        else "",
        "office": senator_office_name(),
    }
    drafts = [
        _draft(approval, "approval_decided", p, "decided", values, approval.path)
        for p in people_with_role(OFFICE)
    ]
    if approval.by_deputy:
        drafts += [
            _draft(
                approval, "approval_decided", person, "decided", values, approval.get_absolute_url()
            )
            for person in _principals_of(by, approval.kind)
        ]
    enqueue_mails(drafts, now=now, by=by)


def decision_lines(approval: ApprovalRequest) -> list[str]:
    """Return what a decision holds beside its comment: dates that are possible or proposed instead,
    conditions.
    """
    lines = [
        _("möglich: %(date)s") % {"date": option["label"]} for option in approval.chosen_options
    ]
    lines += [_("Gegenvorschlag: %(date)s") % {"date": date} for date in approval.proposed_dates]
    lines += [
        _("Auflage: %(text)s") % {"text": condition}
        for condition in approval.conditions.order_by("pk")
    ]
    return lines


def _listed(lines: list[str]) -> Markdown:
    return Markdown("\n".join(f"- {escape_markdown(line)}" for line in lines))


def _principals_of(deputy, kind: str) -> list[Person]:
    """Return the people of the senator's office for whom the account `deputy` acts today in
    approvals of `kind`.
    """
    covered = [row.principal_id for row in deputy.deputyships_today if row.covers(kind)]
    return list(people_with_role(SENATOR_OFFICE).filter(pk__in=covered))


def mail_withdrawal(approval: ApprovalRequest, *, now, by) -> None:
    values = {"state": approval.get_state_display()}
    _tell_deciders(
        approval, "approval_withdrawn", f"closed:{approval.state}", values, now=now, by=by
    )


def _tell_deciders(
    approval: ApprovalRequest, kind: str, event: str, values: dict, *, now, by
) -> None:
    people = deciders(local_date(now), approval.kind)
    drafts = [
        _draft(approval, kind, person, event, values, approval.get_absolute_url())
        for person in people
    ]
    enqueue_mails(drafts, now=now, by=by)


def mail_lapse(
    approval: ApprovalRequest,
    changes: list[Change],
    further_recipients: Iterable[Person],
    *,
    now,
    by,
) -> None:
    """Tell all who are concerned that `approval` lapsed and by which `changes`.

    The senator's office and its deputies are led to the request, the office and `further_recipients` to the
    subject.
    """
    changed = _listed([_describe(change) for change in changes])
    values = {"reason": approval.lapse_reason, "changes": changed}
    house = [
        (person, approval.get_absolute_url()) for person in deciders(local_date(now), approval.kind)
    ]
    others = [
        (person, approval.path) for person in (*people_with_role(OFFICE), *further_recipients)
    ]
    drafts = [
        _draft(approval, "approval_lapsed", person, "lapsed", values, path)
        for person, path in house + others
    ]
    enqueue_mails(drafts, now=now, by=by)


def _describe(change: Change) -> str:
    before, after = (
        Truncator(value).chars(MAX_QUOTED_CHARACTERS) or _("ohne Angabe")
        for value in (change.before, change.after)
    )
    return f"{change.label}: {before} → {after}"


def mail_condition_met(approval: ApprovalRequest, condition: Condition, *, now, by) -> None:
    """Tell the senator's office that the office saw to a condition."""
    note = _("Vermerk: %(note)s") % {"note": condition.note} if condition.note else ""
    values = {"condition": condition.text, "note": note}
    _tell_deciders(approval, "condition_met", f"condition:{condition.pk}", values, now=now, by=by)
