"""*Zuständig* on the pages and in the lists of five kinds of record, and handing over."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, TopicState
from partners.registry import assignable_kind
from tests.dialogues.builders import make_dialogue, make_series, make_topic
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
HANDOVER = "/partner/aufgaben-uebergeben/"
MAKERS = {
    "massnahme": make_measure,
    "reihe": make_series,
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
    # Series have no export.
    if kind in EXPORTS:
        assert "Zuständig" not in lines_of(client.get(reverse(EXPORTS[kind])))[0]


@each_kind
def test_history_of_a_change_is_internal(client, office, colleague, kind):
    record = MAKERS[kind](responsible=office)
    client.force_login(office)
    client.post(change_url(kind, record), form_of(client, kind, record, colleague.pk))
    client.force_login(make_user(OBSERVER))

    assert "(bisher" not in text_of(client.get(record.get_absolute_url()))


def form_of(client, kind: str, record, account_pk) -> dict:
    form = client.get(change_url(kind, record)).context["form"]
    return {"account": account_pk, "version": form.initial["version"]}


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
        response = client.post(change_url(kind, record), {"account": colleague.pk})

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
        return [label for _value, label in form.fields["account"].choices]

    assert choices(make_measure(responsible=former)) == [
        "Ehemalige (Konto deaktiviert)",
        "Leitung",
        "Referat",
        "nicht vergeben",
    ]
    assert choices(make_measure(responsible=moved))[0] == (
        "Gewechselt (nicht mehr in der Geschäftsstelle)"
    )
    assert choices(make_measure()) == ["Leitung", "Referat", "nicht vergeben"]


def test_stale_form_warns_once_and_then_overrules(signed_in, office, colleague):
    measure = make_measure(responsible=office)
    sent = form_of(signed_in, "massnahme", measure, "niemand")
    measure.responsible = colleague
    measure.save()

    with nothing_changes(measure):
        response = signed_in.post(change_url("massnahme", measure), sent)

    form = response.context["form"]
    assert "Inzwischen ist „Referat“ eingetragen." in text_of(response)
    signed_in.post(change_url("massnahme", measure), sent | {"version": form.data["version"]})
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


def lines_of(response) -> list[tuple]:
    """Return the lines of the first sheet from its header on; a title may stand above it."""
    lines = list(load_workbook(BytesIO(response.content)).worksheets[0].values)
    start = next(number for number, line in enumerate(lines) if "Stand" in line or "Phase" in line)
    return lines[start:]


@pytest.mark.parametrize("kind", EXPORTS)
def test_exports_name_who_is_in_charge(signed_in, colleague, kind):
    MAKERS[kind](responsible=colleague)

    response = signed_in.get(f"{reverse(EXPORTS[kind])}?responsible={colleague.pk}")

    lines = lines_of(response)
    column = lines[0].index("Zuständig")
    assert [line[column] for line in lines[1:]] == ["Referat"]


@each_kind
def test_rows_can_be_ticked_by_the_office_only(signed_in, kind):
    record = MAKERS[kind]()
    address, box = reverse(assignable_kind(kind).list_url), f'name="{kind}" value="{record.pk}"'

    shown = signed_in.get(address).content.decode()
    signed_in.force_login(make_user(SENATOR_OFFICE))
    hidden = signed_in.get(address).content.decode()

    assert (box in shown, box in hidden) == (True, False)
