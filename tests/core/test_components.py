import datetime as dt
import re
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory

from core.progress import Button, HistoryEntry, NextStep, ProgressStep, progress_steps
from core.templatetags.components import entered_texts

TODAY = dt.date(2019, 6, 10)


def render(source: str, path: str = "/massnahmen/", **context) -> str:
    template = engines["django"].from_string(source)
    return template.render(context, RequestFactory().get(path))


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize(
    "source",
    [
        '{% badge text="x" colour="info" size="big" %}',
        '{% badge "x" %}',
        '{% traffic_light colour="red" %}',
        '{% icon "mail" %}',
        "{% steps steps=x %}",
        "{% next_step box=x %}",
        '{% empty text="x" link="/" %}',
        '{% post_button url="/" label="x" colour="red" %}',
        '{% sort_header label="x" %}',
        "{% filter_bar filter=x %}",
    ],
)
def test_misspelt_or_missing_argument_is_an_error(source):
    with pytest.raises(TemplateSyntaxError):
        render(source)


def test_tags_for_marks_pass_all_arguments_on():
    assert text_of(render('{% badge text="Zusage" colour="success" %}')) == "Zusage"
    assert "traffic-light--red" in render('{% traffic_light value="red" short=True %}')
    assert "kern-icon--mail" in render('{% icon name="mail" %}')
    assert "due--over" in render(
        "{% due date=date today=today %}", date=dt.date(2019, 6, 1), today=TODAY
    )
    assert "kern-btn--secondary" in render('{% link_button url="/" label="Weiter" %}')


def test_legend_says_what_the_colours_mean():
    assert text_of(render("{% traffic_light_legend %}")) == (
        "Was die Ampel bedeutet grün : läuft gelb : Probleme, ohne Hilfe lösbar"
        " rot : Hilfe oder Entscheidung nötig nicht belegt : keine Angabe"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ value|day }}", "Di, 18.06.2019"),
        ("{{ value|date_de }}", "18.06.2019"),
        ("{{ value|moment }}", "18.06.2019, 14:00 Uhr"),
        ("{{ nothing|day }}", ""),
    ],
)
def test_filters_write_dates(source, expected):
    assert (
        render(source, value=dt.datetime(2019, 6, 18, 12, tzinfo=dt.UTC), nothing=None) == expected
    )


def test_progress_bar_marks_the_current_step():
    html = render(
        "{% steps items=items %}", items=progress_steps(["Thema", "Termin", "Einladung"], 1)
    )

    assert text_of(html) == "Thema (erledigt) Termin Einladung"
    assert html.count('aria-current="step"') == 1
    assert re.findall(r"steps__item--(\w+)", html) == ["done", "current", "todo"]


def test_all_steps_may_be_done():
    assert progress_steps(["a", "b"], 2) == [ProgressStep("a", "done"), ProgressStep("b", "done")]


def test_next_step_names_who_and_until_when():
    box = NextStep(
        "Gäste erinnern",
        "Geschäftsstelle",
        dt.date(2019, 6, 11),
        "Jetzt erinnern",
        "/x/",
        post=True,
    )

    html = render("{% next_step box=box today=today %}", box=box, today=TODAY)

    assert (
        text_of(html)
        == "Nächster Schritt Gäste erinnern Geschäftsstelle · bis morgen, Di, 11.06.2019 "
        "Jetzt erinnern"
    )
    assert '<form class="inline-form" method="post" action="/x/" data-submit-once>' in html
    assert 'name="csrfmiddlewaretoken"' in html


def test_next_step_may_be_a_link_or_plain_text():
    link = render(
        "{% next_step box=box today=today %}",
        box=NextStep("x", action="Öffnen", url="/y/"),
        today=TODAY,
    )
    words = render(
        "{% next_step box=box today=today %}", box=NextStep("Nichts zu tun."), today=TODAY
    )

    assert '<a class="kern-btn kern-btn--primary" href="/y/">' in link
    assert text_of(words) == "Nächster Schritt Nichts zu tun."
    assert "kern-btn" not in words


def test_post_button_carries_the_token():
    html = render('{% post_button url="/x/" label="Freigeben" variant="danger" %}')

    assert 'name="csrfmiddlewaretoken"' in html
    assert '<button class="kern-btn kern-btn--secondary btn--danger" type="submit">' in html


