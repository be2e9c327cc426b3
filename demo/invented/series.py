"""Invented series, and topics in a range of states."""

from collections.abc import Callable, Sequence

from approvals.enums import Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Briefing, Decision
from core.models import Origin
from demo.scenario import Scenario
from dialogues import services
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries, Topic
from partners.models import CrossCuttingTheme, Sector, User
from reminders.services import PauseTarget, pause_reminders


def load_invented_series(scenario: Scenario) -> DialogueSeries:
    """Load three series: proposed, awaiting consent, and consented to with topics; return the last
    one.
    """
    year = scenario.today.year
    _make_series(
        scenario,
        -4,
        f"Branchengespräche Kreislaufwirtschaft {year + 1}",
        "Werkstoffe, Rückbau und Wiederverwendung.",
    )
    waiting = _make_series(
        scenario,
        -12,
        f"Branchengespräche Bezirke {year + 1}",
        "Gespräche an Standorten außerhalb der Innenstadt.",
    )
    consented = _make_series(
        scenario,
        -46,
        f"Branchengespräche {year}/{year + 1}",
        "Wiederaufnahme der Gespräche mit den Branchen vor Ort.",
    )
    _request_consent(scenario, waiting, -6)
    _request_consent(scenario, consented, -40)
    decide(scenario, services.decide_series, consented, Decision(Verdict.APPROVE), -36)
    # The decision changed the database record, not this object.
    consented.refresh_from_db()
    _load_open_topics(scenario, consented)
    _load_decided_topics(scenario, consented)
    return consented


def _make_series(scenario: Scenario, days: int, title: str, description: str) -> DialogueSeries:
    values = {
        "title": title,
        # Every title ends with its year or years.
        "period": title.split()[-1],
        "description": description,
        "origin": Origin.DEMO,
    }
    return services.create_series(values=values, by=scenario.office, now=scenario.at(days))


def _request_consent(scenario: Scenario, series: DialogueSeries, days: int) -> None:
    # Only an affirmed series can be submitted for consent.
    services.affirm_series(series=series, by=scenario.office, now=scenario.at(days - 2))
    services.request_consent(
        series=series,
        by=scenario.office,
        now=scenario.at(days),
        due_on=scenario.on(days + 8),
        briefing=Briefing(
            "Fortschreibung des Masterplans",
            f"Verwaltung und Partner möchten die Reihe „{series.title}“ aufnehmen.",
            "Die Partner haben ihren Wunsch bekräftigt; Mittel werden nicht benötigt.",
            "Zustimmung zur Reihe",
        ),
    )


def decide(scenario: Scenario, service: Callable, subject, decision: Decision, days: int) -> None:
    """Decide the open approval of `subject` as the senator's office, through `service`."""
    # Matched by title as well: a topic and a series can have the same primary key.
    approval = ApprovalRequest.objects.open().get(subject_id=subject.pk, title=subject.title)
    service(
        approval=approval,
        decision=decision,
        by=scenario.senator,
        now=scenario.at(days, 15),
    )


def pause_series(scenario: Scenario) -> None:
    """Pause the reminders of the series awaiting consent for three working days."""
    series = DialogueSeries.objects.get(origin=Origin.DEMO, state=SeriesState.REQUESTED)
    pause_reminders(
        target=PauseTarget(about=f"series:{series.pk}"),
        title=series.title,
        until_on=scenario.on(3),
        reason="Demodaten: Rücksprache mit dem Büro ist vereinbart.",
        by=scenario.office,
        now=scenario.now,
    )


def _load_open_topics(scenario: Scenario, series: DialogueSeries) -> None:
    """Load topics that are a draft, proposed, in progress, and overdue for a decision."""
    _make_topic(
        scenario,
        -1,
        "Lastmanagement in der Produktion",
        "Betriebe möchten Lasten verschieben und brauchen dafür Daten.",
        by=scenario.vdma,
    )
    proposed = _make_topic(
        scenario,
        -2,
        "Gewerbehöfe als Orte der Produktion",
        "Mietverträge laufen aus, Erweiterungen finden keinen Platz.",
        by=scenario.ihk,
        themes=["Flächen"],
        wish="Ein Verfahren, mit dem Betriebe früh von freien Flächen erfahren.",
    )
    services.propose_topic(topic=proposed, by=scenario.ihk, now=scenario.at(-2))
    _make_topic_in_progress(
        scenario,
        series,
        -5,
        "Fachkräfte für die Automatisierung",
        "Ausbildungsplätze bleiben unbesetzt.",
        by=scenario.vdma,
        sectors=["Maschinenbau"],
        themes=["Fachkräfte"],
    )
    overdue = _make_topic_in_progress(
        scenario,
        series,
        -12,
        "Entsenderichtlinie in der Praxis",
        "Montageeinsätze im Ausland verursachen Aufwand.",
        by=scenario.vdma,
        sectors=["Maschinenbau"],
        themes=["Entsenderichtlinie"],
        wish="Eine Ansprechstelle in der Verwaltung für Meldepflichten.",
    )
    _submit(scenario, overdue, -9, due=-2)


