"""Compare pages with a bare view, with 50, 5 000 and 100 000 measures.

The bare view has the same middleware, database and user; it loads 50 measures and prints three
cells of each. Both are asked in turn, so that a busy machine slows both alike.
"""

import datetime as dt
import gc
import statistics
import sys
import time

from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from core.enums import TrafficLight
from core.roles import OFFICE
from measures.enums import Financing, Phase, RoundState
from measures.models import Measure, Milestone, Plan, PlanSection, ReportingRound
from partners.models import Organisation, Person, User
from scripts.bench.sink import CountingSink

BACKEND = "sign_in.adapters.AccountBackend"
BARE = "/bench/bare/"
SIZES = (50, 5_000, 100_000)
REQUESTS = 15
FIELDS, AREAS_PER_FIELD, LEADS = 4, 10, 35
LIGHTS = ("", TrafficLight.GREEN, TrafficLight.GREEN, TrafficLight.YELLOW, TrafficLight.RED)
PHASES = (Phase.RUNNING, Phase.PREPARING, Phase.NOT_STARTED, Phase.COMPLETED)


def bare_view(request):
    """Print three cells of 50 measures; needs nothing but the query."""
    measures = Measure.objects.select_related("lead")[:50]
    rows = format_html_join(
        "\n",
        "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
        ((m.title, m.lead_label, m.get_phase_display()) for m in measures),
    )
    return HttpResponse(f"<table>{rows}</table>")


urlpatterns = [path(BARE.removeprefix("/"), bare_view), path("", include("masterplan.urls"))]


def measure(sink: CountingSink) -> dict[str, float]:
    """Return for each page and size the ratio to the bare view; print it with the queries."""
    plan, sections, leads = _make_plan()
    ratios, count = {}, 0
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"]):
        client = _office_client()
        for size in SIZES:
            _make_measures(plan, sections, leads, range(count, size))
            count = size
            with connection.cursor() as cursor:
                # PostgreSQL does so by itself some time after rows were added. A transaction, as of
                # a test, allows no VACUUM.
                cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
            for name, url in _pages().items():
                ratios[f"{name}_{size}"] = tell_ratio(client, f"{name}, {size} measures", url)
    return ratios


def tell_ratio(client: Client, name: str, url: str, other: str = BARE) -> float:
    """Print and return the ratio of `url` to `other`, by default to the bare view."""
    ratio, milliseconds, queries = _compare(client, url, other)
    compared = "the bare view" if other == BARE else other
    sys.stdout.write(
        f"  {name}: {ratio:.2f} × {compared} ({milliseconds:.0f} ms, {queries} queries)\n"
    )
    sys.stdout.flush()
    return ratio


def make_stock() -> None:
    """Create the most measures that pages are measured with, unless they are there."""
    if not Measure.objects.exists():
        _office_client()
        _make_measures(*_make_plan(), range(SIZES[-1]))


def _pages() -> dict[str, str]:
    one = Measure.objects.order_by("pk").first()
    everything = reverse("measures:list")
    return {
        "list": everything,
        "search": f"{everything}?q=Gewerbe",
        "search_of_all": f"{reverse('search')}?q=Gewerbe",
        "filtered": f"{everything}?phase=running&traffic_light=red",
        "measure": one.get_absolute_url(),
        "measure_edit": reverse("measures:edit", args=[one.pk]),
        "tree": reverse("measures:tree"),
        "timeline": reverse("timeline"),
        "start": reverse("overview"),
        "forecast": reverse("reminders:forecast"),
        "round": ReportingRound.objects.get().get_absolute_url(),
    }


def _compare(client: Client, url: str, other: str) -> tuple[float, float, int]:
    """Return the ratio of `url` to `other`, its milliseconds and its number of queries."""
    _ask(client, url)  # fills caches, as a portal in use has them filled
    queries = []
    with connection.execute_wrapper(
        lambda execute, sql, *rest: queries.append(sql) or execute(sql, *rest)
    ):
        _ask(client, url)
    # A slow page gets fewer tries, since noise matters less the longer it takes.
    tries = 3 if _ask(client, url) > 1 else REQUESTS
    bare, page = [], []
    for _number in range(tries):
        bare.append(_ask(client, other))
        page.append(_ask(client, url))
    median = statistics.median(page)
    return median / statistics.median(bare), median * 1000, len(queries)


def _ask(client: Client, url: str) -> float:
    """Return the seconds that a GET takes. Raises AssertionError unless it answers 200."""
    gc.collect()
    began = time.perf_counter()
    response = client.get(url)
    seconds = time.perf_counter() - began
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return seconds


def _office_client() -> Client:
    person = Person.objects.create(family_name="Geschäftsstelle", email="buero@example.org")
    user = User.objects.create(email="buero@example.org", person=person)
    user.groups.add(Group.objects.get(name=OFFICE))
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _make_plan() -> tuple[Plan, list[PlanSection], list[Organisation]]:
    today = timezone.localdate()
    plan = Plan.objects.create(
        title="Masterplan zum Messen",
        short_title="Messen",
        levels=["Handlungsfeld", "Aufgabenfeld"],
        first_year=today.year,
        last_year=today.year + 4,
        is_published=True,
    )
    sections = []
    for field in range(FIELDS):
        top = PlanSection.objects.create(
            plan=plan, title=f"Feld {field}", level="Handlungsfeld", position=field
        )
        sections += [
            PlanSection.objects.create(
                plan=plan, parent=top, title=f"Bereich {area}", level="Aufgabenfeld", position=area
            )
            for area in range(AREAS_PER_FIELD)
        ]
    leads = [
        Organisation.objects.create(name=f"Kammer {number}", short_name=f"K{number}")
        for number in range(LEADS)
    ]
    ReportingRound.objects.create(
        plan=plan,
        title="Runde",
        cut_off_on=today,
        due_on=today + dt.timedelta(days=20),
        state=RoundState.OPEN,
    )
    return plan, sections, leads


def _make_measures(plan: Plan, sections, leads, numbers: range) -> None:
    """Create measures, every third with two milestones; without history, which no page lists."""
    today = timezone.localdate()
    for start in range(numbers.start, numbers.stop, 5_000):
        batch = Measure.objects.bulk_create(
            Measure(
                plan=plan,
                section=sections[number % len(sections)],
                code=f"C {number}",
                title=f"Ankaufsstrategie für Gewerbeflächen {number}",
                lead=leads[number % len(leads)],
                phase=PHASES[number % len(PHASES)],
                traffic_light=(light := LIGHTS[number % len(LIGHTS)]),
                traffic_light_reason="Das Planungsrecht fehlt." if light else "",
                help_wanted="Entscheidung" if light == TrafficLight.RED else "",
                financing=list(Financing)[number % len(Financing)],
                starts_on=today - dt.timedelta(days=number % 700),
                ends_on=today + dt.timedelta(days=number % 900),
                is_published=True,
            )
            for number in range(start, min(start + 5_000, numbers.stop))
        )
        Milestone.objects.bulk_create(
            Milestone(
                measure=found,
                title=f"Schritt {step}",
                due_on=(day := today + dt.timedelta(days=60 * step - found.pk % 90)),
                baseline_on=day,
            )
            for found in batch[::3]
            for step in (1, 2)
        )
