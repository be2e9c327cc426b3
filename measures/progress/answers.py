"""The cards of the page on which a lead answers for all its measures."""

from collections.abc import Sequence
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment
from core.html import draw_traffic_light
from core.progress import TextCard
from measures.enums import REPORT_BADGE_COLOURS, ReportState
from measures.models import StatusReport
from measures.progress.measures import status_facts
from measures.queries import Answer


class AnswerRow(NamedTuple):
    """A field, and the last accepted answer beside it; `name` tells its style."""

    name: str
    field: object
    before: str | SafeString


class AnswerCard(NamedTuple):
    """A measure with the form of its answer, or with what was answered."""

    key: int
    title: str
    url: str
    state: str
    colour: str
    saved: str
    remark: TextCard | None
    form: object
    rows: list[AnswerRow]
    forecasts: list
    repeats: str
    facts: list[tuple]
    texts: list[tuple[str, str]]


def answer_card(entry, *, is_inside: bool) -> AnswerCard:
    """Return the card of `views.answers.Entry`; only those with an account can open the measure."""
    given: Answer = entry.answer
    report, accepted = given.report, given.accepted
    shown = report or accepted if entry.form is None else None
    return AnswerCard(
        key=given.measure.pk,
        title=given.measure.label,
        url=given.measure.get_absolute_url() if is_inside else "",
        state=_state(given),
        colour=_colour(given),
        saved=_saved(given),
        remark=_remark(report),
        form=entry.form,
        rows=_rows(entry.form, accepted) if entry.form else [],
        forecasts=list(zip(given.milestones, entry.forecasts, strict=False)),
        repeats=_repeats(accepted) if entry.form else "",
        facts=status_facts(shown) if shown else [],
        texts=_texts(shown) if shown else [],
    )


def _state(given: Answer) -> str:
    if given.report:
        return given.report.get_state_display()
    return ReportState.ACCEPTED.label if given.is_accepted else _("steht aus")


def _colour(given: Answer) -> str:
    if given.report:
        return REPORT_BADGE_COLOURS[given.report.state]
    return REPORT_BADGE_COLOURS[ReportState.ACCEPTED] if given.is_accepted else "neutral"


def _saved(given: Answer) -> str:
    """Return who saved the draft and when, for a colleague who continues it."""
    if not given.report or not given.report.reporter:
        return ""
    text = _("Zuletzt gespeichert von %(who)s, %(moment)s")
    moment = format_moment(given.saved_at or given.report.reported_at)
    return text % {"who": given.report.reporter, "moment": moment}


def _remark(report: StatusReport | None) -> TextCard | None:
    if report is None or not report.comment:
        return None
    return TextCard(_("Anmerkung der Geschäftsstelle"), report.comment)


def _repeats(accepted: StatusReport | None) -> str:
    """Return the label of the button that repeats the last accepted answer."""
    if accepted is None:
        return ""
    return _("Unverändert seit %(day)s") % {"day": format_date(accepted.as_of_on)}


def _rows(form, accepted: StatusReport | None) -> list[AnswerRow]:
    return [
        AnswerRow(name, form[name], _before(accepted, name) if accepted else "")
        for name in form.model_fields
    ]


def _before(accepted: StatusReport, name: str) -> str | SafeString:
    if name == "as_of_on":
        return format_date(accepted.as_of_on)
    if name == "traffic_light":
        return draw_traffic_light(accepted.traffic_light)
    if accepted._meta.get_field(name).choices:
        return getattr(accepted, f"get_{name}_display")()
    # `linebreaksbr` escapes user input.
    return linebreaksbr(getattr(accepted, name))


def _texts(report: StatusReport) -> list[tuple[str, str]]:
    texts = [
        (_("Hemmnis"), report.get_obstacle_display()),
        (_("Sachstand"), report.summary),
        (_("Nächste Schritte"), report.outlook),
    ]
    return [(heading, text) for heading, text in texts if text]


def answers_note(answers: Sequence[Answer]) -> str:
    """Return how many reports are still owed."""
    if not answers:
        return _("In dieser Berichtsrunde wird zu keiner Ihrer Maßnahmen ein Bericht erbeten.")
    owed = sum(given.is_editable for given in answers)
    if not owed:
        return _("Vielen Dank, es steht kein Bericht mehr aus.")
    if len(answers) == 1:
        return _("Der Bericht steht noch aus.")
    text = ngettext(
        "Von %(count)d Berichten steht noch %(owed)d aus.",
        "Von %(count)d Berichten stehen noch %(owed)d aus.",
        owed,
    )
    return text % {"owed": owed, "count": len(answers)}
