"""What the company that raised a need is told, and how its contact follows it."""

import datetime as dt

import pytest
import time_machine

from core.roles import OFFICE, PARTNER
from dialogues.enums import NeedState
from dialogues.services import (
    Answer,
    answer_need,
    change_need,
    create_need,
    file_need,
    reopen_need,
    resubmit_need,
)
from outbox.models import Mail
from tests.confirming import confirm, fill_in, press
from tests.dialogues.builders import NOW, make_need
from tests.dialogues.pages import BASE, text_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = NeedState
DUE = dt.date(2026, 4, 1)
CONTACT = "werk@example.org"


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact():
    return make_person("Berg", email=CONTACT, organisation=make_organisation("Zange GmbH"))


def make_need_of(contact, state=S.RAISED, **fields):
    return make_need(state, raised_by=contact.organisation, contact=contact, **fields)


def latest_mail() -> Mail:
    return Mail.objects.latest("pk")


@pytest.mark.parametrize(
    ("state", "move", "subject", "text"),
    [
        (S.RAISED, "promise", "Zugesagt", "Zugesagt ist: Der Text.\n\nBis zum: 01.04.2026"),
        (S.RAISED, "start", "In Arbeit", "neuen Stand: In Arbeit."),
        (S.PROMISED, "renew", "Zugesagt", "Zugesagt ist: Der Text."),
        (S.RAISED, "complete", "Erledigt", "Daraus geworden ist: Der Text."),
        (S.RAISED, "decline", "Nicht möglich", "Der Grund: Der Text."),
        (S.DONE, "file", "Zu den Akten gelegt", "Daraus geworden ist: Die Leitung liegt."),
        (S.IMPOSSIBLE, "reopen", "Wieder aufgenommen", "Der Grund: Der Text."),
    ],
)
def test_company_is_told_of_every_change_of_state(office, contact, state, move, subject, text):
    need = make_need_of(contact, state)
    given = {"need": need, "by": office, "now": NOW}

    if move == "file":
        file_need(**given)
    elif move == "reopen":
        reopen_need(reason="Der Text.", **given)
    else:
        answer_need(answer=Answer(move, "Der Text.", DUE), **given)

    assert mails_written() == [("need_moved", CONTACT)]
    assert latest_mail().subject == f"{subject}: Glasfaser bis zum Werkstor"
    assert text in latest_mail().text.replace("**", "")


def test_resubmission_is_the_business_of_the_office(office, contact):
    need = make_need_of(contact)

    resubmit_need(need=need, resubmit_on=DUE, resubmit_check="Anrufen", by=office, now=NOW)

    assert mails_written() == []


def test_contact_who_has_left_is_not_written_to(office, contact):
    contact.is_active = False
    contact.save()

    answer_need(need=make_need_of(contact), answer=Answer("start"), by=office, now=NOW)

    assert mails_written() == []


def test_answer_of_the_addressee_is_mailed_to_who_is_in_charge(office, contact):
    make_user(OFFICE, email="referat@example.org")
    addressee = make_user(PARTNER)
    need = make_need_of(contact, addressee=addressee.person.organisation, responsible=office)

    answer_need(need=need, answer=Answer("promise", "Ja."), by=addressee, now=NOW)

    assert mails_written() == [("need_answered", office.email), ("need_moved", CONTACT)]


def test_contact_with_an_account_gets_the_page_in_the_portal(office, contact):
    make_user(PARTNER, person=contact, email=CONTACT)
    need = make_need_of(contact)

    answer_need(need=need, answer=Answer("start"), by=office, now=NOW)

    mail = latest_mail()
    assert (mail.has_personal_link, need.get_absolute_url() in mail.text) == (False, True)


