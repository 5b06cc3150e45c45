"""The proof of a close: for every offer and charge, from each school's wish to its penny.

The alliance sees every school's way, a school its own, with the totals that let it check the sums.
"""

from typing import Any, Final

from flask import render_template, stream_with_context
from werkzeug.wrappers import Response

from gateway.pages import ask
from gateway.pages.doors import alliance, for_reader, for_school, own_urn, school
from gateway.upstream import Problem, upstream

_PASSED: Final = ("content-type", "content-disposition")


@alliance.get("/rounds/<uuid:round_id>/proof")
@for_reader
def round_proof(round_id: Any) -> str:
    """Every offer and charge of the round as totals."""
    proof = ask.one("orders", f"/rounds/{round_id}/proof")
    return render_template("alliance/proof.html", proof=proof, contracts=_by_contract(proof["items"]))


@alliance.get("/rounds/<uuid:round_id>/proof/lines/<int:position>")
@for_reader
def line_proof(round_id: Any, position: int) -> str:
    """Who got what of one offer or charge, and why."""
    proof = ask.one("orders", f"/rounds/{round_id}/proof/lines/{position}")
    return render_template("alliance/proof_line.html", proof=proof)


@alliance.get("/rounds/<uuid:round_id>/proof/schools/<int:urn>")
@for_reader
def school_proof(round_id: Any, urn: int) -> str:
    """What one school got of everything, and why."""
    proof = ask.one("orders", f"/rounds/{round_id}/proof/schools/{urn}")
    return render_template("alliance/proof_school.html", proof=proof)


@alliance.get("/rounds/<uuid:round_id>/proof.<any(xlsx, csv):suffix>")
@for_reader
def proof_file(round_id: Any, suffix: str) -> Response:
    """The whole proof, sent on block by block."""
    return _sent_on(f"/rounds/{round_id}/proof.{suffix}")


@school.get("/rounds/<uuid:round_id>/proof")
@for_school
def own_proof(round_id: Any) -> str:
    """The school's own way from its wishes to its pennies."""
    proof = ask.one("orders", f"/rounds/{round_id}/proof/schools/{own_urn()}")
    return render_template("school/proof.html", proof=proof)


@school.get("/rounds/<uuid:round_id>/proof.<any(xlsx, csv):suffix>")
@for_school
def own_proof_file(round_id: Any, suffix: str) -> Response:
    """The same as a file."""
    return _sent_on(f"/rounds/{round_id}/proof.{suffix}")


def _sent_on(path: str) -> Response:
    answer = upstream.forward("GET", "orders", path, headers={"Accept": "*/*"})
    if answer.status >= 400:
        told = answer.read()
        raise Problem(answer.status, "no_file", told.decode(errors="replace"))
    response = Response(stream_with_context(answer.blocks()), answer.status)
    for name in _PASSED:
        response.headers[name] = answer.headers[name]
    return response


def _by_contract(lines: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(contract, supplier, lines) in the order of the proof."""
    found: dict[str, tuple[str, str, list[dict[str, Any]]]] = {}
    for line in lines:
        contract = found.setdefault(line["contract_id"], (line["contract_title"], line["supplier_name"], []))
        contract[2].append(line)
    return list(found.values())