def _load_decided_topics(scenario: Scenario, series: DialogueSeries) -> None:
    """Load topics that were returned, refused, declined by the office, and approved."""
    returned = _make_topic_in_progress(
        scenario,
        series,
        -14,
        "Wasserstoff in der Prozesswärme",
        "Sicherheit für Leitungen fehlt.",
        by=scenario.ihk,
        sectors=["Chemie/Pharma"],
    )
    _submit(scenario, returned, -10, due=-4)
    decision = Decision(Verdict.RETURN, "Bitte mit der Energieabteilung abstimmen.")
    decide(scenario, services.decide_topic, returned, decision, -6)
    refused = _make_topic_in_progress(
        scenario,
        series,
        -20,
        "Messeauftritt der Industrie",
        "Gemeinsamer Stand mehrerer Betriebe.",
        by=scenario.ihk,
    )
    _submit(scenario, refused, -18, due=-12)
    decision = Decision(Verdict.REFUSE, "Zuständig ist die Wirtschaftsförderung.")
    decide(scenario, services.decide_topic, refused, decision, -15)
    declined = _make_topic(
        scenario, -16, "Werbung an Bahnhöfen", "Plakate für Industrieberufe.", by=scenario.ihk
    )
    services.propose_topic(topic=declined, by=scenario.ihk, now=scenario.at(-16))
    services.decline_topic(
        topic=declined,
        reason="Dafür ist eine Kampagne anderer Stelle in Vorbereitung.",
        by=scenario.office,
        now=scenario.at(-14),
    )
    make_approved_topic(
        scenario,
        series,
        "Lieferketten und Lagerflächen",
        ["Elektroindustrie"],
        ["Flächen"],
        condition="Bitte die Wirtschaftsförderungen der Bezirke früh beteiligen.",
    )


def _make_topic(
    scenario: Scenario,
    days: int,
    title: str,
    description: str,
    *,
    by: User,
    sectors: Sequence[str] = (),
    themes: Sequence[str] = (),
    wish: str = "",
) -> Topic:
    values = {
        "title": title,
        "description": description,
        "wish": wish,
        "origin": Origin.DEMO,
        "sectors": [Sector.objects.get_or_create(name=name)[0] for name in sectors],
        "themes": [CrossCuttingTheme.objects.get_or_create(name=name)[0] for name in themes],
    }
    return services.create_topic(values=values, by=by, now=scenario.at(days))


def _make_topic_in_progress(
    scenario: Scenario, series: DialogueSeries, days: int, *args, **kwargs
) -> Topic:
    topic = _make_topic(scenario, days, *args, **kwargs)
    services.propose_topic(topic=topic, by=kwargs["by"], now=scenario.at(days))
    topic = services.take_up_topic(topic=topic, by=scenario.office, now=scenario.at(days + 1))
    # Only a topic in a series can be submitted.
    return services.change_topic(
        topic=topic, values={"series": series}, by=scenario.office, now=scenario.at(days + 1)
    )


def _submit(scenario: Scenario, topic: Topic, days: int, *, due: int) -> None:
    services.submit_topic(
        topic=topic,
        by=scenario.office,
        now=scenario.at(days),
        due_on=scenario.on(due),
        briefing=Briefing(
            "Reihe der Branchengespräche",
            topic.description,
            "Das Thema trifft mehrere Branchen.",
            "Freigabe des Themas",
        ),
    )


def make_approved_topic(
    scenario: Scenario,
    series: DialogueSeries,
    title: str,
    sectors: Sequence[str],
    themes: Sequence[str],
    condition: str = "",
) -> Topic:
    """Load a topic that is ready for a dialogue, approved on `condition` if one is given."""
    topic = _make_topic_in_progress(
        scenario,
        series,
        -30,
        title,
        "Betriebe berichten, was sie von Politik und Verwaltung brauchen.",
        by=scenario.vdma,
        sectors=sectors,
        themes=themes,
    )
    _submit(scenario, topic, -27, due=-20)
    verdict = Verdict.CONDITION if condition else Verdict.APPROVE
    decide(scenario, services.decide_topic, topic, Decision(verdict, conditions=(condition,)), -24)
    topic.refresh_from_db()
    return topic
