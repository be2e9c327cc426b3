"""Read the pages of the dialogues app."""

import re

from tests.journeys.visitor import Page

BASE = "/branchengespraeche"
VERSION = re.compile(r'name="version" value="([^"]+)"')


def text_of(response) -> str:
    """Return the text of a page with whitespace collapsed."""
    return Page(response.content.decode()).text


def links_of(response) -> list[str]:
    """Return the URLs that a page links to."""
    return [target for _words, target in Page(response.content.decode()).links]


def titles_of(response) -> list[str]:
    """Return the titles of the objects on a list page, in order."""
    return [obj.title for obj in response.context["page"].object_list]


def version_in(response) -> str:
    """Return the version fingerprint that a form carries."""
    return VERSION.search(response.content.decode())[1]
