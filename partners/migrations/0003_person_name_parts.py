"""Split the name of a person into salutation, title, given name and family name.

Nothing is guessed: only a name with `Frau`, `Herr` or a title in it, or with a letter salutation
that says so, is taken apart. Every other name is kept whole as family name, because it may be a
function such as `Leitung des Werks`.
"""

import re

from django.db import migrations, models

import core.folding
import partners.models.people

SALUTATIONS = {"frau": "ms", "herr": "mr", "herrn": "mr"}
SALUTATION_WORDS = {"ms": "Sehr geehrte Frau", "mr": "Sehr geehrter Herr"}
TITLE = re.compile(
    r"(?:prof|dr|pd|mag|ing|dipl)[.\-\w]*\.|prof|dr|pd|h\.|c\.|h\.c\.|med\.|jur\.|phil\.|rer\.|nat\.|oec\.|pol\.",
    re.IGNORECASE,
)
PREFIXES = {
    "von",
    "vom",
    "zu",
    "zum",
    "zur",
    "van",
    "der",
    "den",
    "de",
    "del",
    "della",
    "di",
    "da",
    "dos",
    "du",
    "la",
    "ten",
    "ter",
    "und",
}
LETTER = re.compile(r"(?:sehr geehrte[r]?|lieber?|guten tag)\s+(frau|herr)\s+(.+)", re.IGNORECASE)


def split_name(name, letter):
    """Return the new fields for a former name and letter salutation."""
    letter = letter.rstrip(" \t\r\n,;:!").strip()
    words, salutation, by_letter = name.split(), "neutral", ""
    if len(words) > 1 and words[0].lower() in SALUTATIONS:
        salutation = SALUTATIONS[words.pop(0).lower()]
    title, words = _take_title(words)
    if match := LETTER.fullmatch(letter):
        _title, family = _take_title(match[2].split())
        by_letter = " ".join(family)
        # A letter to somebody else, perhaps a predecessor, says nothing about this person.
        if words[-len(family) :] == family:
            salutation = SALUTATIONS[match[1].lower()]
        else:
            by_letter = ""
    start = 0
    if by_letter:
        start = len(words) - len(by_letter.split())
    elif salutation != "neutral" or title:
        start = len(words) - 1
        while start > 0 and words[start - 1].lower() in PREFIXES:
            start -= 1
    fields = {
        "salutation": salutation,
        "title": title,
        "given_name": " ".join(words[:start]),
        "family_name": " ".join(words[start:]),
        "letter_salutation": letter,
    }
    # Too long to fit: better one long family name than a cut one.
    if len(fields["title"]) > 40 or len(fields["given_name"]) > 100:
        fields |= {"title": "", "given_name": "", "family_name": " ".join(name.split())}
    # A letter salutation that the portal now makes itself would only outlive a change of name.
    if letter == greeting(fields["salutation"], fields["title"], fields["family_name"]):
        fields["letter_salutation"] = ""
    return fields


def _take_title(words):
    """Return the leading title and the other words, at least one of them."""
    count = 0
    while count < len(words) - 1 and TITLE.fullmatch(words[count]):
        count += 1
    return " ".join(words[:count]), words[count:]


def greeting(salutation, title, family_name):
    first = SALUTATION_WORDS.get(salutation)
    return " ".join(filter(None, [first, title, family_name])) if first else ""


def join_name(person):
    """Return the former fields."""
    name = " ".join(filter(None, [person.title, person.given_name, person.family_name]))
    letter = person.letter_salutation or greeting(
        person.salutation, person.title, person.family_name
    )
    return {
        "title": "",
        "given_name": "",
        "family_name": name[:150],
        "letter_salutation": letter[:150],
    }


def split_names(apps, schema_editor):
    _rewrite(apps, lambda person: split_name(person.family_name, person.letter_salutation))


def join_names(apps, schema_editor):
    _rewrite(apps, join_name)


def _rewrite(apps, fields_of):
    # The history too, so that it can be compared with the present.
    for model_name in ("Person", "HistoricalPerson"):
        model = apps.get_model("partners", model_name)
        for record in model.objects.order_by("pk").iterator():
            for name, value in fields_of(record).items():
                setattr(record, name, value)
            # Saving also fills the folded columns.
            record.save()


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_roles")]
    operations = [
        *(
            operation
            for model in ("person", "historicalperson")
            for operation in (
                migrations.RenameField(model, "salutation", "letter_salutation"),
                migrations.RenameField(model, "name", "family_name"),
                migrations.AlterField(
                    model,
                    "letter_salutation",
                    models.CharField(blank=True, max_length=150, verbose_name="Anrede im Brief"),
                ),
                migrations.AlterField(
                    model,
                    "family_name",
                    models.CharField(max_length=150, verbose_name="Familienname"),
                ),
                migrations.AddField(
                    model,
                    "salutation",
                    models.CharField(
                        choices=[("neutral", "neutral"), ("ms", "Frau"), ("mr", "Herr")],
                        default="neutral",
                        max_length=8,
                        verbose_name="Anrede",
                    ),
                ),
                migrations.AddField(
                    model,
                    "title",
                    models.CharField(blank=True, max_length=40, verbose_name="Titel"),
                ),
                migrations.AddField(
                    model,
                    "given_name",
                    models.CharField(blank=True, max_length=100, verbose_name="Vorname"),
                ),
            )
        ),
        migrations.AddField(
            "person",
            "sort_name",
            partners.models.people.SortNameField(
                blank=True, default="", editable=False, sources=("family_name", "given_name")
            ),
        ),
        migrations.AlterField(
            "person",
            "search",
            core.folding.FoldedField(
                blank=True,
                default="",
                editable=False,
                sources=("given_name", "family_name", "title", "function", "email"),
            ),
        ),
        migrations.RunPython(split_names, join_names),
    ]
