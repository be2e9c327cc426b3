"""States of series, topics, dialogues and replies, with the tables of the moves between them.

`docs/states.md` is generated from these tables; `docs/domain.md` explains them.
"""

from django.conf import settings
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from approvals.enums import VERDICT_LABELS, ApprovalKind, Verdict
from core.states import Move

# The title of the head of the department is a setting: `Teilnahme der Senatorin`.
SENATOR_ATTENDS = format_lazy(_("Teilnahme {head}"), head=settings.HEAD_TITLE_GENITIVE)


class SeriesState(models.TextChoices):
    PROPOSED = "proposed", _("vorgeschlagen")
    AFFIRMED = "affirmed", _("bekräftigt")
    REQUESTED = "requested", _("Zustimmung beantragt")
    CONSENTED = "consented", _("zugestimmt")
    RETURNED = "returned", _("zurückgegeben")
    REFUSED = "refused", _("abgelehnt")


SERIES_BADGE_COLOURS = {
    SeriesState.PROPOSED: "neutral",
    SeriesState.AFFIRMED: "info",
    SeriesState.REQUESTED: "info",
    SeriesState.CONSENTED: "success",
    SeriesState.RETURNED: "warning",
    SeriesState.REFUSED: "danger",
}

# Nobody in the office has to watch these series; consent to others may lapse at any time.
SERIES_OVER = (SeriesState.REFUSED,)

SERIES_MOVES = {
    "affirm": Move((SeriesState.PROPOSED,), SeriesState.AFFIRMED, _("Bekräftigen")),
    "request": Move(
        (SeriesState.AFFIRMED, SeriesState.RETURNED),
        SeriesState.REQUESTED,
        _("Zustimmung beantragen"),
    ),
    "approve": Move((SeriesState.REQUESTED,), SeriesState.CONSENTED, _("Zustimmen")),
    "condition": Move((SeriesState.REQUESTED,), SeriesState.CONSENTED, _("Mit Auflage zustimmen")),
    "return": Move((SeriesState.REQUESTED,), SeriesState.RETURNED, _("Zurückgeben")),
    "refuse": Move((SeriesState.REQUESTED,), SeriesState.REFUSED, _("Ablehnen")),
    # Partners need not affirm again after a withdrawal or a lapse.
    "withdraw": Move((SeriesState.REQUESTED,), SeriesState.AFFIRMED, _("Antrag zurückziehen")),
    "lapse": Move(
        (SeriesState.REQUESTED, SeriesState.CONSENTED),
        SeriesState.AFFIRMED,
        _("Zustimmung erlischt"),
    ),
}


class TopicState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    PROPOSED = "proposed", _("vorgeschlagen")
    IN_PROGRESS = "in_progress", _("in Bearbeitung")
    FOR_APPROVAL = "for_approval", _("zur Freigabe")
    APPROVED = "approved", _("freigegeben")
    RETURNED = "returned", _("zurückgegeben")
    REFUSED = "refused", _("abgelehnt")
    NOT_TAKEN_UP = "not_taken_up", _("nicht aufgegriffen")
    RETRACTED = "retracted", _("zurückgezogen")


TOPIC_BADGE_COLOURS = {
    TopicState.DRAFT: "muted",
    TopicState.PROPOSED: "neutral",
    TopicState.IN_PROGRESS: "info",
    TopicState.FOR_APPROVAL: "info",
    TopicState.APPROVED: "success",
    TopicState.RETURNED: "warning",
    TopicState.REFUSED: "danger",
    TopicState.NOT_TAKEN_UP: "muted",
    TopicState.RETRACTED: "muted",
}

# Nobody in the office has to watch these topics; a draft is its author's own business.
TOPIC_OVER = (
    TopicState.DRAFT,
    TopicState.REFUSED,
    TopicState.NOT_TAKEN_UP,
    TopicState.RETRACTED,
)

