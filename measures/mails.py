"""Default texts of the mails about status reports, which the office can edit in the portal, and the
drafts of those that a reporting round sends.
"""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures.enums import (
    LEAD_REMINDED,
    REPORT_ASKED,
    REPORT_DUE,
    REPORT_LINK_REPLACED,
    REPORT_REQUESTED,
    ROUND_CHANGED,
)
from measures.models import Measure, ReportingRound, ReportRequest
from measures.queries import (
    AwaitedLead,
    AwaitedReporter,
    awaited_reporters,
    round_values,
    titles_as_list,
)
from outbox.enums import Audience
from outbox.texts import MailDraft, MailText, Placeholder, register
from partners.queries import recipient_of
from reminders.mails import expires_at

# The outbox adds the salutation and its comma, so every text begins in lower case.
register(
    MailText(
        kind=REPORT_REQUESTED,
        title=_("Berichtsrunde gestartet"),
        subject=_("Bitte bis {due} berichten: {round}"),
        body=_(
            "zum Stichtag {cut_off} bitten wir Sie um einen kurzen Bericht, wie es steht um:\n\n"
            "{measures}\n\n"
            "Bitte berichten Sie bis zum **{due}**. Vier Angaben genügen: Phase, Ampel (bei Gelb "
            "und Rot mit Grund), Finanzierung und Sachstand.\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind=ROUND_CHANGED,
        title=_("Termine einer Berichtsrunde geändert"),
        subject=_("Neue Termine: {round}, bitte bis {due} berichten"),
        body=_(
            "die Termine der laufenden Berichtsrunde **{round}** haben sich geändert. Bitte "
            "berichten Sie zum Stichtag {cut_off} bis zum **{due}**; frühere Angaben dazu gelten "
            "nicht mehr. Es geht um:\n\n"
            "{measures}\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind=LEAD_REMINDED,
        title=_("Erinnerung an ausstehende Berichte"),
        subject=_("Erinnerung: Berichte bis {due} erbeten, {round}"),
        body=_(
            "zum Stichtag {cut_off} warten wir noch auf Ihren Bericht zu:\n\n"
            "{measures}\n\n"
            "Erbeten ist er bis zum **{due}**. Vier Angaben genügen: Phase, Ampel (bei "
            "Gelb und Rot mit Grund), Finanzierung und Sachstand.\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind=REPORT_DUE,
        title=_("Erinnerung an Personen ohne Konto, die berichten sollen"),
        subject=_("Erinnerung: Berichte bis {due} erbeten, {round}"),
        body=_(
            "zum Stichtag {cut_off} warten wir noch auf Ihren Bericht zu:\n\n"
            "{measures}\n\n"
            "Erbeten ist er bis zum **{due}**. Der Link öffnet das Formular dazu; Sie "
            "brauchen kein Konto. Bitte geben Sie ihn nicht weiter.\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
        can_wait=False,
    ),
    MailText(
        kind=REPORT_LINK_REPLACED,
        title=_("Neuer persönlicher Link für die Berichte"),
        subject=_("Ihr neuer Link: Berichte bis {due}, {round}"),
        body=_(
            "für Ihren Bericht zum Stichtag {cut_off} gilt ein neuer persönlicher Link; der "
            "frühere ist ungültig. Was Sie schon gespeichert haben, ist noch da. Es geht "
            "um:\n\n"
            "{measures}\n\n"
            # A link is also replaced after that day, while the round is open.
            "Erbeten ist Ihr Bericht bis zum **{due}**.\n\n"
            "[Berichte öffnen]({link})\n"
        ),
        placeholders=("round", "cut_off", "due", "measures"),
    ),
    MailText(
        kind=REPORT_ASKED,
        title=_("Bitte um einen Bericht außerhalb einer Runde"),
        subject=_("Bitte berichten Sie, wie es steht: {organisation}"),
        body=_(
            "wir bitten Sie um einen kurzen Bericht, wie es steht um:\n\n"
            "{measures}\n\n"
            "Vier Angaben genügen: Phase, Ampel (bei Gelb und Rot mit Grund), Finanzierung und "
            "Sachstand.\n\n"
            "[Maßnahmen öffnen]({link})\n"
        ),
        placeholders=("organisation", "measures"),
        audience=Audience.ACCOUNTS,
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
        audience=Audience.ACCOUNTS,
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
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="report_accepted_otherwise",
        title=_("Statusbericht mit anderer Ampel angenommen"),
        subject=_("Angenommen mit Ampel {light}: Ihr Bericht zu {measure}"),
        body=_(
            "die Geschäftsstelle hat Ihren Bericht zur Maßnahme **{measure}** angenommen, aber mit "
            "der Ampel **{light}**. Der Grund:\n\n"
            "{reason}\n\n"
            "Ihre eigene Ampel bleibt im Bericht sichtbar. Sehen Sie es anders, sprechen Sie uns "
            "bitte an.\n\n"
            "[Maßnahme öffnen]({link})\n"
        ),
        placeholders=("measure", "light", "reason"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
    ),
    MailText(
        kind="report_completed",
        title=_("Statusbericht ergänzt und angenommen"),
        subject=_("Angenommen und ergänzt: Ihr Bericht zu {measure}"),
        body=_(
            "die Geschäftsstelle hat Ihren Bericht zur Maßnahme **{measure}** ergänzt und "
            "angenommen. Geändert ist:\n\n"
            "{changes}\n\n"
            "Sehen Sie es anders, sprechen Sie uns bitte an.\n\n"
            "[Bericht öffnen]({link})\n"
        ),
        placeholders=("measure", "changes"),
        is_notice=True,
        audience=Audience.ACCOUNTS,
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
        audience=Audience.ACCOUNTS,
    ),
    area=_("Maßnahmen"),
    placeholders={
        "round": Placeholder(
            _("Name der Berichtsrunde"), _("Monitoring Herbst 2019"), name=_("Berichtsrunde")
        ),
        "cut_off": Placeholder(_("Stichtag der Berichtsrunde"), "22.11.2019", name=_("Stichtag")),
        "due": Placeholder(
            _("Tag, bis zu dem berichtet werden soll"), "06.12.2019", name=_("Frist")
        ),
        "measures": Placeholder(
            _("Liste der Maßnahmen, über die zu berichten ist"),
            _("- Ankaufsstrategie für Industrieflächen\n- Industriekultur sichtbar machen"),
            is_block=True,
            name=_("Maßnahmen"),
        ),
        "measure": Placeholder(
            _("Titel der Maßnahme"), _("Ankaufsstrategie für Industrieflächen"), name=_("Maßnahme")
        ),
        "changes": Placeholder(
            _("was die Geschäftsstelle am Bericht geändert hat"),
            _("- Sachstand: Der Ankauf läuft. → Der Ankauf ist beurkundet."),
            is_block=True,
            name=_("Änderungen"),
        ),
        "light": Placeholder(_("Ampel, die jetzt gilt"), _("gelb"), name=_("Ampel")),
        "reason": Placeholder(
            _("Grund der anderen Ampel"), _("Der zweite Ankauf verzögert sich."), name=_("Grund")
        ),
        "organisation": Placeholder(
            _("Organisation, die berichtet"),
            _("Landesverband Maschinenbau"),
            name=_("Organisation"),
        ),
        "comment": Placeholder(
            _("was am Bericht fehlt"),
            _("Bitte nennen Sie den nächsten Meilenstein."),
            name=_("Anmerkung"),
        ),
    },
)


def report_requests(reporting_round: ReportingRound) -> list[MailDraft]:
    """Return a mail to each person who may report in the round, about all their measures."""
    # A round opens only once, so this event deduplicates the mail across retries.
    return _drafts(reporting_round, REPORT_REQUESTED, event="opened")


def change_notices(reporting_round: ReportingRound, *, now: dt.datetime) -> list[MailDraft]:
    """Return a mail with the new days to each person who has yet to report in the round."""
    return _drafts(reporting_round, ROUND_CHANGED, event=f"changed:{now.isoformat()}")


def report_questions_to(leads: Iterable[AwaitedLead], *, now: dt.datetime) -> list[MailDraft]:
    """Return a mail to each person who may report for one of `leads`, about all their measures."""
    return [
        MailDraft(
            kind=REPORT_ASKED,
            # About the organisation: one mail names several measures, and its page lists what it
            # was sent.
            subject_key=f"organisation:{asked.lead.pk}",
            event=f"asked:{now.isoformat()}",
            to=recipient_of(person),
            values={
                "organisation": asked.lead.label,
                "measures": titles_as_list(asked.measures),
            },
            path=_reporting_url(asked),
        )
        for asked in leads
        for person in asked.reporters
    ]


def _reporting_url(asked: AwaitedLead) -> str:
    if len(asked.measures) == 1:
        return reverse("measures:write_report", args=[asked.measures[0].pk])
    # Of all plans, because the running one is not the only one that may be asked about.
    return f"{reverse('measures:list')}?plan=&lead={asked.lead.pk}"


def link_notice(request: ReportRequest, measures: list[Measure]) -> MailDraft:
    """Return the mail with the new personal link of a request."""
    asked = AwaitedReporter(request.person, measures, request)
    event = f"link:{request.link_version}"
    return _draft(request.round, REPORT_LINK_REPLACED, asked, event=event)


def late_request(request: ReportRequest, measures: list[Measure]) -> MailDraft:
    """Return the mail to somebody who is asked while the round runs already."""
    asked = AwaitedReporter(request.person, measures, request)
    return _draft(request.round, REPORT_REQUESTED, asked, event=f"request:{request.link_version}")


def lead_reminder(
    reporting_round: ReportingRound, asked: AwaitedReporter, *, now: dt.datetime
) -> MailDraft:
    """Return the mail by which the office reminds somebody of the reports that are owed."""
    event = f"by_hand:{now.isoformat()}"
    draft = _draft(reporting_round, LEAD_REMINDED, asked, event=event)
    return draft._replace(expires_at=expires_at(now))


def _drafts(reporting_round: ReportingRound, kind: str, *, event: str) -> list[MailDraft]:
    return [
        _draft(reporting_round, kind, asked, event=event)
        for asked in awaited_reporters(reporting_round)
    ]


def _draft(
    reporting_round: ReportingRound, kind: str, asked: AwaitedReporter, *, event: str
) -> MailDraft:
    path = reverse("measures:answer", args=[reporting_round.pk])
    # Whoever is asked for two organisations, or shares a mailbox, needs each of the links.
    event = f"{event}:{asked.request.pk}" if asked.request else event
    return MailDraft(
        kind=kind,
        subject_key=reporting_round.mail_key,
        event=event,
        to=recipient_of(asked.person),
        values=round_values(reporting_round, asked.measures),
        path=reporting_round.get_absolute_url(),
        link=asked.request.personal_link if asked.request else path,
        has_personal_link=asked.request is not None,
    )
