"""Texts of the mails about topics and dialogues."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dialogues.enums import SENATOR_ATTENDS
from outbox.enums import Audience
from outbox.texts import MailText, Placeholder, register

# Several notices (`is_notice`) to one recipient can be bundled into one mail.
register(
    MailText(
        kind="topic_proposed",
        title=_("Neuer Themenvorschlag"),
        subject=_("Themenvorschlag: {topic}"),
        body=_(
            "{organisation} schlägt ein Thema vor: **{topic}**\n\n"
            "{description}\n\n[Thema öffnen]({link})"
        ),
        placeholders=("topic", "organisation", "description"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="topic_taken_up",
        title=_("Themenvorschlag wird bearbeitet"),
        subject=_("Ihr Vorschlag wird bearbeitet: {topic}"),
        body=_(
            "die Geschäftsstelle hat Ihren Vorschlag **{topic}** aufgegriffen. Sie erfahren, wie "
            "darüber entschieden wird.\n\n[Thema öffnen]({link})"
        ),
        placeholders=("topic",),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="topic_declined",
        title=_("Themenvorschlag nicht aufgegriffen"),
        subject=_("Ihr Vorschlag: {topic}"),
        body=_(
            "vielen Dank für Ihren Vorschlag **{topic}**. Er wird derzeit nicht aufgegriffen.\n\n"
            "Begründung: {reason}\n\n[Thema öffnen]({link})"
        ),
        placeholders=("topic", "reason"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="topic_decided",
        title=_("Entscheidung über ein Thema"),
        subject=_("{state}: {topic}"),
        body=_(
            "über das von Ihnen vorgeschlagene Thema **{topic}** wurde entschieden: "
            "**{state}**.\n\n{reason}\n\n[Thema öffnen]({link})"
        ),
        placeholders=("topic", "state", "reason"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="date_fixed",
        title=_("Termin steht fest"),
        subject=_("Termin steht fest: {dialogue}, {date}"),
        body=_(
            "der Termin für das Branchengespräch **{dialogue}** steht fest.\n\n"
            "Termin: **{date}**\n\n{replaces}\n\nOrt: {place}\n\nGastgeber: {host}"
        ),
        placeholders=("dialogue", "date", "replaces", "place", "host"),
    ),
    # Guests are told that only the link counts, because the portal reads no calendar replies.
    MailText(
        kind="invitation",
        title=_("Einladung zum Branchengespräch"),
        subject=_("Einladung: {dialogue}, {date}"),
        body=_(
            "wir laden Sie herzlich zum Branchengespräch **{dialogue}** ein.\n\n"
            "{about}\n\nTermin: **{date}**\n\n{replaces}\n\nOrt: {place}\n\n{senator}\n\n"
            "{programme}\n\nBitte antworten Sie bis zum **{rsvp_by}**. Sie brauchen dafür kein "
            "Konto.\n\n[Einladung beantworten]({link})\n\nEs zählt nur die Antwort über diesen "
            "Link. Wenn Sie den Termin in Ihrem Kalender annehmen oder ablehnen, erfahren wir "
            "davon nichts.\n\nDer Link gilt nur für Sie. Wenn Sie verhindert sind, können Sie dort "
            "eine Vertretung benennen."
        ),
        placeholders=(
            "dialogue",
            "about",
            "date",
            "replaces",
            "place",
            "senator",
            "programme",
            "rsvp_by",
        ),
    ),
    MailText(
        kind="link_replaced",
        title=_("Neuer persönlicher Link"),
        subject=_("Ihr neuer Link: {dialogue}, {date}"),
        body=_(
            "Ihr bisheriger Link zur Einladung zum Branchengespräch **{dialogue}** am **{date}** "
            "gilt nicht mehr. Bitte verwenden Sie von jetzt an diesen:\n\n"
            "[Einladung öffnen]({link})\n\n{note}\n\nDer Link gilt nur für Sie."
        ),
        placeholders=("dialogue", "date", "note"),
    ),
    MailText(
        kind="invitation_reminder",
        title=_("Erinnerung an eine Einladung"),
        subject=_("Bitte um Antwort bis {rsvp_by}: {dialogue}"),
        body=_(
            "zu unserer Einladung zum Branchengespräch **{dialogue}** am **{date}** haben wir noch "
            "keine Antwort von Ihnen.\n\nBitte antworten Sie bis zum **{rsvp_by}**.\n\n"
            "[Einladung beantworten]({link})"
        ),
        placeholders=("dialogue", "date", "rsvp_by"),
    ),
    MailText(
        kind="rsvp_confirmed",
        title=_("Bestätigung einer Antwort"),
        subject=_("{rsvp}: {dialogue}, {date}"),
        body=_(
            "wir haben Ihre Antwort zum Branchengespräch **{dialogue}** erhalten: **{rsvp}**.\n\n"
            "{details}\n\nTermin: {date}\n\nOrt: {place}\n\n"
            # Also true of a reply that the office enters after that day.
            "{entry}\n\nÜber denselben Link können Sie Ihre Antwort bis zum {rsvp_by} ändern, "
            "danach über die Geschäftsstelle.\n\n"
            "[Antwort ansehen]({link})"
        ),
        placeholders=("dialogue", "date", "place", "rsvp", "details", "entry", "rsvp_by"),
    ),
    MailText(
        kind="substitute_named",
        title=_("Als Vertretung benannt"),
        subject=_("Branchengespräch {dialogue}, {date}: Sie wurden als Vertretung benannt"),
        body=_(
            "{guest} hat Sie als Vertretung für das Branchengespräch **{dialogue}** benannt.\n\n"
            "Termin: **{date}**\n\nOrt: {place}\n\nWenn Sie nicht teilnehmen können, geben Sie "
            "bitte der Geschäftsstelle Bescheid."
        ),
        placeholders=("dialogue", "date", "place", "guest"),
    ),
    MailText(
        kind="seat_offered",
        title=_("Freier Platz angeboten"),
        subject=_("Ein Platz ist frei: {dialogue}, {date}"),
        body=_(
            "beim Branchengespräch **{dialogue}** am **{date}** ist Platz frei geworden, und Sie "
            "sind auf der Warteliste an der Reihe.\n\nFür Sie zurückgelegt: **{seats}**, bis "
            "**{until}**.\n\nBitte sagen Sie bis dahin zu oder ab. Danach bieten wir den Platz "
            "dem nächsten Gast an.\n\n[Zusagen oder absagen]({link})"
        ),
        placeholders=("dialogue", "date", "seats", "until"),
    ),
    MailText(
        kind="seat_offer_ended",
        title=_("Angebotener Platz nicht mehr zurückgelegt"),
        subject=_("Platz nicht mehr zurückgelegt: {dialogue}, {date}"),
        body=_(
            "der Platz, den wir Ihnen beim Branchengespräch **{dialogue}** am **{date}** angeboten "
            "hatten, ist nicht mehr für Sie zurückgelegt. {reason}\n\nMöchten Sie weiter "
            "nachrücken? Dann setzen Sie sich bitte noch einmal auf die Warteliste.\n\n"
            "[Antwort ansehen]({link})"
        ),
        placeholders=("dialogue", "date", "reason"),
    ),
    MailText(
        # Also to guests who have left: the date may still be in their calendar (ADR 23).
        kind="invitation_withdrawn",
        title=_("Einladung zurückgezogen"),
        subject=_("Einladung zurückgezogen: {dialogue}"),
        body=_(
            "wir müssen unsere Einladung zum Branchengespräch **{dialogue}** ({date}) leider "
            "zurückziehen. Bitte streichen Sie den Termin. Bei Fragen erreichen Sie uns über die "
            "Angaben am Ende dieser Nachricht."
        ),
        placeholders=("dialogue", "date"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="dialogue_changed",
        title=_("Branchengespräch geändert"),
        subject=_("Geändert: {dialogue}, {date}"),
        body=_(
            "beim Branchengespräch **{dialogue}** am **{date}** hat sich etwas geändert.\n\n"
            "{changes}\n\n{note}\n\n[Einladung ansehen]({link})"
        ),
        placeholders=("dialogue", "date", "changes", "note"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="dialogue_changed_info",
        title=_("Branchengespräch geändert, zur Kenntnis"),
        subject=_("Geändert: {dialogue}, {date}"),
        body=_(
            "beim Branchengespräch **{dialogue}** am **{date}** hat sich etwas geändert.\n\n"
            "{changes}\n\n{note}\n\nDer Kalendereintrag in dieser E-Mail ersetzt den bisherigen."
        ),
        placeholders=("dialogue", "date", "changes", "note"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="dialogue_postponed",
        title=_("Branchengespräch verschoben"),
        subject=_("Verschoben: {dialogue}, {date}"),
        body=_(
            "das Branchengespräch **{dialogue}** am {date} findet zu diesem Termin nicht statt. Es "
            "wird verschoben.\n\nGrund: {reason}\n\n{note}"
        ),
        placeholders=("dialogue", "date", "reason", "note"),
        audience=Audience.EVERYBODY,
    ),
    MailText(
        kind="dialogue_cancelled",
        title=_("Branchengespräch abgesagt"),
        subject=_("Abgesagt: {dialogue}, {date}"),
        body=_(
            "das Branchengespräch **{dialogue}** ({date}) wurde abgesagt.\n\nGrund: {reason}\n\n"
            "{note}"
        ),
        placeholders=("dialogue", "date", "reason", "note"),
        audience=Audience.EVERYBODY,
    ),
    area=_("Branchengespräche"),
    placeholders={
        "topic": Placeholder(
            _("Titel des Themas"), _("Digitale Infrastruktur in Gewerbegebieten"), name=_("Thema")
        ),
        "organisation": Placeholder(
            _("Organisation, die das Thema vorschlägt"),
            _("Landesverband Maschinenbau"),
            name=_("Organisation"),
        ),
        "description": Placeholder(
            _("Beschreibung des Themas; kann leer sein"),
            _("Viele Betriebe warten auf schnelle Anschlüsse."),
            name=_("Beschreibung"),
        ),
        "reason": Placeholder(
            _("Begründung, wie sie eingetragen wurde; kann leer sein"),
            _("Der Schwerpunkt wurde auf das Frühjahr verlegt."),
            name=_("Grund"),
        ),
        "state": Placeholder(_("Ergebnis der Entscheidung"), _("Freigegeben"), name=_("Ergebnis")),
        "dialogue": Placeholder(
            _("Titel des Branchengesprächs"),
            _("Digitale Infrastruktur in Gewerbegebieten"),
            name=_("Gespräch"),
        ),
        "date": Placeholder(
            _("Tag und Uhrzeit des Gesprächs"),
            _("Di, 18.06.2019, 14:00–16:30 Uhr"),
            name=_("Termin"),
        ),
        "replaces": Placeholder(
            _("welchen früheren Termin der neue ersetzt; kann leer sein"),
            _("Dieser Termin ersetzt den bisherigen: Di, 11.06.2019, 14:00–16:30 Uhr."),
            name=_("Bisheriger Termin"),
        ),
        "place": Placeholder(
            _("Ort des Gesprächs, bei digitalen Gesprächen die Form"),
            _("Beispielwerk, Musterstraße 1, 12099 Berlin"),
            name=_("Ort"),
        ),
        "host": Placeholder(_("gastgebender Betrieb"), _("Beispielwerk GmbH"), name=_("Gastgeber")),
        "senator": Placeholder(
            format_lazy(_("{label}, ja oder nein"), label=SENATOR_ATTENDS),
            format_lazy("{label}: {value}", label=SENATOR_ATTENDS, value=_("ja")),
            name=_("Teilnahme"),
        ),
        "about": Placeholder(
            _("Beschreibung des Themas; kann leer sein"),
            _("Viele Betriebe warten auf schnelle Anschlüsse."),
            name=_("Worum es geht"),
        ),
        "programme": Placeholder(
            _("Programm, eine Zeile je Punkt; kann leer sein"),
            _("14:00 Begrüßung\n14:15 Werksrundgang\n15:00 Gespräch"),
            name=_("Programm"),
        ),
        "rsvp_by": Placeholder(
            _("Tag, bis zu dem Gäste antworten"), _("11.06.2019"), name=_("Antwortfrist")
        ),
        "seats": Placeholder(_("Zahl der zurückgelegten Plätze"), _("2 Plätze"), name=_("Plätze")),
        "until": Placeholder(
            _("bis wann der Platz zurückgelegt ist"),
            _("Di, 14.04.2026, 18:00 Uhr"),
            name=_("Frist des Angebots"),
        ),
        "rsvp": Placeholder(_("Antwort des Gastes"), _("Zusage"), name=_("Antwort")),
        "details": Placeholder(
            _("Zahl der Personen oder Name der Vertretung; kann leer sein"),
            _("Angemeldet: 2 Personen"),
            name=_("Einzelheiten"),
        ),
        "guest": Placeholder(
            _("Name und Organisation des Gastes, der vertreten wird"),
            _("Leitung des Werks (Zange GmbH)"),
            name=_("Gast"),
        ),
        "entry": Placeholder(
            _("Hinweis zum Kalendereintrag; kann leer sein"),
            _("Mit dieser E-Mail kann Ihr Kalender den Termin entfernen."),
            name=_("Kalendereintrag"),
        ),
        "changes": Placeholder(
            _("was sich geändert hat, vorher und nachher"),
            _("Ort: Halle 1, Berlin → Halle 2, Berlin"),
            name=_("Änderungen"),
        ),
        "note": Placeholder(
            _("was die Nachricht für die Empfänger bedeutet; kann leer sein"),
            _("Ihre Zusage gilt weiter."),
            name=_("Hinweis"),
        ),
    },
)
