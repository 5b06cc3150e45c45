"""Whose claim form VAT126 can be: an authority claims for its schools, and academies claim for themselves."""

from collections.abc import Callable

from tests.gateway_pages.conftest import Visitor, parsed
from tests.gateway_pages.fake import FakeServices

Visit = Callable[[str], Visitor]


def test_the_alliance_chooses_an_academy_for_vat126_and_any_school_for_the_report(
    visit: Visit, services: FakeServices
) -> None:
    manager = visit("manager")
    schools = services.table["members", "/schools"]["items"]
    academy = schools[1]
    academy["vat_refund"] = "academy"

    def offered(page: str) -> set[str]:
        return {urn for urn in parsed(manager.get(page)).xpath("//select[@name='school_urn']/option/@value") if urn}

    assert offered("/alliance/vat126") == {str(academy["urn"])}
    assert offered("/alliance/vat-report") == {str(school["urn"]) for school in schools}
