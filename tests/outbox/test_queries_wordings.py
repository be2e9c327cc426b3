import logging

import pytest
from django.db import IntegrityError, transaction

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Wording
from outbox.queries.wordings import (
    is_outdated,
    text_in_force,
    texts_in_force,
    waiting_note,
    wording_for_form,
    wording_summaries,
)
from outbox.rendering import TextError
from outbox.texts import all_texts
from tests.outbox.builders import INVITATION, LIST, NOTICE, make_wording
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def test_default_is_in_force_until_the_office_changes_it():
    assert text_in_force("test_notice") == (NOTICE, False)


def test_own_words_are_in_force_with_all_else_of_the_default():
    make_wording()

    text, needs_release = text_in_force("test_notice")

    assert (text.subject, text.body) == (
        "Thema {topic}",
        "neu ist **{topic}**.\n\n[Ansehen]({link})",
    )
    assert (text.kind, text.title, text.placeholders) == (
        NOTICE.kind,
        NOTICE.title,
        NOTICE.placeholders,
    )
    assert needs_release is False


def test_default_can_need_a_release():
    make_wording(subject="", body="", needs_release=True)

    assert text_in_force("test_notice") == (NOTICE, True)


def test_kind_that_cannot_wait_ignores_needs_release():
    make_wording("test_list", subject="", body="", needs_release=True)

    assert text_in_force("test_list") == (LIST, False)


@pytest.mark.parametrize(
    "kinds", [["test_notice"], ["test_notice", "test_invitation", "test_list"]]
)
def test_texts_in_force_need_one_query(kinds, django_assert_num_queries):
    make_wording()

    with django_assert_num_queries(1):
        texts = texts_in_force(kinds)

    assert list(texts) == kinds


def test_no_kinds_cost_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert texts_in_force([]) == {}


def test_unregistered_kind_is_an_error():
    with pytest.raises(TextError, match="gone: no such kind"):
        texts_in_force(["test_notice", "gone"])


@pytest.mark.parametrize("body", ["{former} [x]({link})", "{topic", "ohne Link"])
def test_outdated_words_give_way_to_the_default_with_a_warning(body, caplog):
    wording = make_wording(body=body, needs_release=True)

    with caplog.at_level(logging.WARNING):
        assert text_in_force("test_notice") == (NOTICE, True)

    assert is_outdated(NOTICE, wording)
    assert caplog.messages == ["the wording of test_notice no longer fits; the default is used"]


def test_form_shows_the_default_where_there_are_no_own_words():
    wording = make_wording(subject="", body="", needs_release=True)

    shown, new = wording_for_form(NOTICE, wording), wording_for_form(INVITATION, None)

    assert (shown.pk, shown.subject, shown.needs_release) == (wording.pk, "Neu: {topic}", True)
    assert (new.pk, new.kind, new.body) == (None, "test_invitation", str(INVITATION.body))
    assert wording.subject == ""


@pytest.mark.parametrize("count", [1, 3])
def test_list_needs_one_query(count, django_assert_num_queries):
    office = make_user(OFFICE)
    assert OFFICE in office.roles
    for text in (NOTICE, INVITATION, LIST)[:count]:
        make_wording(text.kind, subject="", body="", changed_by=office)

    with django_assert_num_queries(1):
        summaries = wording_summaries(office)
        assert {str(summary.wording.changed_by) for summary in summaries if summary.wording} == {
            str(office)
        }

    assert len(summaries) == len(all_texts())
    assert [summary.text.kind for summary in summaries if summary.area == "Prüfstand"][:3] == [
        "test_invitation",
        "test_notice",
        "test_list",
    ]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_nobody_but_the_office_sees_a_wording(role):
    make_wording()

    assert list(Wording.objects.visible_to(make_user(role))) == []
    assert Wording.objects.visible_to(make_user(OFFICE)).count() == 1


def test_note_says_that_mails_wait():
    assert waiting_note("test_notice") == ""

    make_wording(subject="", body="", needs_release=True)

    assert waiting_note("test_notice") == (
        "Diese E-Mails warten als Entwurf im Postausgang, bis die Geschäftsstelle sie dort "
        "versendet."
    )


def test_database_keeps_one_wording_per_kind():
    make_wording()

    with (
        pytest.raises(IntegrityError, match=r"wording_is_one_a_kind|outbox_wording\.kind"),
        transaction.atomic(),
    ):
        make_wording()


@pytest.mark.parametrize("words", [{"subject": ""}, {"body": ""}])
def test_database_refuses_a_wording_without_a_body(words):
    with pytest.raises(IntegrityError, match="wording_is_whole_or_default"), transaction.atomic():
        make_wording(**words)


def test_wording_is_named_after_its_kind():
    assert str(make_wording()) == "Hinweis zum Test"
