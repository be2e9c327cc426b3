"""A page of a press slot acts on its visit too, so it must have shown the visit as it is."""

import pytest

from approvals.enums import Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.roles import OFFICE, SENATOR_OFFICE
from media_visits.enums import VisitState
from media_visits.models import PressSlot
from media_visits.services import decide_visit, postpone_visit
from tests.approvals.builders import NOW
from tests.confirming import fill_in, hidden_fields, press
from tests.media_visits.builders import make_slot, make_visit, text_of
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = VisitState


def approve(visit):
    """Do what a decision of the senator's office does to `visit`, behind the back of a page."""
    approval = ApprovalRequest.objects.get(state="open")
    decision = Decision(Verdict.APPROVE, "")
    decide_visit(approval=approval, decision=decision, by=make_user(SENATOR_OFFICE), now=NOW)
    visit.refresh_from_db()


@pytest.mark.parametrize("page", ["create", "edit", "remove"])
def test_approval_given_after_the_confirmation_page_does_not_lapse_unseen(signed_in, senator, page):
    visit = make_visit(S.SUBMITTED)
    slot = make_slot(visit)
    values = {"kind": "picture", "starts_at": "2026-03-23T10:30"}
    if page == "remove":
        shown = signed_in.get(f"/besuche/pressetermine/{slot.pk}/entfernen/")
    elif page == "edit":
        shown = fill_in(signed_in, f"/besuche/pressetermine/{slot.pk}/bearbeiten/", values)
    else:
        shown = fill_in(signed_in, f"/besuche/{visit.pk}/pressetermin/", values)
    approve(visit)

    with nothing_changes(visit, slot, ApprovalRequest.objects.get()):
        again = press(signed_in, shown)

    if page == "remove":
        assert "sehen Sie sich den jetzigen Stand an" in text_of(signed_in.get(again.url))
        again = signed_in.get(f"/besuche/pressetermine/{slot.pk}/entfernen/")
    else:
        assert again.context["form"].non_field_errors() == [
            "Der Besuch hat sich inzwischen geändert. Stand: freigegeben, Termin: Mo, 23.03.2026, "
            "10:00–12:00 Uhr. Gespeichert ist noch nichts; bitte prüfen Sie noch einmal."
        ]
        assert again.context["form"].conflicts == []
        assert "erlischt die Freigabe" in text_of(again)
        again = press(signed_in, again, **values)
    press(signed_in, again)
    assert ("approval_lapsed", "senatorin@example.org") in mails_written()


def test_slot_of_a_visit_postponed_meanwhile_is_not_created_on_the_day_it_left(signed_in):
    visit = make_visit(S.APPROVED)
    address = f"/besuche/{visit.pk}/pressetermin/"
    values = {"kind": "picture", "starts_at": "2026-03-23T10:00"}
    shown = signed_in.get(address)
    postpone_visit(visit=visit, reason="Sitzung", by=make_user(OFFICE), now=NOW)

    refused = signed_in.post(address, hidden_fields(shown) | values)

    assert not PressSlot.objects.exists()
    (error,) = refused.context["form"].non_field_errors()
    assert error.startswith("Der Besuch hat sich inzwischen geändert. Stand: verschoben, Termin: ")
    # Seen once, it is the office's choice.
    press(signed_in, refused, **values)
    assert PressSlot.objects.count() == 1


def test_slot_form_without_the_version_of_the_visit_is_refused(signed_in):
    visit = make_visit()
    values = {"kind": "picture", "starts_at": "2026-03-23T10:00", "shown": ""}

    response = signed_in.post(f"/besuche/{visit.pk}/pressetermin/", values)

    assert "Es ist nicht mitgekommen, welchen Stand" in text_of(response)
    assert not PressSlot.objects.exists()


def test_cancelled_slot_stays_and_its_former_page_says_so(signed_in):
    slot = make_slot(make_visit(S.ANNOUNCED), cancelled_at=NOW)

    with nothing_changes(slot):
        back = signed_in.get(f"/besuche/pressetermine/{slot.pk}/entfernen/")

    page = text_of(signed_in.get(back.url))
    assert "Dieser Pressetermin ist schon abgesagt." in page
    assert "Sagen Sie diesen Pressetermin ab" not in page
