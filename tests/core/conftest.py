from urllib.parse import urlsplit

import pytest
from django.conf import settings


@pytest.fixture
def serve(page):
    """Serve `pages` (path → HTML) and the scripts, and collect POSTs; no request leaves the
    machine.
    """
    posted = []

    def open_site(pages: dict[str, str]):
        def answer(route):
            path = urlsplit(route.request.url).path
            if path.startswith("/js/"):
                text = (settings.BASE_DIR / "static" / path.lstrip("/")).read_text()
                return route.fulfill(body=text, content_type="text/javascript")
            if route.request.method == "POST":
                posted.append(path)
            return route.fulfill(body=pages.get(path, ""), content_type="text/html")

        page.context.route("**/*", answer)
        return posted

    return open_site
