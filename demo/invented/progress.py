"""The demo's status of real measures of the plan 2018–2021, and four invented measures."""

from typing import NamedTuple

from core.enums import TrafficLight
from measures.enums import ChapterKind, ContactRole, Financing, Phase


class Progress(NamedTuple):
    """The status of a measure; `milestones` are (title, working days from today, is_done)."""

    title: str
    phase: Phase
    traffic_light: str
    financing: str
    summary: str
    milestones: tuple[tuple[str, int, bool], ...] = ()
    reason: str = ""
    help_wanted: str = ""
    outlook: str = ""


class InventedMeasure(NamedTuple):
    progress: Progress
    section: str
    lead: str  # a substring of the organisation's name
    description: str


# The titles are those of the gathered records: a measure is found by its title in the plan.
STATUS_OF_REAL_MEASURES = (
    Progress(
        "Junior1stein Akademie",
        Phase.RUNNING,
        TrafficLight.GREEN,
        Financing.SECURED,
        "Zwei weitere Kitas und eine Schule nehmen teil.",
        (
            ("Kooperationen mit Schulen vereinbart", -90, True),
            ("Zweiter Jahrgang startet", 45, False),
        ),
    ),
    Progress(
        "MINTgrün-Orientierungsstudium",
        Phase.COMPLETED,
        TrafficLight.GREEN,
        Financing.SECURED,
        "Das Angebot ist verstetigt.",
        (("Evaluation liegt vor", -120, True), ("Verstetigung beschlossen", -60, True)),
    ),
    Progress(
        "Smart Business District",
        Phase.PREPARING,
        TrafficLight.YELLOW,
        Financing.PARTIAL,
        "Der Bedarf an Strom und Flächen ist erhoben, die Rechtsform ist offen.",
        (
            ("Bedarf erhoben", -40, True),
            ("Rechtsform geklärt", -5, False),
            ("Planung beauftragt", 80, False),
        ),
        "Die Rechtsform des gemeinsamen Betriebs ist noch nicht geklärt.",
        "Abstimmung der drei Unternehmen in einem gemeinsamen Termin.",
    ),
    Progress(
        "TransferHUB CleanTech Marzahn",
        Phase.RUNNING,
        TrafficLight.GREEN,
        Financing.SECURED,
        "Die ersten Betriebe nutzen das Angebot.",
        (
            ("Räume bezogen", -75, True),
            ("Zehn Beratungen durchgeführt", -10, True),
            ("Zwischenbilanz", 60, False),
        ),
    ),
    Progress(
        "IAM Campus Mariendorf (Referenzfertigung/Showroom additive Fertigung)",
        Phase.DISCONTINUED,
        "",
        Financing.NOT_NEEDED,
        "Das Vorhaben wird an anderer Stelle fortgeführt.",
        (("Standort geprüft", -150, True),),
    ),
    Progress(
        "Ankaufsstrategie für Industrieflächen",
        Phase.RUNNING,
        TrafficLight.RED,
        Financing.OPEN,
        "Zwei Flächen sind bewertet, der Ankauf ruht.",
        (
            ("Kriterien abgestimmt", -100, True),
            ("Erster Ankauf", -15, False),
            ("Bericht an den SKIP", 40, False),
        ),
        "Für den Ankauf stehen im laufenden Haushalt keine Mittel bereit.",
        "Entscheidung über eine Rücklage für den Ankauf von Flächen.",
    ),
    Progress(
        "Verdichtung bestehender Flächen",
        Phase.PREPARING,
        TrafficLight.GREEN,
        Financing.NOT_NEEDED,
        "Ein Leitfaden für die Bezirke ist in Arbeit.",
        (("Leitfaden im Entwurf", 20, False),),
    ),
    Progress(
        "Wiederaufnahme der Branchengespräche",
        Phase.RUNNING,
        TrafficLight.GREEN,
        Financing.SECURED,
        "Die Reihe ist vorbereitet, Themen werden gesammelt.",
        (("Partner bekräftigen die Reihe", -50, True), ("Erstes Gespräch", 15, False)),
    ),
    Progress(
        "Medial begleitete Unternehmensbesuche mit Branchenschwerpunkt (Prüfauftrag)",
        Phase.PREPARING,
        TrafficLight.GREEN,
        Financing.NOT_NEEDED,
        "Ein erster Besuch ist in Vorbereitung.",
        (("Prüfung abgeschlossen", 30, False),),
    ),
    Progress(
        "Geschäftsstelle Masterplan Industriestadt Berlin",
        Phase.RUNNING,
        TrafficLight.GREEN,
        Financing.SECURED,
        "Die Geschäftsstelle führt die laufende Berichtsrunde durch.",
        (("Monitoring-Bericht erstellt", 50, False),),
    ),
    Progress(
        "MPI-Budget (Projektförderung mit zwei Stichtagen pro Jahr)",
        Phase.RUNNING,
        TrafficLight.YELLOW,
        Financing.PARTIAL,
        "Die Skizzen zum letzten Stichtag sind geprüft.",
        (("Skizzen geprüft", -12, True), ("Förderanträge eingeladen", 10, False)),
        "Es gingen mehr Skizzen ein, als Mittel da sind.",
        "Reihung der Skizzen in der nächsten Sitzung.",
    ),
)

