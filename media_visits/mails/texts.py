"""The texts of the mails about visits, and what their placeholders mean."""

from django.conf import settings
from django.utils.translation import gettext_lazy

from outbox.enums import Audience
from outbox.texts import MailText, Placeholder, register

register(
    MailText(
        kind="visit_announced",
        title=gettext_lazy("Unternehmensbesuch angekündigt"),
        subject=gettext_lazy("Besuch am {when}: {company}"),
        body=gettext_lazy(
            "wir kündigen Ihnen einen Unternehmensbesuch an.\n\n{replaces}\n\n"
            "**{company}**, {when}\n\nAnlass: {title}\n\n{quote}\n\n"
            "Wer besucht: {visitor}\n\n{participants}\n\nOrt: {address}\n\n{press}\n\n"
            "Kontakt: {contact}\n\n"
            "Wird der Besuch verschoben oder abgesagt, sagen wir Ihnen Bescheid."
        ),
        placeholders=(
            "replaces",
            "company",
            "when",
            "title",
            "quote",
            "visitor",
            "participants",
            "address",
            "press",
            "contact",
        ),
    ),
    MailText(
        # Also to those who have left: they may still count on the date that it corrects (ADR 23).
        kind="visit_changed",
        title=gettext_lazy("Angaben zu einem angekündigten Unternehmensbesuch geändert"),
        subject=gettext_lazy("Geändert: Besuch bei {company} am {when}"),
        body=gettext_lazy(
            "zum angekündigten Besuch bei **{company}** ({title}) am {when} hat sich etwas "
            "geändert.\n\n{changes}\n\nAlles andere bleibt, wie wir es Ihnen mitgeteilt haben."
        ),
        placeholders=("company", "title", "when", "changes"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="visit_postponed",
        title=gettext_lazy("Unternehmensbesuch verschoben"),
        subject=gettext_lazy("Verschoben: Besuch bei {company}"),
        body=gettext_lazy(
            "der angekündigte Besuch bei **{company}** ({title}), vorgesehen für {when}, wird "
            "verschoben.\n\n"
            "Grund: {reason}\n\n{note}"
        ),
        placeholders=("company", "title", "when", "reason", "note"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="visit_cancelled",
        title=gettext_lazy("Unternehmensbesuch abgesagt"),
        subject=gettext_lazy("Abgesagt: Besuch bei {company}"),
        body=gettext_lazy(
            "der Besuch bei **{company}** ({title}), vorgesehen für {when}, findet nicht "
            "statt.\n\nGrund: {reason}"
        ),
        placeholders=("company", "title", "when", "reason"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="visit_moved",
        title=gettext_lazy("Stand eines Besuchs geändert (an das Büro, das entscheidet)"),
        subject=gettext_lazy("Besuch {state}: {company}"),
        body=gettext_lazy(
            "der Besuch bei **{company}** ({title}), {when}, ist jetzt **{state}**.\n\n{note}\n\n"
            "[Besuch öffnen]({link})"
        ),
        placeholders=("company", "title", "when", "state", "note"),
        audience=Audience.ACCOUNTS,
    ),
    area=gettext_lazy("Unternehmensbesuche"),
    placeholders={
        "company": Placeholder(
            gettext_lazy("besuchter Betrieb"),
            gettext_lazy("Beispielwerk GmbH"),
            name=gettext_lazy("Unternehmen"),
        ),
        "when": Placeholder(
            gettext_lazy("Tag und Uhrzeit des Besuchs"),
            gettext_lazy("Di, 17.07.2018, 10:00 Uhr"),
            name=gettext_lazy("Termin"),
        ),
        "title": Placeholder(
            gettext_lazy("Anlass des Besuchs"),
            gettext_lazy("Eröffnung der neuen Montage"),
            name=gettext_lazy("Anlass"),
        ),
        "visitor": Placeholder(
            gettext_lazy("wer den Betrieb besucht"),
            settings.HEAD_TITLE,
            name=gettext_lazy("Wer besucht"),
        ),
        "address": Placeholder(
            gettext_lazy("Anschrift des Betriebs"),
            gettext_lazy("Musterstraße 1, 12099 Berlin"),
            name=gettext_lazy("Adresse"),
        ),
        "press": Placeholder(
            gettext_lazy("Liste der Pressetermine oder der Satz, dass es keine gibt"),
            gettext_lazy(
                "Pressetermine:\n\n- Bildtermin 17.07.2018, 10:30 Uhr\n  - Treffpunkt: Tor 2"
            ),
            is_block=True,
            name=gettext_lazy("Presse"),
        ),
        "replaces": Placeholder(
            gettext_lazy("Satz über den früheren Termin; leer, wenn es keinen gab"),
            gettext_lazy("Diese Ankündigung ersetzt die frühere für Mo, 16.07.2018, 10:00 Uhr."),
            name=gettext_lazy("Bisheriger Termin"),
        ),
        "quote": Placeholder(
            gettext_lazy("Zitat, wie es eingetragen wurde; kann leer sein"),
            gettext_lazy("„Hier entsteht Neues“, sagt die Senatorin."),
            name=gettext_lazy("Zitat"),
        ),
        "participants": Placeholder(
            gettext_lazy("wer außerdem dabei ist; kann leer sein"),
            gettext_lazy("Außerdem dabei:\nGeschäftsführung des Betriebs"),
            name=gettext_lazy("Außerdem dabei"),
        ),
        "contact": Placeholder(
            gettext_lazy("wer Fragen beantwortet und Anmeldungen annimmt"),
            gettext_lazy("Pressestelle, 030 12345, presse@example.org"),
            name=gettext_lazy("Kontakt"),
        ),
        "changes": Placeholder(
            gettext_lazy("was sich geändert hat, mit dem Stand davor"),
            gettext_lazy("Treffpunkt\nbisher: Tor 1\njetzt: Tor 2"),
            name=gettext_lazy("Änderungen"),
        ),
        "reason": Placeholder(
            gettext_lazy("Grund, wie er eingetragen wurde"),
            gettext_lazy("Eine Sitzung wurde vorgezogen."),
            name=gettext_lazy("Grund"),
        ),
        "state": Placeholder(
            gettext_lazy("Stand des Besuchs"),
            gettext_lazy("angekündigt"),
            name=gettext_lazy("Stand"),
        ),
        "note": Placeholder(
            gettext_lazy("Vermerk dazu; kann leer sein"),
            gettext_lazy("Grund: Eine Sitzung wurde vorgezogen."),
            name=gettext_lazy("Hinweis"),
        ),
    },
)
