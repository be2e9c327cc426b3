import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from core.staticfiles import (
    NPM_FILES,
    _is_used,
    inline_imports,
    trim_kern,
    without_comments,
    without_unused_properties,
)

KERN_NAME = re.compile(r"kern-(?!level|color|metric|typography|theme|ux)[a-z]+(?:[_-]+[a-z]+)*")


def test_import_becomes_a_layer():
    files = {"kern/kern.css": "a{}", "css/components/b.css": "b{}"}
    css = '@layer kern, components;\n@import url("../kern/kern.css") layer(kern);\n'
    css += '@import url("components/b.css") layer(components);'

    whole = inline_imports(css, base="css/portal.css", read=files.__getitem__)

    assert whole == "@layer kern, components;\n@layer kern {\na{}\n}\n@layer components {\nb{}\n}"


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ('@charset "UTF-8";*{a:b}', "*{a:b}"),
        (".kern-btn .kern-label{a:b}.kern-flex-1{a:b}", ".kern-btn .kern-label{a:b}"),
        (".kern-btn,.kern-card{a:b}", ""),
        ("@media print{.kern-btn{a:b}.kern-row{c:d}}", "@media print{.kern-btn{a:b}}"),
        ("@media print{.kern-row{c:d}}", ""),
        (
            '.kern-icon--mail{mask:url("data:{};")}.kern-icon--hut{a:b}',
            '.kern-icon--mail{mask:url("data:{};")}',
        ),
        (".kern-icon--large{a:b}", ".kern-icon--large{a:b}"),
        ("@keyframes x{from{a:b}to{c:d}}", "@keyframes x{from{a:b}to{c:d}}"),
        (":root{--kern-card-space:1}", ":root{--kern-card-space:1}"),
    ],
)
def test_kern_is_trimmed_to_the_parts_in_use(css, kept):
    assert trim_kern(css) == kept


def test_stylesheet_has_no_comments_and_no_indentation():
    assert without_comments("/* a\nb */\n.x {\n  a: b;\n\n}") == "\n.x {\na: b;\n}"


def test_properties_of_kern_that_nothing_uses_are_left_out():
    css = ":root{--kern-a:1;--kern-b:var(--kern-a);--kern-c:2;--own:3}.x{d:var(--kern-c, 4)}"

    assert without_unused_properties(css) == ":root{--kern-c:2;--own:3}.x{d:var(--kern-c, 4)}"


def test_every_class_of_kern_in_use_is_served():
    """A page that uses a new KERN component lists it in `KERN_PARTS`; else it is unstyled."""
    sources = [*settings.BASE_DIR.glob("templates/**/*.html"), settings.BASE_DIR / "core/html.py"]
    used = {name for source in sources for name in KERN_NAME.findall(source.read_text())}

    assert sorted(name for name in used if not _is_used(name.removeprefix("kern-"))) == []
    assert "kern-btn" in used


@pytest.mark.embedded
def test_files_of_other_projects_are_found_by_name():
    missing = [name for name in NPM_FILES if not finders.find(name)]

    assert missing == []
    assert finders.find("kern/kern.css") is None


@pytest.mark.embedded
def test_collected_files_are_one_small_stylesheet(tmp_path):
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "core.staticfiles.PortalManifestStorage"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        # A second run must cope with the files of the first.
        call_command("collectstatic", interactive=False, verbosity=0)

    (stylesheet,) = tmp_path.glob("css/portal.????????????.css")
    (compressed,) = tmp_path.glob("css/portal.????????????.css.gz")
    text = stylesheet.read_text()
    assert "@import" not in text
    assert ".kern-card" not in text
    # The first page may take 100 KB on the wire, fonts included.
    assert compressed.stat().st_size < 19_000
    fonts = re.findall(r'url\("(\.\./fonts/[^"]+)"\)', text)
    assert len(fonts) == 4
    assert [font for font in fonts if not (stylesheet.parent / font).resolve().exists()] == []
    assert (tmp_path / "css/portal.css").read_text().count("@layer") == text.count("@layer")
