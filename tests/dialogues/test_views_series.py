"""A series on its way to the senator's consent, and its page."""

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries
from partners.models import Sector
from tests.approvals.builders import make_approval, make_subject
from tests.confirming import fill_in, press_button
from tests.dialogues.builders import make_series, make_topic
from tests.dialogues.pages import BASE, text_of, version_in
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BRIEFING = {
    "occasion": "Anlass",
    "facts": "Lage",
    "assessment": "",
    "vote": "Freigabe",
    "due_on": "2026-03-09",
}


def test_series_is_created_affirmed_and_submitted(signed_in, office, senator):
    signed_in.post(
        f"{BASE}/reihen/neu/", {"title": "Reihe Nord", "period": "2026", "description": "Gespräche"}
    )
    series = DialogueSeries.objects.get()

    page = series.get_absolute_url()
    press_button(signed_in, page, f"{page}bekraeftigen/")
    signed_in.post(f"{series.get_absolute_url()}zustimmung/", BRIEFING)

    series.refresh_from_db()
    assert (series.state, series.responsible) == (SeriesState.REQUESTED, office)
    assert "Die Zustimmung ist beantragt." in text_of(signed_in.get(series.get_absolute_url()))
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_note_on_a_series_needs_no_confirmation(signed_in):
    series = make_series(SeriesState.CONSENTED)
    make_approval(ApprovalState.APPROVED, subject=make_subject(ApprovalKind.SERIES, pk=series.pk))
    address = f"{series.get_absolute_url()}bearbeiten/"
    page = signed_in.get(address)

    signed_in.post(
        address,
        {
            "title": series.title,
            "period": series.period,
            "internal_notes": "anrufen",
            "version": version_in(page),
        },
    )

    series.refresh_from_db()
    assert (series.state, series.internal_notes) == (SeriesState.CONSENTED, "anrufen")
    assert "erlischt die Freigabe: Reihe, Zeitraum, Worum es geht." in text_of(page)


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_series_needs_the_same_queries_for_any_number(
    signed_in, django_assert_num_queries, count
):
    series = make_series()
    for _ in range(count):
        make_topic(series=series).sectors.add(Sector.objects.get_or_create(name="Metall")[0])

    with django_assert_num_queries(12):
        signed_in.get(series.get_absolute_url())


def test_button_withdraws_the_request_for_consent(signed_in, senator):
    series = make_series(SeriesState.REQUESTED)
    address = f"{series.get_absolute_url()}zurueckziehen/"
    assert address in signed_in.get(series.get_absolute_url()).content.decode()

    with nothing_changes(series):
        assert "1 Person wird benachrichtigt." in text_of(signed_in.get(address))
    fill_in(signed_in, address)

    series.refresh_from_db()
    assert (series.state, mails_written()) == (
        SeriesState.AFFIRMED,
        [("approval_withdrawn", "senatorin@example.org")],
    )
    assert address not in signed_in.get(series.get_absolute_url()).content.decode()
