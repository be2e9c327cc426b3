"""Next steps about the guest list, and what the pages of a release show."""

import datetime as dt
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_working_days, format_date, format_day, local_date
from core.progress import NextStep, OpenPoint, office_step
from dialogues.models import Dialogue
from dialogues.queries import Preparation, inactive_guests, unsettled_substitutes
from outbox.queries.mails import latest_batch
from outbox.queries.wordings import waiting_note
from partners.models import Person

RSVP_WORKING_DAYS = 5  # suggested deadline for replies, before the dialogue


def compose_step(dialogue: Dialogue, preparation: Preparation) -> NextStep:
    text = _("Der Termin steht fest. Stellen Sie jetzt die Gästeliste zusammen.")
    url = reverse("dialogues:guests_add", args=[dialogue.pk])
    return office_step(text, _("Gästeliste zusammenstellen"), url, due_on=preparation.invite_by)


def release_step(dialogue: Dialogue, preparation: Preparation) -> NextStep:
    """Return the step that sends the invitations not sent yet."""
    count = preparation.to_invite
    text = ngettext(
        "%(count)d Gast steht auf der Liste und ist noch nicht eingeladen.",
        "%(count)d Gäste stehen auf der Liste und sind noch nicht eingeladen.",
        count,
    )
    url = reverse("dialogues:release", args=[dialogue.pk])
    # Once the first are invited, further ones have to reply by the same day.
    due_on = preparation.invite_by or dialogue.rsvp_by
    return office_step(text % {"count": count}, release_label(count), url, due_on=due_on)


def release_label(count: int) -> str:
    """Return the label of the button that sends `count` invitations."""
    return ngettext("%(count)d Einladung versenden", "%(count)d Einladungen versenden", count) % {
        "count": count
    }


def unsent_step(dialogue: Dialogue, preparation: Preparation) -> NextStep:
    """Return the step that lets written invitations go out."""
    text = ngettext(
        "%(count)d Einladung ist geschrieben, aber nicht hinausgegangen. Geben Sie sie im "
        "Postausgang frei, oder senden Sie sie von der Gästeliste aus erneut.",
        "%(count)d Einladungen sind geschrieben, aber nicht hinausgegangen. Geben Sie sie im "
        "Postausgang frei, oder senden Sie sie von der Gästeliste aus erneut.",
        preparation.unsent,
    ) % {"count": preparation.unsent}
    if preparation.unanswered:
        text += " " + _not_answered(preparation.unanswered)
    query = urlencode({"path": dialogue.get_absolute_url(), "kind": "invitation"})
    url = f"{reverse('outbox:list')}?{query}"
    task = _("Einladungen freigeben")
    return office_step(text, _("Zum Postausgang"), url, due_on=dialogue.rsvp_by, task=task)


def _not_answered(count: int) -> str:
    text = ngettext(
        "%(count)d Gast hat noch nicht geantwortet.",
        "%(count)d Gäste haben noch nicht geantwortet.",
        count,
    )
    return text % {"count": count}


def rsvps_step(dialogue: Dialogue, preparation: Preparation, today: dt.date) -> NextStep:
    """Return the step after the release: guests reply, are reminded, and then the day comes."""
    unanswered, reminder = preparation.unanswered, preparation.reminder
    if not unanswered and preparation.inactive:
        return _inactive_step(dialogue, preparation.inactive)
    if not unanswered:
        return _all_replied_step(dialogue, preparation.tentative)
    if dialogue.rsvp_by < today:
        return _overdue_rsvps_step(dialogue, unanswered)
    text = _not_answered(unanswered)
    if reminder.is_paused:
        text += " " + _("Die Erinnerung ist pausiert.")
    elif reminder.on:
        text += " " + _("Die Erinnerung geht am %(day)s hinaus.") % {"day": format_day(reminder.on)}
    # While the portal reminds by itself, or just after a mail, there is nothing to do but wait.
    if not reminder.by_hand:
        return office_step(text, due_on=dialogue.rsvp_by)
    url = reverse("dialogues:remind", args=[dialogue.pk])
    return office_step(text, _("Jetzt erinnern"), url, due_on=dialogue.rsvp_by)


def _inactive_step(dialogue: Dialogue, count: int) -> NextStep:
    text = ngettext(
        "%(count)d Gast ist ausgeschieden, ohne zu antworten, und wird nicht mehr erinnert. "
        "Ziehen Sie die Einladung zurück, und laden Sie bei Bedarf jemand anderes ein.",
        "%(count)d Gäste sind ausgeschieden, ohne zu antworten, und werden nicht mehr erinnert. "
        "Ziehen Sie die Einladungen zurück, und laden Sie bei Bedarf jemand anderes ein.",
        count,
    )
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return office_step(text % {"count": count}, _("Zur Gästeliste"), url, due_on=dialogue.rsvp_by)


def _all_replied_step(dialogue: Dialogue, tentative: int) -> NextStep:
    day = local_date(dialogue.starts_at)
    held_on = _("Das Gespräch findet am %(day)s statt.") % {"day": format_day(day)}
    if not tentative:
        return office_step(_("Alle Gäste haben geantwortet.") + " " + held_on, due_on=day)
    text = _(
        "Alle Gäste haben geantwortet, %(count)d davon mit Vorbehalt. Fragen Sie dort noch einmal "
        "nach."
    )
    url = reverse("dialogues:guests", args=[dialogue.pk])
    text = text % {"count": tentative} + " " + held_on
    return office_step(text, _("Zur Gästeliste"), url, due_on=day)


