"""Indicators: their page, and the office's forms for them, their targets and their values."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.dates import format_date, local_date
from core.views import (
    redirect_if_refused,
    require,
    run_service,
    save_form,
)
from measures import services
from measures.forms import EndIndicatorForm, IndicatorForm, TargetForm, ValueForm
from measures.models import Indicator, IndicatorTarget, IndicatorValue, Measure
from measures.permissions import can_change_measures
from measures.progress import indicator_card, indicator_facts, lost_statements
from measures.queries import indicator_history, indicators_with_series, statements_on
from measures.views import delete_if_confirmed, render_form_about

END_EFFECTS = gettext_lazy(
    "Beim Berichten wird nach einem beendeten Indikator nicht mehr gefragt, und für den "
    "Ampelvorschlag zählt er nicht. Seine Werte bleiben überall stehen, mit dem Tag und dem Grund. "
    "Das lässt sich zurücknehmen. Niemand erhält eine E-Mail."
)


@require_safe
def indicator_page(request, pk):
    indicator = get_indicator(request, pk)
    context = {
        "indicator": indicator,
        "card": indicator_card(indicator, local_date(timezone.now())),
        "facts": indicator_facts(indicator),
        "entries": indicator_history(indicator, request.user),
        "can_change": can_change_measures(request.user),
        "end_label": _("Ende ändern") if indicator.ended_on else _("Indikator beenden"),
        # Late values of an ended one are still entered, but nobody waits for them.
        "add_variant": "secondary" if indicator.ended_on else "primary",
    }
    return render(request, "measures/indicator.html", context)


def indicator_add(request, pk):
    measure = get_object_or_404(Measure.objects.visible_to(request.user), pk=pk)
    require(can_change_measures(request.user))
    form = IndicatorForm(request.POST or None, instance=Indicator(measure=measure))
    done = _("Der Indikator ist angelegt.")
    if indicator := save_form(request, form, services.create_indicator, measure=measure, done=done):
        return redirect(indicator)
    return render_form_about(request, form, measure, _("Neuer Indikator"))


def indicator_edit(request, pk):
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    form = IndicatorForm(request.POST or None, instance=indicator)
    done = _("Der Indikator ist gespeichert.")
    if save_form(request, form, services.change_indicator, indicator=indicator, done=done):
        return redirect(indicator)
    return _render_form(request, form, indicator, _("Indikator bearbeiten"))


def indicator_end(request, pk):
    """End an indicator, or correct the day or the reason of its end."""
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    today = local_date(timezone.now())
    # Most are ended on the day on which that is decided.
    initial = {} if indicator.ended_on else {"ended_on": today}
    form = EndIndicatorForm(request.POST or None, instance=indicator, initial=initial)
    has_ended = indicator.ended_on is not None
    done = _("Das Ende ist gespeichert.") if has_ended else _("Der Indikator ist beendet.")
    if save_form(request, form, services.end_indicator, indicator=indicator, done=done):
        return redirect(indicator)
    title = _("Ende des Indikators ändern") if has_ended else _("Indikator beenden")
    return _render_form(
        request, form, indicator, title, intro=END_EFFECTS, submit_label=_("Beenden")
    )


@require_POST
def indicator_reopen(request, pk):
    indicator = get_indicator(request, pk)
    run_service(
        request,
        lambda: services.reopen_indicator(indicator=indicator, by=request.user, now=timezone.now()),
        done=_("Der Indikator ist wieder aufgenommen."),
        seen=[indicator],
    )
    return redirect(indicator)


def indicator_delete(request, pk):
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    check = services.require_unreported_indicator
    if refused := redirect_if_refused(request, indicator, check):
        return refused
    # A lead may report something that the page does not name yet.
    statements = list(statements_on(indicator))
    count = len(indicator.series.all())
    return delete_if_confirmed(
        request,
        partial(services.delete_indicator, indicator=indicator),
        seen=[indicator, *statements],
        back=indicator.measure,
        title=_("Indikator löschen"),
        question=_("Soll der Indikator „%(title)s“ gelöscht werden?") % {"title": indicator},
        details=[
            ngettext("mit Zielen und %(count)d Wert", "mit Zielen und %(count)d Werten", count)
            % {"count": count},
            *lost_statements(statements),
        ],
        done=_("Der Indikator ist gelöscht."),
        cancel_url=indicator.get_absolute_url(),
    )


def target_add(request, pk):
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    form = TargetForm(request.POST or None)
    done = _("Das Ziel ist eingetragen.")
    if save_form(request, form, services.create_target, indicator=indicator, done=done):
        return redirect(indicator)
    return _render_form(request, form, indicator, _("Neues Ziel"))


def target_edit(request, pk):
    target = _get_part(request, IndicatorTarget, pk)
    require(can_change_measures(request.user))
    form = TargetForm(request.POST or None, instance=target)
    done = _("Das Ziel ist gespeichert.")
    if save_form(request, form, services.change_target, target=target, done=done):
        return redirect(target.indicator)
    return _render_form(request, form, target.indicator, _("Ziel bearbeiten"))


def target_delete(request, pk):
    target = _get_part(request, IndicatorTarget, pk)
    day, value = format_date(target.due_on), target.indicator.format(target.value)
    return _delete_part(
        request,
        target,
        partial(services.delete_target, target=target),
        title=_("Ziel löschen"),
        question=_("Soll das Ziel zum %(day)s (%(value)s) gelöscht werden?")
        % {"day": day, "value": value},
        done=_("Das Ziel ist gelöscht."),
    )


def value_add(request, pk):
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    form = ValueForm(request.POST or None)
    done = _("Der Wert ist eingetragen.")
    if save_form(request, form, services.create_value, indicator=indicator, done=done):
        return redirect(indicator)
    return _render_form(request, form, indicator, _("Neuer Wert"))


def value_edit(request, pk):
    value = _get_part(request, IndicatorValue, pk)
    require(can_change_measures(request.user))
    form = ValueForm(request.POST or None, instance=value)
    done = _("Der Wert ist gespeichert.")
    if save_form(request, form, services.change_value, indicator_value=value, done=done):
        return redirect(value.indicator)
    return _render_form(request, form, value.indicator, _("Wert bearbeiten"))


def value_delete(request, pk):
    value = _get_part(request, IndicatorValue, pk)
    return _delete_part(
        request,
        value,
        partial(services.delete_value, indicator_value=value),
        title=_("Wert löschen"),
        question=_("Soll der Wert für %(period)s (%(value)s) gelöscht werden?")
        % {"period": value.period, "value": value.indicator.format(value.value)},
        done=_("Der Wert ist gelöscht."),
    )


def get_indicator(request, pk) -> Indicator:
    """Return an indicator with its series, of a measure that the user may see; else 404."""
    indicators = indicators_with_series().filter(
        measure__in=Measure.objects.visible_to(request.user)
    )
    return get_object_or_404(indicators.select_related("measure__plan"), pk=pk)


def _get_part(request, model: type[IndicatorTarget] | type[IndicatorValue], pk):
    parts = model.objects.filter(indicator__measure__in=Measure.objects.visible_to(request.user))
    return get_object_or_404(parts.select_related("indicator__measure"), pk=pk)


def _delete_part(request, part, service, **page):
    require(can_change_measures(request.user))
    # The service locks the indicator first.
    whole = part.indicator
    return delete_if_confirmed(request, service, seen=[part], back=whole, lock=whole, **page)


def _render_form(request, form, indicator: Indicator, title: str, **context):
    context |= {"part": indicator, "cancel_url": indicator.get_absolute_url()}
    return render_form_about(request, form, indicator.measure, title, **context)
