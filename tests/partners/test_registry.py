"""What each app has to say about people, compared with its models."""

from django.apps import apps

from partners.models import Person
from partners.registry import person_data
from partners.services.traces import text_fields


def test_each_model_with_a_text_says_whom_it_may_name():
    """A new model must be cleaned, searched for names, or declared free of them."""
    models = {
        model._meta.label
        for model in apps.get_models()
        if not hasattr(model, "history_object") and text_fields(model)
    }
    data = person_data()
    cleaned = {label for each in data for label in each.cleaned}
    searched = {store.model for each in data for store in each.texts}
    nameless = {label for each in data for label in each.nameless}

    assert cleaned | searched | nameless == models
    assert [cleaned & searched, cleaned & nameless, searched & nameless] == [set(), set(), set()]
    # A reference to a person, past or present, is never in a model that is said to name nobody.
    referring = {
        name.rpartition(".")[0]
        for each in data
        for name in each.moved
        if apps.get_model(name.rpartition(".")[0])
        ._meta.get_field(name.split(".")[-1])
        .related_model
        is Person
    }
    needs = {each.app for each in data if each.needs.__name__ != "needs_nobody"}
    # People who report a barrier have no entry to refer to, only an address.
    assert {label.split(".")[0] for label in referring} | {"accessibility"} == needs


def test_each_searched_model_is_the_one_it_is_registered_as():
    for data in person_data():
        for store in data.texts:
            assert store.closed().model._meta.label == store.model
