"""Services for dialogues: planning on an approved topic, and changing what was planned."""

import datetime as dt
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.enums import ApprovalKind
from approvals.registry import binding_changes, clashes_of
from approvals.services import lapse_changed_approvals
from core.conflicts import apply_values
from core.dates import concerns_about_day, format_date, local_date
from core.errors import Concern, Refused, require_heeded
from core.history import save_as
from core.roles import require_office
from core.states import require_in_workflow, target_of
from dialogues.enums import (
    BEFORE_THE_DAY,
    DIALOGUE_MOVES,
    DialogueState,
    HostReply,
    OptionState,
    TopicState,
)
from dialogues.facts import DATES_FACTS
from dialogues.models import Dialogue, Topic
from dialogues.queries import commitments_of, count_seats_taken, missing_approval
from dialogues.services.announcements import Update, save_and_announce
from partners.queries import default_responsible

NO_HOST_REPLY = {"host_reply": HostReply.OPEN, "host_replied_on": None, "host_note": ""}
PLANNING_BEGUN = gettext_lazy("Planung begonnen")
BEFORE_DATE = (DialogueState.PLANNING, DialogueState.EXPLORING)


def lock_dialogue(pk: int) -> Dialogue:
    """Return the dialogue with topic and host, locked until the end of the transaction.

    Every service locks the dialogue before its dates, guests and approvals. Because of this
    common order, concurrent services wait for each other but never deadlock.
    """
    # `of`: PostgreSQL cannot lock the nullable side of an outer join, such as host and topic.
    dialogues = Dialogue.objects.select_for_update(of=("self",)).select_related(
        "topic__series", "host", "host_contact"
    )
    return dialogues.get(pk=pk)


def require_consent(dialogue: Dialogue) -> None:
    """Raise Refused unless the topic and series of `dialogue` are approved at present."""
    if missing := missing_approval(dialogue):
        raise Refused(
            _(
                "„%(title)s“ ist im Stand „%(state)s“. Erst muss die Freigabe wieder da sein, dann "
                "geht es weiter."
            )
            % {"title": missing, "state": missing.get_state_display()}
        )


def move_dialogue(
    dialogue: Dialogue, action: str, *, by, now: dt.datetime, reason: str | Promise
) -> None:
    """Apply `action` to a locked dialogue and save it. Raises Refused if the state forbids it."""
    dialogue.state = target_of(DIALOGUE_MOVES, action, dialogue)
    save_as(dialogue, by=by, now=now, reason=reason)


def require_approved_topic(topic: Topic) -> None:
    if topic.state != TopicState.APPROVED:
        raise Refused(_("Ein Gespräch wird erst zu einem freigegebenen Thema geplant."))


@transaction.atomic
def plan_dialogue(
    *,
    topic: Topic,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
    reason: str | Promise = PLANNING_BEGUN,
) -> Dialogue:
    """Start planning a dialogue on `topic`; `reason` goes into its history.

    Raises Refused unless the topic is approved, Warned by a contact from elsewhere than the host.
    """
    require_office(by)
    # Locked, so that the approval cannot lapse between the check and the save.
    topic = Topic.objects.select_for_update().get(pk=topic.pk)
    require_approved_topic(topic)
    dialogue = Dialogue(**values, topic=topic, responsible=default_responsible(by))
    require_heeded(_contact_concerns(dialogue), heeded, _contact_question())
    save_as(dialogue, by=by, now=now, reason=reason)
    return dialogue


