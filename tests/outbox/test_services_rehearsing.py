import pytest
from django.db import transaction

from core.errors import Refused
from outbox.models import Mail
from outbox.services import enqueue_mails, fingerprint_of, perform, rehearse
from partners.models import Organisation
from tests.outbox.builders import NOW, make_draft, make_invitation_draft, make_mail, make_recipient

pytestmark = pytest.mark.django_db


def founding(*drafts, name="Kammer"):
    """Return a service that saves an organisation and writes `drafts` in two batches."""

    def service():
        organisation = Organisation.objects.create(name=name)
        for draft in drafts:
            enqueue_mails([draft], now=NOW)
        return organisation

    return service


def test_rehearsal_returns_the_mails_and_undoes_everything():
    first = make_draft(to=make_recipient(email="eins@example.org"))
    second = make_draft(to=make_recipient(email="zwei@example.org"))

    mails = rehearse(founding(first, second))

    assert [mail.recipient for mail in mails] == ["eins@example.org", "zwei@example.org"]
    assert (Organisation.objects.count(), Mail.objects.count()) == (0, 0)


def test_rehearsal_says_how_many_people_share_a_mailbox():
    alone = make_draft(to=make_recipient(email="eins@example.org"))
    shared = make_draft(to=make_recipient(email="zwei@example.org")._replace(people=3))

    mails = rehearse(founding(alone, shared))

    assert [(mail.recipient, mail.people) for mail in mails] == [
        ("eins@example.org", 1),
        ("zwei@example.org", 3),
    ]


def test_rehearsal_wakes_no_worker(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        rehearse(founding(make_draft()))

    assert callbacks == []


def test_rehearsal_leaves_out_mails_of_others():
    make_mail()

    with transaction.atomic():
        assert rehearse(founding()) == []

    assert Mail.objects.count() == 1


def test_rehearsal_passes_a_refusal_on():
    def service():
        Organisation.objects.create(name="Kammer")
        raise Refused("Das geht nicht.")

    with pytest.raises(Refused, match=r"^Das geht nicht\.$"):
        rehearse(service)

    assert not Organisation.objects.exists()


def test_service_runs_when_it_writes_what_was_shown():
    service = founding(make_draft())
    expected = fingerprint_of(rehearse(service))

    performance = perform(service, expected=expected)

    assert performance.is_done
    assert performance.result == Organisation.objects.get()
    assert performance.mails == [Mail.objects.get()]


@pytest.mark.parametrize(
    "draft",
    [
        make_draft(to=make_recipient(email="andere@example.org")),
        make_draft(values={"topic": "Wärme", "comment": "Bitte prüfen"}),
        make_draft(values={"topic": "Netze", "comment": "Doch nicht"}),
    ],
    ids=["recipient", "subject", "text"],
)
def test_service_is_undone_when_it_would_write_something_else(draft):
    expected = fingerprint_of(rehearse(founding(make_draft())))

    performance = perform(founding(draft), expected=expected)

    assert (performance.is_done, performance.result) == (False, None)
    assert [mail.recipient for mail in performance.mails] == [draft.to.email]
    assert (Organisation.objects.count(), Mail.objects.count()) == (0, 0)


def test_service_that_suddenly_mails_is_undone():
    assert not perform(founding(make_draft()), expected=fingerprint_of([])).is_done

    assert not Mail.objects.exists()


def test_nothing_in_particular_may_be_expected():
    assert perform(founding(make_draft()), expected=None).is_done

    assert Mail.objects.count() == 1


def test_personal_link_is_no_difference():
    other = make_invitation_draft(link="/antwort/ein-ganz-anderer-langer-schluessel/")

    first = fingerprint_of(rehearse(founding(make_invitation_draft())))
    second = fingerprint_of(rehearse(founding(other)))

    assert first == second


def test_mail_that_was_written_meanwhile_is_not_written_twice():
    """The event of each differs, so the outbox takes them for two mails."""
    draft = make_draft()
    twin = make_draft(subject_key=draft.subject_key, event="again")
    make_mail(subject_key=draft.subject_key, kind="test_invitation")
    make_mail(subject_key=draft.subject_key, recipient="andere@example.org")
    expected = fingerprint_of(rehearse(founding(draft, twin)))
    enqueue_mails([make_draft(subject_key=draft.subject_key, event="first")], now=NOW)

    assert not perform(founding(draft, twin), expected=expected).is_done

    expected = fingerprint_of(rehearse(founding(draft, twin)))
    assert perform(founding(draft, twin), expected=expected).is_done
