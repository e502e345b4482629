"""Files that would do harm if a browser took them for what they are not, or for what they are."""

from __future__ import annotations

SCRIPT = b"<script>pwn()</script>"
PAGE = b"<!doctype html><html><body onload=pwn()>" + SCRIPT + b"<img src=x onerror=pwn()></body></html>"
DRAWING = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="pwn()"><script>pwn()</script></svg>'
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>pwn()</script></html>'
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert('pwn'))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
GIF_SCRIPT = b"GIF89a/*\x01\x00\x01\x00\x80\x00\x00*/=1;pwn()//" + PAGE
JPEG_PAGE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + PAGE
WEBP_PAGE = b"RIFF\x24\x00\x00\x00WEBPVP8 " + PAGE
ZIP_PAGE = b"PK\x03\x04" + PAGE
MHTML = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
    + PAGE
)

HOSTILE_BYTES: list[tuple[str, str, bytes]] = [
    ("halaman.png", "halaman.png", PAGE),
    ("gambar.png", "gambar.png", DRAWING),
    ("xhtml.jpg", "xhtml.jpg", XHTML),
    ("skrip.gif", "skrip.gif", GIF_SCRIPT),
    ("foto.jpeg", "foto.jpeg", JPEG_PAGE),
    ("foto.webp", "foto.webp", WEBP_PAGE),
    ("baca.txt", "baca.txt", PAGE),
    ("utf-7.txt", "utf-7.txt", b"+ADw-script+AD4-pwn()+ADw-/script+AD4-"),
    ("utf-16.txt", "utf-16.txt", b"\xff\xfe" + PAGE.decode().encode("utf-16-le")),
    ("skrip.txt", "skrip.txt", b"pwn()"),
    ("undangan.pdf", "undangan.pdf", PDF),
    ("bungkus.docx", "bungkus.docx", MHTML),
    ("bungkus.zip", "bungkus.zip", ZIP_PAGE),
    ("anggaran.csv", "anggaran.csv", b"=cmd|' /C calc'!A0,1\r\n"),
    ("catatan.md", "catatan.md", b"[x](javascript:pwn()) <img src=x onerror=pwn()>"),
    ("film.webm", "film.webm", PAGE),
]
"""Name, name, and bytes that are not what the name's ending says, or worse."""

HOSTILE_NAMES: list[tuple[str, str, bytes]] = [
    ("../../../etc/passwd.txt", "passwd.txt", SCRIPT),
    ("..\\..\\windows\\boot.txt", "boot.txt", SCRIPT),
    ("<img src=x onerror=pwn()>.png", "<img src=x onerror=pwn()>.png", PAGE),
    ("\"><svg onload=pwn()>'.jpg", "\"><svg onload=pwn()>'.jpg", PAGE),
    ('a"; filename="b.html"\r\nX-Injected: 1.pdf', 'a"; filename="b.html" X-Injected: 1.pdf', PDF),
    ("laporan\u202efdp.exe.pdf", "laporanfdp.exe.pdf", PDF),
    ("laporan.html\x00.pdf", "laporan.html.pdf", PAGE),
    ("javascript:pwn().txt", "javascript:pwn().txt", SCRIPT),
    ("=HYPERLINK(1).xlsx", "=HYPERLINK(1).xlsx", ZIP_PAGE),
    (f"{'panjang' * 40}.PDF", f"{'panjang' * 20}panjan.PDF", PDF),
]
"""The name that is sent, the name that is kept of it, and the bytes."""

TAKEN = [*HOSTILE_BYTES, *HOSTILE_NAMES]
"""What is taken, since there is a document, a picture or a film by its ending."""

REFUSED = [
    *("halaman.html", "halaman.HTM", "halaman.xhtml", "halaman.pdf.html", "gambar.svg", "gambar.svgz", "bungkus.mhtml"),
    *("skrip.js", "skrip.mjs", "skrip.vbs", "jalan.exe", "jalan.pdf.exe", "jalan.hta", "jalan.lnk", "data.xml"),
    *("laporan\u202efdp.exe", "laporan.pdf.", "laporan", ".pdf", "\u200b.png\u200b.svg", ""),
]
"""Names of what is not taken, whatever is in it."""
