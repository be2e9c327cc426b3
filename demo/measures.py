"""The real plans and measures, taken over from gathered facts: every row, nothing added, doubts
kept.
"""

import datetime as dt
import re

from django.db.models import Q

from core.history import save_as
from core.models import Origin
from demo.matching import OrganisationIndex, split_remark
from measures.models import Measure, Plan, PlanSection, Project
from measures.queries.plans import descendants_of

TAKEN_OVER = "Aus früheren Unterlagen übernommen"
BELOW_SECTIONS = ("Maßnahme", "Projekt", "(Einzel-)Projekt")  # levels that are no sections
LETTER = re.compile(r"^[A-K](-[A-K])?$")
YEARS = re.compile(r"(\d{4})-(\d{4})$")
FRAGMENT = "Textfragment: "
INFERRED = ("inferred", "Buchstabe abgeleitet")

# The notes of the earlier row call it the direct forerunner of the later one.
FORERUNNERS = {"Wiederaufnahme der Branchengespräche": "Industriedialog"}

DAY = re.compile(r"^(\d{2})\.(\d{2})\.(\d{4})$")
YEAR = re.compile(r"^(?:Ende )?(\d{4})$")


def load_plans(data: list[dict], *, now: dt.datetime) -> list[Plan]:
    """Load the plans with their trees, and the measures that only the trees name; return the plans
    in their order.
    """
    plans: list[Plan] = []
    for position, row in enumerate(data, start=1):
        plan = _load_plan(row, position, plans[-1] if plans else None)
        plans.append(plan)
        for place, field in enumerate(row["fields"], start=1):
            _load_field(plan, field, place, now=now)
    return plans


def _load_plan(row: dict, position: int, predecessor: Plan | None) -> Plan:
    name, remark = split_remark(row["plan"])
    years = YEARS.search(name)
    levels, remarks = _levels(row["levels"])
    dashed = name.replace("-", "–")
    return Plan.objects.create(
        title=dashed.replace("MPI", "Masterplan Industriestadt Berlin")
        + (f" ({remark})" if remark else ""),
        short_title=dashed,
        levels=levels,
        first_year=int(years[1]) if years else None,
        last_year=int(years[2]) if years else None,
        adopted_on=dt.date.fromisoformat(row["adopted_on"]) if row["adopted_on"] else None,
        predecessor=predecessor,
        position=position,
        is_published=True,
        origin=Origin.TAKEN_OVER,
        sources=row["source"],
        basis={"levels": remarks} if remarks else {},
        doubts=row["notes"] or "",
    )


def _levels(rows: list[str]) -> tuple[list[str], str]:
    """Return the names of the levels above a measure, and all remarks on levels as one text."""
    names, remarks = [], []
    for row in rows:
        name, remark = split_remark(row)
        if row in BELOW_SECTIONS or name in BELOW_SECTIONS or row.startswith("Projekt"):
            remarks += [row] if row not in BELOW_SECTIONS else []
            continue
        names.append(name)
        remarks += [f"{name}: {remark}"] if remark else []
    return names, "; ".join(remarks)


def _load_field(plan: Plan, row: dict, position: int, *, now: dt.datetime) -> None:
    field = _section(
        plan,
        None,
        0,
        position,
        title=row["name"],
        code=_text(row["number"]),
        page=row.get("page"),
        row=row,
    )
    for place, cluster in enumerate(row["clusters"], start=1):
        if LETTER.match(cluster["name"]):
            _load_lettered(plan, field, cluster, place, now=now)
        else:
            _load_cluster(plan, field, cluster, place, now=now)


def _load_lettered(
    plan: Plan, field: PlanSection, row: dict, position: int, *, now: dt.datetime
) -> None:
    """Load a section that the plan of 2010 names by its letter and its goal."""
    goal = row["goals"][0] if row["goals"] else {}
    basis = {"code": row["letter_basis"], "title": goal.get("basis", "")}
    title = goal.get("text", "")
    section = _section(
        plan, field, 1, position, title=title, code=row["name"], row=row, basis=basis
    )
    section.doubts = row["evidence"] or ""
    section.save()


def _load_cluster(
    plan: Plan, field: PlanSection, row: dict, position: int, *, now: dt.datetime
) -> None:
    cluster = _section(plan, field, 1, position, title=row["name"], page=row.get("page"), row=row)
    for place, goal in enumerate(row["goals"], start=1):
        doubt, _fragment, text = goal["text"].rpartition(FRAGMENT)
        section = _section(
            plan,
            cluster,
            2,
            place,
            title=text,
            code=_text(goal["number"]),
            row=goal,
            basis={"title": goal["basis"]},
        )
        section.doubts = doubt.rstrip("; ")
        section.save()
    for place, task in enumerate(row["task_fields"], start=1):
        basis = {"title": task["basis"]}
        section = _section(
            plan,
            cluster,
            3,
            place,
            title=task["text"],
            code=_text(task["number"]),
            row=task,
            basis=basis,
        )
        for title in task["measures"]:
            _save_measure(
                Measure(
                    plan=plan,
                    section=section,
                    title=title,
                    lead_text=task["responsible"] or "",
                    sources=task["source"],
                    basis={"plan": task["basis"], "section": task["basis"]},
                ),
                now=now,
            )


