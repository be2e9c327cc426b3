"""Mails about visits, except those about the approval, which `approvals` sends.

Mails to people outside contain no link, because most of them have no account; mails to the
senator's office do.
"""

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.queries import deciders
from core.dates import local_date
from media_visits.enums import PressKind, VisitState
from media_visits.models import Visit
from outbox.services import enqueue_mails, withdraw_pending
from outbox.texts import MailDraft, MailText, Markdown, Placeholder, escape_markdown, register
from partners.models import Person
from partners.queries import people_of, recipient_of

register(
    MailText(
        kind="visit_announced",
        title=gettext_lazy("Unternehmensbesuch angekündigt"),
        subject=gettext_lazy("Besuch am {when}: {company}"),
        body=gettext_lazy(
            "wir kündigen Ihnen einen Unternehmensbesuch an.\n\n**{company}**, {when}\n\nAnlass: "
            "{title}\n\n"
            "Wer besucht: {visitor}\n\nOrt: {address}\n\n{press}\n\n"
            "Sollte sich etwas ändern, sagen wir Ihnen Bescheid."
        ),
        placeholders=("company", "when", "title", "visitor", "address", "press"),
    ),
    MailText(
        kind="visit_postponed",
        title=gettext_lazy("Unternehmensbesuch verschoben"),
        subject=gettext_lazy("Verschoben: Besuch bei {company}"),
        body=gettext_lazy(
            "der angekündigte Besuch bei **{company}** ({title}), vorgesehen für {when}, wird "
            "verschoben.\n\n"
            "Grund: {reason}\n\nSobald der neue Termin feststeht, hören Sie von uns."
        ),
        placeholders=("company", "title", "when", "reason"),
    ),
    MailText(
        kind="visit_cancelled",
        title=gettext_lazy("Unternehmensbesuch abgesagt"),
        subject=gettext_lazy("Abgesagt: Besuch bei {company}"),
        body=gettext_lazy(
            "der Besuch bei **{company}** ({title}), vorgesehen für {when}, findet nicht "
            "statt.\n\nGrund: {reason}"
        ),
        placeholders=("company", "title", "when", "reason"),
    ),
    MailText(
        kind="visit_moved",
        title=gettext_lazy("Stand eines Besuchs geändert (an das Büro, das entscheidet)"),
        subject=gettext_lazy("Besuch {state}: {company}"),
        body=gettext_lazy(
            "der Besuch bei **{company}** ({title}), {when}, ist jetzt **{state}**.\n\n{note}\n\n"
            "[Besuch öffnen]({link})"
        ),
        placeholders=("company", "title", "when", "state", "note"),
    ),
    area=gettext_lazy("Unternehmensbesuche"),
    placeholders={
        "company": Placeholder(
            gettext_lazy("besuchter Betrieb"), gettext_lazy("Beispielwerk GmbH")
        ),
        "when": Placeholder(
            gettext_lazy("Tag und Uhrzeit des Besuchs"), gettext_lazy("Di, 17.07.2018, 10:00 Uhr")
        ),
        "title": Placeholder(
            gettext_lazy("Anlass des Besuchs"), gettext_lazy("Eröffnung der neuen Montage")
        ),
        "visitor": Placeholder(gettext_lazy("wer den Betrieb besucht"), settings.HEAD_TITLE),
        "address": Placeholder(
            gettext_lazy("Anschrift des Betriebs"), gettext_lazy("Musterstraße 1, 12099 Berlin")
        ),
        "press": Placeholder(
            gettext_lazy("Liste der Pressetermine oder der Satz, dass es keine gibt"),
            gettext_lazy("Pressetermine:\n\n- Bildtermin 17.07.2018, 10:30 Uhr, Tor 2"),
            is_block=True,
        ),
        "reason": Placeholder(
            gettext_lazy("Grund, wie er eingetragen wurde"),
            gettext_lazy("Eine Sitzung wurde vorgezogen."),
        ),
        "state": Placeholder(gettext_lazy("Stand des Besuchs"), gettext_lazy("angekündigt")),
        "note": Placeholder(
            gettext_lazy("Vermerk dazu; kann leer sein"),
            gettext_lazy("Grund: Eine Sitzung wurde vorgezogen."),
        ),
    },
)


