import pytest
from django import forms

from core.templatetags.form_pack import attrs, encoding, label_text, whole_field


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
        ("note", 'Anmerkung <span class="field__optional">– optional</span>'),
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


SHOWN = {"form_show_labels": True, "form_show_errors": True}
TITLE = '<input type="text" name="title" id="id_title">'
LABEL = '<label class="kern-label" for="id_title">Titel</label>'


def test_field_has_its_label():
    assert whole_field(SHOWN, field=PlainForm()["title"]) == (
        f'<div id="div_id_title" class="field">{LABEL}{TITLE}</div>'
    )


def test_field_without_a_label_stands_alone():
    html = whole_field({"wrapper_class": "wide"}, field=PlainForm()["title"])

    assert html == f'<div id="div_id_title" class="field wide">{TITLE}</div>'


def test_errors_of_a_field_are_escaped():
    form = PlainForm({"title": "x"})
    form.add_error("title", "<b>")

    html = whole_field(SHOWN, field=form["title"])

    assert html.startswith('<div id="div_id_title" class="field field--error">')
    assert html.endswith(
        '<p class="field__error" id="id_title_error">'
        '<span class="kern-icon kern-icon--danger" aria-hidden="true"></span>'
        "<span>&lt;b&gt;</span></p></div>"
    )


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"crispy_appended_text": "€"}, f'<div class="field__affix">{TITLE}<span>€</span></div>'),
        (
            {"crispy_prepended_text": "ab"},
            f'<div class="field__affix"><span>ab</span>{TITLE}</div>',
        ),
        ({"crispy_appended_text": ""}, TITLE),
    ],
)
def test_unit_stands_beside_its_field(texts, expected):
    html = whole_field(SHOWN | texts, field=PlainForm()["title"])

    assert html == f'<div id="div_id_title" class="field">{LABEL}{expected}</div>'