TOPIC_MOVES = {
    "propose": Move(
        (TopicState.DRAFT, TopicState.RETRACTED), TopicState.PROPOSED, _("Vorschlagen")
    ),
    # By the proposer, as long as the office has not taken the proposal up.
    "retract": Move((TopicState.PROPOSED,), TopicState.RETRACTED, _("Vorschlag zurückziehen")),
    "take_up": Move((TopicState.PROPOSED,), TopicState.IN_PROGRESS, _("Aufgreifen")),
    "decline": Move((TopicState.PROPOSED,), TopicState.NOT_TAKEN_UP, _("Nicht aufgreifen")),
    "submit": Move((TopicState.IN_PROGRESS,), TopicState.FOR_APPROVAL, _("Zur Freigabe vorlegen")),
    "approve": Move((TopicState.FOR_APPROVAL,), TopicState.APPROVED, _("Freigeben")),
    "condition": Move((TopicState.FOR_APPROVAL,), TopicState.APPROVED, _("Mit Auflage freigeben")),
    "return": Move((TopicState.FOR_APPROVAL,), TopicState.RETURNED, _("Zurückgeben")),
    "refuse": Move((TopicState.FOR_APPROVAL,), TopicState.REFUSED, _("Ablehnen")),
    # The office can also reopen a topic that is submitted or approved.
    "rework": Move(
        (TopicState.RETURNED, TopicState.FOR_APPROVAL, TopicState.APPROVED),
        TopicState.IN_PROGRESS,
        _("Überarbeiten"),
    ),
    "lapse": Move(
        (TopicState.FOR_APPROVAL, TopicState.APPROVED),
        TopicState.IN_PROGRESS,
        _("Freigabe erlischt"),
    ),
}


class DialogueState(models.TextChoices):
    PLANNING = "planning", _("in Planung")
    EXPLORING = "exploring", _("Terminsondierung")
    SCHEDULED = "scheduled", _("terminiert")
    INVITED = "invited", _("eingeladen")
    HELD = "held", _("durchgeführt")
    DOCUMENTED = "documented", _("dokumentiert")
    CLOSED = "closed", _("abgeschlossen")
    CANCELLED = "cancelled", _("abgesagt")


DIALOGUE_BADGE_COLOURS = {
    DialogueState.PLANNING: "neutral",
    DialogueState.EXPLORING: "neutral",
    DialogueState.SCHEDULED: "info",
    DialogueState.INVITED: "info",
    DialogueState.HELD: "success",
    DialogueState.DOCUMENTED: "success",
    DialogueState.CLOSED: "muted",
    DialogueState.CANCELLED: "danger",
}

# The date is fixed and the dialogue has not been held.
DATED = (DialogueState.SCHEDULED, DialogueState.INVITED)
PAST = (DialogueState.HELD, DialogueState.DOCUMENTED, DialogueState.CLOSED)
# What came of the dialogue is on record, so that the steering committee may read it.
RECORDED = (DialogueState.DOCUMENTED, DialogueState.CLOSED)
BEFORE_THE_DAY = (
    DialogueState.PLANNING,
    DialogueState.EXPLORING,
    DialogueState.SCHEDULED,
    DialogueState.INVITED,
)

# The rule that says how many working days before a dialogue its guests have to be invited.
INVITE_RULE, INVITE_BY, INVITE_WORKING_DAYS = "dialogue_invite", "invite_by", 15

# The option of that rule that says how many working days an offered seat is held.
HOLD_SEAT, HOLD_SEAT_WORKING_DAYS = "hold_seat", 2
# Offers go out, and lapse, on working days between these hours.
OFFER_HOURS = (8, 18)

# The office can also enter what guests said on the day itself.
OFFICE_RSVP = (DialogueState.INVITED, DialogueState.HELD)
# Nobody in the office has to watch these dialogues.
DIALOGUE_OVER = (DialogueState.CLOSED, DialogueState.CANCELLED)

DIALOGUE_MOVES = {
    # Further dates can be submitted until one of them is fixed.
    "explore": Move(
        (DialogueState.PLANNING, DialogueState.EXPLORING),
        DialogueState.EXPLORING,
        _("Termine abstimmen"),
    ),
    "fix_date": Move((DialogueState.EXPLORING,), DialogueState.SCHEDULED, _("Termin festlegen")),
    # Withdrawing a request about dates changes no state, even if a date is fixed.
    "withdraw_dates": Move((DialogueState.EXPLORING, *DATED), "", _("Vorlage zurückziehen")),
    # Guests can be added and invited after the first release.
    "release": Move(
        (DialogueState.SCHEDULED, DialogueState.INVITED), DialogueState.INVITED, _("Einladen")
    ),
    # Guests may have been invited by phone, so a dialogue without invitations can be held as well.
    "hold": Move(DATED, DialogueState.HELD, _("Als durchgeführt vermerken")),
    # Back to where it was: whether guests were invited decides which of the two.
    "reopen": Move((DialogueState.HELD,), DialogueState.INVITED, _("Doch nicht durchgeführt")),
    "reopen_uninvited": Move(
        (DialogueState.HELD,), DialogueState.SCHEDULED, _("Doch nicht durchgeführt")
    ),
    "document": Move((DialogueState.HELD,), DialogueState.DOCUMENTED, _("Ergebnis festhalten")),
    "correct": Move(
        (DialogueState.DOCUMENTED, DialogueState.CLOSED), "", _("Ergebnis berichtigen")
    ),
    "close": Move((DialogueState.DOCUMENTED,), DialogueState.CLOSED, _("Abschließen")),
    "postpone": Move(
        (DialogueState.SCHEDULED, DialogueState.INVITED), DialogueState.EXPLORING, _("Verschieben")
    ),
    "cancel": Move(BEFORE_THE_DAY, DialogueState.CANCELLED, _("Absagen")),
}


