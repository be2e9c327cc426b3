"""The words of the mails about status reports."""

from django.utils.translation import gettext_lazy as _

from outbox.texts import MailText, register

register(
    MailText(
        kind="report_requested",
        title=_("Berichtsrunde gestartet"),
        subject=_("{round}: bitte bis {due} berichten"),
        body=_("""zum Stichtag {cut_off} bitten wir Sie um einen kurzen Bericht, wie es um diese Maßnahmen steht:

{measures}

Bitte berichten Sie bis zum **{due}**. Vier Angaben genügen: Phase, Ampel, Finanzierung und Sachstand.

[Berichte öffnen]({link})
"""),
        placeholders=("round", "cut_off", "due", "measures"),
    ),
    MailText(
        kind="report_submitted",
        title=_("Statusbericht eingereicht"),
        subject=_("Statusbericht eingereicht: {measure}"),
        body=_("""{organisation} hat zur Maßnahme **{measure}** berichtet. Bitte prüfen Sie den Bericht.

[Bericht prüfen]({link})
"""),
        placeholders=("measure", "organisation"),
        is_notice=True,
    ),
    MailText(
        kind="report_accepted",
        title=_("Statusbericht angenommen"),
        subject=_("Angenommen: Ihr Bericht zu {measure}"),
        body=_("""die Geschäftsstelle hat Ihren Bericht zur Maßnahme **{measure}** angenommen. Vielen Dank.

[Maßnahme öffnen]({link})
"""),
        placeholders=("measure",),
        is_notice=True,
    ),
    MailText(
        kind="report_returned",
        title=_("Statusbericht zurückgegeben"),
        subject=_("Bitte ergänzen: Ihr Bericht zu {measure}"),
        body=_("""die Geschäftsstelle bittet Sie, Ihren Bericht zur Maßnahme **{measure}** zu überarbeiten:

{comment}

Ihre Angaben sind noch da; Sie können dort weiterschreiben.

[Bericht überarbeiten]({link})
"""),
        placeholders=("measure", "comment"),
        is_notice=True,
    ),
)
