"""A list that answers with no number of ours, sent by hand: said at its field, and nothing is changed by it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.gateway_pages.conftest import Visitor, summary_links
from tests.gateway_pages.fake import FakeServices
from tests.gateway_pages.people import SUPPLIER_ID
from tests.gateway_pages.world import OPEN

Visit = Callable[[str], Visitor]

_ODD = ["²", "٣", "-1", "school", "9" * 5000]
_FORMS = [
    ("/alliance/suppliers/new", "school_urn", {"name": "Fenwright"}),
    (f"/alliance/suppliers/{SUPPLIER_ID}/edit", "school_urn", {"name": "Fenwright"}),
    ("/alliance/interests/new", "school_urn", {"supplier_id": SUPPLIER_ID}),
    ("/alliance/vat-exceptions/new", "school_urn", {"category_code": "energy", "vat": "S-5"}),
    ("/alliance/contracts/new", "lead_urn", {"title": "Paper"}),
    ("/alliance/ledger/financial-year", "year_begins_in", {"version": "1"}),
    ("/alliance/people/new", "school_urn", {"role": "school_buyer", "name": "Ann", "email": "ann@oak.example"}),
    (f"/alliance/rounds/{OPEN}/nudge", "school_urn", {}),
    ("/alliance/fund/new", "cap-urn-0", {"line-name-0": "Minibus", "line-amount-0": "100"}),
    ("/alliance/exports/settings", "place.net", {"version": "2", "format": "csv", "field": "net"}),
]


@pytest.mark.parametrize("odd", _ODD, ids=["superscript", "arabic", "negative", "word", "endless"])
@pytest.mark.parametrize(("path", "field", "sent"), _FORMS, ids=[path for path, _, _ in _FORMS])
def test_it_is_said_at_the_field(
    visit: Visit, services: FakeServices, path: str, field: str, sent: dict[str, str], odd: str
) -> None:
    answer = visit("manager").post(path, {**sent, field: odd, "sending_key": "a-key-of-this-form"})
    assert answer.status_code == 422
    assert summary_links(answer)[field].startswith(("Choose ", "Enter "))
    assert services.changes == []


@pytest.mark.parametrize("odd", _ODD)
def test_a_year_that_is_none_is_the_present_one(visit: Visit, odd: str) -> None:
    assert visit("manager").get(f"/alliance/interests?year={quote(odd)}").status_code == 200
