"""What the form of a copy says about what it takes over, and what not."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.progress import TextCard
from dialogues.enums import SENATOR_ATTENDS
from dialogues.models import Dialogue
from dialogues.queries import guests_to_copy


def copy_cards(dialogue: Dialogue) -> list[TextCard]:
    """Return what a copy of `dialogue` takes over, what it does not, and who is left out."""
    guests = list(guests_to_copy(dialogue))
    coming = sum(guest.can_be_invited for guest in guests)
    cards = [
        TextCard(_("Das wird übernommen"), "\n".join(_taken(dialogue, coming))),
        TextCard(
            _("Das bleibt beim bisherigen Gespräch"),
            _(
                "Termine und Freigaben, versandte Einladungen, Antworten und Vertretungen, Zusage "
                "des Gastgebers, Zugang zur Videokonferenz, Beiträge und Bedarfe, Ergebnis, "
                "interner Vermerk"
            ),
        ),
    ]
    left_out = [guest.name_with_organisation for guest in guests if not guest.can_be_invited]
    if left_out:
        title = _("Nicht auf die neue Gästeliste, weil nicht mehr aktiv oder ohne Adresse")
        cards.append(TextCard(title, "\n".join(left_out)))
    return cards


def _taken(dialogue: Dialogue, guests: int) -> list[str]:
    seats = ngettext("%(count)d Platz", "%(count)d Plätze", dialogue.seats)
    facts = [
        dialogue.get_format_display(),
        seats % {"count": dialogue.seats},
        f"{SENATOR_ATTENDS}: {dialogue.senator_attends_text}",
    ]
    lines = [" · ".join(facts)]
    if dialogue.programme:
        lines.append(_("Programm: %(items)s") % {"items": dialogue.programme_line})
    if guests:
        text = ngettext("Gästeliste: %(count)d Person", "Gästeliste: %(count)d Personen", guests)
        lines.append(text % {"count": guests})
    if dialogue.host and dialogue.host.is_active:
        place = f", {dialogue.place}" if dialogue.place else ""
        host = {"host": f"{dialogue.host}{place}"}
        lines.append(_("Auf Wunsch der Gastgeber: %(host)s") % host)
    return lines
