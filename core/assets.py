"""Front-end files of other projects: served by name from node_modules, never committed."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from core.stylesheet import inline_imports, trim_kern

FIRA = "@fontsource/fira-sans/files"

# Address below /static/ → path below node_modules. KERN brings Fira Sans whole (130 KB a weight);
# the same
# typeface cut by script comes from fontsource. Two weights are in use, each with its part for Latin
# Extended.
NPM_FILES: dict[str, str] = {
    "kern/kern.min.css": "@kern-ux/native/dist/kern.min.css",
    "fonts/fira-sans-400.woff2": f"{FIRA}/fira-sans-latin-400-normal.woff2",
    "fonts/fira-sans-600.woff2": f"{FIRA}/fira-sans-latin-600-normal.woff2",
    "fonts/fira-sans-ext-400.woff2": f"{FIRA}/fira-sans-latin-ext-400-normal.woff2",
    "fonts/fira-sans-ext-600.woff2": f"{FIRA}/fira-sans-latin-ext-600-normal.woff2",
}
STYLESHEET = "css/portal.css"


class NpmFinder(BaseFinder):
    """Finds the files named in `NPM_FILES` (address below /static/ → path below node_modules)."""

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
                yield path, _Renamed(self.root / target)


class _Renamed(FileSystemStorage):
    """A storage of one file, so that collectstatic copies it under its own address."""

    def __init__(self, target: Path):
        super().__init__(location=str(target.parent))
        self.target = target

    def path(self, name):
        return str(self.target)


class PortalManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files; references to source maps that are not shipped are left alone.

    The one stylesheet is written with what it imports inside, so a page waits for one file and not
    for a chain.
    """

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
            paths = {**paths, STYLESHEET: (self, STYLESHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def _write_stylesheet(self, paths) -> None:
        """Write the stylesheet anew from its sources: what an earlier run left behind may be older
        than they are.
        """

        def read(path: str) -> str:
            storage, source = paths[path]
            with storage.open(source) as file:
                text = file.read().decode("utf-8")
            return trim_kern(text) if path.startswith("kern/") else text

        whole = inline_imports(read(STYLESHEET), base=STYLESHEET, read=read)
        self.delete(STYLESHEET)
        self._save(STYLESHEET, ContentFile(whole.encode("utf-8")))