def test_facts_are_a_definition_list():
    html = render("{% facts rows=rows %}", rows=[("Format", "vor Ort"), ("Gastgeber", "<Firma>")])

    assert "<dt>Format</dt><dd>vor Ort</dd>" in html
    assert "<dd>&lt;Firma&gt;</dd>" in html


def test_history_shows_who_did_what_when():
    entry = HistoryEntry(
        dt.datetime(2019, 6, 3, 12, tzinfo=dt.UTC), "Geschäftsstelle", "Versandt", "Erste Runde"
    )

    assert text_of(render("{% history entries=entries %}", entries=[entry])) == (
        "Versandt Erste Runde 03.06.2019, 14:00 Uhr · Geschäftsstelle"
    )
    assert text_of(render("{% history entries=entries %}", entries=[])) == "Noch keine Einträge."


def test_tabs_mark_the_current_one():
    html = render(
        "{% tabs items=items %}", items=[("Überblick", "/a/", False), ("Gäste", "/b/", True)]
    )

    assert '<a class="tabs__link" href="/b/" aria-current="page">Gäste</a>' in html
    assert html.count("aria-current") == 1


def test_empty_state_says_what_to_do():
    html = render('{% empty text="Noch nichts." action="Anlegen" url="/neu/" %}')

    assert text_of(html) == "Noch nichts. Anlegen"
    assert "kern-btn" not in render('{% empty text="Noch nichts." %}')


def make_sourced(**values):
    fields = {"lead": SimpleNamespace(verbose_name="Federführung")}
    plain = {"is_demo": False, "is_taken_over": False, "sources": [], "basis": {}, "doubts": ""}
    return SimpleNamespace(
        **{**plain, **values}, _meta=SimpleNamespace(get_field=fields.__getitem__)
    )


def test_origin_shows_sources_basis_and_doubts():
    obj = make_sourced(
        is_taken_over=True,
        sources=["https://www.berlin.de/mpi", "javascript:alert(1)"],
        basis={"lead": "unknown"},
        doubts="Quellen sind uneins.",
    )

    html = render("{% origin_note obj=obj %}", obj=obj)

    assert text_of(html) == (
        "übernommen Aus früheren Unterlagen übernommen. Quellen und Beleglage "
        "https://www.berlin.de/mpi"
        " Federführung nicht belegt Quellen sind uneins."
    )
    assert "javascript" not in html


def test_origin_marks_invented_records_only():
    assert text_of(render("{% origin_note obj=obj %}", obj=make_sourced(is_demo=True))) == (
        "Demodaten Zum Ausprobieren erfunden."
    )
    assert render("{% origin_note obj=obj %}", obj=make_sourced()).strip() == ""


def test_entered_texts_are_neither_keys_nor_passwords():
    sent = {"pk": "4711", "reason": "Streik im Werk", "password1": "lang genug 4711", "note": " a "}

    assert entered_texts(sent) == ["Streik im Werk"]
    assert entered_texts(None) == []


def test_entered_texts_are_all_that_people_type_into_a_form():
    sent = QueryDict(
        "csrfmiddlewaretoken=Abc+D&form_token=Xy-Z&m4-version=4f2a+_&m4-shown=2026-03-01|7|&s1-shown={}"
        "&m4-phase=running&m4-summary=Streik&m4-as_of_on=2026-03-01&i2-value=12,5&i2-note=12"
        "&note=Erster&note=Zweiter&back=on"
    )

    assert entered_texts(sent) == ["Streik", "2026-03-01", "12,5", "Erster", "Zweiter"]


def test_pages_keep_the_filters():
    page = Paginator(range(100), 10).page(3)

    html = render("{% pagination page=page %}", "/massnahmen/?q=fl%C3%A4che&page=3", page=page)

    assert 'rel="prev" href="?q=fl%C3%A4che&amp;page=2"' in html
    assert 'rel="next" href="?q=fl%C3%A4che&amp;page=4"' in html
    assert 'href="?q=fl%C3%A4che&amp;page=3" aria-current="page"' in html


def test_one_page_needs_no_pagination():
    assert render("{% pagination page=page %}", page=Paginator(range(3), 10).page(1)).strip() == ""


