"""The Leitungsvorlage of a topic: what it begins with and what its page shows."""

import pytest
from django.conf import settings

from approvals.enums import ApprovalState
from approvals.registry import Briefing
from dialogues.enums import SeriesState, TopicState
from dialogues.services import change_topic, submit_topic
from tests.approvals.builders import NOW, make_approval, make_subject
from tests.dialogues.builders import DUE_ON, make_series, make_topic
from tests.dialogues.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = TopicState


def test_briefing_is_filled_from_the_topic(signed_in):
    topic = make_topic(S.IN_PROGRESS, title="Wärme", wish="Ein Tarif")

    initial = signed_in.get(f"{topic.get_absolute_url()}vorlegen/").context["form"].initial

    assert {name: str(value) for name, value in initial.items() if name != "version"} == {
        "occasion": f"Themenvorschlag: {topic.organisation}",
        "facts": "Betriebe suchen Nachwuchs.\n\nGewünschtes Ergebnis: Ein Tarif",
        "assessment": "",
        "vote": "Freigabe des Themas „Wärme“",
        "due_on": "2026-03-09",
    }


def test_briefing_is_filled_from_the_last_one_returned(signed_in):
    topic = make_topic(S.IN_PROGRESS)
    approval = make_approval(
        ApprovalState.RETURNED, subject=make_subject(pk=topic.pk), comment="Bitte schärfen."
    )

    page = signed_in.get(f"{topic.get_absolute_url()}vorlegen/")

    assert page.context["form"].initial["facts"] == approval.facts
    assert "Anmerkung zur letzten Vorlage Bitte schärfen." in text_of(page)


def test_submission_shows_its_mail_on_the_form(signed_in, senator):
    topic = make_topic(S.IN_PROGRESS, series=make_series(SeriesState.CONSENTED), title="Wärme")

    text = text_of(signed_in.get(f"{topic.get_absolute_url()}vorlegen/"))

    assert "Mit dem Absenden wird 1 Person benachrichtigt." in text
    assert "Betreff: Freigabe erbeten bis [Frist von dieser Seite]: Wärme" in text
    assert "Votum: [Votum von dieser Seite]" in text
    assert "[Link zu dieser Vorlage]" in text
    assert f"{settings.SITE_URL}/freigaben/" not in text
    assert "senatorin@example.org" in text


def test_briefing_submitted_again_has_the_present_text_of_the_topic(signed_in, office):
    topic = make_topic(S.IN_PROGRESS, title="Wärme", wish="Ein Tarif für Strom")
    url = f"{topic.get_absolute_url()}vorlegen/"
    initial = signed_in.get(url).context["form"].initial
    briefing = Briefing(initial["occasion"], f"{initial['facts']}\n\nEs eilt.", "", initial["vote"])
    submit_topic(topic=topic, briefing=briefing, due_on=DUE_ON, by=office, now=NOW)
    values = {"title": "Prozesswärme", "description": "Öfen.", "wish": "Ein Netz für Wärme"}
    change_topic(topic=topic, values=values, by=office, now=NOW)

    again = signed_in.get(url).context["form"].initial

    assert (again["facts"], again["vote"]) == (
        "Öfen.\n\nGewünschtes Ergebnis: Ein Netz für Wärme\n\nEs eilt.",
        "Freigabe des Themas „Prozesswärme“",
    )
