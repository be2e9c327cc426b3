"""What the page of a dialogue shows around its tabs and on the first of them."""

import datetime as dt

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date, local_date
from core.progress import Button, NextStep, TextCard
from core.roles import is_inside
from core.states import allowed_actions
from dialogues.enums import (
    DIALOGUE_MOVES,
    SENATOR_ATTENDS,
    DialogueCategory,
    DialogueState,
    HostReply,
)
from dialogues.models import Dialogue
from dialogues.permissions import (
    can_edit_dialogue,
    can_manage,
    can_see_contributions,
    has_programme_tab,
)
from dialogues.progress.dates import approval_status
from dialogues.progress.topics import about_card
from dialogues.queries import Preparation
from dialogues.services.announcements import untold_changes
from partners.models import Person
from partners.progress import inactive_note, responsible_facts


def list_tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return (label, url, is_current) of the lists of dialogues, topics, series and events."""
    names = (
        ("list", _("Gespräche")),
        ("topics", _("Themen")),
        ("needs", _("Bedarfe")),
        ("series_list", _("Reihen")),
        ("events", _("Veranstaltungen")),
    )
    return [(label, reverse(f"dialogues:{name}"), name == current) for name, label in names]


def dialogue_tabs(
    dialogue: Dialogue, user, preparation: Preparation, current: str
) -> list[tuple[str, str, bool]]:
    """Return (label, url, is_current); empty where there is only one tab."""
    if dialogue.is_taken_over:
        return []
    names = [("detail", _("Überblick"))]
    # A postponed dialogue has no date, but keeps its guest list.
    if dialogue.starts_at or preparation.invited or preparation.to_invite:
        names.append(("guests", _("Gäste")))
    if has_programme_tab(dialogue, user):
        names.append(("programme", _("Programm")))
    if can_see_contributions(user, dialogue):
        names.append(("contributions", _("Beiträge und Bedarfe")))
    if is_inside(user):
        names.append(("history", _("Verlauf")))
    if len(names) == 1:
        return []
    return [
        (label, reverse(f"dialogues:{name}", args=[dialogue.pk]), name == current)
        for name, label in names
    ]


def dialogue_subtitle(dialogue: Dialogue) -> str:
    parts = [dialogue.event_kind or str(dialogue.get_category_display())]
    if dialogue.topic_id:
        parts.append(", ".join(map(str, dialogue.topic.themes.all())))
        parts.append(", ".join(map(str, dialogue.topic.sectors.all())))
    return " · ".join(part for part in parts if part)


def dialogue_parents(dialogue: Dialogue) -> list[tuple[str, str]]:
    """Return (label, url) of the page between the list of dialogues and this one, if any."""
    if dialogue.category == DialogueCategory.EVENT:
        return [(_("Veranstaltungen"), reverse("dialogues:events"))]
    series = dialogue.topic.series if dialogue.topic else None
    return [(series.title, series.get_absolute_url())] if series else []


def dialogue_facts(dialogue: Dialogue, user, preparation: Preparation) -> list[tuple]:
    facts = [
        (_("Termin"), dialogue.when),
        (_("Gastgeber"), dialogue.host or dialogue.host_text or _("noch offen")),
    ]
    # The address of a digital dialogue is its video link, which is added as a link below.
    if dialogue.address and dialogue.address != dialogue.video_link:
        facts.append((_("Ort"), dialogue.address))
    if dialogue.is_taken_over:
        return facts
    facts.append((_("Format"), dialogue.get_format_display()))
    facts.append((SENATOR_ATTENDS, dialogue.senator_attends_text))
    if dialogue.video_link:
        link = '<a href="{}" rel="noopener noreferrer">{}</a>'
        facts.append((_("Zugang"), format_html(link, dialogue.video_link, _("Videokonferenz"))))
    # Outsiders do not see the topic and the approval of a dialogue.
    if not is_inside(user):
        return [*facts, (_("Plätze"), dialogue.seats)]
    topic = dialogue.topic
    if topic:
        link = format_html('<a href="{}">{}</a>', topic.get_absolute_url(), topic)
        facts.append((_("Thema"), link))
    facts.append((_("Plätze"), dialogue.seats))
    if approval := approval_status(preparation):
        facts.append((_("Freigabe"), approval))
    if dialogue.host_contact:
        facts.append((_("Ansprechperson"), _contact_of(dialogue, dialogue.host_contact)))
    return facts + responsible_facts(dialogue, "gespraech", user)


def _contact_of(dialogue: Dialogue, contact: Person) -> str:
    # While the host is open, or another one, the name alone does not say whose contact it is.
    is_of_host = dialogue.host_id and contact.organisation_id == dialogue.host_id
    return contact.name if is_of_host else contact.name_with_organisation


def dialogue_actions(
    dialogue: Dialogue, user, preparation: Preparation, box: NextStep | None, now: dt.datetime
) -> list[Button]:
    """Return what the office can do besides the next step."""
    if not can_manage(user):
        return []
    allowed = allowed_actions(DIALOGUE_MOVES, dialogue)
    is_asked = preparation.approval is not None and preparation.approval.is_open
    actions = []
    # Not while a request is open: it has to be decided or withdrawn first.
    if preparation.is_lapsed and not is_asked and dialogue.starts_at > now:
        actions.append((_("Termin erneut vorlegen"), "date_renew", "secondary"))
    if is_asked and "withdraw_dates" in allowed:
        actions.append((_("Vorlage zurückziehen"), "dates_withdraw", "danger"))
    if dialogue.host_id and "explore" in allowed and dialogue.host_reply != HostReply.OPEN:
        actions.append((_("Antwort des Gastgebers"), "host_reply", "secondary"))
    is_running = dialogue.state == DialogueState.INVITED and dialogue.rsvp_by >= local_date(now)
    if is_running and preparation.unanswered:
        actions.append((_("Jetzt erinnern"), "remind", "secondary"))
    if "postpone" in allowed:
        actions.append((_("Verschieben"), "postpone", "danger"))
    if "cancel" in allowed:
        actions.append((_("Absagen"), "cancel", "danger"))
    if "reopen" in allowed:
        actions.append((DIALOGUE_MOVES["reopen"].label, "reopen", "secondary"))
    if "correct" in allowed:
        actions.append((DIALOGUE_MOVES["correct"].label, "document", "secondary"))
    # The next step has its button on the page already, so it is not offered twice.
    found = [
        Button(label, reverse(f"dialogues:{name}", args=[dialogue.pk]), variant)
        for label, name, variant in actions
    ]
    return [action for action in found if box is None or action.url != box.url]


def inactive_notes(dialogue: Dialogue, user) -> list[SafeString]:
    """Return for the office who of the hosts of a dialogue ahead has left, with what to do."""
    if not can_edit_dialogue(user, dialogue):
        return []
    url, notes = reverse("dialogues:edit", args=[dialogue.pk]), []
    if dialogue.host and not dialogue.host.is_active:
        text = _("Der Gastgeber %(host)s ist nicht mehr aktiv.") % {"host": dialogue.host}
        notes.append(inactive_note(text, _("Anderen Gastgeber eintragen"), url))
    contact = dialogue.host_contact
    if contact and not contact.is_active:
        text = _(
            "Die Ansprechperson beim Gastgeber, %(name)s, ist nicht mehr aktiv; dort wird niemand "
            "benachrichtigt."
        )
        notes.append(inactive_note(text % {"name": contact}, _("Andere Person eintragen"), url))
    return notes


def closing_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return the reason for cancelling or postponing the dialogue; empty if it was neither."""
    if not dialogue.closing_reason:
        return []
    if dialogue.state == DialogueState.CANCELLED:
        css_class = "card card--danger"
        return [TextCard(_("Warum abgesagt"), dialogue.closing_reason, css_class=css_class)]
    return [TextCard(_("Warum verschoben"), dialogue.closing_reason)]


