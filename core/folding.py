"""Folded text: lower case without umlauts and accents.

Search and sorting use it, so that SQLite and PostgreSQL agree regardless of collation.
"""

import unicodedata

from django.db import models
from django.db.models import Q

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return `oeffentliche strasse` for `Öffentliche Straße`."""
    # Compose first: macOS sends an umlaut as a letter plus dots.
    composed = unicodedata.normalize("NFKC", text)
    lowered = composed.casefold().translate(GERMAN)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class FoldedField(models.TextField):
    """A text column filled from other fields of the same object on every save, bulk saves included.

    `sources` names the attributes, whose values are joined by a space in this order; so the column
    also sorts by the first one.
    """

    def __init__(self, *args, sources: tuple[str, ...] = (), **kwargs):
        self.sources = sources
        # Defaults, so that models declare only the sources.
        kwargs.setdefault("editable", False)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["sources"] = self.sources
        return name, path, args, kwargs

    def pre_save(self, model_instance, add):
        # pre_save also runs in bulk_create and bulk_update, unlike Model.save.
        folded = self.folded(model_instance)
        setattr(model_instance, self.attname, folded)
        return folded

    def folded(self, model_instance: models.Model) -> str:
        """Return the value the column would get if `model_instance` were saved now."""
        values = (str(getattr(model_instance, source) or "") for source in self.sources)
        return fold(" ".join(value for value in values if value))


def folded_words(words: str) -> list[str]:
    """Split `words` into folded search words."""
    # PostgreSQL rejects NUL in text.
    return fold(words.replace("\0", " ")).split()


def matching(words: str, field: str = "search") -> Q:
    """Return the condition that every word of `words` occurs in the folded column `field`."""
    condition = Q()
    for word in folded_words(words):
        condition &= Q(**{f"{field}__contains": word})
    return condition
