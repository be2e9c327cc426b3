from uuid import UUID

from django.http import QueryDict

from outbox.filters import MailFilter

BATCH = UUID(int=7)


def test_filters_are_named_in_german():
    query = QueryDict(f"q=netze&state=unsolved&kind=account&start=2026-03-01&batch={BATCH}")

    assert [(str(label), str(value)) for label, value in MailFilter(query).facts()] == [
        ("Nur dieser Versand", f'<a href="/postausgang/versand/{BATCH}/">Stand des Versands</a>'),
        ("Suche in Betreff, Name und Adresse", "netze"),
        ("Stand", "ungelöst"),
        ("Art", "Konto"),
        ("geschrieben ab", "01.03.2026"),
    ]
