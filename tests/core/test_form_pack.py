import pytest
from django import forms

from core.templatetags.form_pack import affix, attrs, encoding, label_text


class UploadForm(forms.Form):
    title = forms.CharField(label="Titel & mehr")
    note = forms.CharField(label="Anmerkung", required=False)
    fixed = forms.CharField(label="Fest", required=False, disabled=True)
    file = forms.FileField(label="Datei")


class PlainForm(forms.Form):
    title = forms.CharField(label="Titel")


@pytest.mark.parametrize(
    ("classes", "values", "html"),
    [
        ((), {}, ""),
        (("field", "", None), {}, ' class="field"'),
        (("field", "field--error"), {"id": "x"}, ' class="field field--error" id="x"'),
        ((), {"id": "", "aria_describedby": "hint"}, ' aria-describedby="hint"'),
        (('"><script>',), {}, ' class="&quot;&gt;&lt;script&gt;"'),
    ],
)
def test_attributes_are_escaped_and_empty_ones_left_out(classes, values, html):
    assert attrs(*classes, **values) == html


@pytest.mark.parametrize(
    ("name", "html"),
    [
        ("title", "Titel &amp; mehr"),
        ("note", 'Anmerkung<span class="field__optional"> – optional</span>'),
        ("fixed", "Fest"),
    ],
)
def test_label_marks_fields_that_can_stay_empty(name, html):
    assert label_text(field=UploadForm()[name]) == html


def test_label_does_not_call_a_conditional_field_optional():
    form = UploadForm()
    form.fields["note"].is_conditional = True

    assert label_text(field=form["note"]) == "Anmerkung"


@pytest.mark.parametrize(
    ("form", "enctype"), [(UploadForm, "multipart/form-data"), (PlainForm, "")]
)
def test_only_forms_with_files_are_sent_as_multipart(form, enctype):
    assert encoding(form()) == enctype


def test_affix_without_text_is_nothing():
    assert (affix(text="€"), affix(text="")) == ("<span>€</span>", "")
