"""Record reported barriers, note how they were answered, and remove what was written."""

import datetime as dt
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accessibility.enums import BARRIER_MOVES, BarrierState
from accessibility.mails import BARRIER_REPORTED, draft_barrier_reported
from accessibility.models import BarrierReport
from accessibility.queries import (
    answered_barriers,
    barriers_from,
    expired_barriers,
    export_person,
    person_needs,
)
from core.conflicts import require_seen
from core.dates import add_months, local_date
from core.errors import Refused, violation_as
from core.history import save_as
from core.roles import require_office
from core.states import target_of
from core.texts import Traces
from outbox.models import Mail
from outbox.rendering.headers import spellings_of
from outbox.services import clean_mails, enqueue_mails
from partners.models import Person
from partners.registry import ClosedTexts, ExpiryRule, PersonData

# What somebody must have seen before they note or take back an answer.
SEEN_FIELDS = ("state", "answer")
ANSWER_MONTHS = 1  # BIKTG Bln, § 5
# What says who wrote, in a report and in each line of its history.
BLANK = {"message": "", "email": "", "answer": ""}
SENT_TWICE = gettext_lazy("Dieser Hinweis ist eben schon bei der Geschäftsstelle eingegangen.")
REMOVED = gettext_lazy(
    "Der Wortlaut ist gelöscht, weil die Frist abgelaufen ist. Den Hinweis kann niemand mehr "
    "beantworten."
)


@transaction.atomic
def report_barrier(*, message: str, page: str, email: str, now: dt.datetime) -> BarrierReport:
    """Record a report from the public form and mail it to the office, once if the same is sent
    twice on one day.
    """
    today = local_date(now)
    words = "\0".join((message, page, email))
    # Hashed, because the event of a mail has at most 80 characters.
    fingerprint = f"{today}:{sha256(words.encode()).hexdigest()[:32]}"
    if known := BarrierReport.objects.filter(fingerprint=fingerprint).first():
        return known
    report = BarrierReport(
        message=message,
        page=page,
        email=email,
        received_at=now,
        due_on=add_months(today, ANSWER_MONTHS),
        fingerprint=fingerprint,
    )
    with violation_as(Refused(str(SENT_TWICE))):
        save_as(report, by=None, now=now, reason=_("eingegangen"))
    enqueue_mails([draft_barrier_reported(report)], now=now)
    return report


@transaction.atomic
def answer_barrier(
    *, report: BarrierReport, answer: str, by, now: dt.datetime, seen: str | None = None
) -> BarrierReport:
    """Note how the office answered; this mails nobody."""
    locked = _locked(report, "answer", seen, by=by)
    if not answer.strip():
        raise Refused(_("Bitte halten Sie fest, wie geantwortet wurde."))
    locked.state, locked.answer, locked.answered_at = BarrierState.ANSWERED, answer, now
    save_as(locked, by=by, now=now, reason=_("beantwortet"))
    return locked


@transaction.atomic
def reopen_barrier(
    *, report: BarrierReport, by, now: dt.datetime, seen: str | None = None
) -> BarrierReport:
    """Take back that a report was answered; the note stays for the next answer."""
    locked = _locked(report, "reopen", seen, by=by)
    locked.state, locked.answered_at = BarrierState.OPEN, None
    save_as(locked, by=by, now=now, reason=_("wieder geöffnet"))
    return locked


def require_words(report: BarrierReport) -> None:
    """Raise Refused if what was written is removed."""
    if report.is_removed:
        raise Refused(str(REMOVED))


def _locked(report: BarrierReport, action: str, seen: str | None, *, by) -> BarrierReport:
    require_office(by)
    locked = BarrierReport.objects.select_for_update().get(pk=report.pk)
    require_words(locked)
    target_of(BARRIER_MOVES, action, locked)
    require_seen(locked, seen, SEEN_FIELDS)
    return locked


def remove_words(report: BarrierReport) -> bool:
    """Remove what was written from an answered `report` and its history; return whether anything
    was left. That somebody reported a barrier, when, and about which page, stays.
    """
    locked = BarrierReport.objects.select_for_update().get(pk=report.pk)
    # Opened again meanwhile: then it needs its words.
    if locked.is_removed or locked.state != BarrierState.ANSWERED:
        return False
    # The office may keep the texts of mails for longer than this.
    mails = Mail.objects.filter(kind=BARRIER_REPORTED, event=locked.fingerprint)
    clean_mails(mails, traces=Traces(spellings_of(locked.email)))
    # Without a line of history, which would keep a copy.
    BarrierReport.objects.filter(pk=locked.pk).update(**BLANK)
    BarrierReport.history.filter(id=locked.pk).update(**BLANK)
    return True


def anonymise_person(*, person: Person, traces: Traces, labels: Traces) -> list[str]:
    """Remove what was written from answered reports of `person`
    (`partners.registry.AnonymisePerson`). Open ones are a need, which keeps the person.
    """
    count = sum(map(remove_words, barriers_from(traces.addresses).order_by("pk")))
    if not count:
        return []
    text = ngettext(
        "Wortlaut und Adresse von %(count)d Hinweis zur Barrierefreiheit",
        "Wortlaut und Adresse von %(count)d Hinweisen zur Barrierefreiheit",
        count,
    )
    return [text % {"count": count}]


PERSON_DATA = PersonData(
    app="accessibility",
    needs=person_needs,
    anonymise=anonymise_person,
    export=export_person,
    # Others than the sender may be named, too.
    texts=(ClosedTexts("accessibility.BarrierReport", answered_barriers),),
    expiry=(
        ExpiryRule(
            "barriers",
            gettext_lazy("Hinweise zur Barrierefreiheit ohne Wortlaut und Adresse"),
            expired_barriers,
            remove_words,
        ),
    ),
)