class ContributionKind(models.TextChoices):
    TECHNOLOGY = "technology", _("Technologie")
    CHALLENGE = "challenge", _("Herausforderung")
    NEED = "need", _("Unterstützungsbedarf")


CONTRIBUTION_BADGE_COLOURS = {
    ContributionKind.TECHNOLOGY: "info",
    ContributionKind.CHALLENGE: "warning",
    ContributionKind.NEED: "success",
}


class NeedState(models.TextChoices):
    RAISED = "raised", _("aufgenommen")
    PROMISED = "promised", _("zugesagt")
    IN_PROGRESS = "in_progress", _("in Arbeit")
    DONE = "done", _("erledigt")
    IMPOSSIBLE = "impossible", _("nicht möglich")
    FILED = "filed", _("z. d. A.")


NEED_BADGE_COLOURS = {
    NeedState.RAISED: "neutral",
    NeedState.PROMISED: "info",
    NeedState.IN_PROGRESS: "info",
    NeedState.DONE: "success",
    NeedState.IMPOSSIBLE: "danger",
    NeedState.FILED: "muted",
}

NEED_OPEN = (NeedState.RAISED, NeedState.PROMISED, NeedState.IN_PROGRESS)
NEED_SETTLED = (NeedState.DONE, NeedState.IMPOSSIBLE)

NEED_MOVES = {
    "promise": Move((NeedState.RAISED,), NeedState.PROMISED, _("Zusagen")),
    # Often somebody just sees to it, without a promise before.
    "start": Move((NeedState.RAISED, NeedState.PROMISED), NeedState.IN_PROGRESS, _("In Arbeit")),
    "complete": Move(NEED_OPEN, NeedState.DONE, _("Erledigt")),
    "decline": Move(NEED_OPEN, NeedState.IMPOSSIBLE, _("Nicht möglich")),
    # What was promised, or by when, has changed.
    "renew": Move((NeedState.PROMISED, NeedState.IN_PROGRESS), "", _("Zusage ändern")),
    "file": Move(NEED_SETTLED, NeedState.FILED, _("Zu den Akten")),
    "reopen": Move((*NEED_SETTLED, NeedState.FILED), NeedState.RAISED, _("Wieder aufnehmen")),
}
# What the addressee can say, in this order.
NEED_ANSWERS = ("promise", "start", "renew", "complete", "decline")


class ProgrammeKind(models.TextChoices):
    WELCOME = "welcome", _("Begrüßung")
    TOUR = "tour", _("Werksrundgang")
    TALK = "talk", _("Gespräch")
    CONTRIBUTIONS = "contributions", _("Beiträge")
    EXCHANGE = "exchange", _("Austausch")
    OTHER = "other", _("Weiteres")


class DialogueCategory(models.TextChoices):
    # Related meetings of the office are Veranstaltungen, never called Branchengespräch.

    DIALOGUE = "dialogue", _("Branchengespräch")
    EVENT = "event", _("Veranstaltung")


class DialogueFormat(models.TextChoices):
    ON_SITE = "on_site", _("vor Ort")
    DIGITAL = "digital", _("digital")
    HYBRID = "hybrid", _("hybrid")


class HostReply(models.TextChoices):
    OPEN = "open", _("noch keine Antwort")
    ACCEPTED = "accepted", _("zugesagt")
    DECLINED = "declined", _("abgesagt")


HOST_REPLY_BADGE_COLOURS = {
    HostReply.OPEN: "neutral",
    HostReply.ACCEPTED: "success",
    HostReply.DECLINED: "danger",
}


class OptionState(models.TextChoices):
    PROPOSED = "proposed", _("vorgeschlagen")
    POSSIBLE = "possible", _("möglich")
    IMPOSSIBLE = "impossible", _("nicht möglich")
    FIXED = "fixed", _("festgelegt")
    DROPPED = "dropped", _("verworfen")


OPTION_BADGE_COLOURS = {
    OptionState.PROPOSED: "neutral",
    OptionState.POSSIBLE: "success",
    OptionState.IMPOSSIBLE: "danger",
    OptionState.FIXED: "info",
    OptionState.DROPPED: "muted",
}


