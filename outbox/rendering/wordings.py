"""Validate the office's own texts. Each broken rule gives a German sentence that says what to do.

The rules keep a mail from failing when it is written, from losing its link, and from hiding a
foreign address behind harmless words: recipients trust the links in the office's mails.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from markdown_it.token import Token

from core.texts import clean_text
from outbox.rendering.headers import SUBJECT_LENGTH, one_line
from outbox.rendering.markdown import Link, is_link_name, links_in, marker_for, parse, with_markers
from outbox.texts import MailText, names_of, placeholders_of

MAX_BODY_LENGTH = 10_000
NAME = re.compile(r"\{([^\W\d]\w*)\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
# A link that touches other characters becomes a different address, at least in the plain text.
TOUCHING_LINK = re.compile(
    r"(?<=[\w/=?&@:#%.+)}-])\{(link|\w+_link)\}|\{(link|\w+_link)\}\)?(?=[\w/=?&@#%+{-])"
)


# A placeholder as the office sees it, and the target of a link; a name before "(" is a label.
SHOWN_NAME = re.compile(r"\[([^\[\]\n]+)\](?!\()")
SHOWN_TARGET = re.compile(r"\]\(([^()\n]+)\)")
STORED_TARGET = re.compile(r"\]\(\{(\w+)\}\)")


class Words(NamedTuple):
    """A subject and a body as they are stored, without invisible characters."""

    subject: str
    body: str


class Fault(NamedTuple):
    """A sentence about a broken rule, and the field of `Words` that breaks it."""

    field: str
    sentence: str


def clean_words(subject: str, body: str) -> Words:
    # Cut at twice the limit, so that `find_faults` reports a subject that is too long.
    return Words(one_line(subject, SUBJECT_LENGTH * 2), clean_text(body).strip())


def default_words(default: MailText) -> Words:
    return clean_words(str(default.subject), str(default.body))


def as_shown(default: MailText, text: str) -> str:
    """Return `text` with [Thema] for {topic} and [Worte](Link) for [Worte]({link})."""
    names = names_of(default)
    text = STORED_TARGET.sub(lambda match: f"]({names.get(match[1], match[1])})", text)
    return NAME.sub(lambda match: f"[{names.get(match[1], match[1])}]", text)


def words_as_shown(default: MailText, words: Words) -> Words:
    return Words(as_shown(default, words.subject), as_shown(default, words.body))


def as_stored(default: MailText, text: str) -> str:
    """Undo `as_shown`; upper and lower case make no difference, other brackets stay."""
    codes = {name.casefold(): code for code, name in names_of(default).items()}

    def code_for(name: str) -> str:
        return codes.get(" ".join(name.split()).casefold(), "")

    def target(match: re.Match) -> str:
        code = code_for(match[1])
        return f"]({{{code}}})" if is_link_name(code) else match[0]

    text = SHOWN_TARGET.sub(target, text)
    return SHOWN_NAME.sub(
        lambda match: f"{{{code}}}" if (code := code_for(match[1])) else match[0], text
    )


def faults_of_shown_names(default: MailText, words: Words) -> list[Fault]:
    """Return a fault for each name in brackets in `words`, as stored, that is no placeholder."""
    names = list(names_of(default).values())
    return [
        Fault(field, _unknown_name(name, names))
        for field, text in words._asdict().items()
        for name in SHOWN_NAME.findall(text)
    ]


def stored_words(default: MailText, subject: str, body: str) -> Words:
    """Return what the office typed as it is stored."""
    return clean_words(as_stored(default, subject), as_stored(default, body))


def faults_as_typed(default: MailText, words: Words) -> list[Fault]:
    """Return the faults of `words`, which came from `stored_words`, in the names that are typed."""
    if faults := faults_of_shown_names(default, words):
        return faults
    return [
        Fault(fault.field, as_shown(default, fault.sentence))
        for fault in find_faults(default, words)
    ]


def _unknown_name(name: str, names: list[str]) -> str:
    guess = get_close_matches(name, names, 1)
    hint = _("Meinten Sie [%(name)s]?") % {"name": guess[0]} if guess else ""
    hint = hint or _("Möglich sind: %(names)s.") % {"names": ", ".join(f"[{n}]" for n in names)}
    text = _("Den Platzhalter [%(name)s] gibt es hier nicht. %(hint)s")
    return text % {"name": name, "hint": hint}


def find_faults(default: MailText, words: Words) -> list[Fault]:
    """Return why `words` must not replace `default`; empty if they may."""
    faults = [Fault("subject", sentence) for sentence in _faults_of_subject(default, words.subject)]
    return faults + [Fault("body", sentence) for sentence in _faults_of_body(default, words.body)]


def _faults_of_subject(default: MailText, subject: str) -> Iterator[str]:
    if not subject:
        yield _("Bitte geben Sie einen Betreff ein.")
    if len(subject) > SUBJECT_LENGTH:
        yield _("Der Betreff ist zu lang. Bitte kürzen Sie ihn auf %(most)d Zeichen.") % {
            "most": SUBJECT_LENGTH
        }
    yield from _faults_of_names(default, subject)
    known = placeholders_of(default)
    for name in NAME.findall(subject):
        if is_link_name(name):
            yield _(
                "{%(name)s} ist eine Adresse und gehört in den Text. Bitte nehmen Sie sie aus dem "
                "Betreff."
            ) % {"name": name}
        elif name in known and known[name].is_block:
            yield _(
                "{%(name)s} ist eine Liste und gehört in den Text. Bitte nehmen Sie sie aus dem "
                "Betreff."
            ) % {"name": name}


def _faults_of_body(default: MailText, body: str) -> Iterator[str]:
    if not body:
        yield _("Bitte geben Sie einen Text ein.")
        return
    if len(body) > MAX_BODY_LENGTH:
        yield _("Der Text ist zu lang. Bitte kürzen Sie ihn auf %(most)d Zeichen.") % {
            "most": MAX_BODY_LENGTH
        }
        return
    # The checks below parse the body and rely on correct placeholders.
    if broken := list(_faults_of_names(default, body)):
        yield from broken
        return
    if touching := TOUCHING_LINK.search(body):
        yield _(
            "{%(name)s} muss für sich stehen. Bitte setzen Sie davor und danach ein Leerzeichen."
        ) % {"name": touching[1] or touching[2]}
    tokens = parse(with_markers(body))
    yield from _faults_of_html(tokens)
    yield from _faults_of_blocks(default, tokens)
    links = links_in(body)
    for link in links:
        yield from _faults_of_link(link)
    yield from _missing_links(default, links)


def _faults_of_names(default: MailText, template: str) -> Iterator[str]:
    known = placeholders_of(default)
    rest = NAME.sub("", template)
    if place := re.search(r".{0,15}[{}].{0,15}", rest):
        yield _(
            "Bei den geschweiften Klammern stimmt etwas nicht: „%(place)s“. Sie stehen nur einzeln "
            "um einen Platzhalter, zum Beispiel {%(name)s}."
        ) % {"place": place[0].strip(), "name": next(iter(known))}
    for name in sorted(set(NAME.findall(template)) - known.keys()):
        guess = get_close_matches(name.lower(), known, 1)
        hint = (
            _("Meinten Sie {%(name)s}?") % {"name": guess[0]} if guess else _names_in_words(known)
        )
        yield _("Den Platzhalter {%(name)s} gibt es hier nicht. %(hint)s") % {
            "name": name,
            "hint": hint,
        }


def _names_in_words(names) -> str:
    return _("Möglich sind: %(names)s.") % {"names": ", ".join(f"{{{name}}}" for name in names)}


def _faults_of_html(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        words = "".join(child.content for child in token.children or [] if child.type == "text")
        if found := TAG.search(words):
            yield _(
                "HTML wie „%(tag)s“ ist nicht möglich. Fett schreiben Sie **so**, eine Aufzählung "
                "mit - am Anfang der Zeile, eine Überschrift mit ##."
            ) % {"tag": found[0]}
            return


def _faults_of_blocks(default: MailText, tokens: list[Token]) -> Iterator[str]:
    """Yield a sentence for each block that shares its paragraph: a block renders as paragraphs of
    its own, so writing the mail would fail.
    """
    blocks = {
        marker_for(name): name
        for name, placeholder in placeholders_of(default).items()
        if placeholder.is_block
    }
    for before, token in zip(tokens, tokens[1:], strict=False):
        for marker, name in blocks.items():
            stands_alone = (
                token.content.strip() == marker
                and before.type == "paragraph_open"
                and not before.hidden
            )
            if token.type == "inline" and marker in token.content and not stands_alone:
                yield _(
                    "{%(name)s} ist eine Liste und muss in einem Absatz allein stehen. Bitte "
                    "setzen Sie davor und danach eine leere Zeile."
                ) % {"name": name}


def _faults_of_link(link: Link) -> Iterator[str]:
    own = NAME.fullmatch(link.target)
    if not link.label:
        yield _(
            "Ein Link hat keine Worte. Bitte schreiben Sie zwischen die eckigen Klammern, wohin er "
            "führt."
        )
    elif own and not is_link_name(own[1]):
        yield _("Der Link „%(label)s“ kann nicht zu {%(name)s} führen: Das ist keine Adresse.") % {
            "label": link.label,
            "name": own[1],
        }
    elif own and ADDRESS.search(link.label):
        yield _(
            "Der Link „%(label)s“ zeigt eine andere Adresse, als er öffnet. Bitte beschreiben Sie "
            "mit Worten, wohin er führt."
        ) % {"label": link.label}
    elif not own and not _is_shown_as_written(link):
        yield _(
            "Der Link „%(label)s“ verbirgt die Adresse %(target)s. Bitte schreiben Sie eine fremde "
            "Adresse sichtbar und mit https, zum Beispiel <https://www.berlin.de>, oder verwenden "
            "Sie {link}."
        ) % {"label": link.label, "target": link.target}


def _is_shown_as_written(link: Link) -> bool:
    """Return whether `link` shows its own address, and in a form that cannot deceive."""
    scheme, _colon, rest = link.target.partition(":")
    if NAME.search(link.target) or not link.target.isascii():
        return False
    if scheme in ("mailto", "tel"):
        return "".join(link.label.split()) == rest
    # `https://berlin.de@example.org` looks like Berlin and leads to example.org.
    has_user_part = "@" in urlsplit(link.target).netloc
    return scheme == "https" and link.label == link.target and not has_user_part


def _missing_links(default: MailText, links: list[Link]) -> Iterator[str]:
    present = {link.target for link in links}
    for link in links_in(str(default.body)):
        if link.target not in present:
            yield _(
                "Der Link zu %(target)s fehlt. Bitte fügen Sie ihn ein, zum Beispiel so: "
                "%(example)s"
            ) % {
                "target": link.target,
                "example": f"[{link.label}]({link.target})",
            }
            # Report each missing target only once.
            present.add(link.target)
