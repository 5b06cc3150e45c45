"""The manager chooses what the close does with a contract that stays below its minimum order."""

from chassis.actor import Actor
from chassis.database import Database
from contracts.errors import NotFound
from services.orders.domain.errors import RoundNotOpen, SmallOrderFeeUnknown
from services.orders.domain.terms import MinimumChoice, read_terms
from services.orders.storage import round_contracts, rounds


def choose_minimum(database: Database, actor: Actor, round_id: str, contract_id: str, choice: MinimumChoice) -> None:
    """Keep the choice for one contract of a round that is not closed; whoever closes it then does as chosen.

    Raises NotFound, RoundNotOpen, SmallOrderFeeUnknown.
    """
    with database.transaction(actor) as connection:
        found = rounds.find_round(connection, round_id, lock=True)
        terms = round_contracts.terms_of(connection, round_id, contract_id)
        if found is None or terms is None:
            raise NotFound("There is no such contract in this round.")
        if found.state != "open":
            raise RoundNotOpen(f"This round is {found.state}: nothing is to choose any more.")
        if choice == "pay_fee" and read_terms(terms).small_order_fee is None:
            raise SmallOrderFeeUnknown("This contract states no small-order fee.")
        round_contracts.set_minimum_choice(connection, round_id, contract_id, choice)
