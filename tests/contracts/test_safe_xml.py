"""XML from strangers: what is refused unread is refused in every encoding that a parser would understand."""

import pytest

from contracts import safe_xml
from contracts.errors import XmlNotAllowed
from contracts.safe_xml import XmlBroken, parse

READ = ["utf-8", "utf-8-sig", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"]
REFUSED = ["cp037", "cp500", "cp1140", "utf-32", "utf-32-le", "utf-32-be", "iso-8859-15", "shift_jis", "utf-7"]


def written(body: str, codec: str, named: str | None = None) -> bytes:
    name = named or codec.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    return f'<?xml version="1.0" encoding="{name}"?>{body}'.encode(codec)


@pytest.mark.parametrize("codec", READ)
def test_a_known_encoding_is_read(codec: str) -> None:
    assert parse(written("<a><b>Chestnut Lane</b></a>", codec)).findtext("b") == "Chestnut Lane"


def test_text_without_a_declaration_and_utf_16_by_its_mark_are_read() -> None:
    assert parse("<a>Größe £5</a>".encode()).text == "Größe £5"
    assert parse("<a>Größe £5</a>".encode("utf-16")).text == "Größe £5"


@pytest.mark.parametrize("codec", REFUSED)
def test_any_other_encoding_is_refused(codec: str) -> None:
    with pytest.raises(XmlNotAllowed, match="another encoding"):
        parse(written("<a/>", codec, "IBM037" if codec.startswith("cp") else None))


def test_bytes_that_are_named_for_another_encoding_are_read_as_what_they_are_or_refused() -> None:
    assert parse(written("<a>£5</a>", "utf-16", "UTF-8")).text == "£5"
    for content in (written("<a/>", "utf-8", "IBM037"), written("<a/>", "utf-8-sig", "IBM500")):
        with pytest.raises(XmlNotAllowed, match="another encoding"):
            parse(content)
    with pytest.raises(XmlBroken):
        parse(written("<a/>", "utf-8", "UTF-16"))


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_an_encoding_that_changes_within_the_declaration_is_refused(codec: str) -> None:
    begun = f'<?xml version="1.0" encoding="{codec.replace("-le", "LE").replace("-be", "BE")}"'.encode()
    for body in (' ?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', " ?><a/>"):
        with pytest.raises(XmlNotAllowed, match="another encoding"):
            parse(begun + body.encode(codec))


@pytest.mark.parametrize("codec", READ)
def test_a_document_type_is_refused_in_every_encoding(codec: str) -> None:
    with pytest.raises(XmlNotAllowed, match="document type"):
        parse(written('<!DOCTYPE a [<!ENTITY b "c">]><a/>', codec))


@pytest.mark.parametrize("codec", READ)
def test_elements_are_counted_in_every_encoding(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_xml, "MOST_ELEMENTS", 50)
    assert len(parse(written(f"<a>{'<b/>' * 49}</a>", codec))) == 49
    for body in (f"<a>{'<b/>' * 50}</a>", f"<a>{'<b/>' * 5000}</a>"):
        with pytest.raises(XmlNotAllowed, match="too many elements"):
            parse(written(body, codec))