# Mails that say a visit takes place: obsolete once it is postponed or cancelled.
ANNOUNCING_KINDS = ("visit_announced", "visit_moved")


def people_to_announce_to(visit: Visit, lists=()) -> list[Person]:
    """Return the company's contacts and the members of `lists`, each person once."""
    members = Person.objects.reachable().filter(distribution_lists__in=lists).select_related("user")
    people = {person.pk: person for person in members}
    if visit.company_id:
        people |= {person.pk: person for person in people_of(visit.company_id).reachable()}
    return [people[pk] for pk in sorted(people)]


def informed_people(visit: Visit) -> list[Person]:
    """Return the people to whom the visit was announced and who can still be reached."""
    return list(visit.informed.reachable().select_related("user").order_by("pk"))


def deciders_to_inform(visit: Visit, today: dt.date) -> list[Person]:
    """Return who may decide on visits on `today`, if this visit was ever submitted to them."""
    # For an open submission, withdrawing the approval sends a mail of its own.
    if visit.submitted_at is None or visit.state == VisitState.SUBMITTED:
        return []
    # The same people as for a new submission (docs/adr/0014), because any of the deputies may have
    # approved the visit.
    return deciders(today, ApprovalKind.VISIT)


def mail_announcement(visit: Visit, people: list[Person], *, by, now) -> None:
    """Announce the visit to `people`, and mail the senator's office that it is announced."""
    values = {
        "when": visit.date_text,
        "visitor": visit.visitor or settings.HEAD_TITLE,
        "address": visit.address or _("wird noch genannt"),
        "press": _press_lines(visit),
    }
    _enqueue(visit, "visit_announced", people, values, by=by, now=now)
    others = _without(deciders_to_inform(visit, local_date(now)), people)
    _mail_senator_office(visit, others, visit.date_text, "", by=by, now=now)


def mail_change(visit: Visit, kind: str, people, deciders, *, date_before: str, by, now) -> None:
    """Mail `people` (with `kind`) and `deciders` that a visit is postponed or cancelled.

    Withdraws announcements that have not been sent yet.
    """
    note = _("Der Besuch wurde verschoben oder abgesagt.")
    withdraw_pending(
        subject_keys=[f"visit:{visit.pk}"], kinds=ANNOUNCING_KINDS, note=note, by=by, now=now
    )
    values = {"when": date_before, "reason": visit.reason}
    _enqueue(visit, kind, people, values, by=by, now=now)
    note = _("Grund: %(reason)s") % {"reason": visit.reason}
    _mail_senator_office(visit, _without(deciders, people), date_before, note, by=by, now=now)


def _without(deciders: list[Person], people: list[Person]) -> list[Person]:
    # A decider who is also among the people gets only one mail.
    keys = {person.pk for person in people}
    return [person for person in deciders if person.pk not in keys]


def _mail_senator_office(visit, deciders, when, note, *, by, now) -> None:
    values = {"when": when, "state": visit.get_state_display(), "note": note}
    _enqueue(visit, "visit_moved", deciders, values, by=by, now=now)


def _enqueue(visit, kind, people, values, *, by, now) -> None:
    values = {"company": visit.company_name, "title": visit.title} | values
    drafts = [
        MailDraft(
            kind=kind,
            subject_key=f"visit:{visit.pk}",
            # Deduplicates to one mail per kind, person and version of the visit.
            event=f"v{visit.version}",
            to=recipient_of(person),
            values=values,
            path=visit.get_absolute_url(),
        )
        for person in people
    ]
    enqueue_mails(drafts, now=now, by=by)


def _press_lines(visit: Visit) -> Markdown:
    """Return the press slots as a Markdown list, or a sentence if there are none."""
    # A slot of the kind *not public* only records that the press is not invited.
    slots = visit.press_slots.exclude(kind=PressKind.NOT_PUBLIC).order_by("starts_at", "pk")
    lines = [
        # The block is Markdown, so user input must be escaped.
        f"- {escape_markdown(', '.join(filter(None, (str(slot), slot.meeting_point))))}"
        for slot in slots
    ]
    if not lines:
        return Markdown(_("Der Besuch ist nicht presseöffentlich."))
    return Markdown(_("Pressetermine:") + "\n\n" + "\n".join(lines))
