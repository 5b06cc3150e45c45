"""What a Bacs file can carry: names in plain capitals, and so much money and no more."""

import pytest

from services.billing.domain.bacs import MOST_OF_FILE, MOST_PENCE, bacs_text, must_fit
from services.billing.domain.paying_errors import PaymentTooLarge


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Fenwright’s Päper & Co", "FENWRIGHTS PAPER &"),
        ("Køge Straße", "KOGE STRASSE"),
        ("Łódź Œuvre", "LODZ OEUVRE"),
        ("Ærø Ǿre", "AERO ORE"),
        ("Đorđe Þór", "DORDE THOR"),
        ("Hughes–Bright", "HUGHES-BRIGHT"),
        ("A+B, C_D", "A B C D"),
    ],
)
def test_names_are_written_in_the_letters_that_bacs_has(name: str, written: str) -> None:
    assert bacs_text(name) == written


def test_no_payment_and_no_file_is_above_what_bacs_carries() -> None:
    must_fit([MOST_PENCE])
    must_fit([MOST_PENCE] * 49 + [MOST_OF_FILE - 49 * MOST_PENCE])
    with pytest.raises(PaymentTooLarge, match=r"no single payment above £20,000,000\.00"):
        must_fit([1, MOST_PENCE + 1])
    with pytest.raises(PaymentTooLarge, match=r"no more than £999,999,999\.99 in one file"):
        must_fit([MOST_PENCE] * 50)
