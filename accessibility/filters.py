"""Filter of the list of reported barriers."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from accessibility.enums import BarrierState
from accessibility.models import BarrierReport


class BarrierFilter(filters.FilterSet):
    state = filters.ChoiceFilter(label=_("Stand"), choices=BarrierState, empty_label=_("alle"))

    class Meta:
        model = BarrierReport
        fields = ["state"]
