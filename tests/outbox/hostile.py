"""Input that somebody may type into a name, title or remark to manipulate a mail."""

from html.parser import HTMLParser

from hypothesis import strategies as st

HOSTILE = {
    "header": "Netze\r\nBcc: opfer@evil.example.org",
    "header_by_lf": "Netze\nBcc: opfer@evil.example.org",
    "header_by_nel": "Netze\x85Bcc: opfer@evil.example.org",
    "body": "Netze\r\n\r\n<b>Überweisen Sie</b>",
    "encoded_word_with_header": "=?utf-8?q?a=0D=0ABcc:_opfer@evil.example.org?=",
    "encoded_word_after_umlaut": "Ä =?utf-8?q?a=0D=0ABcc:_opfer@evil.example.org?= b",
    "encoded_word_with_bidi": "Netze =?utf-8?b?4oCu?= exe",
    "second_address": 'x" <opfer@evil.example.org>, "',
    "group": "x: opfer@evil.example.org;",
    "comment": "Netze (opfer@evil.example.org)",
    "bidi": "Rechnung\u202efdp.exe",
    "hidden": "Net\u200bze\ufeff\u2066",
    "terminal": "Netze\x00\x07\x1b[31m",
    "noncharacters": "Net\ufffeze\uffff \U0001ffff\ufdd0",
    "surrogates": "Net\ud800ze\udfff",
    "markdown_link": "[Netze](https://evil.example.org)",
    "markdown_image": "![Netze](https://evil.example.org/p.png)",
    "autolink": "<https://evil.example.org>",
    "html_link": '<a href="https://evil.example.org">Netze</a>',
    "script": "<script src=//evil.example.org></script>",
    "attribute": '" onmouseover="alert(1)',
    "script_address": "javascript:alert(1)",
    "placeholder": "{link} {{link}} {0.__class__}",
    "inner_mark": f"qz{b'link'.hex()}zq",
    "broken_mark": "qz0zq qzffzq",
    "heading": "# Netze\n\n- eins\n\n    vier",
    "closing": "Netze\n\nMit freundlichen Grüßen\n\n-- \nSenatskanzlei",
    "parameter": "Netze;ROLE=CHAIR:MAILTO:opfer@evil.example.org",
    "calendar": "Netze\r\nATTENDEE:MAILTO:opfer@evil.example.org\r\nEND:VEVENT",
    "escapes": r"Netze\n\, \; \\",
    "long": "x" * 5000,
    "long_umlauts": "Ä" * 500,
}
PIECES = (
    *HOSTILE.values(),
    "=?",
    "?=",
    "=?utf-8?q?",
    "=0D=0A",
    "Bcc: opfer@evil.example.org",
    "\r\n",
    '"',
    "<",
    ">",
)

any_text = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=5).map("".join)


class Addresses(HTMLParser):
    """Collects the URLs that a page links to or loads, and its tags."""

    def __init__(self, page: str):
        super().__init__()
        self.found: set[str] = set()
        self.tags: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found.update(
            value or "" for name, value in attrs if name in ("href", "src", "action", "background")
        )
        assert not [name for name, _value in attrs if name.startswith("on")]
