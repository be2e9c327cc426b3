"""The list of needs, the page of one, and its forms, by role."""

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, NeedState
from dialogues.models import Need
from tests.confirming import fill_in, press_button
from tests.dialogues.builders import TODAY, make_contribution, make_dialogue, make_need
from tests.dialogues.pages import BASE, links_of, text_of, titles_of, version_in
from tests.measures.builders import make_measure, make_plan, make_section
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = NeedState
LIST = f"{BASE}/bedarfe/"


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (OFFICE, ["Zugesagt", "Neu"]),
        (SENATOR_OFFICE, ["Zugesagt", "Neu"]),
        (OBSERVER, ["Zugesagt"]),
        (PARTNER, []),
    ],
)
def test_list_shows_each_role_what_it_may_see(client, role, titles):
    make_need(title="Neu", raised_on=TODAY - dt.timedelta(days=1))
    make_need(S.PROMISED, title="Zugesagt")
    client.force_login(make_user(role))

    page = client.get(LIST)

    assert titles_of(page) == titles
    assert client.get(f"{LIST}export/").status_code == 200
    assert ("Bedarf aufnehmen" in text_of(page)) is (role == OFFICE)


@pytest.mark.parametrize("count", [1, 20])
def test_list_needs_the_same_few_queries_for_any_number(
    signed_in, django_assert_max_num_queries, count
):
    measure = make_measure()
    for _number in range(count):
        make_need(measure=measure, addressee=make_organisation(), responsible=make_user(OFFICE))

    with django_assert_max_num_queries(12):
        signed_in.get(f"{LIST}?state=offen&attention=ueberfaellig&measure={measure.pk}")


def test_list_marks_what_is_late_and_what_to_look_at(signed_in):
    make_need(title="Spät", due_on=TODAY - dt.timedelta(days=3))
    make_need(title="Ansehen", resubmit_on=TODAY, resubmit_check="Liegt die Leitung?")
    long_ago = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
    make_need(title="Still", moved_at=long_ago)

    text = text_of(signed_in.get(LIST))

    assert "Fr, 27.02.2026, überfällig" in text
    assert "Wiedervorlage: Liegt die Leitung?" in text
    assert "seit dem 01.06.2025 ohne Bewegung" in text


def test_list_sorts_needs_without_a_day_last(signed_in):
    make_need(title="ohne")
    make_need(title="später", due_on=TODAY + dt.timedelta(days=2))
    make_need(title="bald", due_on=TODAY)

    assert titles_of(signed_in.get(f"{LIST}?sort=due")) == ["bald", "später", "ohne"]
    assert titles_of(signed_in.get(f"{LIST}?sort=-due")) == ["später", "bald", "ohne"]


def sheet_of(response) -> str:
    rows = load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True)
    return str(list(rows))


def test_export_has_no_more_than_the_page(client, office):
    partner = make_user(PARTNER)
    make_need(
        S.PROMISED,
        addressee=partner.person.organisation,
        resubmit_on=TODAY,
        resubmit_check="Anrufen",
        measure=make_measure(title="Netze ausbauen"),
        responsible=office,
    )
    client.force_login(office)
    inside = sheet_of(client.get(f"{LIST}export/"))
    client.force_login(partner)
    outside = sheet_of(client.get(f"{LIST}export/"))

    for text in ("Glasfaser bis zum Werkstor", "Der Ausbau beginnt im Herbst.", "zugesagt"):
        assert text in inside and text in outside
    for text in ("Anrufen", "Netze ausbauen", "Zuständig"):
        assert text in inside and text not in outside


