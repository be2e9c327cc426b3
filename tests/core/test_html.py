import datetime as dt
import re

import pytest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from core.html import (
    draw_badge,
    draw_deadline,
    draw_deadline_day,
    draw_due,
    draw_icon,
    draw_link_button,
    draw_stacked_bar,
    draw_traffic_light,
    fill,
    fill_each,
)
from core.progress import Segment

TODAY = dt.date(2019, 6, 10)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<b> & "c"', "&lt;b&gt; &amp; &quot;c&quot;"),
        ("it's", "it&#x27;s"),
        (SafeString("<b>"), "<b>"),
        (gettext_lazy("Ja & nein"), "Ja &amp; nein"),
        (7, "7"),
        (None, "None"),
    ],
)
def test_filled_templates_escape_as_django_does(value, expected):
    assert fill("<i>{}</i>{}", value, "") == f"<i>{expected}</i>"
    assert fill_each("<i>{}</i>", [(value,), ("a",)]) == f"<i>{expected}</i><i>a</i>"
    assert fill("{}", value) == format_html("{}", value)
    # Filled once, it is not escaped again.
    assert fill("{}", fill("{}", value)) == expected


def test_badge_carries_its_tone_and_escapes_its_text():
    assert draw_badge("Zusage", "success") == '<span class="badge badge--success">Zusage</span>'
    assert draw_badge("<b>") == '<span class="badge badge--neutral">&lt;b&gt;</span>'


def test_misspelt_tone_is_an_error():
    with pytest.raises(ValueError, match="'sucess' is none of 'neutral'"):
        draw_badge("Zusage", "sucess")


def test_icon_is_hidden_from_screen_readers():
    assert draw_icon("mail") == '<span class="kern-icon kern-icon--mail" aria-hidden="true"></span>'


def test_icon_that_is_not_served_is_an_error():
    with pytest.raises(ValueError, match="'male' is none of"):
        draw_icon("male")


@pytest.mark.parametrize(
    ("value", "name", "word", "meaning"),
    [
        ("green", "green", "grün", "läuft"),
        ("yellow", "yellow", "gelb", "Probleme, ohne Hilfe lösbar"),
        ("red", "red", "rot", "Hilfe oder Entscheidung nötig"),
        ("", "unknown", "nicht belegt", "keine Angabe"),
        (None, "unknown", "nicht belegt", "keine Angabe"),
    ],
)
def test_traffic_light_says_its_colour_in_words(value, name, word, meaning):
    html = draw_traffic_light(value)

    assert html.startswith(
        f'<span class="traffic-light traffic-light--{name}" title="{word}: {meaning}"><svg '
    )
    assert html.endswith(f'</svg><span class="traffic-light__text">{word}</span></span>')


def test_four_signs_differ_in_shape():
    signs = {
        re.search(r'<path d="([^"]+)"', draw_traffic_light(value))[1]
        for value in ("green", "yellow", "red", "")
    }

    assert len(signs) == 4


def test_short_traffic_light_keeps_its_word_for_screen_readers():
    assert draw_traffic_light("red", short=True).endswith(
        '</svg><span class="kern-sr-only">rot</span></span>'
    )


def test_traffic_light_can_count():
    assert text_of(draw_traffic_light("green", count=22)) == "22 grün"
    assert draw_traffic_light("green", short=True, count=1200).endswith(
        '</svg><span aria-hidden="true">1200</span><span class="kern-sr-only">1200 '
        "grün</span></span>"
    )


def test_unknown_colour_is_an_error():
    with pytest.raises(ValueError, match="'blue' is none of"):
        draw_traffic_light("blue")


@pytest.mark.parametrize(
    ("date", "html"),
    [
        (None, ""),
        (dt.date(2019, 6, 28), '<time class="due" datetime="2019-06-28">bis 28.06.2019</time>'),
        (dt.date(2019, 6, 10), '<time class="due" datetime="2019-06-10">bis heute</time>'),
        (
            dt.date(2019, 6, 4),
            '<time class="due due--over" datetime="2019-06-04">seit 6 Tagen überfällig</time>',
        ),
    ],
)
def test_deadline_turns_red_once_it_is_over(date, html):
    assert draw_due(date, TODAY) == html


