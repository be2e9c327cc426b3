"""The cards of the page on which a lead answers for all its measures."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment
from core.html import draw_traffic_light
from core.progress import TextCard
from measures.enums import REPORT_BADGE_COLOURS, ReportState, RoundState
from measures.models import Indicator, ReportedForecast, ReportedValue, StatusReport
from measures.progress.indicator_charts import period_label
from measures.progress.measures import status_facts
from measures.queries import Answer, value_remarks

MEASURES_A_PAGE, FIELDS_A_PAGE = 20, 800


class AnswerRow(NamedTuple):
    """A field, and the last accepted answer beside it; `name` tells its style."""

    name: str
    field: object
    before: str | SafeString


class ValueRow(NamedTuple):
    """The form of the value of an indicator, with its last value."""

    title: str
    form: object
    before: str


class StatementFields(NamedTuple):
    """The forms of milestones and indicators; `is_moved` says that milestones are to be seen."""

    values: list[ValueRow]
    forecasts: list[tuple]
    is_moved: bool


class AnswerError(NamedTuple):
    text: str
    url: str


class PageTurn(NamedTuple):
    """A button that saves and turns to the page `number`, or the page that is shown."""

    number: int
    is_current: bool


class AnswerCard(NamedTuple):
    """A measure with the form of its answer, or with what was answered. `news` says what state the
    answer is in, `notice` what went wrong.
    """

    key: int
    title: str
    url: str
    state: str
    colour: str
    saved: str
    news: str
    notice: str
    remark: TextCard | None
    form: object
    rows: list[AnswerRow]
    statements: StatementFields
    repeats: str
    facts: list[tuple]
    texts: list[tuple[str, str]]


def answer_card(forms, *, is_inside: bool, today: dt.date) -> AnswerCard:
    """Return the card of `forms.AnswerForms`; only those with an account can open the measure."""
    given: Answer = forms.answer
    report, accepted = given.report, given.accepted and given.accepted.as_official()
    shown = report or accepted if forms.form is None else None
    return AnswerCard(
        key=given.measure.pk,
        title=given.measure.label,
        url=given.measure.get_absolute_url() if is_inside else "",
        state=_state(given),
        colour=_colour(given),
        saved=_saved(given),
        news=_news(given) if forms.form is None or not forms.has_errors else "",
        notice=forms.notice,
        remark=_remark(report),
        form=forms.form,
        rows=_rows(forms.form, accepted) if forms.form else [],
        statements=statement_fields(forms, today),
        # Repeating the former answer is no answer to what the office has returned.
        repeats=_repeats(accepted) if forms.form and not given.has_own_answer else "",
        facts=status_facts(shown) if shown else [],
        # Also what it says of milestones and indicators, so that nobody doubts that it arrived.
        texts=[*_texts(shown), *(_statements(given) if shown is report else [])] if shown else [],
    )


def statement_fields(forms, today: dt.date) -> StatementFields:
    """Return what the page asks besides the report itself of `forms.AnswerForms`."""
    given: Answer = forms.answer
    return StatementFields(
        [
            ValueRow(f"{indicator.title} ({indicator.unit})", form, _last_value(indicator, today))
            for indicator, form in zip(given.indicators, forms.values, strict=False)
        ],
        list(zip(given.milestones, forms.forecasts, strict=False)),
        # Open where something was entered or is wrong: nobody looks for it in a closed group.
        bool(given.forecasts)
        or any(form.is_bound and (form.errors or form.has_changed()) for form in forms.forecasts),
    )


def _state(given: Answer) -> str:
    if given.report:
        return given.report.get_state_display()
    if given.is_accepted:
        return ReportState.ACCEPTED.label
    # Nobody waits any longer for a report that never came.
    is_closed = given.round and given.round.state == RoundState.CLOSED
    return _("nicht eingegangen") if is_closed else _("steht aus")


def _colour(given: Answer) -> str:
    if given.report:
        return REPORT_BADGE_COLOURS[given.report.state]
    return REPORT_BADGE_COLOURS[ReportState.ACCEPTED] if given.is_accepted else "neutral"


def _saved(given: Answer) -> str:
    """Return who saved the draft and when, for a colleague who continues it."""
    if not given.report or not given.report.reporter:
        return ""
    text = _("Zuletzt gespeichert von %(who)s, %(moment)s")
    at = given.saved_at or given.report.reported_at
    if given.report.state == ReportState.RETURNED:
        # Saved last when the office returned it, which the lead did not do.
        text, at = _("Eingereicht von %(who)s, %(moment)s"), given.report.reported_at
    moment = format_moment(at)
    return text % {"who": given.report.reporter, "moment": moment}


def _news(given: Answer) -> str:
    return " ".join(filter(None, (_state_news(given), other_round_note(given))))


def other_round_note(given: Answer) -> str:
    """Return that the open report answers another round than the open one, or none; "" otherwise.

    What was once submitted keeps its round.
    """
    report = given.report
    if report is None or report.reported_at is None or not (given.round and given.round.is_open):
        return ""
    if report.round_id == given.round.pk:
        return ""
    values = {"own": report.round.title if report.round else "", "round": given.round.title}
    if report.round:
        text = _("Dieser Bericht gehört zu „%(own)s“ und zählt nicht für „%(round)s“.")
    else:
        text = _("Dieser Bericht zählt nicht für „%(round)s“: Er wurde schon vorher eingereicht.")
    todo = _("Dafür wird ein weiterer Bericht erbeten, sobald dieser angenommen ist.")
    return f"{text % values} {todo}"


def _state_news(given: Answer) -> str:
    if given.report is None or given.report.state == ReportState.RETURNED:
        return ""
    if given.report.state == ReportState.SUBMITTED:
        return _("Dieser Bericht ist eingereicht. Die Geschäftsstelle prüft ihn.")
    return _("Dieser Entwurf ist noch nicht eingereicht.")


def _last_value(indicator: Indicator, today: dt.date) -> str:
    latest = list(indicator.series.all())[-1:]
    if not latest:
        return _("noch kein Wert")
    return f"{period_label(latest[0], today)}: {indicator.format(latest[0].value)}"


def answer_errors(shown) -> list[AnswerError]:
    """Return what is wrong in `forms.AnswerForms`, with links to the fields."""
    return [
        AnswerError(f"{forms.answer.measure.label}: {text}", url)
        for forms in shown
        for form in forms.every()
        for text, url in _form_errors(form, f"#m{forms.answer.measure.pk}")
    ]


def statement_errors(forms) -> list[AnswerError]:
    """Return what is wrong with milestones and values in `forms.AnswerForms`."""
    return [
        AnswerError(text, url)
        for form in forms.statements
        for text, url in _form_errors(form, f"#{form.visible_fields()[0].auto_id}")
    ]


def _form_errors(form, place: str) -> list[tuple[str, str]]:
    subject = getattr(form, "subject", None)
    about = f"{subject}, " if subject else ""
    found = [(str(error), place) for error in form.non_field_errors()]
    for field in form:
        url = place if field.is_hidden else f"#{field.auto_id}"
        found += [(f"{about}{field.label}: {error}", url) for error in field.errors]
    return found


def answer_pages(shown) -> list[list[int]]:
    """Return the keys of the measures of each page of `forms.AnswerForms`; there is always one.

    Django refuses a form of more than 1 000 fields, and nobody oversees a page that long.
    """
    pages: list[list[int]] = [[]]
    fields = 0
    for forms in shown:
        count = sum(len(form.fields) for form in forms.every())
        if pages[-1] and (len(pages[-1]) == MEASURES_A_PAGE or fields + count > FIELDS_A_PAGE):
            pages.append([])
            fields = 0
        pages[-1].append(forms.answer.measure.pk)
        fields += count
    return pages


def submit_all_label(shown, pages: int) -> str:
    """Return the label of the button for all reports of the page, "" for a single one."""
    if sum(forms.form is not None for forms in shown) < 2:
        return ""
    if pages > 1:
        return _("Alle begonnenen Berichte dieser Seite einreichen")
    return _("Alle begonnenen Berichte einreichen")


def page_turns(count: int, current: int) -> list[PageTurn]:
    """Return the buttons to the pages, none for a single one."""
    numbers = range(1, count + 1) if count > 1 else ()
    return [PageTurn(number, number == current) for number in numbers]


def _remark(report: StatusReport | None) -> TextCard | None:
    if report is None or not report.comment:
        return None
    return TextCard(_("Anmerkung der Geschäftsstelle"), report.comment)


def _repeats(accepted: StatusReport | None) -> str:
    """Return the label of the button that repeats the last accepted answer."""
    if accepted is None:
        return ""
    return _("Unverändert seit %(day)s einreichen") % {"day": format_date(accepted.as_of_on)}


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


def _statements(given: Answer) -> list[tuple[str, str]]:
    # Only what is said in this report: an accepted one has moved the milestones themselves.
    dates = "\n".join(map(_forecast_text, given.forecasts.values()))
    values = "\n".join(map(_value_text, given.values.values()))
    texts = [(_("Gemeldete Termine"), dates), (_("Gemeldete Werte"), values)]
    return [(heading, text) for heading, text in texts if text]


def _value_text(reported: ReportedValue) -> str:
    return f"{reported.indicator}, {_said(reported)}"


def _forecast_text(reported: ReportedForecast) -> str:
    return f"{reported.milestone}: {_said(reported)}"


def _said(statement: ReportedForecast | ReportedValue) -> str:
    """Return what is said, without of what."""
    if isinstance(statement, ReportedForecast):
        said = format_date(statement.forecast_on) or _("wie geplant")
        remarks = statement.forecast_reason
    else:
        said, remarks = str(statement), value_remarks(statement)
    return f"{said} ({remarks})" if remarks else said


def lost_statements(statements: Iterable[ReportedForecast | ReportedValue]) -> list[str]:
    """Return what leads reported that is lost with its milestone or indicator."""
    text = _("Damit geht verloren, was ein Bericht (%(state)s) vom %(day)s dazu sagt: %(said)s")
    return [
        text
        % {
            "state": statement.report.get_state_display(),
            "day": format_date(statement.report.as_of_on),
            "said": _said(statement),
        }
        for statement in statements
    ]


def answers_note(answers: Sequence[Answer]) -> str:
    """Return how many reports are still owed."""
    if not answers:
        return _("In dieser Berichtsrunde wird zu keiner Ihrer Maßnahmen ein Bericht erbeten.")
    if answers[0].round and not answers[0].round.is_open:
        return _closed_note(sum(given.is_editable for given in answers))
    owed = sum(given.is_editable and not given.is_given for given in answers)
    if not owed:
        return _later_note(sum(bool(other_round_note(given)) for given in answers))
    if len(answers) == 1:
        return _("Der Bericht steht noch aus.")
    text = ngettext(
        "Von %(count)d Berichten steht noch %(owed)d aus.",
        "Von %(count)d Berichten stehen noch %(owed)d aus.",
        owed,
    )
    return text % {"owed": owed, "count": len(answers)}


def _later_note(later: int) -> str:
    """Return that no report is owed now, and of how many measures another one will be."""
    if not later:
        return _("Vielen Dank, es steht kein Bericht mehr aus.")
    text = ngettext(
        "Gerade steht kein Bericht aus. Zu einer Maßnahme wird noch einer erbeten, sobald der "
        "frühere angenommen ist.",
        "Gerade steht kein Bericht aus. Zu %(count)d Maßnahmen wird noch einer erbeten, sobald "
        "der frühere angenommen ist.",
        later,
    )
    return text % {"count": later}


def _closed_note(begun: int) -> str:
    closed = _("Diese Berichtsrunde ist abgeschlossen.")
    if not begun:
        return closed
    text = ngettext(
        "Der begonnene Bericht lässt sich noch einreichen.",
        "Die %(begun)d begonnenen Berichte lassen sich noch einreichen.",
        begun,
    )
    return f"{closed} {text % {'begun': begun}}"
