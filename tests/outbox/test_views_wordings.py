import html
import re

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import TEST_EVENT, Mail, Wording
from tests.outbox.builders import NOTICE, make_draft, make_mail, make_wording
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

ADDRESS = "/postausgang/texte/test_notice/"
WORDS = {"subject": "Thema: [Thema]", "body": "es gibt ein Thema: [Thema]\n\n[Ansehen](Link)"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def text_of(response) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(words).split())


def version_on(response) -> str:
    return re.search(r'name="version" value="([^"]+)"', response.content.decode())[1]


def submit(client, address=ADDRESS, **fields):
    return client.post(
        address, {**WORDS, "version": version_on(client.get(ADDRESS)), **fields}, follow=True
    )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "address", ["", "test_notice/", "test_notice/vorschau/", "test_notice/zuruecksetzen/", "gone/"]
)
def test_only_the_office_reads_and_acts(client, role, method, address):
    wording = make_wording()
    client.force_login(make_user(role))

    with nothing_changes(wording):
        response = getattr(client, method)(f"/postausgang/texte/{address}", {**WORDS, "test": "1"})

    assert response.status_code == (405 if method == "post" and not address else 403)


@pytest.mark.parametrize("address", ["gone/", "gone/vorschau/", "gone/zuruecksetzen/", "account/"])
def test_unknown_kind_is_not_found(client, office, address):
    assert client.get(f"/postausgang/texte/{address}").status_code == 404
    assert client.post(f"/postausgang/texte/{address}", WORDS).status_code == 404


def test_outbox_links_to_the_texts_and_each_to_its_form(client, office):
    make_wording(changed_by=office)
    make_wording("test_invitation", subject="", body="", needs_release=True, changed_by=None)
    make_wording("test_list", body="{gone}")

    assert 'href="/postausgang/texte/"' in client.get("/postausgang/").content.decode()
    response = client.get("/postausgang/texte/")
    page = text_of(response)
    assert 'href="/postausgang/texte/test_notice/"' in response.content.decode()
    assert (
        f"Hinweis zum Test Prüfstand eigener Text geändert am 27.03.2026, 10:00 Uhr von {office}"
        in page
    )
    assert (
        "Einladung zum Test Prüfstand Voreinstellung erst nach Durchsicht geändert am 27.03.2026, "
        "10:00 Uhr" in page
    )
    assert "Liste zum Test Prüfstand passt nicht mehr, es gilt die Voreinstellung" in page
    assert "Einladung zum Branchengespräch Branchengespräche Voreinstellung" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_as_many_queries_for_one_as_for_three(
    client, office, count, django_assert_num_queries
):
    for kind in ("test_notice", "test_invitation", "test_list")[:count]:
        make_wording(kind, subject="", body="", changed_by=make_user(OFFICE))

    with django_assert_num_queries(4):  # session, account, roles, wordings
        client.get("/postausgang/texte/")


def test_form_shows_the_default_and_explains_the_placeholders(client, office):
    response = client.get(ADDRESS)

    source, page = response.content.decode(), text_of(response)
    assert 'value="Neu: [Thema]"' in source
    assert "das Thema **[Thema]** ist neu." in source
    assert "[Thema] Titel des Themas Beispiel: Wärme & Strom" in page
    assert "[…](Link) Adresse der Seite im Portal, um die es geht steht nur in einem Link" in page
    assert "{" not in page
    assert "Auf die Voreinstellung zurücksetzen" not in page
    assert 'sandbox="" src="/postausgang/texte/test_notice/vorschau/"' in source


def test_office_saves_its_words(client, office):
    response = submit(client)

    assert response.redirect_chain == [(ADDRESS, 302)]
    page = text_of(response)
    assert "Gespeichert. Das gilt für alle E-Mails, die von jetzt an entstehen." in page
    assert "Auf die Voreinstellung zurücksetzen" in page
    assert "Eigener Text gespeichert" in page
    assert Wording.objects.get().subject == "Thema: {topic}"
    assert make_mail().subject == "Thema: Netze"


