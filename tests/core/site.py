"""Pages that load scripts of the portal, for tests of the scripts alone."""

SITE = "http://portal.test"


def html(body: str, *scripts: str, user: str = "7") -> str:
    modules = "".join(f'<script type="module" src="/js/{name}.js"></script>' for name in scripts)
    start = f'<!doctype html><html data-user="{user}" data-restored="Wieder da." '
    start += 'data-draft="Vom %s." data-draft-older="Noch vom %s." '
    start += 'data-draft-insert="Einsetzen" data-draft-discard="Verwerfen">'
    return f"{start}<head>{modules}</head><body>{body}</body></html>"
