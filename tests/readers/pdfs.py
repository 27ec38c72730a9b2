"""Makes PDF files from code, of text in places that a test sets."""

from collections.abc import Sequence
from typing import NamedTuple


class Shown(NamedTuple):
    """A text at a place in points from the lower left; `font` is one of `FONTS`."""

    text: str
    x: float = 72
    y: float = 720
    size: float = 12
    font: str = "F1"


FONTS = {
    "F1": "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    "F2": "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    "F3": "<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Oblique/Encoding/WinAnsiEncoding>>",
}


def column(*texts: str, x: float = 72, y: float = 720, step: float = 14, font: str = "F1") -> list[Shown]:
    """Lines one below the other."""
    return [Shown(text, x, y - i * step, font=font) for i, text in enumerate(texts)]


def pdf(*pages: Sequence[Shown], info: str = "", trailer: str = "") -> bytes:
    """A file of these pages. Chinese text is in font F4, whose codes are those of UTF-16."""
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(objects)

    catalog = add("<</Type/Catalog/Pages 2 0 R>>")
    add("")
    chars = sorted({char for page in pages for shown in page for char in shown.text if not char.isascii()})
    mapping = "".join(f"<{ord(char):04X}> <{ord(char):04X}>\n" for char in chars)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange {len(chars)} beginbfchar\n{mapping}endbfchar endcmap"
    )
    to_unicode = add(f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream")
    descendant = add(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/DW 1000/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        "/Supplement 0>>>>"
    )
    chinese = add(
        f"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
        f"/ToUnicode {to_unicode} 0 R>>"
    )
    fonts = "".join(f"/{name} {add(body)} 0 R" for name, body in FONTS.items()) + f"/F4 {chinese} 0 R"
    kids = []
    for page in pages:
        content = "".join(
            f"BT /{'F4' if not shown.text.isascii() else shown.font} {shown.size} Tf {shown.x} {shown.y} Td "
            f"{_string(shown.text)} Tj ET\n"
            for shown in page
        )
        stream = add(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        kids.append(
            add(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {stream} 0 R/Resources<</Font<<{fonts}>>>>>>"
            )
        )
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(f'{kid} 0 R' for kid in kids)}]>>".encode()
    about = add(f"<<{info}>>")
    written = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    written += (
        f"trailer\n<</Size {len(objects) + 1}/Root {catalog} 0 R/Info {about} 0 R{trailer}>>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode("latin-1")
    return bytes(written)


def _string(text: str) -> str:
    if not text.isascii():
        return f"<{text.encode('utf-16-be').hex()}>"
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"({escaped})"