def test_page_shows_where_the_need_stands(signed_in, office):
    plan = make_plan()
    company, addressee = make_organisation("Zange GmbH"), make_organisation("Bezirksamt")
    dialogue = make_dialogue(DialogueState.HELD)
    need = make_need(
        S.PROMISED,
        raised_by=company,
        contact=make_person("Berg", organisation=company),
        addressee=addressee,
        section=make_section(plan, "Netze"),
        dialogue=dialogue,
        responsible=office,
    )

    page = signed_in.get(need.get_absolute_url())

    text, links = text_of(page), links_of(page)
    assert "Zugesagt ist Der Ausbau beginnt im Herbst." in text
    assert "Eingebracht von Zange GmbH, Berg" in text
    assert "Gerichtet an Bezirksamt" in text and "Abschnitt Netze" in text
    for record in (company, addressee, dialogue, need.section):
        assert record.get_absolute_url() in links
    assert f"{LIST}{need.pk}/stand/" in links


@pytest.mark.parametrize("role", [SENATOR_OFFICE, "raiser", "addressee", OBSERVER])
def test_others_read_a_need_without_what_is_kept_from_them(client, role):
    company, addressee = make_organisation("Zange GmbH"), make_organisation("Bezirksamt")
    need = make_need(
        S.PROMISED,
        raised_by=company,
        contact=make_person("Berg", organisation=company),
        addressee=addressee,
        measure=make_measure(title="Netze", is_published=False),
        internal_notes="heikel",
        resubmit_on=TODAY,
        resubmit_check="Anrufen",
    )
    own = {"raiser": company, "addressee": addressee}.get(role)
    client.force_login(make_user(PARTNER, organisation=own) if own else make_user(role))

    text = text_of(client.get(need.get_absolute_url()))

    inside = role == SENATOR_OFFICE
    assert "Zugesagt ist Der Ausbau beginnt im Herbst." in text and "heikel" not in text
    assert ("Berg" in text) is (role in (SENATOR_OFFICE, "raiser"))
    assert ("Netze" in text) is inside
    assert ("Antworten" in text) is (role == "addressee")


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_cannot_act(client, role):
    user = make_user(role)
    need = make_need(S.DONE, raised_by=user.person.organisation or make_organisation())
    contribution = make_contribution()
    client.force_login(user)
    acts = ["bearbeiten/", "stand/", "wiedervorlage/", "zu-den-akten/", "wieder-aufnehmen/"]

    with nothing_changes(need, contribution):
        for act in acts:
            posted = client.post(f"{need.get_absolute_url()}{act}", {"reason": "X"})
            assert posted.status_code == 403, act
        assert client.post(f"{LIST}neu/").status_code == 403
        assert client.post(f"{BASE}/beitraege/{contribution.pk}/bedarf/").status_code in (403, 404)
    assert Need.objects.count() == 1


def test_office_records_a_need_without_a_dialogue(signed_in, office):
    company, addressee = make_organisation(), make_organisation()
    values = {
        "title": "Glasfaser",
        "raised_by": company.pk,
        "addressee": addressee.pk,
        "due_on": "2026-04-01",
        "resubmit_on": "15.4.2026",
        "resubmit_check": "Antwort da?",
    }

    response = fill_in(signed_in, f"{LIST}neu/", values)

    need = Need.objects.get()
    assert response["Location"] == need.get_absolute_url()
    assert (need.raised_by, need.addressee, need.due_on, need.resubmit_on, need.responsible) == (
        company,
        addressee,
        dt.date(2026, 4, 1),
        dt.date(2026, 4, 15),
        office,
    )


def test_form_says_what_is_missing_and_keeps_what_was_typed(signed_in):
    company, plan = make_organisation(), make_plan(is_published=True)
    values = {
        "title": "Glasfaser",
        "raised_by": company.pk,
        "addressee": company.pk,
        "measure": make_measure(plan).pk,
        "section": make_section(plan).pk,
        "resubmit_on": "15.4.2026",
    }

    response = fill_in(signed_in, f"{LIST}neu/", values)

    text = text_of(response)
    assert Need.objects.count() == 0 and 'value="Glasfaser"' in response.content.decode()
    assert "Bitte sagen Sie auch, was bei der Wiedervorlage zu prüfen ist." in text
    assert "nicht beides" in text and "nicht zugleich der Adressat" in text


