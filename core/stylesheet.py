"""One small stylesheet out of many files: imports are set in, and KERN is cut to the parts in use."""

import posixpath
import re
from collections.abc import Callable, Iterator

# What the portal draws with KERN's own classes. Everything else stands on KERN's custom properties.
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
TOKEN = re.compile(r'"[^"]*"|[{};]')


def inline_imports(css: str, *, base: str, read: Callable[[str], str]) -> str:
    """Return `css` (found at the address `base`) with each `@import url(…) layer(…)` replaced by
    its layer.

    `read` gives the text of an address. A relative address inside an imported file is left as it
    is, so a file with `url()` must lie in the folder of `base`.
    """

    def layer(match: re.Match) -> str:
        address = posixpath.normpath(posixpath.join(posixpath.dirname(base), match[1]))
        return f"@layer {match[2]} {{\n{read(address)}\n}}"

    return IMPORT.sub(layer, css)


def trim_kern(css: str) -> str:
    """Return KERN's minified stylesheet without the components, utilities and icons that the portal
    does not use.
    """
    return "".join(_trimmed(rule) for rule in _split_rules(css) if not rule.startswith("@charset"))


def _split_rules(css: str) -> Iterator[str]:
    """Yield the rules of the outermost level one by one; braces inside strings (`data:` images) do
    not count.
    """
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
    if prelude.startswith(("@media", "@supports")):
        inner = "".join(map(_trimmed, _split_rules(body.removesuffix("}"))))
        return f"{prelude}{{{inner}}}" if inner else ""
    return rule if all(map(_is_used, KERN_CLASS.findall(prelude))) else ""


def _is_used(name: str) -> bool:
    part, _dashes, variant = name.partition("--")
    if part == "icon" and variant:
        return variant in KERN_ICONS or variant in ICON_SIZES
    return re.split("[-_]", part)[0] in KERN_PARTS
