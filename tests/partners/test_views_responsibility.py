"""*Zuständig* on the pages and in the lists of four kinds of record, and handing over."""

from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, TopicState
from partners.registry import assignable_kind
from tests.dialogues.builders import make_dialogue, make_topic
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
HANDOVER = "/partner/aufgaben-uebergeben/"
MAKERS = {
    "massnahme": make_measure,
    "thema": make_topic,
    "gespraech": lambda **fields: make_dialogue(DialogueState.SCHEDULED, **fields),
    "besuch": lambda **fields: make_visit(is_published=True, state="approved", **fields),
}
EXPORTS = {
    "massnahme": "measures:export",
    "thema": "dialogues:topics_export",
    "gespraech": "dialogues:export",
    "besuch": "media_visits:export",
}
each_kind = pytest.mark.parametrize("kind", MAKERS)


@pytest.fixture
def office():
    return make_user(OFFICE, person=make_person("Leitung"))


@pytest.fixture
def colleague(office):
    return make_user(OFFICE, person=make_person("Referat"))


@pytest.fixture
def signed_in(client, office):
    client.force_login(office)
    return client


def text_of(response) -> str:
    return Page(response.content.decode()).text


def change_url(kind: str, record) -> str:
    return f"/zustaendig/{kind}/{record.pk}/"


@each_kind
def test_page_names_who_is_in_charge_and_links_the_change(signed_in, colleague, kind):
    record = MAKERS[kind](responsible=colleague)

    page = Page(signed_in.get(record.get_absolute_url()).content.decode())

    assert "Zuständig Referat Zuständigkeit ändern" in page.text
    assert ("Zuständigkeit ändern", change_url(kind, record)) in page.links


@each_kind
def test_page_shows_that_nobody_is_in_charge(signed_in, kind):
    record = MAKERS[kind]()

    page = Page(signed_in.get(record.get_absolute_url()).content.decode())

    assert "Zuständig nicht vergeben Zuständigkeit vergeben" in page.text


@each_kind
def test_closed_account_is_marked(signed_in, kind):
    former = make_user(OFFICE, is_active=False, person=make_person("Ehemalige"))
    record = MAKERS[kind](responsible=former)

    for address in (record.get_absolute_url(), reverse(assignable_kind(kind).list_url)):
        assert "Ehemalige (Konto deaktiviert)" in text_of(signed_in.get(address))


@each_kind
def test_senators_office_reads_who_is_in_charge_without_a_link(client, colleague, kind):
    record = MAKERS[kind](responsible=colleague)
    client.force_login(make_user(SENATOR_OFFICE))

    page = Page(client.get(record.get_absolute_url()).content.decode())

    assert "Zuständig Referat" in page.text
    assert change_url(kind, record) not in [target for _text, target in page.links]


@each_kind
@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_outsiders_do_not_learn_who_is_in_charge(client, colleague, kind, role):
    record = MAKERS[kind](responsible=colleague)
    client.force_login(make_user(role))
    filtered = f"{reverse(assignable_kind(kind).list_url)}?responsible=nicht-vergeben"

    for address in (record.get_absolute_url(), filtered):
        assert "Referat" not in text_of(client.get(address))
    header = header_of(client.get(reverse(EXPORTS[kind])))
    assert "Zuständig" not in header


@each_kind
def test_history_of_a_change_is_internal(client, office, colleague, kind):
    record = MAKERS[kind](responsible=office)
    client.force_login(office)
    client.post(change_url(kind, record), form_of(client, kind, record, colleague.pk))
    client.force_login(make_user(OBSERVER))

    assert "(bisher" not in text_of(client.get(record.get_absolute_url()))


def form_of(client, kind: str, record, account_pk) -> dict:
    form = client.get(change_url(kind, record)).context["form"]
    return {"responsible": account_pk or "", "version": form.initial["version"]}


@each_kind
def test_office_changes_who_is_in_charge(signed_in, office, colleague, kind):
    record = MAKERS[kind](responsible=office)

    with nothing_changes():
        response = signed_in.post(
            change_url(kind, record), form_of(signed_in, kind, record, colleague.pk), follow=True
        )

    record.refresh_from_db()
    assert record.responsible == colleague
    assert response.redirect_chain == [(record.get_absolute_url(), 302)]
    assert "Zuständig: Referat. Es wurde keine E-Mail versandt." in text_of(response)


