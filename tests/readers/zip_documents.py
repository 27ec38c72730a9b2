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


def epub(chapters: Mapping[str, str], contents: Mapping[str, str] | None = None, **parts: str | bytes) -> bytes:
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


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = (
    f'<w:styles {WORD}><w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:styleId="Q"><w:name w:val="Question"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:styleId="Q2"><w:basedOn w:val="Q"/><w:name w:val="Question two"/></w:style></w:styles>'
)


def docx(body: str, **parts: str | bytes) -> bytes:
    """A Word document with this body; other parts by their name."""
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": STYLES,
            **parts,
        }
    )


def paragraph(text: str, style: str = "", run: str = "") -> str:
    """A paragraph of a Word document."""
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    properties = f"<w:rPr>{run}</w:rPr>" if run else ""
    return f'<w:p>{styled}<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(sheets: Mapping[str, str], **parts: str | bytes) -> bytes:
    """An Excel workbook; the content of a sheet is XML of its rows, see `sheet_rows`."""
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets, 1))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    overrides = '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{overrides}'
            'spreadsheetml.sheet.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
            "xl/workbook.xml": f'<workbook {SHEET} xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>',
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {SHEET}><sheetData>{rows}</sheetData></worksheet>"
                for n, rows in enumerate(sheets.values(), 1)
            },
            **parts,
        }
    )


def sheet_rows(*rows: tuple[str | int | float, ...]) -> str:
    """The XML of the rows of a sheet."""
    written = []
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in zip("ABCDEFGH", row, strict=False):
            place = f'r="{column}{number}"'
            if isinstance(value, str):
                cells.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>')
            else:
                cells.append(f"<c {place}><v>{value}</v></c>")
        written.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(written)