def test_contact_without_an_account_follows_the_need_by_link(client, office, contact):
    need = make_need_of(contact, internal_notes="heikel", addressee=make_organisation("Bezirk"))
    answer_need(need=need, answer=Answer("promise", "Ja, gern.", DUE), by=office, now=NOW)
    assert latest_mail().has_personal_link

    with nothing_changes(need):
        page = client.get(need.personal_link)

    text = text_of(page)
    assert page.status_code == 200 and page["Referrer-Policy"] == "no-referrer"
    assert "Zugesagt ist Ja, gern." in text and "Gerichtet an Bezirk" in text
    assert "Frist 01.04.2026" in text and "heikel" not in text


def test_link_ends_with_another_contact_and_with_leaving(client, office, contact):
    need = make_need_of(contact)
    former = need.personal_link
    other = make_person("Tal", organisation=contact.organisation)

    change_need(need=need, values={"contact": other}, by=office, now=NOW)

    need.refresh_from_db()
    assert [client.get(link).status_code for link in (former, need.personal_link)] == [404, 200]
    other.is_active = False
    other.save()
    closed = client.get(need.personal_link)
    assert closed.status_code == 404 and "Dieser Link gilt nicht mehr." in text_of(closed)
    assert client.get(f"{BASE}/bedarf/unsinn/").status_code == 404


@pytest.mark.parametrize(("notify", "mails"), [(True, [("need_recorded", CONTACT)]), (False, [])])
def test_recording_tells_the_company_unless_it_was_told(office, contact, notify, mails):
    values = {"title": "Gleis", "raised_by": contact.organisation, "contact": contact}

    create_need(values=values, by=office, now=NOW, notify=notify)

    assert mails_written() == mails


@pytest.mark.parametrize(("notify", "count"), [(True, 1), (False, 0)])
def test_correction_names_what_the_company_reads(office, contact, notify, count):
    need = make_need_of(contact, title="Alt")
    values = {"title": "Neu", "addressee": make_organisation("Bezirk"), "internal_notes": "x"}

    change_need(need=need, values=values, by=office, now=NOW, notify=notify)

    assert mails_written() == [("need_changed", CONTACT)] * count
    if notify:
        text = latest_mail().text
        assert "Was wird gebraucht?: Alt → Neu" in text
        assert "Gerichtet an: Geschäftsstelle → Bezirk" in text


def test_note_for_the_office_is_no_news(office, contact):
    change_need(need=make_need_of(contact), values={"internal_notes": "x"}, by=office, now=NOW)

    assert mails_written() == []


def test_office_sees_the_mail_of_an_answer_before_it_is_sent(signed_in, contact):
    need = make_need_of(contact)
    address = f"{need.get_absolute_url()}stand/"

    with nothing_changes(need):
        asked = fill_in(signed_in, address, {"action": "start"})
    text = text_of(asked)
    assert "E-Mail an 1 Adresse" in text and "Ohne Benachrichtigung" not in text
    press(signed_in, asked)

    need.refresh_from_db()
    assert (need.state, mails_written()) == (S.IN_PROGRESS, [("need_moved", CONTACT)])


def test_office_may_keep_a_correction_to_itself(signed_in, contact):
    need = make_need_of(contact)
    values = {"title": "Neu", "raised_by": contact.organisation_id, "contact": contact.pk}
    address = f"{need.get_absolute_url()}bearbeiten/"

    assert "Ohne Benachrichtigung" in text_of(fill_in(signed_in, address, values))
    confirm(signed_in, address, values, **{"confirmation-is_silent": "on"})

    need.refresh_from_db()
    assert (need.title, mails_written()) == ("Neu", [])


def test_filing_asks_if_somebody_is_told(signed_in, contact):
    need = make_need_of(contact, S.DONE)
    address = f"{need.get_absolute_url()}zu-den-akten/"

    asked = signed_in.get(address)
    assert "E-Mail an 1 Adresse" in text_of(asked)
    press(signed_in, asked)

    need.refresh_from_db()
    assert (need.state, mails_written()) == (S.FILED, [("need_moved", CONTACT)])
