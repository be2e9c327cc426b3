"""Invented for the demo and marked so: series, topics in each state, a dialogue in planning, one
with invitations out.

Everything goes through the services, dated relative to the day of loading.
"""

import datetime as dt

from approvals.enums import Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Briefing, Decision
from core.models import Origin
from demo.accounts import find_organisation
from demo.stage import Stage
from dialogues import services
from dialogues.enums import HostPreference, HostReply, RsvpChannel
from dialogues.models import Dialogue, DialogueSeries, Rsvp, Topic
from partners.models import CrossCuttingTheme, Person, Sector

PROGRAMME = "13:30 Ankommen\n14:00 Begrüßung\n14:15 Werksrundgang\n15:00 Gespräch\n16:00 Gelegenheit zum Austausch"


def load_invented_dialogues(users, *, today: dt.date, now: dt.datetime) -> None:
    """Load series, topics and dialogues of the demo's present."""
    stage = Stage(users, today, now)
    series = load_series(stage)
    load_topics(stage, series)
    load_dialogue_in_planning(stage, series)
    load_dialogue_with_invitations(stage, series)


def load_series(stage: Stage) -> DialogueSeries:
    """Load a series that waits for consent, one only proposed, and one with consent; return the
    last.
    """
    year = stage.today.year
    _series(
        stage,
        -4,
        f"Branchengespräche Kreislaufwirtschaft {year + 1}",
        "Werkstoffe, Rückbau und Wiederverwendung.",
    )
    waiting = _series(
        stage,
        -12,
        f"Branchengespräche Bezirke {year + 1}",
        "Gespräche an Standorten außerhalb der Innenstadt.",
    )
    consented = _series(
        stage,
        -46,
        f"Branchengespräche {year}/{year + 1}",
        "Wiederaufnahme der Gespräche mit den Branchen vor Ort.",
    )
    for row, days in ((waiting, -6), (consented, -40)):
        services.affirm_series(series=row, by=stage.office, now=stage.at(days - 2))
        services.request_consent(
            series=row,
            by=stage.office,
            now=stage.at(days),
            due_on=stage.on(days + 8),
            briefing=Briefing(
                "Fortschreibung des Masterplans",
                f"Verwaltung und Partner möchten die Reihe „{row.title}“ aufnehmen.",
                "Die Partner haben ihren Wunsch bekräftigt; Mittel werden nicht benötigt.",
                "Zustimmung zur Reihe",
            ),
        )
    _decide(stage, services.decide_series, consented, Verdict.APPROVE, "", -36)
    consented.refresh_from_db()
    return consented


def _series(stage: Stage, days: int, title: str, description: str) -> DialogueSeries:
    values = {"title": title, "period": title[-4:], "description": description}
    values["origin"] = Origin.DEMO
    return services.create_series(values=values, by=stage.office, now=stage.at(days))


def _decide(stage: Stage, service, subject, rsvp: str, comment: str, days: int, **details) -> None:
    approval = ApprovalRequest.objects.open().get(subject_id=subject.pk, title=subject.title)
    service(
        approval=approval,
        decision=Decision(rsvp, comment, **details),
        by=stage.senator,
        now=stage.at(days, 15),
    )


def _topic(
    stage: Stage, days: int, title: str, description: str, *, by, sectors=(), themes=(), wish=""
) -> Topic:
    values = {
        "title": title,
        "description": description,
        "wish": wish,
        "origin": Origin.DEMO,
        "sectors": [Sector.objects.get_or_create(name=name)[0] for name in sectors],
        "themes": [CrossCuttingTheme.objects.get_or_create(name=name)[0] for name in themes],
    }
    return services.create_topic(values=values, by=by, now=stage.at(days))


def _in_progress(stage: Stage, series, days: int, *args, **kwargs) -> Topic:
    topic = _topic(stage, days, *args, **kwargs)
    services.propose_topic(topic=topic, by=kwargs["by"], now=stage.at(days))
    topic = services.take_up_topic(topic=topic, by=stage.office, now=stage.at(days + 1))
    return services.update_topic(
        topic=topic, values={"series": series}, by=stage.office, now=stage.at(days + 1)
    )