# In the open round, the report on WORKSHOPS was returned and the one on EXCHANGE awaits review.
RETROFIT = Progress(
    "Retrofit-Werkstatt: ältere Maschinen digital nachrüsten",
    Phase.RUNNING,
    TrafficLight.GREEN,
    Financing.SECURED,
    "Drei Betriebe haben Maschinen nachgerüstet und ihre Erfahrungen weitergegeben.",
    (
        ("Werkstatt eröffnet", -85, True),
        ("Drei Betriebe begleitet", -20, True),
        ("Leitfaden erscheint", 35, False),
    ),
)
WORKSHOPS = Progress(
    "Offene Ausbildungswerkstätten im Maschinenbau",
    Phase.PREPARING,
    TrafficLight.YELLOW,
    Financing.PARTIAL,
    "Vier Betriebe wollen ihre Werkstatt öffnen, zwei haben Fragen zur Haftung.",
    (
        ("Betriebe gewonnen", -30, True),
        ("Muster für Vereinbarungen", 12, False),
        ("Erster Kurs", 70, False),
    ),
    "Offen ist, wie Gäste in den Werkstätten versichert sind.",
    "Auskunft der Unfallkasse, ob ihr Schutz ausreicht.",
)
GUIDES = Progress(
    "Lotsendienst für Genehmigungen",
    Phase.RUNNING,
    TrafficLight.GREEN,
    Financing.SECURED,
    "Der Dienst hat die ersten Anfragen aus Betrieben beantwortet.",
    (("Ansprechstelle benannt", -55, True), ("Fünfzig Anfragen beantwortet", 25, False)),
)
EXCHANGE = Progress(
    "Börse für freie Produktionsflächen",
    Phase.PREPARING,
    TrafficLight.RED,
    Financing.OPEN,
    "Das Konzept liegt vor, es fehlt eine Stelle, die die Daten pflegt.",
    (("Konzept liegt vor", -25, True), ("Probebetrieb", 55, False)),
    "Keine Stelle ist für die Pflege der Daten zuständig.",
    "Benennung einer Stelle in der Verwaltung, die die Daten pflegt.",
)

INVENTED_MEASURES = (
    InventedMeasure(
        RETROFIT,
        "Digitale Industrie",
        "VDMA",
        "Betriebe rüsten vorhandene Maschinen mit Sensoren nach.",
    ),
    InventedMeasure(
        WORKSHOPS,
        "Fachkräfte",
        "VDMA",
        "Betriebe öffnen ihre Werkstätten für Auszubildende anderer Betriebe.",
    ),
    InventedMeasure(
        GUIDES,
        "Verwaltung und (digitale) Infrastruktur",
        "Industrie- und Handelskammer",
        "Eine Stelle begleitet Betriebe durch mehrere Verfahren.",
    ),
    InventedMeasure(
        EXCHANGE,
        "Flächen",
        "Industrie- und Handelskammer",
        "Freie Hallen und Grundstücke auf einen Blick.",
    ),
)


class Adjustment(NamedTuple):
    """What is special about a milestone; days are working days from the day of loading."""

    agreed: int | None = None
    forecast: int | None = None
    reason: str = ""
    weight: int = 1
    owner: str = ""