def open_rsvps_point(dialogue: Dialogue, preparation: Preparation) -> OpenPoint | None:
    """Return, for a dialogue that was held, how many guests' replies are still open, and where to
    enter them: once the outcome is recorded, nobody can.
    """
    unanswered, tentative = preparation.unanswered + preparation.inactive, preparation.tentative
    parts = []
    if unanswered:
        text = ngettext("%(count)d Gast ohne Antwort", "%(count)d Gäste ohne Antwort", unanswered)
        parts.append(text % {"count": unanswered})
    if tentative:
        text = ngettext("%(count)d Gast mit Vorbehalt", "%(count)d Gäste mit Vorbehalt", tentative)
        parts.append(text % {"count": tentative})
    if not parts:
        return None
    text = _(
        "Noch offen: %(who)s. Ist das Ergebnis festgehalten, lassen sich Antworten nicht mehr "
        "eintragen."
    )
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return OpenPoint(text % {"who": ", ".join(parts)}, _("Antworten eintragen"), url)


def _overdue_rsvps_step(dialogue: Dialogue, unanswered: int) -> NextStep:
    text = ngettext(
        "%(count)d Gast hat bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antwort ein.",
        "%(count)d Gäste haben bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antworten ein.",
        unanswered,
    )
    text %= {"count": unanswered, "day": format_date(dialogue.rsvp_by)}
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return office_step(text, _("Zur Gästeliste"), url, due_on=dialogue.rsvp_by)


def release_warnings(dialogue: Dialogue, count: int) -> list[str]:
    """Return what the office should check before it sends `count` invitations."""
    warnings = []
    # None of this prevents the release: guests or host may be informed by other means.
    if not dialogue.address:
        warnings.append(
            _(
                "Es ist keine Anschrift eingetragen; die Gäste erfahren nur den Namen des "
                "Gastgebers."
            )
        )
    if names := ", ".join(full_name(guest.person) for guest in inactive_guests(dialogue)):
        text = _(
            "Nicht mehr aktiv und deshalb nicht eingeladen: %(names)s. Streichen Sie sie von der "
            "Liste, und laden Sie bei Bedarf jemand anderes ein."
        )
        warnings.append(text % {"names": names})
    if note := _unsettled_note(dialogue):
        warnings.append(note)
    if dialogue.host_contact and not dialogue.host_contact.is_active:
        text = _(
            "Die Ansprechperson beim Gastgeber ist nicht mehr aktiv; dort wird niemand "
            "benachrichtigt."
        )
        warnings.append(text)
    if dialogue.host_contact is None:
        warnings.append(
            _(
                "Beim Gastgeber ist keine Ansprechperson eingetragen; dort wird niemand "
                "benachrichtigt."
            )
        )
    invited = dialogue.invitations.released().filter(released_round=dialogue.round).count()
    if count + invited > dialogue.seats:
        text = _(
            "Damit sind %(invited)d Gäste eingeladen, es gibt aber nur %(seats)d Plätze. Wer "
            "zuerst zusagt, kommt."
        )
        warnings.append(text % {"invited": count + invited, "seats": dialogue.seats})
    return [*warnings, *filter(None, [waiting_note("invitation")])]


def _unsettled_note(dialogue: Dialogue) -> str:
    """Return who is not invited yet, as they were represented at a former date; else empty."""
    names = ", ".join(full_name(guest.person) for guest in unsettled_substitutes(dialogue))
    if not names:
        return ""
    text = _("Noch nicht dabei, zum früheren Termin vertreten: %(names)s.") % {"names": names}
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return format_html('{} <a href="{}">{}</a>', text, url, _("Klären, wer eingeladen wird"))


def default_rsvp_by(dialogue: Dialogue, today: dt.date) -> dt.date:
    """Return the suggested deadline for replies; one that guests know already is kept if ahead."""
    # Guests of an earlier release have been told this day in their invitations.
    if dialogue.rsvp_by and dialogue.rsvp_by >= today:
        return dialogue.rsvp_by
    # On short notice the usual deadline would already be past.
    return max(add_working_days(local_date(dialogue.starts_at), -RSVP_WORKING_DAYS), today)


def released_message(dialogue: Dialogue, count: int) -> str:
    """Return the message about `count` released invitations, with a link to their delivery."""
    note = waiting_note("invitation")
    text = ngettext(
        "%(count)d Einladung ist auf dem Weg.", "%(count)d Einladungen sind auf dem Weg.", count
    )
    # If the outbox is set to hold mails back, they are written but not on their way.
    if note:
        text = ngettext(
            "%(count)d Einladung ist geschrieben.", "%(count)d Einladungen sind geschrieben.", count
        )
    text = f"{text % {'count': count}} {note}".strip()
    batch = latest_batch(dialogue.get_absolute_url(), "invitation")
    if batch is None:
        return text
    url = reverse("outbox:batch", args=[batch])
    return format_html('{} <a href="{}">{}</a>', text, url, _("Versand verfolgen"))


def full_name(person: Person) -> str:
    """Return `Organisation: Name`, for lists of guests."""
    return f"{person.organisation.label}: {person}" if person.organisation else str(person)
