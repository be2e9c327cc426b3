"""Fields of all forms: nothing typed is misread or lost, and nothing stored is dropped."""

import ast
import copy
import re
from collections.abc import Iterator

import django_filters
import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import get_resolver

import core.forms as own
from core.roles import OFFICE
from core.templatetags.form_pack import label_text
from dialogues.enums import SeriesState
from dialogues.forms.programme import ItemForm, ProgrammeForm
from dialogues.models import Dialogue, DialogueSeries
from measures.forms import ReportForm, SectionForm
from measures.models import Measure, Plan, PlanSection
from media_visits.forms import CoverageForm, VisitForm
from media_visits.models import PressSlot, Visit
from outbox.forms import WordingForm
from outbox.rendering.headers import validate_address
from partners.enums import OrganisationKind
from partners.models import CrossCuttingTheme, Organisation, Person, Sector
from tests.dialogues.builders import make_dialogue, make_series
from tests.measures.builders import make_measure, make_plan, make_section
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_organisation, make_person, make_user
from tests.rules.source import APPS, modules

pytestmark = pytest.mark.embedded

# Django's fields and what the portal uses instead.
OWN_FIELDS = {
    forms.DecimalField: own.GermanDecimalField,
    forms.FloatField: own.GermanDecimalField,
    forms.IntegerField: own.GermanIntegerField,
    forms.DateField: own.DayField,
    forms.DateTimeField: own.MomentField,
    forms.TimeField: own.TimeField,
    forms.EmailField: own.CleanEmailField,
    forms.URLField: own.CleanURLField,
    forms.CharField: own.CleanCharField,
}
# Fields of allauth and Django that take addresses, codes and passwords and store no text.
NOT_OURS = ("sign_in.forms", "partners.forms.accounts.PasswordForm")


def subclasses(base: type) -> Iterator[type]:
    # The views import every form.
    get_resolver().url_patterns  # noqa: B018
    for cls in base.__subclasses__():
        yield cls
        yield from subclasses(cls)


def classes_of_the_portal(base: type) -> list[type]:
    found = {
        cls
        for cls in subclasses(base)
        if cls.__module__.split(".")[0] in APPS
        and not f"{cls.__module__}.{cls.__qualname__}".startswith(NOT_OURS)
    }
    return sorted(found, key=lambda cls: (cls.__module__, cls.__qualname__))


FORMS = classes_of_the_portal(forms.BaseForm)
# Their times are counted from a start, so that no clock change falls between.
WITHOUT_A_DAY = (ItemForm, ProgrammeForm)
MODEL_FORMS = [form for form in FORMS if getattr(getattr(form, "_meta", None), "model", None)]


def foreign_kind(field: forms.Field) -> type | None:
    """Return Django's class of `field` if the portal has a field of its own for it."""
    kind = next((kind for kind in OWN_FIELDS if isinstance(field, kind)), None)
    return kind if kind and not isinstance(field, OWN_FIELDS[kind]) else None


def test_walk_finds_the_forms():
    names = {form.__name__ for form in FORMS}

    assert {"DialogueForm", "VisitForm", "CounterDateForm", "BarrierForm", "RuleForm"} <= names
    assert foreign_kind(forms.IntegerField()) is forms.IntegerField
    assert foreign_kind(forms.CharField()) is forms.CharField
    assert foreign_kind(own.GermanDecimalField()) is None


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_form_uses_the_portals_fields(form):
    assert {
        name: kind for name, field in form.base_fields.items() if (kind := foreign_kind(field))
    } == {}