@each_kind
@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_cannot_change_who_is_in_charge(client, colleague, kind, role):
    record = MAKERS[kind]()
    client.force_login(make_user(role))
    is_visible = type(record).objects.visible_to(make_user(role)).filter(pk=record.pk).exists()

    with nothing_changes(record):
        response = client.post(change_url(kind, record), {"responsible": colleague.pk})

    assert response.status_code == (403 if is_visible else 404)


def test_drafts_of_others_cannot_be_assigned(signed_in):
    draft = make_topic(TopicState.DRAFT)

    assert signed_in.get(change_url("thema", draft)).status_code == 404


def test_unknown_kind_does_not_exist(signed_in):
    assert signed_in.get("/zustaendig/reihe/1/").status_code == 404


def test_choices_are_the_office_and_whoever_is_in_charge(signed_in, office, colleague):
    former = make_user(OFFICE, is_active=False, person=make_person("Ehemalige"))
    moved = make_user(SENATOR_OFFICE, person=make_person("Gewechselt"))
    make_user(SENATOR_OFFICE)

    def choices(record) -> list[str]:
        form = signed_in.get(change_url("massnahme", record)).context["form"]
        return [label for _value, label in form.fields["responsible"].choices]

    assert choices(make_measure(responsible=former)) == [
        "nicht vergeben",
        "Ehemalige (Konto deaktiviert)",
        "Leitung",
        "Referat",
    ]
    assert choices(make_measure(responsible=moved))[1] == (
        "Gewechselt (nicht mehr in der Geschäftsstelle)"
    )
    assert choices(make_measure()) == ["nicht vergeben", "Leitung", "Referat"]


def test_stale_form_warns_once_and_then_overrules(signed_in, office, colleague):
    measure = make_measure(responsible=office)
    sent = form_of(signed_in, "massnahme", measure, "")
    measure.responsible = colleague
    measure.save()

    with nothing_changes(measure):
        response = signed_in.post(change_url("massnahme", measure), sent)

    form = response.context["form"]
    assert "Inzwischen ist „Referat“ eingetragen." in text_of(response)
    signed_in.post(change_url("massnahme", measure), {"version": form.data["version"]})
    measure.refresh_from_db()
    assert measure.responsible is None


def listed(client, kind: str, query: str) -> list:
    context = client.get(f"{reverse(assignable_kind(kind).list_url)}?{query}").context
    page = context["page_obj"] if "page_obj" in context else context["page"]
    return sorted(record.pk for record in page.object_list)


@each_kind
def test_lists_filter_by_who_is_in_charge(signed_in, office, colleague, kind):
    mine, theirs = MAKERS[kind](responsible=office), MAKERS[kind](responsible=colleague)
    nobodys = MAKERS[kind]()

    assert listed(signed_in, kind, "responsible=meine") == [mine.pk]
    assert listed(signed_in, kind, f"responsible={colleague.pk}") == [theirs.pk]
    assert nobodys.pk in listed(signed_in, kind, "responsible=nicht-vergeben")
    assert not {mine.pk, theirs.pk} & set(listed(signed_in, kind, "responsible=nicht-vergeben"))


def test_records_of_the_past_need_nobody(signed_in):
    measure = make_measure(origin=Origin.TAKEN_OVER)

    assert listed(signed_in, "massnahme", "responsible=nicht-vergeben") == []
    assert listed(signed_in, "massnahme", "") == [measure.pk]
    assert 'badge--warning">nicht vergeben' not in signed_in.get("/massnahmen/").content.decode()


@each_kind
def test_mine_is_one_click_away_and_back(signed_in, kind):
    MAKERS[kind]()
    address = reverse(assignable_kind(kind).list_url)

    every = Page(signed_in.get(f"{address}?q=").content.decode())
    mine = Page(signed_in.get(f"{address}?responsible=meine").content.decode())

    assert ("Nur meine", "?q=&responsible=meine") in every.links
    assert ("Nur meine", "?") in mine.links


def header_of(response) -> list[str]:
    sheet = load_workbook(BytesIO(response.content)).active
    return [cell.value for cell in next(sheet.iter_rows())]


@each_kind
def test_exports_name_who_is_in_charge(signed_in, colleague, kind):
    MAKERS[kind](responsible=colleague)

    response = signed_in.get(f"{reverse(EXPORTS[kind])}?responsible={colleague.pk}")

    lines = list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))
    assert (lines[0][-1], [line[-1] for line in lines[1:]]) == ("Zuständig", ["Referat"])


@each_kind
def test_rows_can_be_ticked_by_the_office_only(signed_in, kind):
    record = MAKERS[kind]()
    address, box = reverse(assignable_kind(kind).list_url), f'name="{kind}" value="{record.pk}"'

    shown = signed_in.get(address).content.decode()
    signed_in.force_login(make_user(SENATOR_OFFICE))
    hidden = signed_in.get(address).content.decode()

    assert (box in shown, box in hidden) == (True, False)


