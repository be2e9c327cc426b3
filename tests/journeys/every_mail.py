"""Write a mail of every kind on top of the demo, through the services that send them."""

import datetime as dt

from django.test import Client

from accessibility.services import report_barrier
from approvals.enums import ApprovalKind, Verdict
from approvals.models import ApprovalRequest, Condition
from approvals.registry import Decision
from approvals.services import meet_condition
from core.conflicts import version_of
from core.roles import PARTNER
from dialogues.enums import DialogueState, TopicState
from dialogues.services import (
    Answer,
    answer_need,
    cancel_dialogue,
    change_dialogue,
    change_need,
    decide_topic,
    end_offer,
    offer_seat,
    postpone_dialogue,
    record_rsvp,
    remind_guests,
    replace_link,
    withdraw_invitation,
)
from measures.enums import ReportState, RoundState
from measures.models import ReportingRound, StatusReport
from measures.models.reports import OfficialLight
from measures.queries import version_of_measures
from measures.services import (
    accept_report,
    ask_for_reports,
    change_round,
    complete_report,
    remind_leads,
    replace_report_link,
)
from media_visits.enums import VisitState
from media_visits.models import PressSlot
from media_visits.services import (
    SLOT_FIELDS,
    announce_visit,
    cancel_visit,
    change_press_slot,
    postpone_visit,
    withdraw_visit,
)
from outbox.models import Mail
from outbox.services.notices import bundle_due_notices
from partners.models import User
from partners.services import create_deputy, end_deputy, invite_account
from reminders.planning import send_reminders
from tests.approvals.builders import CONDITION, NOW, TODAY
from tests.dialogues.builders import (
    SUBSTITUTE,
    make_dialogue,
    make_invitation,
    make_need,
    make_released,
    make_topic,
)
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_report,
    make_request,
    make_round,
    report_values,
)
from tests.media_visits.builders import make_slot, make_visit
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_organisation, make_person, make_user

# A Thursday: guests asked on Monday are due a reminder and may be reminded by hand.
LATER = NOW + dt.timedelta(days=3)


def write_every_mail() -> None:
    """Write the kinds of mail that the demo lacks; it is loaded, and the clock stands at LATER."""
    office, senator = (
        User.objects.get(email=f"{name}@example.org") for name in ("geschaeftsstelle", "senatorin")
    )
    _about_dialogues(office)
    _about_needs(office)
    _about_visits(office)
    _about_approvals(office, senator)
    _about_accounts(office, senator)
    _about_reports(office)
    report_barrier(message="Eine Überschrift fehlt.", page="/", email="", now=LATER)
    send_reminders(today=LATER.date(), now=LATER)
    Mail.objects.filter(kind="approval_asked", recipient=senator.email).update(
        state="waiting", due_at=LATER
    )
    bundle_due_notices(now=LATER)


def _about_dialogues(office) -> None:
    dialogue = make_released(office, 4)
    Mail.objects.filter(kind="invitation", state="waiting").update(**fields_in_state("sent"))
    first, second, third, *_rest = dialogue.invitations.select_related("person").order_by("pk")
    record_rsvp(invitation=first, rsvp=SUBSTITUTE, now=LATER)
    withdraw_invitation(invitation=second, by=office, now=LATER)
    replace_link(invitation=third, by=office, now=LATER)
    third.refresh_from_db()
    dialogue.invitations.filter(pk=third.pk).update(
        rsvp="waiting", replied_at=NOW, seat_wanted_at=NOW
    )
    offer_seat(invitation=third, by=office, now=LATER)
    end_offer(invitation=third, by=office, now=LATER)
    remind_guests(dialogue=dialogue, by=office, now=LATER)
    change_dialogue(dialogue=dialogue, values={"place": "Halle 2"}, by=office, now=LATER)
    cancel_dialogue(dialogue=dialogue, reason="Das Werk ist geschlossen.", by=office, now=LATER)
    other = make_dialogue(DialogueState.INVITED)
    make_invitation(other)
    postpone_dialogue(dialogue=other, reason="Ein anderer Tag passt besser.", by=office, now=LATER)