def test_faults_are_shown_at_their_field_and_keep_what_was_typed(client, office):
    response = submit(client, subject="Thema: [Tehma]", body="neu, ohne Link")

    source = response.content.decode()
    assert response.status_code == 200
    assert 'href="#id_subject">Betreff: Den Platzhalter [Tehma] gibt es hier nicht.' in source
    assert "Meinten Sie [Thema]?" in source
    assert 'value="Thema: [Tehma]"' in source
    assert "neu, ohne Link</textarea>" in source
    assert 'data-warn-unsaved="changed"' in source
    assert Wording.objects.count() == 0


def test_mails_can_be_held_for_release(client, office):
    submit(
        client, subject=NOTICE.subject, body=NOTICE.body.replace("\n", "\r\n"), needs_release="on"
    )

    assert Wording.objects.values_list("subject", "needs_release").get() == ("", True)
    assert make_mail(make_draft()).state == "draft"


def test_kind_that_cannot_wait_offers_no_release(client, office):
    assert "erst nach Durchsicht senden" not in text_of(client.get("/postausgang/texte/test_list/"))


def test_second_editor_sees_both_versions_and_may_save_again(client, office):
    shown = version_on(client.get(ADDRESS))
    other = make_user(OFFICE)
    make_wording(subject="Andere {topic}", changed_by=other)

    response = client.post(ADDRESS, {**WORDS, "version": shown})

    page = text_of(response)
    assert "Beide Fassungen" in page
    assert "Betreff Andere [Thema] Thema: [Thema]" in page
    assert "es gibt ein Thema: [Thema]" in page
    assert Wording.objects.get().subject == "Andere {topic}"
    again = client.post(ADDRESS, {**WORDS, "version": version_on(response)}, follow=True)
    assert again.redirect_chain == [(ADDRESS, 302)]
    assert Wording.objects.get().subject == "Thema: {topic}"


def test_editor_of_words_that_were_reset_meanwhile_sees_the_default_beside(client, office):
    wording = make_wording()
    shown = version_on(client.get(ADDRESS))
    Wording.objects.filter(pk=wording.pk).update(subject="", body="")

    page = text_of(client.post(ADDRESS, {**WORDS, "version": shown}))

    assert "Betreff Neu: [Thema] Thema: [Thema]" in page


def test_words_that_no_longer_fit_are_marked_on_their_page(client, office):
    make_wording(body="{gone} [x]({link})")

    page = text_of(client.get(ADDRESS))

    assert "Bis Sie ihn angepasst haben, gilt die Voreinstellung." in page
    assert "[gone] [x](Link)" in page


def test_test_mail_sends_what_is_typed_and_keeps_it_on_the_page(client, office):
    response = submit(client, test="1", body="ungespeichert: {topic}\n\n[Ansehen]({link})")

    mail = Mail.objects.get()
    assert (mail.recipient, mail.subject) == (office.email, "Test: Thema: Wärme & Strom")
    assert "ungespeichert: Wärme & Strom" in mail.text
    assert mail.event.startswith(TEST_EVENT)
    assert f"Eine Testmail ist auf dem Weg an {office.email}." in text_of(response)
    assert "ungespeichert: {topic}" in response.content.decode()
    assert 'data-warn-unsaved="changed"' in response.content.decode()
    assert response.redirect_chain == []
    assert Wording.objects.count() == 0


def test_test_mail_of_the_stored_words_leaves_nothing_unsaved(client, office):
    make_wording()
    words = {"subject": "Thema {topic}", "body": "neu ist **{topic}**.\r\n\r\n[Ansehen]({link})"}

    response = submit(client, test="1", **words)

    assert "Am gespeicherten Text ändert sie nichts." in text_of(response)
    assert 'data-warn-unsaved="changed"' not in response.content.decode()


def test_test_mail_goes_nowhere_else_whatever_is_posted(client, office):
    submit(
        client,
        test="1",
        to="opfer@evil.example.org",
        email="opfer@evil.example.org",
        recipient="x@example.org",
    )

    assert Mail.objects.get().recipient == office.email


def test_no_test_mail_with_a_fault(client, office):
    response = submit(client, test="1", body="[hier](https://evil.example.org)")

    assert "verbirgt die Adresse https://evil.example.org" in text_of(response)
    assert Mail.objects.count() == 0