@pytest.mark.parametrize(
    ("path", "sort", "url"),
    [
        ("/?q=a", "", "?q=a&amp;sort=title"),
        ("/?q=a&sort=title&page=2", ' aria-sort="ascending"', "?q=a&amp;sort=-title"),
        ("/?sort=-title", ' aria-sort="descending"', "?sort=title"),
        ("/?sort=ampel", "", "?sort=title"),
    ],
)
def test_column_sorts_one_way_and_the_other(path, sort, url):
    html = render('{% sort_header label="Maßnahme" field="title" %}', path)

    assert html.startswith(f'<th scope="col"{sort}>')
    assert f'href="{url}"' in html


class FilterForm(forms.Form):
    q = forms.CharField(label="Suche", required=False)
    phase = forms.ChoiceField(
        label="Phase", required=False, choices=[("", "alle"), ("a", "in Umsetzung")]
    )


def render_filter(path: str, count: int, **arguments) -> str:
    query = RequestFactory().get(path).GET
    extra = " ".join(f'{name}="{value}"' for name, value in arguments.items())
    source = f"{{% filter_bar filter=filter count=count {extra} %}}"
    return render(source, path, filter=SimpleNamespace(form=FilterForm(query)), count=count)


def test_filters_count_results_and_apply_to_the_export():
    html = render_filter(
        "/massnahmen/?q=a&phase=a&sort=-title", 1, export_url="/massnahmen/export/"
    )

    assert '<span role="status">1 Eintrag</span>' in html
    assert 'href="/massnahmen/export/?q=a&amp;phase=a&amp;sort=-title"' in html
    assert '<input type="hidden" name="sort" value="-title">' in html
    assert "Filter (1)" in html
    assert '<details class="filters__more" open>' in html
    assert '<a href="/massnahmen/">Filter zurücksetzen</a>' in html


def test_without_filters_and_results_nothing_can_be_reset_or_exported():
    html = render_filter("/massnahmen/", 0, export_url="/massnahmen/export/")

    assert '<span role="status">0 Einträge</span>' in html
    assert "zurücksetzen" not in html
    assert "Excel" not in html
    assert '<details class="filters__more">' in html


PAGE = '{% extends "shell_public.html" %}{% block title %}Anmelden & mehr{% endblock %}'


def test_page_without_heading_shows_its_title_twice():
    html = render(PAGE)

    assert "<title>Anmelden & mehr – Masterplan Industriestadt Berlin</title>" in html
    assert '<h1 class="page-head__title">Anmelden & mehr</h1>' in html


def test_empty_blocks_render_no_element():
    plain = render(PAGE)
    full = render(
        PAGE
        + '{% block breadcrumb %}<a href="/">Start</a>{% endblock %}'
        + "{% block subtitle %}Kurz{% endblock %}"
    )

    assert "breadcrumb" not in plain
    assert '<p class="subtitle"' not in plain
    assert '<nav class="breadcrumb" aria-label="Pfad"><a href="/">Start</a></nav>' in full
    assert '<p class="subtitle">Kurz</p>' in full


def test_markdown_is_safe():
    html = render(
        "{{ text|markdown }}",
        text="**fett** <script>x</script> [l](javascript:x) [b](https://berlin.de)\nneu",
    )

    assert html == (
        "<p><strong>fett</strong> &lt;script&gt;x&lt;/script&gt; [l](javascript:x) "
        '<a href="https://berlin.de" rel="noopener noreferrer">b</a><br>\nneu</p>\n'
    )
    assert render("{{ text|markdown }}", text=None) == ""


def test_buttons_link_or_post():
    items = [Button("Bearbeiten", "/x/"), Button("Absagen", "/y/", "danger", is_post=True)]

    html = render("{% buttons items=items %}", items=items)

    link, form = (
        html.index('<a class="kern-btn kern-btn--secondary" href="/x/">'),
        html.index("<form"),
    )
    assert link < form
    assert 'action="/y/"' in html
    assert text_of(html) == "Bearbeiten Absagen"


@pytest.mark.parametrize(
    ("text", "html"),
    [("<neu>", '<span class="table__note">&lt;neu&gt;</span>'), ("", ""), (None, "")],
)
def test_note_of_a_table_cell_needs_a_text(text, html):
    assert render("{% note text=text %}", text=text) == html