def choice(source, target, *kinds: str) -> str:
    values = {"von": source, "an": target.pk, "art": kinds or list(MAKERS)}
    return f"{HANDOVER}?{urlencode(values, doseq=True)}"


def test_handover_shows_what_moves_and_then_moves_it(signed_in, office, colleague):
    measure = make_measure(title="Flächen", responsible=office)
    topic = make_topic(title="Energie", responsible=office)
    address = choice(office.pk, colleague)

    preview = text_of(signed_in.get(address))
    with nothing_changes():
        response = signed_in.post(address, {"expected": "2"}, follow=True)

    assert "Maßnahmen (1) Flächen bisher: Leitung Themen (1) Energie bisher: Leitung" in preview
    assert "2 Einträge an Referat übergeben" in preview
    assert "2 Einträge sind an Referat übergeben. Es wurde keine E-Mail versandt." in text_of(
        response
    )
    for record in (measure, topic):
        record.refresh_from_db()
        assert record.responsible == colleague


def test_handover_can_be_taken_back_from_its_message(signed_in, office, colleague):
    measure = make_measure(responsible=office)
    done = signed_in.post(choice(office.pk, colleague), {"expected": "1"}, follow=True)
    links = dict(Page(done.content.decode()).links)
    undo_url = links["Übergabe zurücknehmen"]

    question = text_of(signed_in.get(undo_url))
    signed_in.post(undo_url)

    measure.refresh_from_db()
    assert "Maßnahmen: 1" in question
    assert measure.responsible == office
    assert signed_in.get(undo_url).status_code == 302


def test_unassigned_records_are_handed_out(signed_in, colleague):
    measure = make_measure()

    signed_in.post(choice("niemand", colleague), {"expected": "1"})

    measure.refresh_from_db()
    assert measure.responsible == colleague


def test_ticked_records_are_previewed_and_lead_back_to_their_list(signed_in, office, colleague):
    ticked, other = make_measure(title="Angekreuzt"), make_measure(title="Andere")
    query = f"?auswahl=1&massnahme={ticked.pk}"

    first = text_of(signed_in.get(HANDOVER + query))
    response = signed_in.post(f"{HANDOVER}{query}&an={colleague.pk}", {"expected": "1"})

    ticked.refresh_from_db()
    other.refresh_from_db()
    assert "Angekreuzt" in first and "Andere" not in first
    assert (ticked.responsible, other.responsible) == (colleague, None)
    assert response["Location"] == "/massnahmen/"


def test_nothing_ticked_hands_over_nothing(signed_in, office, colleague):
    measure = make_measure(responsible=office)

    with nothing_changes(measure):
        response = signed_in.post(f"{HANDOVER}?auswahl=1&an={colleague.pk}", {"expected": "0"})

    assert "Es ist nichts zu übergeben." in text_of(response)


def test_other_number_than_previewed_shows_the_preview_again(signed_in, office, colleague):
    measure = make_measure(responsible=office)

    with nothing_changes(measure):
        response = signed_in.post(choice(office.pk, colleague), {"expected": "7"})

    assert "Inzwischen ist 1 Eintrag zu übergeben." in text_of(response)
    assert "1 Eintrag an Referat übergeben" in text_of(response)


def test_giver_cannot_be_the_taker(signed_in, office):
    make_measure(responsible=office)

    page = text_of(signed_in.get(choice(office.pk, office)))

    assert "Bitte wählen Sie jemand anderen" in page
    assert "Das wird übergeben" not in page


def test_preview_names_twenty_and_counts_the_rest(signed_in, office, colleague):
    for _ in range(23):
        make_measure(responsible=office)

    page = signed_in.get(choice(office.pk, colleague))

    [part] = page.context["preview"]
    assert (part.count, len(part.shown), part.more) == (23, 20, 3)
    assert "und 3 weitere" in text_of(page)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("address", [HANDOVER, f"{HANDOVER}zuruecknehmen/?vom=2026-03-18"])
def test_others_hand_over_nothing(client, office, role, address):
    client.force_login(make_user(role))

    assert client.get(address).status_code == 403


@pytest.mark.parametrize("moment", ["", "gestern", "2026-03-18T09:00:00", "2026-99-99T09:00:00Z"])
def test_moment_that_is_none_is_not_found(signed_in, moment):
    assert signed_in.get(f"{HANDOVER}zuruecknehmen/?vom={moment}").status_code == 404
