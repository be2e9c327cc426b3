"""Fields for text: nothing that is typed or pasted disappears unnoticed."""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from core.texts import clean_text

# For columns without a limit. Below the 32 767 characters that fit into a cell of Excel.
MAX_TEXT_LENGTH = 30_000


class Clean:
    """Removes characters that nobody can see and that break exports."""

    def to_python(self, value):
        # Before the length is checked: browsers send line ends as two characters.
        return super().to_python(clean_text(value) if isinstance(value, str) else value)

    def widget_attrs(self, widget) -> dict:
        # With a limit, browsers cut pasted text without a word; the server says what is too long.
        attrs = super().widget_attrs(widget)
        return {name: attrs[name] for name in attrs if name not in ("maxlength", "minlength")}


class CleanCharField(Clean, forms.CharField):
    """Text of at most `max_length` characters, or else `MAX_TEXT_LENGTH`.

    In a field of one line, line ends, tabs and runs of spaces of any kind become one space, so that
    equal names and titles are recognised.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        if self.max_length is None:
            limit_length(self, MAX_TEXT_LENGTH)

    def to_python(self, value):
        text = super().to_python(value)
        return " ".join(text.split()) if text and isinstance(self.widget, forms.TextInput) else text


MAX_EMAIL_LENGTH = 254


class CleanEmailField(Clean, forms.EmailField):
    """An address, also one copied with `mailto:`, brackets or a separator around it."""

    def __init__(self, **kwargs):
        # RFC 5321 allows 254 characters, and no column holds more. Django's form field takes 320.
        super().__init__(**{"max_length": MAX_EMAIL_LENGTH, **kwargs})

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip().removeprefix("mailto:").strip(" <>;,")
        return super().to_python(value)

    def run_validators(self, value):
        try:
            super().run_validators(value)
        except ValidationError as error:
            # Several validators look at the same thing: one sentence says what to do.
            raise ValidationError(error.error_list[:1]) from error


def validate_host(url: str) -> None:
    """Raise ValidationError unless the host of `url`, a web address, can be written in ASCII and
    nothing stands before it: `https://www.berlin.de@example.org` leads elsewhere than it says, and
    a password would be shown to every reader.
    """
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
    except (UnicodeError, ValueError) as error:
        raise ValidationError(str(NO_WEB_ADDRESS), code="invalid") from error
    if "@" in parts.netloc:
        raise ValidationError(str(NO_NAME_IN_ADDRESS), code="name_in_address")


NO_NAME_IN_ADDRESS = _("Bitte geben Sie die Internetadresse ohne Namen und Passwort vor „@“ ein.")
NO_WEB_ADDRESS = _("Bitte geben Sie die Internetadresse so ein: https://www.berlin.de.")


class CleanURLField(Clean, forms.URLField):
    """A web address (`http` or `https`), completed to `https://` when it was typed without."""

    # Not `type=url`: browsers refuse `www.berlin.de` in their own words, before it is completed.
    widget = forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none"})
    default_validators = [URLValidator(schemes=["http", "https"]), validate_host]
    default_error_messages = {"invalid": NO_WEB_ADDRESS}

    def __init__(self, **kwargs):
        super().__init__(**{"assume_scheme": "https", **kwargs})

    def to_python(self, value):
        url = super().to_python(value)
        scheme, colon, rest = url.partition("://")
        # Constraints of the database compare with `https://`, PostgreSQL letter by letter.
        return f"{scheme.lower()}{colon}{rest}" if colon else url


def limit_length(field: forms.Field, most: int) -> None:
    """Limit `field` to `most` characters although its column has no limit: its text is mailed."""
    field.validators.append(MaxLengthValidator(most))
