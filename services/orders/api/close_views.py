"""The close of a round over HTTP: what it would do, what was chosen for it, and its proof."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from chassis.web import current_actor, current_database, requires
from chassis.workbooks import XLSX
from services.orders.api import close_schemas, close_shapes
from services.orders.usecases import choose_minimum, close_round, read_proof

closes = Blueprint("closes", __name__, description="The close of a round, and its proof")

READERS = ("school_buyer", "school_approver", "governor", "alliance_manager", "board_member")


@closes.route("/rounds/<uuid:round_id>/close-preview")
@requires("alliance_manager")
@closes.response(200, close_schemas.PreviewSchema)
def preview(round_id: UUID) -> Response:
    """What closing now would do."""
    now = datetime.now(UTC)
    return jsonify(close_shapes.preview_json(close_round.preview_close(current_database(), str(round_id), now), now))


@closes.route("/rounds/<uuid:round_id>/contracts/<uuid:contract_id>/minimum-choice", methods=["PUT"])
@requires("alliance_manager")
@closes.arguments(close_schemas.MinimumChoiceInSchema)
@closes.response(204)
def choose(sent: dict[str, Any], round_id: UUID, contract_id: UUID) -> Response:
    """What the close does if the contract stays below its minimum order: leave it out, or pay its small-order fee."""
    choose_minimum.choose_minimum(current_database(), current_actor(), str(round_id), str(contract_id), sent["choice"])
    return Response(status=204)


@closes.route("/rounds/<uuid:round_id>/proof")
@requires(*READERS)
@closes.response(200, close_schemas.ProofSchema)
def proof(round_id: UUID) -> Response:
    """Every offer and charge of a closed round, as totals: the same for every member."""
    return jsonify(close_shapes.proof_json(read_proof.get_proof(current_database(), current_actor(), str(round_id))))


@closes.route("/rounds/<uuid:round_id>/proof/lines/<int(max=2147483647):position>")
@requires(*READERS)
@closes.response(200, close_schemas.LineProofSchema)
def line_proof(round_id: UUID, position: int) -> Response:
    """Who got what of one line, and why; a school sees its own share only."""
    found = read_proof.get_line_shares(current_database(), current_actor(), str(round_id), position)
    return jsonify(close_shapes.line_proof_json(*found))


@closes.route("/rounds/<uuid:round_id>/proof/schools/<int(max=2147483647):urn>")
@requires(*READERS)
@closes.response(200, close_schemas.SchoolProofSchema)
def school_proof(round_id: UUID, urn: int) -> Response:
    """What one school got of every line, and why."""
    found = read_proof.get_school_shares(current_database(), current_actor(), str(round_id), urn)
    return jsonify(close_shapes.school_proof_json(*found))


@closes.route("/rounds/<uuid:round_id>/proof.csv")
@requires(*READERS)
@closes.response(200, content_type="text/csv")
def proof_file(round_id: UUID) -> Response:
    """The whole proof as CSV, sent while it is read; a school gets its own lines."""
    stream = read_proof.stream_shares(current_database(), current_actor(), str(round_id))
    return _file(close_shapes.proof_csv(stream), "text/csv; charset=utf-8", f"proof-{stream.round.number}.csv")


@closes.route("/rounds/<uuid:round_id>/proof.xlsx")
@requires(*READERS)
@closes.response(200, content_type=XLSX)
def proof_workbook(round_id: UUID) -> Response:
    """The same as a spreadsheet."""
    stream = read_proof.stream_shares(current_database(), current_actor(), str(round_id))
    return _file(close_shapes.proof_xlsx(stream), XLSX, f"proof-{stream.round.number}.xlsx")


def _file(blocks: Iterator[str] | Iterator[bytes], content_type: str, name: str) -> Response:
    answer = Response(blocks, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
