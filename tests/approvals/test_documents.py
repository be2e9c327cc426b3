"""The Leitungsvorlage as PDF and Word: same text in the same order, and the file names."""

import datetime as dt
from io import BytesIO

import docx
import pytest
from django.test import override_settings

from approvals.documents import briefing_filename, briefing_pdf, briefing_values, briefing_word
from approvals.enums import ApprovalState, ConditionState
from core.models import Origin
from tests.approvals.builders import NOW, an_office, make_approval, make_condition, make_subject
from tests.approvals.documents import TICK, attachment, dates_approval, some_approval
from tests.core.pdfs import fonts_of, read_pdf, structure_of, text_of
from tests.core.word_files import lines_of_word

pytestmark = pytest.mark.django_db

LETTERHEAD = [
    "Masterplan Industriestadt Berlin",
    "Geschäftsstelle Masterplan Industriestadt Berlin",
    "Martin-Luther-Straße 105, 10825 Berlin",
    "geschaeftsstelle@example.org",
]


def test_pdf_of_an_open_approval_has_everything_in_order():
    approval = some_approval()

    lines = text_of(briefing_pdf(approval, [attachment("Konzept.pdf", 123_000)])).splitlines()

    assert lines == [
        *LETTERHEAD,
        "Leitungsvorlage · Thema",
        "Fachkräfte sichern",
        "An Büro der Senatorin",
        "Von Geschäftsstelle Masterplan Industriestadt Berlin",
        f"Vorgelegt 02.03.2026, 10:00 Uhr durch {approval.submitted_by}",
        "Entscheidung bis Fr, 13.03.2026",
        "Anlass",
        "Vorschlag eines Verbands",
        "Sachverhalt",
        "Erste Zeile.",
        "Zweite Zeile.",
        "Neuer Absatz.",
        "Angabe vorgelegter Stand",
        "Thema Fachkräfte sichern",
        "Vorgeschlagen von Verband",
        "Presse Bild; Wort",
        "und noch eins",
        "Bewertung",
        "Die Geschäftsstelle rät zu.",
        "Votum",
        "Freigabe des Themas",
        "Anlagen",
        "1. Konzept.pdf (PDF, 120,1\xa0KB)",
        "Entscheidung",
        f"{TICK} freigegeben",
        f"{TICK} freigegeben mit Auflage:",
        f"{TICK} zurückgegeben:",
        f"{TICK} abgelehnt:",
        "Datum Unterschrift",
        "Leitungsvorlage · Thema Seite 1 von 1",
    ]


def test_word_document_has_the_same_text():
    approval = some_approval()

    lines = lines_of_word(briefing_word(approval, [attachment("Konzept.pdf", 123_000)]))

    assert lines == [
        LETTERHEAD[0],
        " · ".join(LETTERHEAD[1:]),
        "Leitungsvorlage · Thema\t",
        "Fachkräfte sichern",
        "An\tBüro der Senatorin",
        "Von\tGeschäftsstelle Masterplan Industriestadt Berlin",
        f"Vorgelegt\t02.03.2026, 10:00 Uhr durch {approval.submitted_by}",
        "Entscheidung bis\tFr, 13.03.2026",
        "Anlass",
        "Vorschlag eines Verbands",
        "Sachverhalt",
        "Erste Zeile.\nZweite Zeile.",
        "Neuer Absatz.",
        *("Angabe", "vorgelegter Stand"),
        *("Thema", "Fachkräfte sichern"),
        *("Vorgeschlagen von", "Verband"),
        *("Presse", "Bild; Wort\nund noch eins"),
        "Bewertung",
        "Die Geschäftsstelle rät zu.",
        "Votum",
        "Freigabe des Themas",
        "Anlagen",
        "Konzept.pdf (PDF, 120,1\xa0KB)",
        "Entscheidung",
        f"{TICK}\tfreigegeben ",
        f"{TICK}\tfreigegeben mit Auflage: \t",
        f"{TICK}\tzurückgegeben: \t",
        f"{TICK}\tabgelehnt: \t",
        "Datum, Unterschrift: \t",
    ]


