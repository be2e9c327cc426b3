"""Invented dialogues: one whose dates await approval, one whose invitations are sent, one with a
waiting list, and two that were held.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import cycle

from approvals.enums import Verdict
from approvals.registry import Briefing, Decision
from core.models import Origin
from demo.accounts import find_organisation
from demo.invented.series import decide, make_approved_topic
from demo.scenario import Scenario
from dialogues import services
from dialogues.enums import ContributionKind, HostPreference, HostReply, RsvpChannel
from dialogues.models import (
    Contribution,
    DateOption,
    Dialogue,
    DialogueSeries,
    Invitation,
    Need,
    Rsvp,
    Topic,
)
from dialogues.queries import Programme, ProgrammeEntry
from partners.models import Person

GUEST_COUNT = 22  # besides the two partners with an account
HELD_GUEST_COUNT = 6
WAITING_SEATS, WAITING_COUNT = 6, 3
OUTCOME = (
    "Die Betriebe bilden zu wenig aus, weil Werkstätten und Ausbildende fehlen. Ein Verbund soll "
    "beides teilen; die Verwaltung prüft, wie er gefördert werden kann."
)
T, C, N = ContributionKind.TECHNOLOGY, ContributionKind.CHALLENGE, ContributionKind.NEED
DOCUMENTED = (
    (T, "Lehrwerkstatt mit Simulatoren", "Anlagen werden am Modell angefahren und gewartet."),
    (T, "Prüfstand für Elektromotoren", ""),
    (C, "Ausbildungsplätze bleiben frei", "Auf zehn Plätze kommen vier Bewerbungen."),
    (C, "Lange Wege zur Berufsschule", ""),
    (N, "Gemeinsame Lehrwerkstatt fördern", "Gesucht: Anschubfinanzierung für drei Jahre."),
    (N, "Busverbindung zum Schichtwechsel", "Der letzte Bus fährt vor Ende der Spätschicht."),
    (N, "Eine Ansprechstelle für Sprachkurse", "Zuständigkeiten sind für Betriebe unklar."),
)
HELD = (
    (T, "Digitaler Bauantrag mit Anlagenmodell", ""),
    (C, "Nachforderungen in mehreren Runden", "Jede Runde kostet vier bis sechs Wochen."),
    (N, "Verbindliche Fristen für Nachforderungen", "Einmalige, vollständige Liste."),
    (N, "Zweiter Rettungsweg im Bestand", "Gesucht: ein Termin mit der Bauaufsicht vor Ort."),
)
# People are named by their functions.
PROGRAMME = Programme(
    (
        ProgrammeEntry(dt.time(13, 30), "other", "Ankommen, Ausgabe der Sicherheitsschuhe"),
        ProgrammeEntry(dt.time(14), "welcome", who="Geschäftsführung, Geschäftsstelle"),
        ProgrammeEntry(dt.time(14, 15), "tour", "Fertigung und Prüfstand", "Werksleitung"),
        ProgrammeEntry(dt.time(15), "contributions", "Was die Betriebe mitbringen"),
        ProgrammeEntry(dt.time(15, 30), "talk", who="alle", ends=dt.time(16)),
        ProgrammeEntry(dt.time(16), "exchange", "bei einem Imbiss", ends=dt.time(16, 30)),
    ),
    starts=dt.time(14),
)


def load_invented_dialogues(scenario: Scenario, series: DialogueSeries) -> None:
    _load_held_dialogues(scenario, series)
    _load_dialogue_in_planning(scenario, series)
    _load_dialogue_with_invitations(scenario, series)
    _load_dialogue_with_waiting_list(scenario, series)


def _load_dialogue_in_planning(scenario: Scenario, series: DialogueSeries) -> None:
    """Load a dialogue whose three date options await the senator's office.

    The last one clashes with a visit (`demo.invented.visits`).
    """
    topic = make_approved_topic(
        scenario,
        series,
        "Energieeffiziente Gebäude in der Produktion",
        ["Elektroindustrie"],
        ["Energie"],
    )
    dialogue = _make_dialogue(scenario, topic, "Stadler", -4)
    _submit_dates(scenario, dialogue, -3, (25, 27, 30), due=1)


def _load_dialogue_with_invitations(scenario: Scenario, series: DialogueSeries) -> None:
    """Load a dialogue with 24 invitations sent and replies of every kind."""
    topic = make_approved_topic(
        scenario,
        series,
        "Digitale Infrastruktur für Betriebe",
        ["Maschinenbau"],
        ["Infrastruktur", "Digitalisierung"],
    )
    dialogue = _make_dialogue(scenario, topic, "Berliner Glas", -22)
    _fix_date(scenario, dialogue, -21, (15, 17))
    contacts = Person.objects.reachable().filter(user__isnull=True, origin=Origin.DEMO)
    people = [*contacts.order_by("pk")[:GUEST_COUNT], scenario.vdma.person, scenario.ihk.person]
    _invite_guests(scenario, dialogue, people, rsvp_by=8)
    _record_rsvps(scenario, dialogue)


def _load_dialogue_with_waiting_list(scenario: Scenario, series: DialogueSeries) -> None:
    """Load a full dialogue: a seat given back is offered to the first of those who wait."""
    topic = make_approved_topic(
        scenario, series, "Abwärme der Industrie nutzen", ["Elektroindustrie"], ["Energie"]
    )
    dialogue = _make_dialogue(scenario, topic, "Siemens", -20, seats=WAITING_SEATS)
    _fix_date(scenario, dialogue, -19, (11, 13))
    contacts = Person.objects.reachable().filter(user__isnull=True, origin=Origin.DEMO)
    people = list(contacts.order_by("pk")[: WAITING_SEATS + WAITING_COUNT])
    _invite_guests(scenario, dialogue, people, rsvp_by=5)
    guests = list(dialogue.invitations.order_by("pk"))
    for guest in guests:
        _reply(guest, Rsvp("accepted"), scenario.at(-5))
    _reply(guests[0], Rsvp("declined"), scenario.at(-2))
    services.tend_waiting_lists(now=scenario.at(-1))


def _reply(invitation: Invitation, rsvp: Rsvp, now: dt.datetime) -> None:
    invitation.refresh_from_db()
    services.record_rsvp(invitation=invitation, rsvp=rsvp, channel=RsvpChannel.LINK, now=now)


def _fix_date(scenario: Scenario, dialogue: Dialogue, days: int, ahead: tuple[int, ...]) -> None:
    """Submit dates on the working day `days`, and have all approved and the first one fixed."""
    options = _submit_dates(scenario, dialogue, days, ahead, due=days + 5)
    chosen = tuple(option.pk for option in options)
    approve = Decision(Verdict.APPROVE, chosen=chosen)
    decide(scenario, services.decide_dates, dialogue, approve, days + 3)
    services.fix_date(option=options[0], by=scenario.office, now=scenario.at(days + 4))


def _load_held_dialogues(scenario: Scenario, series: DialogueSeries) -> None:
    """Load a dialogue whose outcome is recorded, and one that was held just now."""
    documented = _load_held_dialogue(
        scenario, series, "Ausbildung im Verbund", ["Maschinenbau"], "Siemens", -9
    )
    services.document_outcome(
        dialogue=documented,
        outcome=OUTCOME,
        by=scenario.office,
        now=scenario.at(-5),
    )
    _add_contributions(scenario, documented, DOCUMENTED, -9)
    _load_needs_of(scenario, documented)
    _load_older_needs(scenario)
    held = _load_held_dialogue(
        scenario, series, "Genehmigungen für Umbauten", ["Elektroindustrie"], "BMW", -2
    )
    _add_contributions(scenario, held, HELD, -2)


def _load_held_dialogue(
    scenario: Scenario,
    series: DialogueSeries,
    title: str,
    sectors: Sequence[str],
    host_name: str,
    held: int,
) -> Dialogue:
    """Load a dialogue with a few guests, held on the working day `held`."""
    topic = make_approved_topic(scenario, series, title, sectors, ["Fachkräfte"])
    dialogue = _make_dialogue(scenario, topic, host_name, -22)
    options = _submit_dates(scenario, dialogue, -21, (held,), due=-18)
    chosen = tuple(option.pk for option in options)
    decide(scenario, services.decide_dates, dialogue, Decision(Verdict.APPROVE, chosen=chosen), -19)
    services.fix_date(option=options[0], by=scenario.office, now=scenario.at(-18))
    contacts = Person.objects.reachable().filter(user__isnull=True, origin=Origin.DEMO)
    people = [*contacts.order_by("-pk")[:HELD_GUEST_COUNT], scenario.vdma.person]
    services.add_guests(dialogue=dialogue, people=people, by=scenario.office, now=scenario.at(-17))
    services.release_invitations(
        dialogue=dialogue,
        rsvp_by=scenario.on(held - 2),
        expected=len(people),
        by=scenario.office,
        now=scenario.at(-17),
    )
    for invitation in dialogue.invitations.order_by("pk"):
        _reply(invitation, Rsvp("accepted"), scenario.at(-14))
    return services.record_held(dialogue=dialogue, by=scenario.office, now=scenario.at(held, 18))


def _add_contributions(
    scenario: Scenario, dialogue: Dialogue, contributions: Sequence[tuple[str, ...]], held: int
) -> None:
    """Add one contribution of each guest in turn."""
    guests = dialogue.invitations.filter(person__organisation__isnull=False).order_by("pk")
    for invitation, (kind, title, text) in zip(cycle(guests), contributions):
        values = {
            "kind": kind,
            "title": title,
            "text": text,
            "organisation": invitation.person.organisation,
            "person": invitation.person,
        }
        services.create_contribution(
            dialogue=dialogue, values=values, by=scenario.office, now=scenario.at(held, 16)
        )


def _load_needs_of(scenario: Scenario, dialogue: Dialogue) -> None:
    """Record the needs that came up in `dialogue`: promised, not possible, and in progress."""
    named = {found.title: found for found in dialogue.contributions.filter(kind=N)}
    workshop = _make_need(
        scenario,
        -8,
        contribution=named["Gemeinsame Lehrwerkstatt fördern"],
        addressee=find_organisation("Investitionsbank"),
        due_on=scenario.on(3),
        resubmit_on=scenario.on(5),
        resubmit_check="Liegt der Förderantrag des Verbunds vor?",
    )
    text = "Eine Anschubfinanzierung ist möglich, sobald drei Betriebe den Antrag stellen."
    _answer(scenario, workshop, -4, services.Answer("promise", text, scenario.on(30)))
    bus = _make_need(
        scenario,
        -8,
        contribution=named["Busverbindung zum Schichtwechsel"],
        addressee=find_organisation("Verkehrsbetriebe"),
        due_on=scenario.on(-1),
        resubmit_on=scenario.on(1),
        resubmit_check="Gibt es mit dem nächsten Fahrplan eine andere Lösung?",
    )
    text = "Der Fahrplan steht für dieses Jahr fest; die Linie ist nicht ausgelastet."
    _answer(scenario, bus, -2, services.Answer("decline", text))
    language = _make_need(scenario, -8, contribution=named["Eine Ansprechstelle für Sprachkurse"])
    _answer(scenario, language, -3, services.Answer("start"))


def _load_older_needs(scenario: Scenario) -> None:
    """Record needs that came up outside the dialogues: one without movement for half a year, one
    to look at today, one done and filed, and one for a partner to answer.
    """
    _make_need(
        scenario,
        -160,
        title="Stellplätze für Lieferverkehr",
        text="Lieferfahrzeuge warten auf der Straße, weil die Ladezone entfallen ist.",
        raised_by=find_organisation("Berliner Glas"),
        addressee=find_organisation("Tempelhof"),
        due_on=scenario.on(-120),
    )
    crossing = _make_need(
        scenario,
        -90,
        title="Sichere Querung vor dem Werkstor",
        raised_by=scenario.vdma.person.organisation,
        contact=scenario.vdma.person,
        addressee=find_organisation("Spandau"),
    )
    _answer(scenario, crossing, -70, services.Answer("start"))
    services.resubmit_need(
        need=crossing,
        resubmit_on=scenario.on(0),
        resubmit_check="Ist die Ampel bestellt?",
        by=scenario.office,
        now=scenario.at(-70),
    )
    filed = _make_need(
        scenario,
        -110,
        title="Auskunft zu Meldepflichten",
        text="Gesucht: eine Stelle, die verbindlich Auskunft gibt.",
        raised_by=scenario.vdma.person.organisation,
    )
    text = "Die Auskunft gibt seit dem Frühjahr die Kammer; die Adresse ist veröffentlicht."
    _answer(scenario, filed, -80, services.Answer("complete", text))
    services.file_need(need=filed, by=scenario.office, now=scenario.at(-60))
    _make_need(
        scenario,
        -6,
        title="Prüfertermine für neue Berufe",
        text="Für die Abschlussprüfung fehlen Prüferinnen und Prüfer.",
        raised_by=scenario.vdma.person.organisation,
        contact=scenario.vdma.person,
        addressee=scenario.ihk.person.organisation,
        due_on=scenario.on(6),
    )


def _make_need(
    scenario: Scenario, days: int, *, contribution: Contribution | None = None, **values
) -> Need:
    if contribution:
        values |= {
            "title": contribution.title,
            "text": contribution.text,
            "raised_by": contribution.organisation,
            "contact": contribution.person,
        }
    return services.create_need(
        values={"origin": Origin.DEMO, **values},
        contribution=contribution,
        by=scenario.office,
        now=scenario.at(days),
    )


def _answer(scenario: Scenario, need: Need, days: int, answer: services.Answer) -> None:
    services.answer_need(need=need, answer=answer, by=scenario.office, now=scenario.at(days))


def _make_dialogue(
    scenario: Scenario, topic: Topic, host_name: str, days: int, *, seats: int = 30
) -> Dialogue:
    host = find_organisation(host_name)
    contact = Person.objects.filter(organisation=host).order_by("pk").first()
    values = {
        "title": topic.title,
        "host": host,
        "host_contact": contact,
        "seats": seats,
        "origin": Origin.DEMO,
        # Without a place of its own, the dialogue shows the host's address.
        "place": "" if host.postal_address else "Besuchereingang, Werksgelände",
    }
    dialogue = services.plan_dialogue(
        topic=topic, values=values, by=scenario.office, now=scenario.at(days - 1)
    )
    services.change_programme(
        dialogue=dialogue, programme=PROGRAMME, by=scenario.office, now=scenario.at(days - 1)
    )
    return services.record_host_reply(
        dialogue=dialogue,
        reply=HostReply.ACCEPTED,
        replied_on=scenario.on(days),
        note="telefonisch",
        by=scenario.office,
        now=scenario.at(days),
    )


def _submit_dates(
    scenario: Scenario, dialogue: Dialogue, submitted: int, ahead: tuple[int, ...], *, due: int
) -> list[DateOption]:
    """Add a date option for each number of working days in `ahead`, and submit them all."""
    options = [
        services.create_date_option(
            dialogue=dialogue,
            starts_at=scenario.at(days, 14),
            ends_at=scenario.at(days, 16) + dt.timedelta(minutes=30),
            host_preference=HostPreference.PREFERRED if index == 0 else HostPreference.POSSIBLE,
            by=scenario.office,
            now=scenario.at(submitted),
        )
        for index, days in enumerate(ahead)
    ]
    services.submit_dates(
        dialogue=dialogue,
        by=scenario.office,
        now=scenario.at(submitted),
        due_on=scenario.on(due),
        briefing=Briefing(
            "Masterplan, Wiederaufnahme der Branchengespräche",
            f"{dialogue.host} lädt zu „{dialogue.title}“ ein.",
            "Der Gastgeber bevorzugt den ersten Termin.",
            "Zustimmung, Teilnahme der Senatorin",
        ),
    )
    return options


def _invite_guests(
    scenario: Scenario, dialogue: Dialogue, people: Sequence[Person], *, rsvp_by: int
) -> None:
    services.add_guests(dialogue=dialogue, people=people, by=scenario.office, now=scenario.at(-9))
    services.release_invitations(
        dialogue=dialogue,
        rsvp_by=scenario.on(rsvp_by),
        expected=len(people),
        by=scenario.office,
        now=scenario.at(-8),
    )


def _record_rsvps(scenario: Scenario, dialogue: Dialogue) -> None:
    """Record the replies of most guests; three of them and the two partners stay silent."""
    # Whoever tries out the portal as one of the partners finds an invitation to answer.
    invitations = dialogue.invitations.filter(person__user__isnull=True).order_by("pk")
    tentative = Rsvp("tentative", remark="Der Termin hängt noch an einer Sitzung.")
    represented = Rsvp(
        "represented", substitute_name="Stabsstelle Industrie", substitute_function="Referat"
    )
    rsvps = [
        # Every second guest brings somebody along.
        *(Rsvp("accepted", party=1 + index % 2) for index in range(12)),
        *[tentative] * 2,
        *[Rsvp("declined")] * 3,
        *[represented] * 2,
    ]
    # Not strict: there are fewer replies than invitations, and the rest stays unanswered.
    for invitation, rsvp in zip(invitations, rsvps, strict=False):
        _reply(invitation, rsvp, scenario.at(-5))
