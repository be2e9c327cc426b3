"""Requests that were withdrawn before the portal kept by whom: the history knows."""

from importlib import import_module

import pytest
from django.apps import apps

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.services import withdraw_request
from tests.approvals.builders import NOW, make_request, make_subject
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

fill = import_module("approvals.migrations.0005_makers_of_old_withdrawals").fill


def test_maker_and_moment_come_from_the_history():
    office = make_user("office")
    old, unknown = (
        make_request(by=office),
        make_request(ApprovalState.WITHDRAWN, subject=make_subject(pk=2)),
    )
    withdraw_request(kind=old.kind, subject_id=old.subject_id, by=office, now=NOW)
    ApprovalRequest.objects.update(withdrawn_at=None, withdrawn_by=None)
    withdrawn_at = old.history.get(state=ApprovalState.WITHDRAWN).history_date

    fill(apps, None)

    old.refresh_from_db()
    unknown.refresh_from_db()
    assert (old.withdrawn_at, old.withdrawn_by) == (withdrawn_at, office)
    assert (unknown.withdrawn_at, unknown.withdrawn_by) == (None, None)
