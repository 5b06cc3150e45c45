"""Bank statements in ISO 20022 camt.053, versions 2 to 8 (and later ones that keep its elements)."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from contracts import safe_xml
from contracts.digits import as_whole
from services.billing.domain.bank_statement import BankStatement, StatementLine, comes_again
from services.billing.domain.errors import StatementUnreadable

_NAMESPACE: Final = re.compile(r"\{(urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2})\}Document")
_MOST_LINES: Final = 100_000
_AMOUNT: Final = re.compile(r"\d{1,13}(\.\d{0,2}0*)?", re.ASCII)
_NO_REFERENCE: Final = frozenset({"", "NOTPROVIDED", "NONREF"})


def read_camt(data: bytes) -> BankStatement:
    """Read a camt.053 file. Raises XmlNotAllowed; StatementUnreadable with line and reason.

    Booked entries count, pending ones are left out. Where opening and closing balance are in the currency of all
    entries, opening + entries must give closing; where the bank states the number of entries, it must agree. A
    statement that stands in the file twice counts once.
    """
    try:
        root = safe_xml.parse(data)
    except safe_xml.XmlBroken as fault:
        raise StatementUnreadable(
            f"not well-formed XML, broken or cut short: {fault.reason}", line=fault.line
        ) from fault
    if not _NAMESPACE.fullmatch(str(root.tag)):
        raise StatementUnreadable("this is not a camt.053 statement", line=safe_xml.line_of(root))
    statements = _all(root, "BkToCstmrStmt/Stmt")
    if not statements:
        raise StatementUnreadable("the file holds no statement (Stmt)", line=safe_xml.line_of(root))
    lines: list[StatementLine] = []
    accounts: dict[str, None] = {}
    days: list[date] = []
    seen: set[tuple[object, ...]] = set()
    for node in statements:
        account = _account(node)
        accounts[account] = None
        found = _statement_lines(node, account)
        if not comes_again(seen, _balance(node, "OPBD", "PRCD"), _balance(node, "CLBD"), found):
            lines += found
        days += _period(node)
    if len(lines) > _MOST_LINES:
        raise StatementUnreadable(f"more than {_MOST_LINES} lines")
    days += [line.booked_on for line in lines] if not days else []
    return BankStatement(", ".join(accounts), min(days, default=None), max(days, default=None), tuple(lines))


def _statement_lines(node: etree._Element, account: str) -> list[StatementLine]:
    entries = _all(node, "Ntry")
    booked = [entry for entry in entries if _status(entry) == "BOOK"]
    stated = _text(node, "TxsSummry/TtlNtries/NbOfNtries")
    if (counted := as_whole(stated or "")) is not None and counted not in (len(entries), len(booked)):
        raise StatementUnreadable(f"the bank states {stated} entries, {len(entries)} are here", line=_line(node))
    _check_balances(node, booked)
    return [line for entry in booked for line in _entry_lines(entry, account)]


def _check_balances(node: etree._Element, booked: list[etree._Element]) -> None:
    amounts = [_amount(entry) for entry in booked]
    opening, closing = _balance(node, "OPBD", "PRCD"), _balance(node, "CLBD")
    if opening is None or closing is None:
        return
    if {currency for _, currency in (*amounts, opening, closing)} != {opening[1]}:
        return
    reached = opening[0] + sum(pence for pence, _ in amounts)
    if reached != closing[0]:
        raise StatementUnreadable(
            f"opening balance and entries give {reached / 100:.2f}, the closing balance is {closing[0] / 100:.2f}:"
            " lines are missing or changed",
            line=_line(node),
        )


def _balance(node: etree._Element, *codes: str) -> tuple[int, str] | None:
    for code in codes:
        for balance in _all(node, "Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == code:
                return _amount(balance)
    return None


def _entry_lines(entry: etree._Element, account: str) -> list[StatementLine]:
    """One line an entry; a batch whose details add up to it gives one line each."""
    amount, currency = _amount(entry)
    on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if on is None:
        raise StatementUnreadable("the entry has no booking date", line=_line(entry))
    details = _all(entry, "NtryDtls/TxDtls")
    parts = [_detail_amount(detail, currency, negative=amount < 0) for detail in details]
    if len(parts) < 2 or None in parts or sum(part or 0 for part in parts) != amount:
        return [_statement_line(entry, details[0] if details else entry, account, on, amount, currency)]
    return [
        _statement_line(entry, detail, account, on, part or 0, currency)
        for detail, part in zip(details, parts, strict=True)
    ]


def _statement_line(
    entry: etree._Element, detail: etree._Element, account: str, on: date, amount: int, currency: str
) -> StatementLine:
    party = "Dbtr" if amount >= 0 else "Cdtr"
    names = (f"RltdPties/{party}/Nm", f"RltdPties/{party}/Pty/Nm", f"RltdPties/Ultmt{party}/Nm")
    references = [
        *(node.text or "" for node in _all(detail, "RmtInf/Ustrd")),
        _text(detail, "RmtInf/Strd/CdtrRefInf/Ref"),
        _text(detail, "Refs/EndToEndId"),
        _text(detail, "AddtlTxInf"),
        _text(entry, "AddtlNtryInf"),
    ]
    told = dict.fromkeys(" ".join(text.split()) for text in references)
    return StatementLine(
        line=_line(entry),
        account=account,
        booked_on=on,
        amount_pence=amount,
        currency=currency,
        counterparty=next((name for path in names if (name := _text(detail, path))), ""),
        reference=" ".join(text for text in told if text not in _NO_REFERENCE),
        bank_reference=_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"),
        counterparty_account=_text(detail, f"RltdPties/{party}Acct/Id/IBAN")
        or _text(detail, f"RltdPties/{party}Acct/Id/Othr/Id"),
    )


def _detail_amount(detail: etree._Element, currency: str, *, negative: bool) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        for node in _all(detail, path):
            if node.get("Ccy") != currency:
                return None
            sign = _text(detail, "CdtDbtInd")
            out = sign == "DBIT" if sign else negative
            return -_pence(node) if out else _pence(node)
    return None


def _amount(node: etree._Element) -> tuple[int, str]:
    """(hundredths of the currency, positive for a credit; currency) of an entry or a balance."""
    amounts, sign = _all(node, "Amt"), _text(node, "CdtDbtInd")
    if len(amounts) != 1 or not amounts[0].get("Ccy"):
        raise StatementUnreadable("one amount (Amt) with its currency is needed", line=_line(node))
    if sign not in ("CRDT", "DBIT"):
        raise StatementUnreadable("CdtDbtInd must be CRDT or DBIT", line=_line(node))
    pence = _pence(amounts[0])
    return (pence if sign == "CRDT" else -pence), str(amounts[0].get("Ccy"))


def _pence(node: etree._Element) -> int:
    raw = (node.text or "").strip()
    if not _AMOUNT.fullmatch(raw):
        raise StatementUnreadable(f"{raw[:30]!r} is not an amount in whole pence", line=_line(node))
    return int(Decimal(raw) * 100)


def _status(entry: etree._Element) -> str:
    return _text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK"


def _account(node: etree._Element) -> str:
    account = _text(node, "Acct/Id/IBAN") or _text(node, "Acct/Id/Othr/Id")
    if not account:
        raise StatementUnreadable("the statement names no account", line=_line(node))
    return account


def _period(node: etree._Element) -> list[date]:
    days = (_day(node, "FrToDt", "Fr"), _day(node, "FrToDt", "To"))
    return [day for day in days if day is not None]


def _day(node: etree._Element, parent: str, prefix: str = "") -> date | None:
    """The date of `parent` as Dt or DtTm, the day that the bank wrote whatever its time zone."""
    raw = _text(node, f"{parent}/{prefix}Dt") or _text(node, f"{parent}/{prefix}DtTm")
    if not raw:
        return None
    try:
        return date.fromisoformat(raw[:10])
    except ValueError as fault:
        raise StatementUnreadable(f"{raw[:30]!r} is not a date", line=_line(node)) from fault


def _text(node: etree._Element, path: str) -> str:
    found = _all(node, path)
    return (found[0].text or "").strip() if found else ""


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    namespace = str(node.tag).partition("}")[0] + "}"
    return node.findall("/".join(namespace + step for step in path.split("/")))


def _line(node: etree._Element) -> int:
    return safe_xml.line_of(node)