class HostPreference(models.TextChoices):
    PREFERRED = "preferred", _("vom Gastgeber bevorzugt")
    POSSIBLE = "possible", _("für den Gastgeber möglich")


class RsvpState(models.TextChoices):
    OPEN = "open", _("offen")
    ACCEPTED = "accepted", _("Zusage")
    TENTATIVE = "tentative", _("Vorbehalt")
    DECLINED = "declined", _("Absage")
    REPRESENTED = "represented", _("vertreten")
    WAITING = "waiting", _("Warteliste")


# Bars that count replies show them in this order.
RSVP_BADGE_COLOURS = {
    RsvpState.ACCEPTED: "success",
    RsvpState.REPRESENTED: "info",
    RsvpState.TENTATIVE: "warning",
    RsvpState.WAITING: "muted",
    RsvpState.DECLINED: "danger",
    RsvpState.OPEN: "neutral",
}

# Replies that take a seat. A tentative one does not, so that it keeps nobody else away.
SEATED = (RsvpState.ACCEPTED, RsvpState.REPRESENTED)


class SeatOfferState(models.TextChoices):
    OFFERED = "offered", _("angeboten")
    TAKEN = "taken", _("angenommen")
    DECLINED = "declined", _("abgelehnt")
    LAPSED = "lapsed", _("verstrichen")
    WITHDRAWN = "withdrawn", _("beendet")


SEAT_OFFER_BADGE_COLOURS = {
    SeatOfferState.OFFERED: "info",
    SeatOfferState.TAKEN: "success",
    SeatOfferState.DECLINED: "danger",
    SeatOfferState.LAPSED: "warning",
    SeatOfferState.WITHDRAWN: "muted",
}

SEAT_OFFER_MOVES = {
    "take": Move((SeatOfferState.OFFERED,), SeatOfferState.TAKEN, _("Annehmen")),
    "decline": Move((SeatOfferState.OFFERED,), SeatOfferState.DECLINED, _("Ablehnen")),
    "lapse": Move((SeatOfferState.OFFERED,), SeatOfferState.LAPSED, _("Verstreichen lassen")),
    # By the office, or because the invitation or the date it was for is no longer valid.
    "withdraw": Move((SeatOfferState.OFFERED,), SeatOfferState.WITHDRAWN, _("Angebot beenden")),
}


class RsvpChannel(models.TextChoices):
    LINK = "link", _("über den persönlichen Link")
    ACCOUNT = "account", _("im Portal")
    OFFICE = "office", _("durch die Geschäftsstelle eingetragen")


# History reasons of an invitation that *Verlauf* shows although nobody replied.
INVITED_AGAIN = _("Einladung erneut versandt")
INVITED_ELSEWHERE = _("Einladung an andere Adresse versandt, persönlichen Link ersetzt")
LINK_SHOWN = _("Persönlichen Link angezeigt")
LINK_REPLACED = _("Persönlichen Link ersetzt")
# Without an actor, the portal itself did these; any other change without one is the guest's.
SEAT_OFFERED = _("Platz angeboten")
OFFER_LAPSED = _("Angebotener Platz verstrichen")

# History reasons of a record that is saved with a step of its approval. Where *Verlauf* shows the
# approval's own entries, which include vote and comment, it omits these.
CONSENT_REQUESTED = _("Zustimmung beantragt")
CONSENT_LAPSED = _("Zustimmung erloschen")
CONSENT_LABELS = VERDICT_LABELS | {
    Verdict.APPROVE: _("Zugestimmt"),
    Verdict.CONDITION: _("Mit Auflage zugestimmt"),
}
TOPIC_SUBMITTED = _("Zur Freigabe vorgelegt")
TOPIC_LAPSED = _("Freigabe erloschen")
TOPIC_CORRECTED = _("Vorschlag berichtigt")
OUTCOME_CORRECTED = _("Ergebnis berichtigt")
DATES_SUBMITTED = _("Termine zur Freigabe vorgelegt")
DATES_SUBMITTED_AGAIN = _("Termin erneut zur Freigabe vorgelegt")
DATES_DECIDED = _("Termine:")  # the outcome follows

APPROVAL_REASONS = {
    ApprovalKind.SERIES: (CONSENT_REQUESTED, CONSENT_LAPSED, *CONSENT_LABELS.values()),
    ApprovalKind.TOPIC: (TOPIC_SUBMITTED, TOPIC_LAPSED, *VERDICT_LABELS.values()),
    ApprovalKind.DATES: (DATES_SUBMITTED, DATES_SUBMITTED_AGAIN, DATES_DECIDED),
}
