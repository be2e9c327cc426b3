"""Whom the office asks for reports and whom not, and why: before a round starts, while it runs, and
for single measures.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_date
from measures.enums import FINISHED_PHASES, SUBMITTED_ALREADY, TAKEN_OVER, UNKNOWN, Phase
from measures.models import Measure, ReportingRound
from measures.queries import AwaitedLead, Sample
from measures.reminders import Contact, OwingLead
from outbox.enums import MailState

SHOWN_NAMES = 12
NOT_ASKED = {
    SUBMITTED_ALREADY: gettext_lazy("Nicht gefragt, weil schon ein Bericht zur Prüfung vorliegt"),
    TAKEN_OVER: gettext_lazy("Nicht gefragt, weil aus früheren Unterlagen übernommen"),
    Phase.COMPLETED: gettext_lazy("Nicht gefragt, weil abgeschlossen"),
    Phase.DISCONTINUED: gettext_lazy("Nicht gefragt, weil eingestellt"),
}
WITHOUT_ACCOUNT = gettext_lazy("Nicht erreichbar, weil dort niemand ein Konto als Partner hat")
WITHOUT_ORGANISATION = gettext_lazy(
    "Nicht erreichbar, weil die Federführung keine Organisation im Portal ist"
)


def contact_label(entry: OwingLead) -> str:
    """Return when the organisation was last written to, or that nobody there can be reached."""
    if not entry.awaited.reporters:
        return _("nicht erreichbar: dort hat niemand ein Konto als Partner")
    return _contact_text(entry.contact) if entry.contact else _("noch keine E-Mail")


def _contact_text(contact: Contact) -> str:
    text = _("erinnert am %(day)s") if contact.is_reminder else _("angeschrieben am %(day)s")
    text %= {"day": format_date(contact.at)}
    if contact.state in ("", MailState.SENT):
        return text
    return f"{text} ({MailState(contact.state).label})"


def not_asked_lines(not_asked: Mapping[str, list[Measure]]) -> list[str]:
    """Return a line per reason with the measures that no round asks about."""
    return [
        f"{why}: {_shortened(not_asked[reason])}"
        for reason, why in NOT_ASKED.items()
        if reason in not_asked
    ]


def _shortened(measures: list[Measure]) -> str:
    """Return the names of the first measures and how many more there are."""
    # A plan taken over has hundreds of these; the sentence is to be read before confirming.
    names, more = quoted(measures[:SHOWN_NAMES]), len(measures) - SHOWN_NAMES
    if more <= 0:
        return names
    text = ngettext("%(names)s und %(count)d weitere", "%(names)s und %(count)d weitere", more)
    return text % {"names": names, "count": more}


def asked_lines(leads: list[AwaitedLead]) -> list[str]:
    """Return a line per organisation with its measures and the people who get a mail."""
    return [
        _("E-Mail an %(lead)s: %(people)s, zu %(measures)s")
        % {
            "lead": awaited.lead.label,
            "people": ", ".join(str(person) for person in awaited.reporters),
            "measures": quoted(awaited.measures),
        }
        for awaited in leads
        if awaited.reporters
    ]


def unreachable_lines(leads: list[AwaitedLead], without_lead: list[Measure]) -> list[str]:
    """Return a line per lead whom neither the opening nor a reminder reaches, and why."""
    lines = [
        f"{WITHOUT_ACCOUNT}: {awaited.lead.label} ({_named(awaited)})"
        for awaited in leads
        if not awaited.reporters
    ]
    return lines + [f"{WITHOUT_ORGANISATION}: {_with_lead(measure)}" for measure in without_lead]


def _with_lead(measure: Measure) -> str:
    return f"{measure.title} ({measure.lead_text})" if measure.lead_text else measure.title


def _named(awaited: AwaitedLead) -> str:
    if awaited.measures:
        return ", ".join(measure.title for measure in awaited.measures)
    return _("%(count)d Maßnahmen") % {"count": awaited.count}


def quoted(measures: Iterable[Measure]) -> str:
    return ", ".join(f"„{measure.title}“" for measure in measures)


def already_asked_lines(
    rounds: Iterable[tuple[ReportingRound, Sequence[OwingLead]]],
) -> list[SafeString]:
    """Return a line per lead whom a running round asks for the same reports: until when, and when
    it was last written to.
    """
    return [
        format_html(
            _(
                'Danach fragt schon die Berichtsrunde <a href="{url}">{title}</a>, bis zum {day}: '
                "{lead}, {contact} ({measures})"
            ),
            url=reporting_round.get_absolute_url(),
            title=reporting_round.title,
            day=format_date(reporting_round.due_on),
            lead=entry.awaited.lead.label,
            contact=contact_label(entry),
            measures=_shortened(entry.awaited.measures),
        )
        for reporting_round, owing in rounds
        for entry in owing
    ]


class UnaskedLine(NamedTuple):
    """A lead or a measure; `links` are (text, address) of what the office can do about it."""

    name: str
    url: str
    note: str = ""
    links: tuple[tuple[str, str], ...] = ()


class UnaskedGroup(NamedTuple):
    """Those whom a round does not ask for the same reason. `rest_url` lists the others where the
    group has more than `lines`.
    """

    reason: str
    count: int
    lines: list[UnaskedLine]
    rest_url: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the page shows the lines at once: only what asks for something, and is short."""
        return self.count <= SHOWN_NAMES and any(line.links for line in self.lines)


