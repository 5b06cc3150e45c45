"""Tables that people bring are read as they stand, and what is no table is refused with its reason."""

import pytest

from chassis.sheets import SheetUnreadable, read_file, read_text
from tests.workbooks import workbook


def test_copied_cells_csv_and_semicolons_are_told_apart() -> None:
    wanted = [["Code", "Qty"], ["PAP-080", "1,200"], ["", ""], ["GLU, 40 g", "3"]]
    assert read_text('Code\tQty\r\nPAP-080\t1,200\r\n\t\r\n"GLU, 40 g"\t3\r\n') == wanted
    assert read_text('Code;Qty\nPAP-080;1,200\n;\n"GLU, 40 g";3\n') == wanted
    assert read_text('Code,Qty\nPAP-080,"1,200"\n,\n"GLU, 40 g",3\n') == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    assert read_file("Café £,2\n".encode(encoding)).rows == [["Café £", "2"]]


def test_a_workbook_gives_its_first_filled_sheet_and_names_the_others() -> None:
    rows: list[list[object]] = [["Code", "Qty"], [], ["PAP-080", 12], ["007", 1.5]]
    sheet = read_file(workbook({"Empty": [], "Order": rows, "Notes": [["ring the office"]]}))
    assert sheet.rows == [["Code", "Qty"], ["", ""], ["PAP-080", "12"], ["007", "1.5"]]
    assert (sheet.name, sheet.others) == ("Order", ("Notes",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x7fELF\x00\x00", "neither a spreadsheet nor a CSV"),
        (workbook({"A": [["x"]]})[:-40], "damaged"),
        (workbook({"A": [["x"]]}, sheet1=b"<worksheet><oops"), "damaged"),
        (workbook({"A": [["x"]]}, sheet1=b'<worksheet><c r="A1"/><c r="XFD1048576"/></worksheet>'), "2,000,000 cells"),
        (workbook({"A": [["x"]]}, sheet1=b" " * 101_000_000), "too large once unpacked"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(SheetUnreadable, match=said):
        read_file(content)