def test_source_names_no_field_of_django_that_has_a_counterpart():
    """Fields that a form adds while it is made are not in its class, but in the source."""
    forbidden = {kind.__name__ for kind in OWN_FIELDS} | {"DurationField"}
    used = [
        f"{path}:{node.lineno} forms.{node.attr}"
        for path, tree in modules()
        if not path.startswith("core/forms/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in forbidden
        and isinstance(node.value, ast.Name)
        and node.value.id == "forms"
    ]

    assert used == []


@pytest.mark.parametrize(
    "filter_set", classes_of_the_portal(django_filters.FilterSet), ids=lambda cls: cls.__name__
)
def test_filter_reads_dates_and_numbers_like_forms(filter_set):
    kinds = tuple(kind for kind in OWN_FIELDS if kind is not forms.CharField)
    assert {
        name: entry.field_class
        for name, entry in filter_set.base_filters.items()
        if issubclass(entry.field_class, kinds)
        and not issubclass(entry.field_class, tuple(OWN_FIELDS.values()))
    } == {}


@pytest.mark.parametrize(
    "form", [form for form in FORMS if form not in MODEL_FORMS], ids=lambda form: form.__name__
)
def test_address_that_no_mail_can_reach_is_refused(form):
    # The form of a person adds the validator when it is made; its own tests cover it.
    assert {
        name: field.validators
        for name, field in form.base_fields.items()
        if isinstance(field, forms.EmailField) and validate_address not in field.validators
    } == {}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_time_that_the_clocks_leave_out_is_refused(form):
    """Forms with separate fields for day and time derive from PeriodForm."""
    fields = form.base_fields
    for field in fields.values():
        if isinstance(field, own.MomentField):
            with pytest.raises(ValidationError, match="gibt es 02:30 Uhr nicht"):
                field.clean("28.03.2027, 02:30")
    if form in WITHOUT_A_DAY:
        return
    if any(isinstance(field, own.TimeField) for field in fields.values()):
        assert issubclass(form, own.PeriodForm)


def empty_labels(field: forms.Field) -> list[str]:
    if isinstance(field, forms.ModelChoiceField):
        return [str(field.empty_label)]
    choices = getattr(field, "choices", [])
    return [str(label) for key, label in choices if key in ("", None)]


@pytest.mark.parametrize(
    "form",
    [*FORMS, *(cls for cls in classes_of_the_portal(django_filters.FilterSet))],
    ids=lambda form: form.__name__,
)
def test_empty_choice_says_what_it_means(form):
    # A filter keeps its field once it is built, and every later list would start with that one.
    filters = copy.deepcopy(getattr(form, "base_filters", {}))
    fields = getattr(form, "base_fields", {}) or {
        name: entry.field for name, entry in filters.items() if "choices" in entry.extra
    }
    assert {
        name: label
        for name, field in fields.items()
        for label in empty_labels(field)
        if "--" in label
    } == {}


def test_rule_sees_the_dashes_of_django():
    assert empty_labels(forms.ModelChoiceField(Sector.objects.none())) == ["---------"]
    assert empty_labels(Visit._meta.get_field("company").formfield()) == ["---------"]


# For each model that forms refer to, a record that only a form already using it may offer.
UNWANTED = {
    Organisation: lambda: make_organisation(is_active=False, kind=OrganisationKind.PRESS),
    Person: lambda: make_person(is_active=False, email=""),
    DialogueSeries: lambda: make_series(SeriesState.REFUSED),
    Plan: lambda: make_plan(),
    PlanSection: lambda: make_section(make_plan()),
    Measure: lambda: make_measure(),
    Visit: lambda: make_visit(),
    Dialogue: lambda: make_dialogue(),
    Sector: lambda: Sector.objects.create(name="Optik"),
    CrossCuttingTheme: lambda: CrossCuttingTheme.objects.create(name="Digitalisierung"),
}
REFERENCES = [
    pytest.param(form, name, id=f"{form.__name__}-{name}")
    for form in MODEL_FORMS
    for name, field in form.base_fields.items()
    if isinstance(field, forms.ModelChoiceField)
]


def arguments_of(form_class: type) -> dict:
    """Return what the constructor of a form needs beside the record."""
    needed = {
        CoverageForm: lambda: {"user": make_user(OFFICE)},
        ReportForm: lambda: {"situation": ""},
        SectionForm: lambda: {"plan": Plan.objects.first() or make_plan()},
    }
    return needed.get(form_class, dict)()


@pytest.mark.django_db
@pytest.mark.parametrize(("form_class", "name"), REFERENCES)
def test_present_value_is_offered(form_class, name):
    model_field = form_class._meta.model._meta.get_field(name)
    record = UNWANTED[model_field.related_model]()
    if model_field.many_to_many:
        shown = {"instance": form_class._meta.model(), "initial": {name: [record]}}
    else:
        shown = {"instance": saved_like(form_class._meta.model(**{name: record}))}

    form = form_class(**shown, **arguments_of(form_class))

    field = form.fields[name]
    assert field.queryset.filter(pk=record.pk).exists()
    if getattr(record, "is_active", True) is False:
        assert field.label_from_instance(record).endswith("(nicht mehr aktiv)")


def saved_like(instance: models.Model) -> models.Model:
    """Return `instance` with a key, so that forms treat it as an existing record."""
    instance.pk = 1_000_000
    return instance


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", MODEL_FORMS, ids=lambda form: form.__name__)
def test_present_choice_is_offered(form_class):
    model = form_class._meta.model
    needed = {"visit": make_visit()} if model is PressSlot else {}
    for name, field in form_class.base_fields.items():
        if not isinstance(field, forms.TypedChoiceField):
            continue
        for value, _label in model._meta.get_field(name).choices:
            instance = model(**needed, **{name: value})
            form = form_class(instance=instance, **arguments_of(form_class))
            offered = [key for key, _label in form.fields[name].choices]
            assert value in offered, (name, value)


NEEDED = re.compile(r"(?<!wie )\bnötig\b", re.IGNORECASE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    # The form of a wording needs a text of a mail; both of its fields are required.
    "form_class",
    [form for form in MODEL_FORMS if form is not WordingForm],
    ids=lambda form: form.__name__,
)
def test_field_that_some_input_requires_is_not_called_optional(form_class):
    model = form_class._meta.model
    needs = {"visit": make_visit()} if model is PressSlot else {}
    form = form_class(instance=model(**needs), **arguments_of(form_class))

    needed = [
        name
        for name, field in form.fields.items()
        if field.required or NEEDED.search(str(field.help_text))
    ]

    assert [name for name in needed if "optional" in label_text(field=form[name])] == []
    if form_class is VisitForm:
        assert {"title", "company", "company_text"} <= set(needed)