def untold_cards(dialogue: Dialogue, user, now: dt.datetime) -> list[TextCard]:
    """Return for the office what was changed without a mail since people were last told."""
    changes = untold_changes(dialogue, now) if can_edit_dialogue(user, dialogue) else []
    if not changes:
        return []
    note = _(
        "Wer den Termin vorher kannte, weiß davon noch nichts. Die nächste Benachrichtigung über "
        "eine Änderung nennt es mit."
    )
    text = "\n\n".join(change.in_words for change in changes)
    return [TextCard(_("Ohne Benachrichtigung geändert"), text, note=note)]


def host_note(dialogue: Dialogue) -> str:
    """Return the day of the host's reply and the note about it; empty without a reply."""
    if not dialogue.host_replied_on:
        return ""
    text = _("Antwort vom %(day)s") % {"day": format_date(dialogue.host_replied_on)}
    return f"{text}: {dialogue.host_note}" if dialogue.host_note else text


def outcome_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return the outcome of the dialogue, if recorded, and the description of its topic."""
    outcome = [TextCard(_("Ergebnis"), dialogue.outcome)] if dialogue.outcome else []
    return [*outcome, about_card(dialogue.topic)] if dialogue.topic else outcome


def imported_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return what the sources of a record taken over say about participants and press."""
    cards = [
        TextCard(_("Teilnehmende"), dialogue.participants_text),
        TextCard(_("Presse"), dialogue.press_text),
    ]
    return [card for card in cards if card.text]