def unasked_groups(
    reporting_round: ReportingRound,
    leads: Iterable[AwaitedLead],
    without_lead: Sample,
    not_asked: Mapping[str, Sample],
) -> list[UnaskedGroup]:
    """Return for the office whom the round does not ask, by reason, and what can be done about it;
    what can be changed comes first.
    """
    unreachable = [
        _unreachable_line(reporting_round, awaited) for awaited in leads if not awaited.reporters
    ]
    groups = [
        UnaskedGroup(str(WITHOUT_ACCOUNT), len(unreachable), unreachable),
        _group(reporting_round, WITHOUT_ORGANISATION, without_lead, _leadless_line, lead=UNKNOWN),
    ]
    for reason, why in NOT_ASKED.items():
        if reason in not_asked:
            chosen = {"phase": reason} if reason in FINISHED_PHASES else {}
            groups.append(_group(reporting_round, why, not_asked[reason], _finished_line, **chosen))
    return [group for group in groups if group.count]


def _group(reporting_round: ReportingRound, why, sample: Sample, line_of, **chosen) -> UnaskedGroup:
    query = urlencode({"plan": reporting_round.plan_id, **chosen})
    rest_url = f"{reverse('measures:list')}?{query}" if sample.is_cut else ""
    return UnaskedGroup(
        str(why), sample.count, [line_of(measure) for measure in sample.measures], rest_url
    )


def _unreachable_line(reporting_round: ReportingRound, awaited: AwaitedLead) -> UnaskedLine:
    key = awaited.lead.pk
    ask = reverse("measures:request_create", args=[reporting_round.pk])
    return UnaskedLine(
        awaited.lead.label,
        awaited.lead.get_absolute_url(),
        _named(awaited),
        (
            (_("Person ohne Konto fragen"), f"{ask}?federfuehrung={key}"),
            (_("Person anlegen"), f"{reverse('partners:person_add')}?organisation={key}"),
        ),
    )


def _leadless_line(measure: Measure) -> UnaskedLine:
    edit = reverse("measures:edit", args=[measure.pk])
    links = ((_("Federführung eintragen"), edit),)
    return UnaskedLine(measure.title, measure.get_absolute_url(), measure.lead_text, links)


def _finished_line(measure: Measure) -> UnaskedLine:
    return UnaskedLine(measure.title, measure.get_absolute_url())