@transaction.atomic
def change_dialogue(
    *,
    dialogue: Dialogue,
    values: Mapping[str, Any],
    by,
    now: dt.datetime,
    version: str | None = None,
    heeded: Collection[str] = (),
    notify: bool = True,
) -> Update:
    """Update a dialogue before its day; mails guests the changes that concern them, if `notify`.

    A change to a binding fact (`DATES_FACTS`) makes the approval of dates lapse: possible dates
    become proposed again; a fixed date stays but needs a new approval, and guests are mailed the
    change only after it. Raises ChangedMeanwhile if somebody else saved after the form showed
    `version`, Warned if the change leaves a contact from elsewhere than the host, or makes dates
    clash with others.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_editable(dialogue)
    # Before the versions are compared: the page offers to save again only what may be saved.
    if values.get("host", dialogue.host) != dialogue.host:
        _require_host_is_open(dialogue)
    # `apply_values` changes the dialogue in place; the copy keeps the stored values to compare.
    before = copy(dialogue)
    apply_values(dialogue, values, version)
    # Invitations name this day, so guests may rely on it from their release on.
    if before.state == DialogueState.INVITED:
        _require_rsvp_day(before, dialogue.rsvp_by, now)
    _require_seats(dialogue)
    # Last, so that nobody overrules a warning only to be refused.
    _require_heeded(before, dialogue, heeded, by=by, now=now)
    if before.host_id != dialogue.host_id:
        # It was the former host that agreed; the new one has not been asked.
        apply_values(dialogue, NO_HOST_REPLY)
    # Before saving, because a change is announced at once only if no approval lapses.
    lapses = _lapse_dates(before, dialogue, by=by, now=now)
    return save_and_announce(dialogue, before, lapses=lapses, by=by, now=now, notify=notify)


def require_editable(dialogue: Dialogue) -> None:
    require_in_workflow(dialogue)
    # From its day on the record is evidence of what took place; only its outcome can be corrected.
    if dialogue.state not in BEFORE_THE_DAY:
        text = _("Im Stand „%(state)s“ lassen sich die Angaben nicht mehr ändern.")
        raise Refused(text % {"state": dialogue.get_state_display()})


def _require_heeded(
    before: Dialogue, dialogue: Dialogue, heeded: Collection[str], *, by, now: dt.datetime
) -> None:
    """Raise Warned if another contact is from elsewhere than the host, if the dates clash with
    others because of another host or because the senator now attends, or if another deadline for
    replies is no working day.
    """
    # Asked at once: whoever is warned in two steps would have to overrule the first one again.
    concerns, questions = [], []
    if _host_and_contact(before) != _host_and_contact(dialogue):
        if found := _contact_concerns(dialogue):
            concerns += found
            questions.append(_contact_question())
    if found := _new_clashes(before, dialogue, by=by, now=now):
        concerns += found
        questions.append(_("Zur selben Zeit gibt es schon einen anderen Termin."))
    if dialogue.rsvp_by and dialogue.rsvp_by != before.rsvp_by:
        if found := concerns_about_day(dialogue.rsvp_by):
            concerns += found
            questions.append(_("Bis zu diesem Tag bitten Sie um Antwort."))
    require_heeded(concerns, heeded, " ".join(questions))


def _new_clashes(before: Dialogue, dialogue: Dialogue, *, by, now: dt.datetime) -> list[Concern]:
    """Return what the dates of `dialogue` clash with for somebody they did not bind before."""
    binds_host = dialogue.host_id not in (None, before.host_id)
    binds_senator = dialogue.senator_attends and not before.senator_attends
    if not binds_host and not binds_senator:
        return []
    # Only the new bonds: the office saw the other clashes when it chose the dates.
    planned = [
        replace(
            date,
            binds_senator=binds_senator,
            host_id=dialogue.host_id if binds_host else None,
        )
        for date in commitments_of(dialogue)
    ]
    clashes = clashes_of(planned, user=by, now=now)
    return [concern for _date, concerns in clashes for concern in concerns]


def _host_and_contact(dialogue: Dialogue) -> tuple[int | None, int | None]:
    return dialogue.host_id, dialogue.host_contact_id


def _contact_question() -> str:
    return _(
        "Die Ansprechperson gehört zu einer anderen Organisation als dem Gastgeber. Sie bekommt "
        "die Nachrichten zum Termin."
    )


def _contact_concerns(dialogue: Dialogue) -> list[Concern]:
    """Return a concern if the contact is from another organisation than the host."""
    host, contact = dialogue.host, dialogue.host_contact
    if host is None or contact is None or contact.organisation_id in (None, host.pk):
        return []
    text = _("gehört nicht zu %(host)s") % {"host": host.label}
    key = f"contact-{contact.pk}-of-{host.pk}"
    return [Concern(key, contact.name_with_organisation, contact.get_absolute_url(), text)]


def _require_host_is_open(dialogue: Dialogue) -> None:
    """Raise Refused once a date is fixed, which the host agreed to."""
    if dialogue.state not in BEFORE_DATE:
        raise Refused(
            _(
                "Der Gastgeber steht mit dem Termin fest. Verschieben Sie das Gespräch, um ihn zu "
                "wechseln."
            )
        )


def _require_rsvp_day(before: Dialogue, rsvp_by: dt.date | None, now: dt.datetime) -> None:
    """Raise Refused if `rsvp_by` is missing, after the dialogue, earlier than guests know, or a day
    that has passed since.
    """
    if not (rsvp_by and before.starts_at and rsvp_by <= local_date(before.starts_at)):
        raise Refused(
            _("Bitte nennen Sie einen Tag für die Antworten, der nicht nach dem Gespräch liegt.")
        )
    require_no_earlier_rsvp_day(before, rsvp_by)
    if rsvp_by != before.rsvp_by and rsvp_by < local_date(now):
        raise Refused(
            _(
                "Der Tag für die Antworten liegt in der Vergangenheit. Bitte wählen Sie einen "
                "späteren."
            )
        )


def require_no_earlier_rsvp_day(dialogue: Dialogue, rsvp_by: dt.date) -> None:
    """Raise Refused if `rsvp_by` is earlier than the day that sent invitations name."""
    # A guest who trusts the day in the mail would find the reply page closed before it.
    if dialogue.state == DialogueState.INVITED and dialogue.rsvp_by and rsvp_by < dialogue.rsvp_by:
        text = _(
            "Die Gäste haben bis zum %(day)s Zeit zu antworten. Bitte nennen Sie diesen Tag oder "
            "einen späteren."
        )
        raise Refused(text % {"day": format_date(dialogue.rsvp_by)})


def _require_seats(dialogue: Dialogue) -> None:
    # The dialogue is locked, so no reply can take a seat before this is saved.
    taken = count_seats_taken(dialogue)
    if dialogue.seats < taken:
        text = ngettext(
            "Es ist schon %(count)d Platz belegt oder angeboten; weniger Plätze sind nicht "
            "möglich.",
            "Es sind schon %(count)d Plätze belegt oder angeboten; weniger Plätze sind nicht "
            "möglich.",
            taken,
        )
        raise Refused(text % {"count": taken})


def _lapse_dates(before: Dialogue, after: Dialogue, *, by, now: dt.datetime) -> bool:
    """Let the approval of dates lapse if a binding fact changed; return whether one did.

    Possible dates become proposed again. If the host changed, so do dates that the senator's
    office ruled out, because the former host may have been the reason.
    """
    changes = binding_changes(DATES_FACTS, before, after)
    if not changes:
        return False
    lapse_changed_approvals(
        kind=ApprovalKind.DATES, subject_id=after.pk, changes=changes, by=by, now=now
    )
    decided = [OptionState.POSSIBLE]
    if before.host_id != after.host_id:
        decided.append(OptionState.IMPOSSIBLE)
    for option in after.date_options.select_for_update().filter(state__in=decided):
        option.state = OptionState.PROPOSED
        save_as(option, by=by, now=now, reason=_("Freigabe erloschen"))
    return True
