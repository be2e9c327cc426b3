"""Which mails an act reaches, which it leaves out, and why."""

import pytest

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.models import Mail
from outbox.queries.bulk import Selection
from tests.outbox.builders import NOW, in_state, make_account_mail, make_batch, make_mail

pytestmark = pytest.mark.django_db
ACCOUNT = "E-Mail zum Konto: nur einzeln, auf ihrer eigenen Seite"
REMOVED = "Der Inhalt wurde bereits entfernt"
SETTLED = "Schon als erledigt abgelegt"
STATE = "Der Stand lässt es nicht mehr zu"


def choice_of(action, *, picked=False) -> Selection:
    return Selection.of(action, Mail.objects.all(), picked=picked)


def reasons(choice: Selection) -> dict[str, int]:
    return {str(text): count for text, count in choice.left_out}


@pytest.mark.parametrize(
    ("action", "counts"),
    [
        (APPROVE, {"draft": 1}),
        (RESEND, {"failed": 1, "expired": 1}),
        (WITHDRAW, {"draft": 1, "waiting": 1, "retry": 1}),
        (SETTLE, {"failed": 1, "expired": 1, "undeliverable": 1}),
    ],
)
def test_an_act_is_meant_for_the_states_it_starts_from(action, counts):
    for state in (
        "draft",
        "waiting",
        "sending",
        "sent",
        "retry",
        "failed",
        "undeliverable",
        "withdrawn",
        "expired",
    ):
        make_mail(**in_state(state))

    choice = choice_of(action)

    assert (choice.counts, choice.count, choice.left_out) == (counts, sum(counts.values()), [])


def test_everybody_left_out_is_named_with_the_reason():
    removed, settled, fit = make_batch(3, state="failed")
    Mail.objects.filter(pk=removed.pk).update(mime="")
    Mail.objects.filter(pk=settled.pk).update(settled_at=NOW)
    account = make_account_mail()
    Mail.objects.filter(pk=account.pk).update(state="failed")
    make_mail(state="waiting")

    choice = choice_of(RESEND)

    assert choice.first == [fit]
    assert reasons(choice) == {SETTLED: 1, ACCOUNT: 1, REMOVED: 1}
    assert {(mail, str(reason)) for mail, reason in choice.first_left_out} == {
        (removed, REMOVED),
        (settled, SETTLED),
        (account, ACCOUNT),
    }


def test_state_that_changed_is_a_reason_only_for_ticked_mails():
    make_mail(state="failed")
    sent = make_mail(state="sent", sent_at=NOW)

    picked = choice_of(RESEND, picked=True)

    assert (picked.count, reasons(picked), [mail for mail, _reason in picked.first_left_out]) == (
        1,
        {STATE: 1},
        [sent],
    )
    assert choice_of(RESEND).left_out == []


@pytest.mark.parametrize("count", [1, 12, 30])
def test_the_look_costs_the_same_for_any_number(count, django_assert_num_queries):
    make_batch(count, state="failed")
    make_mail(state="failed", mime="")

    with django_assert_num_queries(3):
        choice = choice_of(RESEND)

    assert (choice.count, len(choice.first), len(choice.first_left_out)) == (
        count,
        min(count, 10),
        1,
    )
    assert {"mime", "text", "secret"} <= choice.first[0].get_deferred_fields()
