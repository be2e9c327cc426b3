"""Which mails a bulk action reaches, and why it leaves others out."""

import pytest

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.models import Mail
from outbox.queries.bulk import Selection, select_mails
from tests.outbox.builders import NOW, fields_in_state, make_account_mail, make_batch, make_mail

pytestmark = pytest.mark.django_db
ACCOUNT = "E-Mail zum Konto: nur einzeln, auf ihrer eigenen Seite"
REMOVED = "Der Inhalt wurde bereits entfernt"
SETTLED = "Schon als erledigt abgelegt"
STATE = "Der Stand lässt es nicht mehr zu"


def select(action, *, were_ticked=False) -> Selection:
    return select_mails(action, Mail.objects.all(), were_ticked=were_ticked)


def reasons(selection: Selection) -> dict[str, int]:
    return {str(text): count for text, count in selection.left_out}


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        (APPROVE, {"draft": 1}),
        (RESEND, {"failed": 1, "expired": 1}),
        (WITHDRAW, {"draft": 1, "waiting": 1, "retry": 1}),
        (SETTLE, {"failed": 1, "expired": 1}),
    ],
)
def test_action_reaches_the_states_it_starts_from(action, counts):
    for state in (
        "draft",
        "waiting",
        "sending",
        "sent",
        "retry",
        "failed",
        "withdrawn",
        "expired",
    ):
        make_mail(**fields_in_state(state))

    selection = select(action)

    assert (selection.counts, selection.count, selection.left_out) == (
        counts,
        sum(counts.values()),
        [],
    )


def test_mails_left_out_are_named_with_their_reason():
    removed, settled, fit = make_batch(3, state="failed")
    Mail.objects.filter(pk=removed.pk).update(mime="")
    Mail.objects.filter(pk=settled.pk).update(settled_at=NOW)
    account = make_account_mail()
    Mail.objects.filter(pk=account.pk).update(state="failed")
    make_mail(state="waiting")

    selection = select(RESEND)

    assert selection.examples == [fit]
    assert reasons(selection) == {SETTLED: 1, ACCOUNT: 1, REMOVED: 1}
    assert {(mail, str(reason)) for mail, reason in selection.left_out_examples} == {
        (removed, REMOVED),
        (settled, SETTLED),
        (account, ACCOUNT),
    }


def test_wrong_state_is_a_reason_only_for_ticked_mails():
    make_mail(state="failed")
    sent = make_mail(state="sent", sent_at=NOW)

    ticked = select(RESEND, were_ticked=True)

    assert (
        ticked.count,
        reasons(ticked),
        [mail for mail, _reason in ticked.left_out_examples],
    ) == (
        1,
        {STATE: 1},
        [sent],
    )
    assert select(RESEND).left_out == []


@pytest.mark.parametrize("count", [1, 12, 30])
def test_selecting_needs_the_same_queries_for_any_number(count, django_assert_num_queries):
    make_batch(count, state="failed")
    make_mail(state="failed", mime="")

    # The last three look for present addresses.
    with django_assert_num_queries(6):
        selection = select(RESEND)

    assert (selection.count, len(selection.examples), len(selection.left_out_examples)) == (
        count,
        min(count, 10),
        1,
    )
    assert {"mime", "text", "secret"} <= selection.examples[0].get_deferred_fields()
