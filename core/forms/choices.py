"""Choices of records."""

from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from core.forms.pick_lists import LEAST_TO_FILTER


class CheckboxList(forms.CheckboxSelectMultiple):
    """Checkboxes for many choices, in a box with its own scrollbar and a field to filter them."""

    template_name = "django/forms/widgets/checkbox_list.html"

    def __init__(self, attrs=None, **kwargs):
        super().__init__({"class": "choices--many", **(attrs or {})}, **kwargs)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["least_to_filter"] = LEAST_TO_FILTER
        return context

    # What is ticked comes first, so that it is seen without scrolling through everything.
    def optgroups(self, name, value, attrs=None):
        groups = super().optgroups(name, value, attrs)
        return sorted(groups, key=lambda group: not group[1][0]["selected"])


def offer(form: forms.ModelForm, name: str, records: QuerySet, limit: Q) -> None:
    """Offer those of `records` that match `limit`, and whatever the object refers to now.

    Otherwise saving the form for another reason would clear the field, because the record it shows
    was deactivated meanwhile.
    """
    field = form.fields[name]
    field.queryset = records.filter(limit | Q(pk__in=_present_keys(form, name)))
    label_of = field.label_from_instance
    field.label_from_instance = lambda record: _marked(record, label_of(record))


def _present_keys(form: forms.ModelForm, name: str) -> list:
    # From the initial values, because validation writes what was entered into the instance.
    present = form.initial.get(name)
    if present is None or present == "":
        return []
    present = present if isinstance(present, (list, tuple, QuerySet)) else [present]
    return [getattr(record, "pk", record) for record in present]


def _marked(record: Model, label: str) -> str:
    """Return `label`, with a note if `record` is no longer active."""
    if getattr(record, "is_active", True):
        return label
    return _("%(label)s (nicht mehr aktiv)") % {"label": label}
