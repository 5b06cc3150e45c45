"""Where the demo is loaded from: the databases and people that its steps share."""

from dataclasses import dataclass
from datetime import date, datetime

from bursar.demo.people import Cast
from chassis.database import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the demo orders: the orders' database, who acts, what day it is, contract ids by reference."""

    orders: Database
    cast: Cast
    now: datetime
    contracts: dict[str, str]

    @property
    def today(self) -> date:
        """The day on which the demo is loaded, in UTC."""
        return self.now.date()
