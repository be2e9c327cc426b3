"""Third-party static files: served by name from node_modules, never committed."""

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

FIRA = "@fontsource/fira-sans/files"

# URL below /static/ → path below node_modules. KERN ships Fira Sans as a whole (130 KB per weight);
# fontsource ships it split by script.
NPM_FILES: dict[str, str] = {
    "kern/kern.min.css": "@kern-ux/native/dist/kern.min.css",
    "fonts/fira-sans-400.woff2": f"{FIRA}/fira-sans-latin-400-normal.woff2",
    "fonts/fira-sans-600.woff2": f"{FIRA}/fira-sans-latin-600-normal.woff2",
    "fonts/fira-sans-ext-400.woff2": f"{FIRA}/fira-sans-latin-ext-400-normal.woff2",
    "fonts/fira-sans-ext-600.woff2": f"{FIRA}/fira-sans-latin-ext-600-normal.woff2",
}
STYLESHEET = "css/portal.css"


class NpmFinder(BaseFinder):
    """Finds the files in `NPM_FILES`."""

    root = Path(settings.BASE_DIR) / "node_modules"

    def __init__(self, *args, **kwargs):
        self.storage = FileSystemStorage(location=str(self.root))

    def find(self, path, find_all=False, **kwargs):
        target = self.root / NPM_FILES[path] if path in NPM_FILES else None
        if target is None or not target.exists():
            return []
        return [str(target)] if find_all else str(target)

    def list(self, ignore_patterns):
        for path, target in NPM_FILES.items():
            if (self.root / target).exists():
                yield path, _SingleFileStorage(self.root / target)


class _SingleFileStorage(FileSystemStorage):
    """A storage of one file, so that collectstatic copies it under another name."""

    def __init__(self, target: Path):
        super().__init__(location=str(target.parent))
        self.target = target

    def path(self, name):
        return str(self.target)


class PortalManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed static files, without source maps.

    The stylesheet's imports are inlined, so that a page loads one file instead of a chain.
    """

    # Scripts import each other by name, so their imports need the hashed names.
    support_js_module_import_aggregation = True
    patterns = tuple(
        (
            extension,
            tuple(
                p for p in rules if "sourceMappingURL" not in (p[0] if isinstance(p, tuple) else p)
            ),
        )
        for extension, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def post_process(self, paths, dry_run=False, **options):
        if STYLESHEET in paths and not dry_run:
            self._write_stylesheet(paths)
            # Hash the file just written instead of its source.
            paths = {**paths, STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _write_stylesheet(self, paths) -> None:

        def read(path: str) -> str:
            storage, source = paths[path]
            with storage.open(source) as file:
                text = file.read().decode("utf-8")
            return trim_kern(text) if path.startswith("kern/") else text

        whole = inline_imports(read(STYLESHEET), base=STYLESHEET, read=read)
        whole = without_unused_properties(without_comments(whole))
        # An earlier collectstatic may have left an older version.
        self.delete(STYLESHEET)
        self._save(STYLESHEET, ContentFile(whole.encode("utf-8")))


# htmx extensions import the bare name `htmx`, which the hashing storage would report as missing.
NOT_SHIPPED = ["django_htmx/ext/*"]


class UsableAppFinder(AppDirectoriesFinder):
    def list(self, ignore_patterns):
        return super().list([*(ignore_patterns or ()), *NOT_SHIPPED])


# The KERN classes in use; the rest of our CSS builds on KERN's custom properties.
KERN_PARTS = (
    "btn",
    "dark",
    "dialog",
    "error",
    "hint",
    "icon",
    "label",
    "layer",
    "level",
    "light",
    "sr",
)
KERN_ICONS = (
    "account-circle",
    "add",
    "arrow-back",
    "arrow-down",
    "arrow-forward",
    "arrow-up",
    "brightness-medium",
    "calendar-today",
    "check",
    "checklist",
    "chevron-left",
    "chevron-right",
    "close",
    "content-copy",
    "danger",
    "dark-mode",
    "dehaze",
    "delete",
    "download",
    "draft",
    "edit",
    "help",
    "home",
    "info",
    "light-mode",
    "logout",
    "mail",
    "more-vert",
    "open-in-new",
    "question-mark",
    "search",
    "success",
    "visibility",
    "warning",
)
ICON_SIZES = ("large", "small", "x-large")

IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\(([a-z]+)\);')
KERN_CLASS = re.compile(r"\.kern-([a-z0-9_-]+)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINE_BREAK = re.compile(r"\s*\n\s*")
KERN_PROPERTY = re.compile(r"(--kern-[\w-]+)\s*:")
USED_PROPERTY = re.compile(r"var\(\s*(--kern-[\w-]+)")
TOKEN = re.compile(r'"[^"]*"|[{};]')


def inline_imports(css: str, *, base: str, read: Callable[[str], str]) -> str:
    """Return `css` (URL `base`) with each `@import url(…) layer(…)` replaced by its layer.

    `read` returns the text at a URL. Relative URLs in imported files are not rewritten, so a file
    with `url()` must be in the same folder as `base`.
    """

    def layer(match: re.Match) -> str:
        address = posixpath.normpath(posixpath.join(posixpath.dirname(base), match[1]))
        return f"@layer {match[2]} {{\n{read(address)}\n}}"

    return IMPORT.sub(layer, css)


def without_comments(css: str) -> str:
    """Return `css` without comments, empty lines and indentation."""
    return LINE_BREAK.sub("\n", COMMENT.sub("", css))


def without_unused_properties(css: str) -> str:
    """Return `css` without those of KERN's custom properties that nothing in it refers to."""
    before = ""
    # Repeated, because a property may be used only by another one that nothing uses.
    while css != before:
        before, used = css, set(USED_PROPERTY.findall(css))
        for name in set(KERN_PROPERTY.findall(css)) - used:
            css = re.sub(rf"{name}\s*:[^;{{}}]*;?", "", css)
    return css


def trim_kern(css: str) -> str:
    """Return KERN's stylesheet without the components and icons the portal does not use."""
    return "".join(_trimmed(rule) for rule in _split_rules(css) if not rule.startswith("@charset"))


def _split_rules(css: str) -> Iterator[str]:
    # TOKEN matches strings as a whole: braces inside `data:` images must not count.
    depth = start = 0
    for token in TOKEN.finditer(css):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
        if depth == 0 and token[0] in "};":
            yield css[start : token.end()]
            start = token.end()


def _trimmed(rule: str) -> str:
    prelude, _brace, body = rule.partition("{")
    # Trim nested rules too, and drop blocks that end up empty.
    if prelude.startswith(("@media", "@supports")):
        inner = "".join(map(_trimmed, _split_rules(body.removesuffix("}"))))
        return f"{prelude}{{{inner}}}" if inner else ""
    return rule if all(map(_is_used, KERN_CLASS.findall(prelude))) else ""


def _is_used(name: str) -> bool:
    part, _dashes, variant = name.partition("--")
    if part == "icon" and variant:
        return variant in KERN_ICONS or variant in ICON_SIZES
    return re.split("[-_]", part)[0] in KERN_PARTS