def _about_needs(office) -> None:
    contact, addressee = make_person(organisation=make_organisation()), make_user(PARTNER)
    need = make_need(
        raised_by=contact.organisation,
        contact=contact,
        addressee=addressee.person.organisation,
        responsible=office,
    )
    change_need(need=need, values={"title": "Glasfaser"}, by=office, now=LATER)
    answer_need(need=need, answer=Answer("promise", "Ja."), by=addressee, now=LATER)


def _about_visits(office) -> None:
    for end in (postpone_visit, cancel_visit):
        company = make_organisation()
        make_person(organisation=company)
        visit = make_visit(VisitState.APPROVED, company=company)
        slot = make_slot(visit)
        announce_visit(visit=visit, by=office, now=LATER)
        # Only those whose announcement was sent are told of what follows.
        Mail.objects.filter(kind="visit_announced").update(**fields_in_state("sent", attempts=1))
        change_press_slot(
            slot=slot,
            values={"meeting_point": "Tor 2"},
            version=version_of(PressSlot.objects.get(pk=slot.pk), SLOT_FIELDS),
            by=office,
            now=LATER,
        )
        end(visit=visit, reason="Terminkollision", by=office, now=LATER)
    withdraw_visit(visit=make_visit(VisitState.SUBMITTED), by=office, now=LATER)


def _about_approvals(office, senator) -> None:
    topic = make_topic(TopicState.FOR_APPROVAL)
    approval = ApprovalRequest.objects.open().get(kind=ApprovalKind.TOPIC, subject_id=topic.pk)
    decide_topic(
        approval=approval,
        decision=Decision(Verdict.CONDITION, conditions=[CONDITION]),
        by=senator,
        now=LATER,
    )
    meet_condition(
        condition=Condition.objects.get(approval=approval), note="Erledigt.", by=office, now=LATER
    )


def _about_reports(office) -> None:
    running = ReportingRound.objects.filter(state=RoundState.OPEN)[0]
    days = {"due_on": running.due_on + dt.timedelta(days=1)}
    version = version_of(running, [*days, "state"])
    remind_leads(reporting_round=running, by=office, now=LATER)
    change_round(reporting_round=running, values=days, version=version, by=office, now=LATER)
    submitted = StatusReport.objects.filter(state=ReportState.SUBMITTED)
    accept_report(report=submitted[0], by=office, now=LATER)
    _with_another_light(office)
    _completed(office)
    # Due today: somebody without an account is reminded, and another one gets a new link.
    lead, due_today = make_organisation(), make_round(make_plan(), due_on=LATER.date())
    make_measure(due_today.plan, lead=lead)
    make_request(due_today, lead)
    replace_report_link(request=make_request(due_today, lead), by=office, now=LATER)


def _with_another_light(office) -> None:
    """Ask for a report, which is then accepted with another light."""
    lead = make_user(PARTNER, organisation=make_organisation())
    measure = make_measure(make_plan(), lead=lead.person.organisation)
    shown = version_of_measures([measure])
    ask_for_reports(measures=[measure], shown=shown, by=office, now=LATER)
    report = make_report(measure, reported_by=lead)
    official = OfficialLight("yellow", "Der Ankauf verzögert sich.", "")
    accept_report(report=report, official=official, by=office, now=LATER)


def _completed(office) -> None:
    lead = make_user(PARTNER, organisation=make_organisation())
    report = make_report(make_measure(make_plan(), lead=lead.person.organisation), reported_by=lead)
    values = report_values(summary="Ergänzt.")
    complete_report(
        report=report, values=values, version=version_of(report, [*values]), by=office, now=LATER
    )


def _about_accounts(office, senator) -> None:
    invite_account(
        person=make_person(organisation=make_organisation()),
        email="neu@example.org",
        roles=[PARTNER],
        by=office,
        now=LATER,
    )
    # Of the same house: nobody else may act for the senator's office.
    house = senator.person.organisation
    deputy = make_user(email="neue-vertretung@example.org", organisation=house)
    deputyship = create_deputy(
        principal=senator.person,
        deputy=deputy.person,
        starts_on=TODAY,
        ends_on=LATER.date(),
        by=office,
        now=LATER,
    )
    end_deputy(deputyship=deputyship, by=office, now=LATER)
    Client().post("/anmelden/code/", {"email": senator.email})
    Client().post("/anmelden/passwort/", {"email": senator.email})
