"""The mail that brings a reported barrier to the office."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accessibility.models import BarrierReport
from core.dates import format_date
from outbox.enums import Audience
from outbox.texts import MailDraft, MailText, Placeholder, Recipient, register

BARRIER_REPORTED = "barrier_reported"

register(
    MailText(
        kind=BARRIER_REPORTED,
        title=_("Barriere gemeldet"),
        subject=_("Barriere im Portal gemeldet"),
        body=_("""über die Erklärung zur Barrierefreiheit kam dieser Hinweis:

{message}

Betroffene Seite: {page}

Antwort erbeten an: {sender}. Steht dort eine Adresse, antworten Sie einfach auf diese E-Mail.

Das Gesetz verlangt eine Antwort bis spätestens {answer_due_on}.

[Wortlaut der Erklärung zur Barrierefreiheit]({link})
"""),
        placeholders=("message", "page", "sender", "answer_due_on"),
        audience=Audience.EVERYBODY,
    ),
    area=_("Barrierefreiheit"),
    placeholders={
        "message": Placeholder(
            _("Hinweis, wie er eingegeben wurde"),
            _("Im Zeitplan fehlt eine Überschrift."),
            name=_("Hinweis"),
        ),
        "page": Placeholder(_("Seite, um die es geht"), "/zeitplan/", name=_("Seite")),
        "sender": Placeholder(
            _("Adresse für die Antwort"), "person@example.org", name=_("Absender")
        ),
        "answer_due_on": Placeholder(
            _("Tag, bis zu dem das Gesetz eine Antwort verlangt"),
            "18.07.2019",
            name=_("Antwortfrist"),
        ),
    },
)


def draft_barrier_reported(report: BarrierReport) -> MailDraft:
    """Return the mail to the office, whose answer goes straight to the sender."""
    return MailDraft(
        kind=BARRIER_REPORTED,
        subject_key="accessibility",
        event=report.fingerprint,
        to=Recipient(email=settings.OFFICE_EMAIL, name=settings.OFFICE_NAME),
        values={
            "message": report.message,
            "page": report.page or str(_("keine Angabe")),
            "sender": report.email or str(_("keine Antwort gewünscht")),
            "answer_due_on": format_date(report.due_on),
        },
        path=reverse("accessibility"),
        reply_to=report.email,
    )
