"""Loads the real plans and measures from the gathered facts, without additions, with all doubts."""

import datetime as dt
import re

from django.db.models import Q

from core.history import save_as, save_values_as
from core.models import Origin
from demo import TAKEN_OVER
from demo.matching import OrganisationIndex, split_remark
from measures.enums import ContinuationKind
from measures.models import Continuation, Measure, Plan, PlanSection, Project
from measures.queries import descendants_of

# Levels of a plan that are records of their own (`Measure`, `Project`) rather than sections.
BELOW_SECTIONS = ("Maßnahme", "Projekt", "(Einzel-)Projekt")
# The plan of 2010 has letters instead of names: `A`, or `D-F` for a range.
LETTER = re.compile(r"^[A-K](-[A-K])?$")
YEARS = re.compile(r"(\d{4})-(\d{4})$")
FRAGMENT = "Textfragment: "
INFERRED = ("inferred", "Buchstabe abgeleitet")

# Measure → its predecessor, according to the notes on the predecessor.
PREDECESSORS = {"Wiederaufnahme der Branchengespräche": "Industriedialog"}

# The two ways in which the data write a date.
DAY = re.compile(r"^(\d{2})\.(\d{2})\.(\d{4})$")
YEAR = re.compile(r"^(?:Ende )?(\d{4})$")


def load_plans(records: list[dict], *, now: dt.datetime) -> list[Plan]:
    """Load the plans, their sections, and the measures that only the sections mention."""
    plans: list[Plan] = []
    for position, record in enumerate(records, start=1):
        plan = _load_plan(record, position, plans[-1] if plans else None)
        plans.append(plan)
        for place, field in enumerate(record["fields"], start=1):
            _load_field(plan, field, place, now=now)
    return plans


def _load_plan(record: dict, position: int, predecessor: Plan | None) -> Plan:
    name, remark = split_remark(record["plan"])
    years = YEARS.search(name)
    levels, remarks = _levels(record["levels"])
    # The data use a hyphen between years, German typography an en dash.
    dashed = name.replace("-", "–")
    return Plan.objects.create(
        title=dashed.replace("MPI", "Masterplan Industriestadt Berlin")
        + (f" ({remark})" if remark else ""),
        short_title=dashed,
        levels=levels,
        first_year=int(years[1]) if years else None,
        last_year=int(years[2]) if years else None,
        adopted_on=dt.date.fromisoformat(record["adopted_on"]) if record["adopted_on"] else None,
        predecessor=predecessor,
        position=position,
        is_published=True,
        origin=Origin.TAKEN_OVER,
        sources=record["source"],
        basis={"levels": remarks} if remarks else {},
        doubts=record["notes"] or "",
    )


def _levels(records: list[str]) -> tuple[list[str], str]:
    """Return the names of the section levels, and the remarks on all levels as one text."""
    names, remarks = [], []
    for record in records:
        name, remark = split_remark(record)
        if record in BELOW_SECTIONS or name in BELOW_SECTIONS or record.startswith("Projekt"):
            remarks += [record] if record not in BELOW_SECTIONS else []
            continue
        names.append(name)
        remarks += [f"{name}: {remark}"] if remark else []
    return names, "; ".join(remarks)


def _load_field(plan: Plan, record: dict, position: int, *, now: dt.datetime) -> None:
    field = _section(
        plan,
        None,
        0,
        position,
        title=record["name"],
        code=_text(record["number"]),
        page=record.get("page"),
        record=record,
        now=now,
    )
    for place, cluster in enumerate(record["clusters"], start=1):
        if LETTER.match(cluster["name"]):
            _load_lettered(plan, field, cluster, place, now=now)
        else:
            _load_cluster(plan, field, cluster, place, now=now)


def _load_lettered(
    plan: Plan, field: PlanSection, record: dict, position: int, *, now: dt.datetime
) -> None:
    """Load a section of the plan of 2010, which has a letter and a goal instead of a name."""
    goal = record["goals"][0] if record["goals"] else {}
    basis = {"code": record["letter_basis"], "title": goal.get("basis", "")}
    title = goal.get("text", "")
    _section(
        plan,
        field,
        1,
        position,
        title=title,
        code=record["name"],
        record=record,
        basis=basis,
        doubts=record["evidence"] or "",
        now=now,
    )