def _submit(stage: Stage, topic: Topic, days: int, due: int) -> None:
    services.submit_topic(
        topic=topic,
        by=stage.office,
        now=stage.at(days),
        due_on=stage.on(due),
        briefing=Briefing(
            "Reihe der Branchengespräche",
            topic.description,
            "Das Thema trifft mehrere Branchen.",
            "Freigabe des Themas",
        ),
    )


def load_topics(stage: Stage, series: DialogueSeries) -> None:
    """Load one topic in each state that a topic can have."""
    _topic(
        stage,
        -1,
        "Lastmanagement in der Produktion",
        "Betriebe möchten Lasten verschieben und brauchen dafür Daten.",
        by=stage.vdma,
    )
    proposed = _topic(
        stage,
        -2,
        "Gewerbehöfe als Orte der Produktion",
        "Mietverträge laufen aus, Erweiterungen finden keinen Platz.",
        by=stage.ihk,
        themes=["Flächen"],
        wish="Ein Verfahren, mit dem Betriebe früh von freien Flächen erfahren.",
    )
    services.propose_topic(topic=proposed, by=stage.ihk, now=stage.at(-2))
    _in_progress(
        stage,
        series,
        -5,
        "Fachkräfte für die Automatisierung",
        "Ausbildungsplätze bleiben unbesetzt.",
        by=stage.vdma,
        sectors=["Maschinenbau"],
        themes=["Fachkräfte"],
    )
    waiting = _in_progress(
        stage,
        series,
        -12,
        "Entsenderichtlinie in der Praxis",
        "Montageeinsätze im Ausland verursachen Aufwand.",
        by=stage.vdma,
        sectors=["Maschinenbau"],
        themes=["Entsenderichtlinie"],
        wish="Eine Ansprechstelle in der Verwaltung für Meldepflichten.",
    )
    _submit(stage, waiting, -9, -2)
    returned = _in_progress(
        stage,
        series,
        -14,
        "Wasserstoff in der Prozesswärme",
        "Sicherheit für Leitungen fehlt.",
        by=stage.ihk,
        sectors=["Chemie/Pharma"],
    )
    _submit(stage, returned, -10, -4)
    _decide(
        stage,
        services.decide_topic,
        returned,
        Verdict.RETURN,
        "Bitte mit der Energieabteilung abstimmen.",
        -6,
    )
    refused = _in_progress(
        stage,
        series,
        -20,
        "Messeauftritt der Industrie",
        "Gemeinsamer Stand mehrerer Betriebe.",
        by=stage.ihk,
    )
    _submit(stage, refused, -18, -12)
    _decide(
        stage,
        services.decide_topic,
        refused,
        Verdict.REFUSE,
        "Zuständig ist die Wirtschaftsförderung.",
        -15,
    )
    declined = _topic(
        stage, -16, "Werbung an Bahnhöfen", "Plakate für Industrieberufe.", by=stage.ihk
    )
    services.propose_topic(topic=declined, by=stage.ihk, now=stage.at(-16))
    services.decline_topic(
        topic=declined,
        reason="Dafür ist eine Kampagne anderer Stelle in Vorbereitung.",
        by=stage.office,
        now=stage.at(-14),
    )
    _approved(
        stage,
        series,
        "Lieferketten und Lagerflächen",
        ["Elektroindustrie"],
        ["Flächen"],
        condition="Bitte die Wirtschaftsförderungen der Bezirke früh beteiligen.",
    )


def _approved(
    stage: Stage, series, title: str, sectors: list[str], themes: list[str], condition: str = ""
) -> Topic:
    topic = _in_progress(
        stage,
        series,
        -30,
        title,
        "Betriebe berichten, was sie von Politik und Verwaltung brauchen.",
        by=stage.vdma,
        sectors=sectors,
        themes=themes,
    )
    _submit(stage, topic, -27, -20)
    rsvp = Verdict.CONDITION if condition else Verdict.APPROVE
    _decide(stage, services.decide_topic, topic, rsvp, "", -24, conditions=[condition])
    topic.refresh_from_db()
    return topic