def _section(
    plan, parent, depth, position, *, title, row, code="", page=None, basis=None
) -> PlanSection:
    return PlanSection.objects.create(
        plan=plan,
        parent=parent,
        level=plan.levels[depth],
        title=title,
        code=code,
        page=page,
        position=position,
        origin=Origin.TAKEN_OVER,
        sources=row.get("source") or [],
        basis={name: value for name, value in (basis or {}).items() if value},
    )


def load_measures(data: list[dict], *, now: dt.datetime) -> None:
    """Load the measures of the plans; rows that are mere context become projects outside every
    plan.
    """
    plans = {plan.short_title: plan for plan in Plan.objects.all()}
    organisations = OrganisationIndex()
    for row in data:
        plan = plans[row["plan"].replace("-", "–")]
        if row["mpi_link"] == "context":
            _load_context(row, plan, organisations, now=now)
        else:
            _load_measure(row, plan, organisations, now=now)
    for title, forerunner in FORERUNNERS.items():
        measure = Measure.objects.get(title=title)
        measure.predecessor = Measure.objects.get(title=forerunner)
        save_as(measure, by=None, now=now, reason="Vorläufer zugeordnet")


def _load_measure(
    row: dict, plan: Plan, organisations: OrganisationIndex, *, now: dt.datetime
) -> None:
    measure = Measure.objects.filter(plan=plan, title=row["title"]).first() or Measure(
        plan=plan, title=row["title"]
    )
    measure.code = row["code"] or ""
    place, place_basis = _place(row, plan)
    if not (measure.section_id and place and measure.section_id in _below(place)):
        measure.section = place
    basis = {"plan": row["mpi_link"], "section": place_basis}
    supporters = _take_over(measure, row, organisations, basis)
    _save_measure(measure, now=now)
    measure.supporters.set(supporters)


def _load_context(
    row: dict, plan: Plan, organisations: OrganisationIndex, *, now: dt.datetime
) -> None:
    cluster, _remark = split_remark(row["theme_cluster"] or "")
    parts = [
        str(plan),
        row["field_of_action"] or "",
        cluster if cluster != row["field_of_action"] else "",
    ]
    project = Project(title=row["title"], theme=" · ".join(filter(None, parts)), is_published=True)
    basis = {"plan": row["mpi_link"], "theme": row["field_basis"]}
    supporters = _take_over(project, row, organisations, basis)
    project.origin = Origin.TAKEN_OVER
    save_as(project, by=None, now=now, reason=TAKEN_OVER)
    project.supporters.set(supporters)


def _take_over(
    obj: Measure | Project, row: dict, organisations: OrganisationIndex, basis: dict
) -> list:
    """Set on `obj` what measures and projects share; return the supporters that are organisations."""
    lead = organisations.find(row["lead"] or "")
    obj.lead = lead.organisation
    obj.lead_text = "" if lead.organisation else row["lead"] or ""
    named = [organisations.find(name) for name in row["partners"]]
    obj.supporters_text = "\n".join(
        name
        for name, found in zip(row["partners"], named, strict=True)
        if found.organisation is None
    )
    remarks = [
        f"{found.name}: {found.remark}" for found in named if found.organisation and found.remark
    ]
    basis |= {"lead": lead.remark if lead.organisation else "", "supporters": "; ".join(remarks)}
    obj.description = row["description"] or ""
    obj.runtime, obj.amount = row["runtime"] or "", row["amount"] or ""
    obj.starts_on, obj.ends_on, basis["runtime"] = _days(obj.runtime)
    obj.sources, obj.doubts = row["source"], row["notes"] or ""
    obj.basis = {name: value for name, value in basis.items() if value}
    return [found.organisation for found in named if found.organisation]


def _place(row: dict, plan: Plan) -> tuple[PlanSection | None, str]:
    """Return the deepest section that the row names, and how sure that is."""
    field = plan.sections.filter(parent=None, title=row["field_of_action"] or "").first()
    if field is None:
        return None, row["field_basis"]
    cluster, remark = split_remark(row["theme_cluster"] or "")
    letter = cluster.partition(":")[0]
    section = field.children.filter(Q(title=cluster) | Q(code=letter)).first() if cluster else None
    if section is None:
        return field, row["field_basis"]
    if remark in INFERRED and row["field_basis"] == "sourced":
        return section, f"{field.level} belegt, {section.level} erschlossen"
    return section, "inferred" if remark in INFERRED else row["field_basis"]


def _below(section: PlanSection) -> set[int]:
    return descendants_of(section.pk, PlanSection.objects.filter(plan_id=section.plan_id))


def _save_measure(measure: Measure, *, now: dt.datetime) -> None:
    measure.origin, measure.is_published = Origin.TAKEN_OVER, True
    save_as(measure, by=None, now=now, reason="Angaben ergänzt" if measure.pk else TAKEN_OVER)


def _days(runtime: str) -> tuple[dt.date | None, dt.date | None, str]:
    """Return first and last day of a runtime such as `2017-2019` or `01.03.2019 - Ende 2021`, and
    how exact it is.

    What is worded in any other way keeps its words and gets no days.
    """
    first, _dash, last = (part.strip() for part in runtime.partition("-"))
    start, end = _day(first, month=1, day=1), _day(last or first, month=12, day=31)
    if start is None or end is None:
        return None, None, ""
    return start, end, "day" if DAY.match(first) and DAY.match(last) else "year"


def _day(text: str, *, month: int, day: int) -> dt.date | None:
    if exact := DAY.match(text):
        return dt.date(int(exact[3]), int(exact[2]), int(exact[1]))
    if year := YEAR.match(text):
        return dt.date(int(year[1]), month, day)
    return None


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
