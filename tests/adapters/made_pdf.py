"""PDFs written by hand, where no library would write them."""

from __future__ import annotations


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, table, len(objects) + 1, len(out))


def stream(told: bytes, data: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (told, len(data), data)


def laughs(depth: int, width: int = 10, last: bytes = b"BT /F 12 Tf 72 600 Td (ha) Tj ET") -> bytes:
    """Forms that each show the next one ``width`` times: ``width ** (depth - 1)`` of the last, in a few hundred bytes.

    After the billion laughs of XML.
    """
    font = b"/Font<</F 5 0 R>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<%s/XObject<</X 6 0 R>>>>>>" % font,
        stream(b"", b"BT /F 12 Tf 72 700 Td (Iron is given once.) Tj ET /X Do"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for level in range(1, depth + 1):
        below = b"/XObject<</X %d 0 R>>" % (6 + level) if level < depth else b""
        form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<%s%s>>" % (font, below)
        objects.append(stream(form, b" /X Do" * width if level < depth else last))
    return pdf(objects)