def _dialogue(stage: Stage, topic: Topic, host_part: str, days: int) -> Dialogue:
    host = find_organisation(host_part)
    contact = Person.objects.filter(organisation=host).order_by("pk").first()
    values = {
        "title": topic.title,
        "host": host,
        "host_contact": contact,
        "programme": PROGRAMME,
        "seats": 30,
        "origin": Origin.DEMO,
        "place": "" if host.postal_address else "Besuchereingang, Werksgelände",
    }
    dialogue = services.plan_dialogue(
        topic=topic, values=values, by=stage.office, now=stage.at(days - 1)
    )
    return services.record_host_reply(
        dialogue=dialogue,
        reply=HostReply.ACCEPTED,
        replied_on=stage.on(days),
        note="telefonisch",
        by=stage.office,
        now=stage.at(days),
    )


def _dates(
    stage: Stage, dialogue: Dialogue, submitted: int, ahead: tuple[int, ...], due: int
) -> list:
    options = [
        services.add_date_option(
            dialogue=dialogue,
            starts_at=stage.at(days, 14),
            ends_at=stage.at(days, 16) + dt.timedelta(minutes=30),
            host_preference=HostPreference.PREFERRED if index == 0 else HostPreference.POSSIBLE,
            by=stage.office,
            now=stage.at(submitted),
        )
        for index, days in enumerate(ahead)
    ]
    services.submit_dates(
        dialogue=dialogue,
        by=stage.office,
        now=stage.at(submitted),
        due_on=stage.on(due),
        briefing=Briefing(
            "Masterplan, Wiederaufnahme der Branchengespräche",
            f"{dialogue.host} lädt zu „{dialogue.title}“ ein.",
            "Der Gastgeber bevorzugt den ersten Termin.",
            "Zustimmung, Teilnahme der Senatorin",
        ),
    )
    return options


def load_dialogue_in_planning(stage: Stage, series: DialogueSeries) -> None:
    """Load a dialogue whose three dates lie before the senator's office."""
    topic = _approved(
        stage,
        series,
        "Energieeffiziente Gebäude in der Produktion",
        ["Elektroindustrie"],
        ["Energie"],
    )
    dialogue = _dialogue(stage, topic, "Stadler", -4)
    _dates(stage, dialogue, -3, (25, 27, 32), 1)


def load_dialogue_with_invitations(stage: Stage, series: DialogueSeries) -> None:
    """Load a dialogue with 24 invitations out, answered in every way there is."""
    topic = _approved(
        stage,
        series,
        "Digitale Infrastruktur für Betriebe",
        ["Maschinenbau"],
        ["Infrastruktur", "Digitalisierung"],
    )
    dialogue = _dialogue(stage, topic, "Berliner Glas", -22)
    options = _dates(stage, dialogue, -21, (15, 17), -16)
    _decide(
        stage,
        services.decide_dates,
        dialogue,
        Verdict.APPROVE,
        "",
        -18,
        chosen=[option.pk for option in options],
    )
    services.fix_date(option=options[0], by=stage.office, now=stage.at(-17))
    people = list(
        Person.objects.reachable().filter(user__isnull=True, origin=Origin.DEMO).order_by("pk")[:22]
    )
    services.add_guests(
        dialogue=dialogue,
        people=[*people, stage.vdma.person, stage.ihk.person],
        by=stage.office,
        now=stage.at(-9),
    )
    services.release_invitations(
        dialogue=dialogue, rsvp_by=stage.on(8), expected=24, by=stage.office, now=stage.at(-8)
    )
    rows = list(dialogue.invitations.filter(person__user__isnull=True).order_by("pk"))
    replies = (
        [Rsvp("accepted", party=1 + index % 2) for index in range(12)]
        + [Rsvp("tentative", remark="Der Termin hängt noch an einer Sitzung.")] * 2
        + [Rsvp("declined")] * 3
        + [
            Rsvp(
                "represented",
                substitute_name="Stabsstelle Industrie",
                substitute_function="Referat",
            )
        ]
        * 2
    )
    for row, reply in zip(rows, replies, strict=False):
        services.record_rsvp(
            invitation=row, reply=reply, channel=RsvpChannel.LINK, now=stage.at(-5)
        )