def test_second_of_two_changes_shows_both_versions(signed_in):
    need = make_need(title="Alt")
    address = f"{need.get_absolute_url()}bearbeiten/"
    version = version_in(signed_in.get(address))
    Need.objects.filter(pk=need.pk).update(title="Inzwischen")
    values = {"title": "Meins", "raised_by": need.raised_by_id, "version": version}

    with nothing_changes(need):
        response = signed_in.post(address, values)

    text = text_of(response)
    assert "Beide Fassungen" in text and "Inzwischen" in text and "Meins" in text


def test_need_from_a_contribution_keeps_its_dialogue_when_edited(signed_in):
    contribution = make_contribution()
    dialogue = contribution.dialogue
    need = make_need(contribution=contribution, dialogue=dialogue)
    values = {"title": "Neu", "raised_by": need.raised_by_id}

    fill_in(signed_in, f"{need.get_absolute_url()}bearbeiten/", values)

    need.refresh_from_db()
    assert (need.title, need.dialogue) == ("Neu", dialogue)


def test_need_goes_from_promise_to_the_files(signed_in):
    need = make_need()
    page = need.get_absolute_url()

    missing = fill_in(signed_in, f"{page}stand/", {"action": "promise"})
    assert "Bitte sagen Sie, was zugesagt wird." in text_of(missing)
    fill_in(signed_in, f"{page}stand/", {"action": "promise", "text": "Ja.", "due_on": "1.4.2026"})
    fill_in(signed_in, f"{page}stand/", {"action": "complete", "text": "Liegt."})
    fill_in(signed_in, f"{page}wiedervorlage/", {"resubmit_on": "15.4.2026", "resubmit_check": "?"})
    need.refresh_from_db()
    assert (need.state, need.promise, need.outcome, need.resubmit_on) == (
        S.DONE,
        "Ja.",
        "Liegt.",
        dt.date(2026, 4, 15),
    )
    press_button(signed_in, page, f"{page}zu-den-akten/")
    need.refresh_from_db()
    assert (need.state, need.resubmit_on) == (S.FILED, None)
    assert "Nächster Schritt" not in text_of(signed_in.get(page))
    fill_in(signed_in, f"{page}wieder-aufnehmen/", {"reason": "Doch nicht."})
    need.refresh_from_db()
    assert (need.state, need.reason) == (S.RAISED, "Doch nicht.")


def test_answer_acts_only_on_what_was_shown(signed_in):
    need = make_need()
    address = f"{need.get_absolute_url()}stand/"
    version = version_in(signed_in.get(address))
    Need.objects.filter(pk=need.pk).update(title="Inzwischen")

    with nothing_changes(need):
        response = signed_in.post(
            address, {"action": "promise", "text": "Ja, gern.", "version": version}
        )

    assert "Ja, gern." in response.content.decode()
    assert "Bitte sehen Sie sich den jetzigen Stand an" in text_of(response)


def test_resubmission_that_has_come_asks_for_a_new_day(signed_in):
    need = make_need(resubmit_on=TODAY, resubmit_check="Liegt die Leitung?")
    address = f"{need.get_absolute_url()}wiedervorlage/"

    page = signed_in.get(address)
    assert "Zu prüfen war: Liegt die Leitung?" in text_of(page)
    fill_in(signed_in, address)

    need.refresh_from_db()
    assert (need.resubmit_on, need.resubmit_check) == (None, "")


def test_addressee_answers_in_the_portal(client):
    partner = make_user(PARTNER)
    need = make_need(addressee=partner.person.organisation)
    client.force_login(partner)

    response = fill_in(
        client, f"{need.get_absolute_url()}stand/", {"action": "decline", "text": "Keine Mittel."}
    )

    need.refresh_from_db()
    assert response["Location"] == need.get_absolute_url()
    assert (need.state, need.reason) == (S.IMPOSSIBLE, "Keine Mittel.")
    assert "Warum es nicht möglich ist Keine Mittel." in text_of(client.get(response["Location"]))
