"""Invitations that await a reply, and what the reply page shows."""

import datetime as dt

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.dates import format_day, format_moment, local_date
from core.progress import NextStep, WaitingEntry
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation


def guest_next_step(
    dialogue: Dialogue, user, invitation: Invitation | None, now: dt.datetime
) -> NextStep | None:
    """Return the box *Nächster Schritt* for a guest who can still reply to `invitation`."""
    if invitation is None or dialogue.state != DialogueState.INVITED:
        return None
    if dialogue.rsvp_by < local_date(now):
        return None
    text, action = _("Sie sind eingeladen. Bitte antworten Sie."), _("Einladung beantworten")
    if invitation.rsvp != RsvpState.OPEN:
        text = _("Ihre Antwort: %(rsvp)s. Sie können sie noch ändern.")
        text %= {"rsvp": invitation.get_rsvp_display()}
        action = _("Antwort ändern")
    url = reverse("dialogues:my_rsvp", args=[invitation.pk])
    return NextStep(text, str(user), dialogue.rsvp_by, action, url)


def rsvp_facts(invitation: Invitation) -> list[tuple]:
    """Return what the guest should know about the dialogue before replying."""
    # As announced: a change that awaits approval must not reach guests through this page.
    dialogue, person = invitation.dialogue_as_announced, invitation.person
    organisation = person.organisation
    facts = [
        (_("Für"), f"{person}, {organisation.label}" if organisation else str(person)),
        (_("Termin"), dialogue.when),
        (_("Ort"), dialogue.location),
        (_("Format"), dialogue.get_format_display()),
        (_("Worum es geht"), linebreaksbr(dialogue.topic.description if dialogue.topic else "")),
    ]
    if dialogue.video_link:
        link = format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', dialogue.video_link)
        facts.append((_("Videokonferenz"), link))
    facts.append((_("Programm"), linebreaksbr(dialogue.programme)))
    return [(label, value) for label, value in facts if value]


def rsvp_text(invitation: Invitation) -> str:
    """Return sentences that say when the guest replied and who will attend."""
    moment = format_moment(invitation.replied_at)
    sentences = [_("Gegeben am %(moment)s.") % {"moment": moment}]
    if invitation.rsvp == RsvpState.REPRESENTED:
        sentences.append(_("Es kommt: %(name)s.") % {"name": invitation.substitute_name})
    if invitation.seats_taken > 1:
        sentences.append(_("Angemeldet sind %(party)s Personen.") % {"party": invitation.party})
    return " ".join(sentences)


def change_note(dialogue: Dialogue) -> str:
    """Return until when the guest can change a reply."""
    text = _("Sie können Ihre Antwort bis %(day)s ändern.")
    return text % {"day": format_day(dialogue.rsvp_by)}


def seats_note(invitation: Invitation, seats_taken: int) -> str:
    """Return a note that all seats are taken; empty while one is free for this guest."""
    # The guest's own seats count as free for a changed reply.
    left = invitation.dialogue.seats - seats_taken + invitation.seats_taken
    if left > 0:
        return ""
    return _(
        "Zurzeit sind alle Plätze belegt. Antworten Sie mit Vorbehalt; wird ein Platz frei, melden "
        "wir uns."
    )


def invitations_awaiting_rsvp(user, today: dt.date) -> list[WaitingEntry]:
    """Return the invitations of `user` that are unanswered and still open."""
    # Only their own: colleagues in the organisation see an invitation but cannot reply to it.
    open_invitations = Invitation.objects.released().filter(
        person=user.person_id,
        rsvp=RsvpState.OPEN,
        dialogue__state=DialogueState.INVITED,
        dialogue__rsvp_by__gte=today,
    )
    return [
        WaitingEntry(
            str(user),
            _("Einladung beantworten: %(title)s") % {"title": invitation.dialogue.as_announced},
            reverse("dialogues:my_rsvp", args=[invitation.pk]),
            invitation.dialogue.rsvp_by,
        )
        for invitation in open_invitations.select_related("dialogue").order_by(
            "dialogue__rsvp_by", "pk"
        )
    ]
