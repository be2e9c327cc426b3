"""Folded text: lower case, umlauts and accents resolved, so that search and sorting agree on both
databases.
"""

import unicodedata

from django.db import models
from django.db.models import Q

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return `text` folded: `Öffentliche Straße` becomes `oeffentliche strasse`."""
    composed = unicodedata.normalize("NFKC", text)  # macOS types an umlaut as letter and dots
    lowered = composed.casefold().translate(GERMAN)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class FoldedField(models.TextField):
    """A text column filled from other fields of the same row whenever it is saved, in bulk too.

    `sources` names the attributes that go in, joined by a blank; the first one leads, so the column
    also sorts.
    """

    def __init__(self, *args, sources: tuple[str, ...] = (), **kwargs):
        self.sources = sources
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["sources"] = self.sources
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        folded = self.folded(model_instance)
        setattr(model_instance, self.attname, folded)
        return folded

    def folded(self, model_instance: models.Model) -> str:
        """Return what the column holds once `model_instance` is saved as it is."""
        values = (str(getattr(model_instance, source) or "") for source in self.sources)
        return fold(" ".join(value for value in values if value))


def folded_words(words: str) -> list[str]:
    """Return the words to look for. PostgreSQL takes no NUL in a text, so it parts words like a
    blank.
    """
    return fold(words.replace("\0", " ")).split()


def matching(words: str, field: str = "search") -> Q:
    """Return the condition that every word of `words` occurs somewhere in the folded column
    `field`.
    """
    condition = Q()
    for word in folded_words(words):
        condition &= Q(**{f"{field}__contains": word})
    return condition
