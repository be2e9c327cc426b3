"""No test depends on an earlier one."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from core.roles import ROLES


@pytest.mark.django_db(transaction=True)
def test_roles_exist_after_all_tables_were_emptied():
    call_command("flush", interactive=False, verbosity=0)

    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(ROLES)
