"""Folded text: lower case without umlauts and accents.

Search and sorting use it, so that SQLite and PostgreSQL agree regardless of collation.
"""

import re
import unicodedata
from functools import reduce
from operator import or_
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from django.db import models
from django.db.models import Q

from core.texts import HIDDEN

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return `oeffentliche strasse` for `Öffentliche Straße`."""
    # Compose first: macOS sends an umlaut as a letter plus dots.
    composed = unicodedata.normalize("NFKC", HIDDEN.sub("", text))
    lowered = composed.casefold().translate(GERMAN)
    decomposed = unicodedata.normalize("NFKD", lowered)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# Parameters that say where a reader came from, not what they read.
TRACKING = re.compile(
    r"(utm|mtm|pk|hsa|wt|at)_.*|[a-z]*clk?id|gclsrc|[gw]braid|igshid?|mc_[ce]id|_hs(enc|mi)|xtor|ref",
    re.IGNORECASE,
)


def fold_url(url: str) -> str:
    """Return what `url` has in common with other addresses of the same page.

    Leaves out scheme, `www.`, tracking parameters, fragment and a slash at the end, and orders the
    parameters. Returns the text itself if it is no address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").encode("idna").decode("ascii")
        port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    except ValueError:  # UnicodeError is one, too
        return url.strip()
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not TRACKING.fullmatch(name)
    )
    query = f"?{urlencode(kept)}" if kept else ""
    # Some sites address their pages by a fragment.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    return f"{host}{port}{quote(unquote(parts.path)).rstrip('/')}{query}{fragment}"


class FoldedField(models.TextField):
    """A text column filled from other fields of the same object when that is saved, also by
    `bulk_create`.

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
        # pre_save also runs in bulk_create, unlike Model.save. (bulk_update runs neither.)
        folded = self.folded(model_instance)
        setattr(model_instance, self.attname, folded)
        return folded

    def folded(self, model_instance: models.Model) -> str:
        """Return the value the column would get if `model_instance` were saved now."""
        return fold(self.unfolded(model_instance))

    def unfolded(self, model_instance: models.Model) -> str:
        """Return the values of the sources, joined by spaces."""
        values = (str(getattr(model_instance, source) or "") for source in self.sources)
        return " ".join(value for value in values if value)


class FoldedURLField(FoldedField):
    """The comparable form of the web address in another column."""

    def folded(self, model_instance: models.Model) -> str:
        return fold_url(self.unfolded(model_instance))


def folded_words(words: str) -> list[str]:
    """Split `words` into folded search words."""
    # PostgreSQL rejects NUL in text.
    return fold(words.replace("\0", " ")).split()


def matching(words: str, *fields: str) -> Q:
    """Return the condition that every word of `words` occurs in one of the folded columns
    `fields`, by default in `search`.

    A single character must begin a word: otherwise `C 1` would find nearly everything.
    """
    condition = Q()
    for word in folded_words(words):
        condition &= reduce(or_, (_contains(field, word) for field in fields or ("search",)))
    return condition


def _contains(field: str, word: str) -> Q:
    if len(word) > 1:
        return Q(**{f"{field}__contains": word})
    return Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})


def has_words(words: str, *texts: str) -> bool:
    """Whether every word of `words` occurs in `texts`, by the rule of `matching`."""
    folded = fold(" ".join(texts))
    return all(
        word in folded if len(word) > 1 else f" {word}" in f" {folded}"
        for word in folded_words(words)
    )
