"""Default texts of the mails about status reports; the office can edit them in the portal."""

from django.utils.translation import gettext_lazy as _

from outbox.texts import MailText, Placeholder, register

# The outbox adds the salutation and its comma, so every text begins in lower case.
register(
    MailText(
        kind="report_requested",
        title=_("Berichtsrunde gestartet"),
        subject=_("{round}: bitte bis {due} berichten"),
        body=_(
            "zum Stichtag {cut_off} bitten wir Sie um einen kurzen Bericht, wie es um "
            "diese Maßnahmen steht:\n\n"
            "{measures}\n\n"
            "Bitte berichten Sie bis zum **{due}**. Vier Angaben genügen: Phase, "
            "Ampel, Finanzierung und Sachstand.\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
    ),
    MailText(
        kind="report_submitted",
        title=_("Statusbericht eingereicht"),
        subject=_("Statusbericht eingereicht: {measure}"),
        body=_(
            "{organisation} hat zur Maßnahme **{measure}** berichtet. Bitte prüfen Sie "
            "den Bericht.\n\n"
            "[Bericht prüfen]({link})\n"
        ),
        placeholders=("measure", "organisation"),
        is_notice=True,
    ),
    MailText(
        kind="report_accepted",
        title=_("Statusbericht angenommen"),
        subject=_("Angenommen: Ihr Bericht zu {measure}"),
        body=_(
            "die Geschäftsstelle hat Ihren Bericht zur Maßnahme **{measure}** "
            "angenommen. Vielen Dank.\n\n"
            "[Maßnahme öffnen]({link})\n"
        ),
        placeholders=("measure",),
        is_notice=True,
    ),
    MailText(
        kind="report_returned",
        title=_("Statusbericht zurückgegeben"),
        subject=_("Bitte ergänzen: Ihr Bericht zu {measure}"),
        body=_(
            "die Geschäftsstelle bittet Sie, Ihren Bericht zur Maßnahme **{measure}** "
            "zu überarbeiten:\n\n"
            "{comment}\n\n"
            "Ihre Angaben sind noch da; Sie können dort weiterschreiben.\n\n"
            "[Bericht überarbeiten]({link})\n"
        ),
        placeholders=("measure", "comment"),
        is_notice=True,
    ),
    area=_("Maßnahmen"),
    placeholders={
        "round": Placeholder(_("Name der Berichtsrunde"), _("Monitoring Herbst 2019")),
        "cut_off": Placeholder(_("Stichtag der Berichtsrunde"), "22.11.2019"),
        "due": Placeholder(_("Tag, bis zu dem berichtet werden soll"), "06.12.2019"),
        "measures": Placeholder(
            _("Liste der Maßnahmen, über die zu berichten ist"),
            _("- Ankaufsstrategie für Industrieflächen\n- Industriekultur sichtbar machen"),
            is_block=True,
        ),
        "measure": Placeholder(_("Titel der Maßnahme"), _("Ankaufsstrategie für Industrieflächen")),
        "organisation": Placeholder(
            _("Organisation, die berichtet"), _("Landesverband Maschinenbau")
        ),
        "comment": Placeholder(
            _("was am Bericht fehlt"), _("Bitte nennen Sie den nächsten Meilenstein.")
        ),
    },
)