def test_each_date_has_its_own_box():
    approval = dates_approval()
    boxes = [
        "freigegeben: die angekreuzten Termine",
        "Di, 18.06.2019, 14:00–16:30 Uhr – Gastgeber bevorzugt",
        "Do, 20.06.2019, 10:00–12:30 Uhr",
        "freigegeben mit Auflage:",
        "kein Termin möglich, Gegenvorschlag:",
        "zurückgegeben:",
        "abgelehnt:",
    ]

    pdf = [line for line in text_of(briefing_pdf(approval, [])).splitlines() if TICK in line]
    word = [line for line in lines_of_word(briefing_word(approval, [])) if TICK in line]

    assert pdf == [f"{TICK} {label}" for label in boxes]
    assert [line.replace("\t", " ").rstrip() for line in word] == [
        f"{TICK} {label}" for label in boxes
    ]


def test_demo_is_marked():
    demo = some_approval(origin=Origin.DEMO)

    assert "Leitungsvorlage · Thema Demodaten" in text_of(briefing_pdf(demo, [])).splitlines()
    assert "Leitungsvorlage · Thema\tDemodaten" in lines_of_word(briefing_word(demo, []))


def test_empty_sections_are_left_out_and_missing_attachments_are_stated():
    approval = make_approval(occasion="", facts=" \n \n", assessment="")

    assert briefing_values(approval, [])["sections"] == []
    assert "Anlagen\nkeine\n" in text_of(briefing_pdf(approval, []))
    assert "keine" in lines_of_word(briefing_word(approval, []))


@override_settings(
    HEAD_TITLE="Senator",
    HEAD_TITLE_GENITIVE="des Senators",
    OFFICE_PHONE="030 1234",
    PORTAL_NAME="Plan",
)
def test_letterhead_comes_from_the_settings():
    lines = text_of(briefing_pdf(some_approval(), [])).splitlines()

    assert lines[0] == "Plan"
    assert lines[3] == "030 1234 · geschaeftsstelle@example.org"
    assert "An Büro des Senators" in lines


def test_pdf_is_tagged_with_headings_list_and_a_table_with_headers():
    approval = some_approval()

    content = briefing_pdf(approval, [attachment("a.pdf", 1), attachment("b.pdf", 1)])
    catalogue = read_pdf(content).trailer["/Root"]
    about = catalogue["/Metadata"].get_data().decode()
    kinds = structure_of(content)

    assert catalogue["/Lang"] == "de-DE"
    assert read_pdf(content).metadata.title == "Leitungsvorlage: Fachkräfte sichern"
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert [kind for kind in kinds if kind.startswith("H")] == ["H1", *["H2"] * 6]
    assert [kinds.count(kind) for kind in ("Table", "THead", "TH", "TR", "LI")] == [1, 1, 2, 4, 2]
    assert fonts_of(content) == {"FiraSans-Regular", "FiraSans-SemiBold", "DejaVuSansMono"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (
            "Fachkräfte sichern: Größe & Maß",
            "leitungsvorlage-fachkraefte-sichern-groesse-mass-2026-03-02.pdf",
        ),
        ("../../etc/passwd\r\nX: y", "leitungsvorlage-etc-passwd-x-y-2026-03-02.pdf"),
        ("w" * 200, f"leitungsvorlage-{'w' * 60}-2026-03-02.pdf"),
    ],
)
def test_file_name_is_ascii(title, name):
    approval = make_approval(subject=make_subject(title=title))

    assert briefing_filename(approval, "pdf") == name


def test_file_name_of_a_title_without_letters_is_the_primary_key():
    approval = make_approval(subject=make_subject(title="三菱"))

    assert briefing_filename(approval, "docx") == f"leitungsvorlage-{approval.pk}-2026-03-02.docx"


def test_documents_carry_the_date_of_the_last_change():
    office = an_office()
    later = NOW + dt.timedelta(days=1)
    approval = some_approval(ApprovalState.APPROVED, decided_at=later, decided_by=office)

    assert read_pdf(briefing_pdf(approval, [])).metadata["/CreationDate"] == "D:20260303090000Z"
    assert docx.Document(BytesIO(briefing_word(approval, []))).core_properties.created.day == 3

    make_condition(
        approval, state=ConditionState.MET, met_at=later + dt.timedelta(days=1), met_by=office
    )
    assert read_pdf(briefing_pdf(approval, [])).metadata["/CreationDate"] == "D:20260304090000Z"

    approval.lapsed_at = later + dt.timedelta(days=2)
    assert read_pdf(briefing_pdf(approval, [])).metadata["/CreationDate"] == "D:20260305090000Z"