def _load_cluster(
    plan: Plan, field: PlanSection, record: dict, position: int, *, now: dt.datetime
) -> None:
    cluster = _section(
        plan,
        field,
        1,
        position,
        title=record["name"],
        page=record.get("page"),
        record=record,
        now=now,
    )
    for place, goal in enumerate(record["goals"], start=1):
        # Some goals are only partly legible: a remark on that precedes the fragment.
        doubt, _fragment, text = goal["text"].rpartition(FRAGMENT)
        _section(
            plan,
            cluster,
            2,
            place,
            title=text,
            code=_text(goal["number"]),
            record=goal,
            basis={"title": goal["basis"]},
            doubts=doubt.rstrip("; "),
            now=now,
        )
    for place, task in enumerate(record["task_fields"], start=1):
        _load_task_field(plan, cluster, task, place, now=now)


def _load_task_field(
    plan: Plan, cluster: PlanSection, record: dict, position: int, *, now: dt.datetime
) -> None:
    # The data assign task fields to the cluster, not to one of its goals. So they hang directly
    # below the cluster, although the level of the goals lies between.
    section = _section(
        plan,
        cluster,
        3,
        position,
        title=record["text"],
        code=_text(record["number"]),
        record=record,
        basis={"title": record["basis"]},
        now=now,
    )
    for title in record["measures"]:
        _save_measure(
            Measure(
                plan=plan,
                section=section,
                title=title,
                lead_text=record["responsible"] or "",
                sources=record["source"],
                basis={"plan": record["basis"], "section": record["basis"]},
            ),
            now=now,
        )


def _section(
    plan, parent, depth, position, *, title, record, now, code="", page=None, basis=None, doubts=""
) -> PlanSection:
    # `depth` is the index of the level in the plan, not the distance to the root: see task fields.
    section = PlanSection(
        plan=plan,
        parent=parent,
        level=plan.levels[depth],
        title=title,
        code=code,
        page=page,
        position=position,
        origin=Origin.TAKEN_OVER,
        sources=record.get("source") or [],
        basis={name: value for name, value in (basis or {}).items() if value},
        doubts=doubts,
    )
    save_as(section, by=None, now=now, reason=TAKEN_OVER)
    return section


def load_measures(records: list[dict], *, now: dt.datetime) -> None:
    """Load `data/measures.json`; mere context becomes projects outside the plans."""
    plans = {plan.short_title: plan for plan in Plan.objects.all()}
    organisations = OrganisationIndex()
    for record in records:
        plan = plans[record["plan"].replace("-", "–")]
        if record["mpi_link"] == "context":
            _load_context(record, plan, organisations, now=now)
        else:
            _load_measure(record, plan, organisations, now=now)
    # In a second pass, because a predecessor may come later in the file.
    for title, predecessor in PREDECESSORS.items():
        _continue(Measure.objects.get(title=predecessor), Measure.objects.get(title=title), now=now)


def _continue(measure: Measure, successor: Measure, *, now: dt.datetime) -> None:
    continuation = Continuation(
        measure=measure,
        plan=successor.plan,
        kind=ContinuationKind.CONTINUED,
        origin=Origin.TAKEN_OVER,
    )
    values = {"successors": [successor]}
    # Its line stands in *Verlauf* beside that of the measure itself.
    reason = "Verbleib aus früheren Unterlagen übernommen"
    save_values_as(continuation, values, by=None, now=now, reason=reason)


def _load_measure(
    record: dict, plan: Plan, organisations: OrganisationIndex, *, now: dt.datetime
) -> None:
    # `load_plans` may have created the measure already.
    measure = Measure.objects.filter(plan=plan, title=record["title"]).first() or Measure(
        plan=plan, title=record["title"]
    )
    measure.code = record["code"] or ""
    place, place_basis = _place(record, plan)
    # It may also have chosen a deeper section, which is more exact: keep that one.
    if not (measure.section_id and place and measure.section_id in _below(place)):
        measure.section = place
    basis = {"plan": record["mpi_link"], "section": place_basis}
    supporters = _take_over(measure, record, organisations, basis)
    _save_measure(measure, now=now)
    measure.supporters.set(supporters)


