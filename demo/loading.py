"""Loads the demo in one transaction."""

import datetime as dt
import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from demo.accounts import load_accounts, load_contacts, load_distribution_lists
from demo.dialogues import load_dialogues
from demo.invented import load_invented
from demo.measures import load_measures, load_plans
from demo.organisations import load_organisations
from demo.scenario import Scenario
from demo.visits import load_coverage, load_visits
from outbox.services import settle_demo_mails
from partners.models import Organisation

RECORDED_BEFORE = dt.timedelta(days=730)
DATA_DIR = Path(settings.BASE_DIR) / "data"


def read_records(name: str) -> list[dict]:
    """Return the records of `data/<name>.json`, the facts gathered for the project."""
    return json.loads((DATA_DIR / f"{name}.json").read_text(encoding="utf-8"))


def is_loaded() -> bool:
    # Organisations entered by the office count as well: the demo must not mix with real data.
    return Organisation.objects.exists()


@transaction.atomic
def load_demo(*, today: dt.date, now: dt.datetime) -> None:
    """Load the real records as taken over from earlier documents, then the invented present.

    Mails that the invented present causes are recorded as sent; none is delivered.
    """
    # Organisations first, because all other records refer to them.
    load_organisations(read_records("organisations"), now=now)
    # Before anything invented happens, or the plan of an earlier day would not have its measures.
    recorded_at = now - RECORDED_BEFORE
    load_plans(read_records("plans"), now=recorded_at)
    load_measures(read_records("measures"), now=recorded_at)
    load_dialogues(read_records("dialogues"), now=now)
    load_visits(read_records("visits"), now=now)
    # After the visits: coverage is linked to the visit whose source it is.
    load_coverage(read_records("coverage"), now=now)
    users = load_accounts(today=today, now=now)
    # After the accounts, whose addresses the contacts must not repeat.
    load_contacts()
    load_distribution_lists()
    load_invented(Scenario(users, today, now))
    # Last: by now the services have queued all their mails.
    settle_demo_mails()
