from measures.progress.monitoring.chapters import fields_of
from measures.progress.monitoring.files import make_file
from measures.progress.monitoring.making import Making, make_edition, making_of
from measures.progress.monitoring.pages import (
    chapter_card,
    chapter_cards,
    edition_card,
    monitoring_buttons,
    monitoring_links,
    publishing_effect,
    still_published_note,
)
from measures.progress.monitoring.proposals import ProposedChapter, proposed_chapters

__all__ = [
    "Making",
    "ProposedChapter",
    "chapter_card",
    "chapter_cards",
    "edition_card",
    "fields_of",
    "make_edition",
    "make_file",
    "making_of",
    "monitoring_buttons",
    "monitoring_links",
    "publishing_effect",
    "still_published_note",
    "proposed_chapters",
]