def _load_context(
    record: dict, plan: Plan, organisations: OrganisationIndex, *, now: dt.datetime
) -> None:
    cluster, _remark = split_remark(record["theme_cluster"] or "")
    parts = [
        str(plan),
        record["field_of_action"] or "",
        cluster if cluster != record["field_of_action"] else "",
    ]
    project = Project(
        title=record["title"], theme=" · ".join(filter(None, parts)), is_published=True
    )
    basis = {"plan": record["mpi_link"], "theme": record["field_basis"]}
    supporters = _take_over(project, record, organisations, basis)
    project.origin = Origin.TAKEN_OVER
    save_as(project, by=None, now=now, reason=TAKEN_OVER)
    project.supporters.set(supporters)


def _take_over(
    obj: Measure | Project, record: dict, organisations: OrganisationIndex, basis: dict
) -> list:
    """Set the fields that measures and projects share; return the supporting organisations.

    Names that match no organisation stay text.
    """
    lead = organisations.find(record["lead"] or "")
    obj.lead = lead.organisation
    obj.lead_text = "" if lead.organisation else record["lead"] or ""
    named = [organisations.find(name) for name in record["partners"]]
    obj.supporters_text = "\n".join(
        name
        for name, found in zip(record["partners"], named, strict=True)
        if found.organisation is None
    )
    # Names that stay text keep their remark; a matched name would lose it.
    remarks = [
        f"{found.name}: {found.remark}" for found in named if found.organisation and found.remark
    ]
    basis |= {"lead": lead.remark if lead.organisation else "", "supporters": "; ".join(remarks)}
    obj.description = record["description"] or ""
    # The second Monitoring-Bericht names them so.
    obj.is_lighthouse = "Leuchtturmprojekt" in obj.description
    obj.runtime, obj.amount = record["runtime"] or "", record["amount"] or ""
    obj.starts_on, obj.ends_on, basis["runtime"] = _days(obj.runtime)
    obj.sources, obj.doubts = record["source"], record["notes"] or ""
    obj.basis = {name: value for name, value in basis.items() if value}
    return [found.organisation for found in named if found.organisation]


def _place(record: dict, plan: Plan) -> tuple[PlanSection | None, str]:
    """Return the deepest section that the record names, and the basis of that assignment."""
    field = plan.sections.filter(parent=None, title=record["field_of_action"] or "").first()
    if field is None:
        return None, record["field_basis"]
    cluster, remark = split_remark(record["theme_cluster"] or "")
    # Clusters of the plan of 2010 read `A: …`, but their sections have only the letter as code.
    letter = cluster.partition(":")[0]
    section = field.children.filter(Q(title=cluster) | Q(code=letter)).first() if cluster else None
    if section is None:
        return field, record["field_basis"]
    if remark in INFERRED and record["field_basis"] == "sourced":
        return section, f"{field.level} belegt, {section.level} erschlossen"
    return section, "inferred" if remark in INFERRED else record["field_basis"]


def _below(section: PlanSection) -> set[int]:
    return descendants_of(section.pk, PlanSection.objects.filter(plan_id=section.plan_id))


def _save_measure(measure: Measure, *, now: dt.datetime) -> None:
    measure.origin, measure.is_published = Origin.TAKEN_OVER, True
    # A measure that `load_plans` has created is completed here, not taken over again.
    save_as(measure, by=None, now=now, reason="Angaben ergänzt" if measure.pk else TAKEN_OVER)


def _days(runtime: str) -> tuple[dt.date | None, dt.date | None, str]:
    """Return first day, last day and precision of `2017-2019` or `01.03.2019 - Ende 2021`.

    Any other form yields no days: the page then shows the wording of the source.
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
