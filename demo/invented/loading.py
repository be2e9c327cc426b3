"""Load contacts, documents and links of the invented measures, through the services, and make what
reports say of milestones and indicators.
"""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from core.exports import Sheet, write_workbook
from core.models import Origin
from core.periods import parse_period
from demo.invented.progress import CONTACTS, EXCHANGE, InventedContact, Statement
from demo.scenario import Scenario
from measures import services
from measures.models import Measure, Plan, Project
from partners.models import Person


def load_contacts(scenario: Scenario, plan: Plan) -> None:
    people = _contact_people(scenario)
    for position, contact in enumerate(CONTACTS, start=1):
        owner = Measure.objects.get(plan=plan, title=contact.title)
        _load_contact(scenario, owner, people[contact.person], contact, position)
    project = Project.objects.order_by("pk")[0]
    # Of another organisation than the lead, which the office has confirmed.
    _load_contact(scenario, project, people["vdma"], InventedContact(project.title, "vdma"), 1)


def load_documents(scenario: Scenario, plan: Plan) -> None:
    """Load two files, one of them internal, and two links."""
    given = {"by": scenario.office, "now": scenario.at(-20), "origin": Origin.DEMO}
    exchange = Measure.objects.get(plan=plan, title=EXCHANGE.title)
    project = Project.objects.order_by("pk")[0]
    for heading, is_internal in (("Kriterien der Börse", False), ("Entwurf der Kosten", True)):
        sheet = Sheet(heading, ["Kriterium", "Gewicht"], [["Fläche in m²", 3], ["Gleis", 1]])
        file = BytesIO()
        write_workbook(file, heading, [sheet], now=scenario.at(-20))
        services.create_document(
            owner=exchange,
            upload=SimpleUploadedFile(f"{heading}.xlsx", file.getvalue()),
            values={"heading": heading, "is_internal": is_internal},
            **given,
        )
    for owner, heading in ((exchange, "Seite des Masterplans"), (project, "Seite des Landes")):
        values = {"heading": heading, "url": "https://www.berlin.de/", "is_internal": False}
        services.create_link(owner=owner, values=values, **given)


def _contact_people(scenario: Scenario) -> dict[str, Person]:
    # Asked in the open round without an account; at the measures, the same person stands in.
    policy = Person.objects.get(email="standortpolitik@example.org")
    return {"vdma": scenario.vdma.person, "ihk": scenario.ihk.person, "policy": policy}


def _load_contact(
    scenario: Scenario,
    owner: Measure | Project,
    person: Person,
    contact: InventedContact,
    position: int,
) -> None:
    services.create_contact(
        owner=owner,
        values={
            "person": person,
            "role": contact.role,
            "function": contact.function,
            "position": position,
        },
        heeded=[f"contact-{person.pk}-of-{person.organisation_id}"],
        by=scenario.office,
        now=scenario.at(-30),
        origin=Origin.DEMO,
    )


def statements_on(
    scenario: Scenario, measure: Measure, said: Iterable[Statement]
) -> list[services.Statement]:
    """Return what is `said` of `measure`, as the services take it."""
    found = []
    for one in said:
        if one.title == measure.title and one.milestone:
            milestone = measure.milestones.get(title=one.milestone)
            days = {"forecast_on": scenario.on(one.forecast), "forecast_reason": one.reason}
            found.append(services.Statement(milestone, days, ""))
        elif one.title == measure.title:
            indicator = measure.indicators.get(title=one.indicator)
            starts_on, ends_on = parse_period(str(scenario.today.year - 1))
            value = {"value": Decimal(one.value), "note": one.note, "source": one.source}
            value |= {"starts_on": starts_on, "ends_on": ends_on}
            found.append(services.Statement(indicator, value, ""))
    return found