def test_link_button_looks_like_its_variant():
    assert draw_link_button("/x/?a=1&b=2", "Öffnen", "primary") == (
        '<a class="kern-btn kern-btn--primary" href="/x/?a=1&amp;b=2"><span '
        'class="kern-label">Öffnen</span></a>'
    )
    with pytest.raises(ValueError, match="'main' is none of"):
        draw_link_button("/", "Öffnen", "main")


SEGMENTS = [
    Segment("abgeschlossen", 1, "strong"),
    Segment("nicht begonnen", 3, "faint"),
    Segment("leer", 0, "light"),
]


def test_bar_is_drawn_in_plain_numbers():
    html = draw_stacked_bar(SEGMENTS, "Phase")

    assert '<rect class="fill--strong" x="0.0" y="0" width="247.0" height="14"/>' in html
    assert '<rect class="fill--faint" x="250.0" y="0" width="747.0" height="14"/>' in html
    assert html.count("<rect") == 2


def test_bar_says_its_numbers_and_has_them_in_a_table():
    html = draw_stacked_bar(SEGMENTS, "Phase")

    assert 'role="img" aria-label="Phase: 1 abgeschlossen, 3 nicht begonnen"' in html
    assert "<caption>Phase</caption>" in html
    assert '<tr><th scope="row">nicht begonnen</th><td>3</td></tr>' in html
    assert (
        '<li class="bar__item"><span class="bar__dot fill--faint"></span>3 nicht begonnen</li>'
        in html
    )


def test_bar_of_thousands_has_no_separators():
    html = draw_stacked_bar([Segment("viele", 12000, "info")], "Antworten")

    assert 'aria-label="Antworten: 12000 viele"' in html
    assert 'width="997.0"' in html


def test_compact_bar_is_only_the_picture():
    html = draw_stacked_bar(SEGMENTS, "Marketing", compact=True)

    assert html.startswith(
        '<span class="bar bar--compact" title="1 abgeschlossen, 3 nicht begonnen"><svg '
    )
    assert "<table" not in html


def test_empty_bar_says_so():
    assert 'aria-label="Phase: keine Einträge"' in draw_stacked_bar([], "Phase")


@pytest.mark.parametrize(
    ("date", "text", "name"),
    [
        (dt.date(2019, 6, 28), "bis Fr, 28.06.2019", "due"),
        (dt.date(2019, 6, 11), "bis morgen, Di, 11.06.2019", "due"),
        (dt.date(2019, 6, 10), "bis heute, Mo, 10.06.2019", "due"),
        (dt.date(2019, 6, 9), "bis So, 09.06.2019, seit gestern überfällig", "due due--over"),
        (dt.date(2019, 6, 4), "bis Di, 04.06.2019, seit 6 Tagen überfällig", "due due--over"),
    ],
)
def test_deadline_names_its_day_and_is_marked_when_over(date, text, name):
    expected = f'<time class="{name}" datetime="{date.isoformat()}">{text}</time>'

    assert draw_deadline(date, TODAY) == expected


def test_no_deadline_draws_nothing():
    assert draw_deadline(None, TODAY) == ""


@pytest.mark.parametrize(
    ("date", "text", "name"),
    [
        (dt.date(2019, 6, 10), "Mo, 10.06.2019", "due"),
        (dt.date(2019, 6, 9), "So, 09.06.2019, überfällig", "due due--over"),
    ],
)
def test_day_in_a_list_of_deadlines_is_marked_when_over(date, text, name):
    expected = f'<time class="{name}" datetime="{date.isoformat()}">{text}</time>'

    assert draw_deadline_day(date, TODAY) == expected