# Milestones agreed for another day, that will come later or count more, by title.
ADJUSTMENTS = {
    "Zweiter Jahrgang startet": Adjustment(agreed=35),
    "Rechtsform geklärt": Adjustment(
        agreed=-25,
        forecast=20,
        reason="Ein Unternehmen lässt die Satzung noch prüfen.",
        weight=3,
        owner="Arbeitskreis der drei Unternehmen",
    ),
    "Planung beauftragt": Adjustment(
        agreed=60, forecast=105, reason="Setzt voraus, dass die Rechtsform geklärt ist.", weight=2
    ),
    "Zwischenbilanz": Adjustment(forecast=50),
    "Kriterien abgestimmt": Adjustment(agreed=-110),
    "Erster Ankauf": Adjustment(
        forecast=75, reason="Der Haushalt sieht für den Ankauf keine Mittel vor.", weight=4
    ),
    "Leitfaden im Entwurf": Adjustment(agreed=5),
    "Drei Betriebe begleitet": Adjustment(weight=2),
    "Probebetrieb": Adjustment(
        agreed=40, forecast=70, reason="Es ist noch keine Stelle für die Daten benannt.", weight=2
    ),
}

# Title of a milestone → title of what it requires.
REQUIREMENTS = {
    "Planung beauftragt": "Rechtsform geklärt",
    "Bericht an den SKIP": "Erster Ankauf",
    "Erster Kurs": "Muster für Vereinbarungen",
    "Probebetrieb": "Kriterien abgestimmt",
}


class Statement(NamedTuple):
    """What the report on the measure `title` says of a milestone, or of an indicator for the year
    before the present one; `forecast` is in working days from today.
    """

    title: str
    milestone: str = ""
    forecast: int = 0
    reason: str = ""
    indicator: str = ""
    value: str = ""
    note: str = ""
    source: str = ""


# In the round of half a year ago, and in the open one.
CLOSED_STATEMENTS = (
    Statement(
        RETROFIT.title, "Leitfaden erscheint", 45, "Zwei Betriebe prüfen die Beispiele noch."
    ),
    Statement(
        RETROFIT.title,
        indicator="Nachgerüstete Maschinen",
        value="21",
        note="Ohne drei Maschinen, die nur geliehen waren",
    ),
    Statement(
        "TransferHUB CleanTech Marzahn",
        indicator="Beratungen von Betrieben",
        value="41",
        note="Mit den Beratungen in den Betrieben",
    ),
)
OPEN_STATEMENTS = (
    Statement(WORKSHOPS.title, "Erster Kurs", 95, "Ohne die Auskunft der Unfallkasse kein Kurs."),
    Statement(WORKSHOPS.title, indicator="Plätze in offenen Werkstätten", value="6"),
    Statement(EXCHANGE.title, "Probebetrieb", 90, "Die Stelle wird neu ausgeschrieben."),
    Statement(
        EXCHANGE.title,
        indicator="Gemeldete freie Flächen",
        value="27",
        note="Einschließlich zweier Flächen in Brandenburg",
        source="Eigene Erhebung der IHK Berlin",
    ),
)
# What the office entered of the same year after EXCHANGE was reported: the review names it.
CORRECTED_VALUE = "25"


class InventedContact(NamedTuple):
    """Whom to ask about the measure `title`; `person` is a key of `_contact_people`."""

    title: str
    person: str
    role: ContactRole = ContactRole.CONTACT
    function: str = ""


CONTACTS = (
    InventedContact(WORKSHOPS.title, "vdma"),
    InventedContact(EXCHANGE.title, "ihk", function="Federführung Flächenbörse"),
    InventedContact(EXCHANGE.title, "policy", ContactRole.DEPUTY),
    InventedContact(GUIDES.title, "policy"),
)
# What the office added to the computed sentences of each chapter.
CHAPTER_TEXTS = {
    ChapterKind.SITUATION: (
        "Alle Federführungen wurden um einen Bericht gebeten. Wo keine Meldung vorliegt, gilt der "
        "letzte bekannte Stand; die Geschäftsstelle fragt in der nächsten Runde noch einmal nach."
    ),
    ChapterKind.OVERVIEW: (
        "Die meisten Vorhaben kommen voran. Wo die Ampel auf Gelb oder Rot steht, nennt die "
        "Federführung den Grund und die gewünschte Entscheidung; beides steht im Kapitel des "
        "Handlungsfelds."
    ),
    ChapterKind.LIGHTHOUSES: (
        "Leuchtturmprojekte zeigen beispielhaft, was der Plan bewirkt. Ausgewählt werden sie von "
        "den Partnern gemeinsam."
    ),
    ChapterKind.FUNDING: (
        "Ungeklärt ist die Finanzierung vor allem dort, wo Flächen oder Personal nötig sind."
    ),
    ChapterKind.OUTLOOK: (
        "Die nächste Berichtsrunde ist in einem halben Jahr. Bis dahin begleitet die "
        "Geschäftsstelle die Maßnahmen, bei denen eine Entscheidung aussteht."
    ),
}
