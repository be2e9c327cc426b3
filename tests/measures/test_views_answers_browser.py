"""Reporting in a real browser, which saves the draft itself while it is typed."""

import pytest

from measures.enums import ReportState
from measures.models import StatusReport
from tests.measures.builders import make_measure, make_plan, make_request, make_round
from tests.partners.builders import make_organisation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_report_sent_while_its_draft_is_being_saved_is_submitted(page, live_server):
    lead = make_organisation()
    asked = make_request(make_round(make_plan()), lead)
    measure = make_measure(asked.round.plan, lead=lead)
    stored = []

    def hold(route):
        if 'name="save"' not in (route.request.post_data or ""):
            route.continue_()
            return
        # The server has stored the draft, but its answer is still on its way.
        answer = route.fetch()
        stored.append(StatusReport.objects.count())
        page.wait_for_timeout(500)
        route.fulfill(response=answer)

    page.route("**/massnahmen/bericht/**", hold)
    page.goto(f"{live_server.url}{asked.personal_link}")
    page.locator(f"#id_m{measure.pk}-as_of_on").fill("01.03.2026")
    page.get_by_label("in Umsetzung").check()
    page.locator(f"#id_m{measure.pk}-summary").fill("Es geht voran.")
    while not stored:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Bericht einreichen").click()
    page.get_by_text("1 Bericht ist eingereicht.").wait_for()

    assert StatusReport.objects.get().state == ReportState.SUBMITTED
    assert stored[0] == 1


def test_introduction_stands_apart_from_the_first_report(page, live_server):
    lead = make_organisation()
    asked = make_request(make_round(make_plan()), lead)
    make_measure(asked.round.plan, lead=lead)
    page.goto(f"{live_server.url}{asked.personal_link}")

    introduction, form = (
        page.locator(f"main > {part}").last.bounding_box() for part in ("p", "form.answers")
    )

    assert form["y"] - introduction["y"] - introduction["height"] >= 16


def test_explanation_with_text_stays_visible_with_any_light(page, live_server):
    lead = make_organisation()
    asked = make_request(make_round(make_plan()), lead)
    measure = make_measure(asked.round.plan, lead=lead, help_wanted="Bund zahlt mit.")
    page.goto(f"{live_server.url}{asked.personal_link}")
    field = f"#id_m{measure.pk}-"
    reason = page.locator(f"{field}traffic_light_reason")
    wanted = page.locator(f"{field}help_wanted")
    light = f"{field}traffic_light input[value={{}}]"

    page.locator(light.format("green")).check()
    assert (reason.is_visible(), wanted.is_visible()) == (False, True)

    page.locator(light.format("yellow")).check()
    reason.fill("Der Winter war lang.")
    page.locator(light.format("green")).check()
    assert (reason.is_visible(), wanted.is_visible()) == (True, True)

    wanted.fill("")
    page.locator(light.format("yellow")).check()
    assert (reason.is_visible(), wanted.is_visible()) == (True, False)
