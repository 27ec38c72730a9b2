"""Makes documents that are zip archives inside, from code: e-books, Word documents, workbooks."""

import io
import zipfile
from collections.abc import Mapping

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these parts; a part called `mimetype` is stored."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return file.getvalue()


def chapter(body: str, title: str = "A book") -> str:
    """A page of an e-book."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head><body>{body}</body></html>'
    )


def epub(
    chapters: Mapping[str, str], contents: Mapping[str, str] | None = None, **parts: str | bytes
) -> bytes:
    """An e-book of these files in this order; `contents` maps links of its table of contents to labels."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    nav = "".join(f'<li><a href="{href}">{label}</a></li>' for href, label in (contents or {}).items())
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Talks at the weir</dc:title><dc:creator>Ada Fern'
        "</dc:creator><dc:creator>林安</dc:creator><dc:language>en</dc:language></metadata>"
        f'<manifest><item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>{items}'
        f'</manifest><spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": opf,
            "OEBPS/nav.xhtml": chapter(f'<nav epub:type="toc"><ol>{nav}</ol></nav>'),
            **{f"OEBPS/{name}": page for name, page in chapters.items()},
            **parts,
        }
    )