@pytest.mark.parametrize("view", ["", "?ansicht=text"])
def test_preview_shows_what_is_typed_with_examples(client, office, view):
    with nothing_changes():
        response = client.post(f"{ADDRESS}vorschau/{view}", WORDS)

    page = text_of(response)
    assert "Betreff: Thema: Wärme & Strom" in page
    assert "es gibt ein Thema: Wärme & Strom" in page
    assert ("Ansehen: http://localhost:8000/" in page) is bool(view)
    assert ('class="button"' in response.content.decode()) is not bool(view)


def test_preview_without_typing_is_the_text_in_force(client, office):
    assert "das Thema Wärme & Strom ist neu." in text_of(client.get(f"{ADDRESS}vorschau/"))

    make_wording()

    assert "neu ist Wärme & Strom ." in text_of(client.get(f"{ADDRESS}vorschau/"))


def test_preview_says_what_is_wrong(client, office):
    page = text_of(client.post(f"{ADDRESS}vorschau/", {"subject": "[Thema]", "body": "<b>x</b>"}))

    assert "So kann der Text noch nicht verwendet werden:" in page
    assert "zum Beispiel so: [Thema öffnen](Link)" in page
    assert "HTML wie „<b>“ ist nicht möglich." in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_preview_has_the_policy_of_all_mails(client, office, method):
    response = getattr(client, method)(f"{ADDRESS}vorschau/", WORDS)

    preview_of_a_mail = client.get(f"/postausgang/{make_mail().pk}/vorschau/")
    assert response["Content-Security-Policy"] == preview_of_a_mail["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_resetting_shows_both_first(client, office):
    wording = make_wording()

    with nothing_changes(wording):
        response = client.get(f"{ADDRESS}zuruecksetzen/")

    page = text_of(response)
    assert "Eigener Text Thema [Thema] neu ist **[Thema]**." in page
    assert "Voreinstellung Neu: [Thema] das Thema **[Thema]** ist neu." in page
    again = client.post(f"{ADDRESS}zuruecksetzen/", {"version": version_on(response)}, follow=True)
    assert again.redirect_chain == [(ADDRESS, 302)]
    assert "Für diese E-Mails gilt wieder die Voreinstellung." in text_of(again)
    assert not Wording.objects.get().has_own_words


def test_resetting_says_that_the_mails_still_wait_for_release(client, office):
    make_wording(needs_release=True)

    asked = client.get(f"{ADDRESS}zuruecksetzen/")
    data = {"version": version_on(asked)}
    done = text_of(client.post(f"{ADDRESS}zuruecksetzen/", data, follow=True))

    assert "E-Mails dieser Art gehen weiterhin erst nach Durchsicht hinaus." in text_of(asked)
    assert "Es gilt wieder die Voreinstellung; gesendet wird weiterhin nach Durchsicht." in done
    assert Wording.objects.get().needs_release


def test_resetting_other_words_than_those_shown_shows_the_new_ones(client, office):
    wording = make_wording()
    shown = version_on(client.get(f"{ADDRESS}zuruecksetzen/"))
    Wording.objects.filter(pk=wording.pk).update(subject="Andere {topic}")

    response = client.post(f"{ADDRESS}zuruecksetzen/", {"version": shown}, follow=True)

    assert response.redirect_chain == [(f"{ADDRESS}zuruecksetzen/", 302)]
    assert "Eigener Text Andere [Thema]" in text_of(response)
    assert "inzwischen geändert" in text_of(response)
    assert Wording.objects.get().has_own_words


@pytest.mark.parametrize("words", [None, {"subject": "", "body": ""}])
@pytest.mark.parametrize("method", ["get", "post"])
def test_resetting_an_untouched_default_is_refused_with_a_sentence(client, office, words, method):
    if words:
        make_wording(**words)

    response = getattr(client, method)(f"{ADDRESS}zuruecksetzen/", follow=True)

    assert response.redirect_chain == [(ADDRESS, 302)]
    assert "Für diese E-Mails gilt bereits die Voreinstellung." in text_of(response)


@pytest.mark.parametrize("address", ["", "vorschau/", "vorschau/?ansicht=text", "zuruecksetzen/"])
def test_reading_changes_nothing(client, office, address):
    wording = make_wording()

    with nothing_changes(wording):
        client.get(ADDRESS + address)
        client.head(ADDRESS + address)
