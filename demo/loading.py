"""Loads the demo in one transaction: all of it or nothing."""

import datetime as dt
import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from demo.accounts import load_accounts, load_contacts, load_distribution_lists
from demo.dialogues import load_dialogues
from demo.invented_dialogues import load_invented_dialogues
from demo.invented_measures import load_invented_measures
from demo.invented_pauses import load_invented_pause
from demo.invented_visits import load_invented_visits
from demo.measures import load_measures, load_plans
from demo.organisations import load_organisations
from demo.visits import load_coverage, load_visits
from outbox.services import settle_demo_mails
from partners.models import Organisation

DATA_DIR = Path(settings.BASE_DIR) / "data"


def read_rows(name: str) -> list[dict]:
    """Return the rows of `data/<name>.json`, the project's own copy of the gathered facts."""
    return json.loads((DATA_DIR / f"{name}.json").read_text(encoding="utf-8"))


def is_loaded() -> bool:
    """Say whether the database holds anything of a portal already."""
    return Organisation.objects.exists()


@transaction.atomic
def load_demo(*, today: dt.date, now: dt.datetime) -> None:
    """Load the real rows as taken over, and around them an invented present dated relative to
    `today`.

    The mails that the invented present wrote are recorded as sent; nothing goes out.
    """
    load_organisations(read_rows("organisations"), now=now)
    load_plans(read_rows("plans"), now=now)
    load_measures(read_rows("measures"), now=now)
    load_dialogues(read_rows("dialogues"), now=now)
    load_visits(read_rows("visits"), now=now)
    load_coverage(read_rows("coverage"), now=now)
    users = load_accounts(today=today, now=now)
    load_contacts()
    load_distribution_lists()
    load_invented_measures(users, today=today, now=now)
    load_invented_dialogues(users, today=today, now=now)
    load_invented_visits(users, today=today, now=now)
    load_invented_pause(users, today=today, now=now)
    settle_demo_mails()
