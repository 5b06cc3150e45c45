"""Who is in the demo alliance. Every school, supplier and person is invented, and so are the places."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.members.domain.alliance import Alliance
from services.members.domain.company import Address, Endpoint
from services.members.domain.supplier import Supplier

PASSWORD: Final = "twelve schools buy as one"  # noqa: S105
"""Everybody's in the demo, which is why the demo is refused on a deployed Bursar."""

JOINED: Final = date(2024, 9, 1)
COUNTED: Final = date(2026, 1, 15)
COUNTED_BEFORE: Final = date(2025, 1, 16)
ASSOCIATE: Final = 900012
"""The URN of the one school that is an associate and no full member."""

OWN: Final = Alliance(
    name="Orchard Schools Alliance",
    legal_name="Orchard Schools Alliance Limited",
    address=Address(("The Old Oast", "12 Cherry Lane"), "Millhaven", "ZZ1 1AA"),
    endpoint=Endpoint("9932", "GB999999973"),
    vat_number="GB999999973",
    email="office@alliance.example",
    telephone="01632 960000",
)
"""What the alliance says of itself. Telephone numbers are of the range that Ofcom keeps for drama."""


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school with the names of its buyer and its approver; URNs from 900001 are not in use."""

    urn: int
    name: str
    phase: str
    type_code: str
    ages: tuple[int, int]
    pupils: int
    town: str
    domain: str
    buyer: str
    approver: str

    @property
    def buyer_email(self) -> str:
        """The school office's address."""
        return f"office@{self.domain}.example"

    @property
    def pupils_before(self) -> int:
        """How many pupils there were at the census before the last."""
        return self.pupils - self.urn % 7 + 3

    @property
    def sites(self) -> tuple[tuple[str, str], ...]:
        """(name, what a driver has to know) of the delivery sites, the main one first; large schools have two."""
        main = ("Main building", "Report to the office. No deliveries between 8:30 and 9:15.")
        return (main,) if self.pupils < 1000 else (main, ("Sixth form centre", "Through the east gate; ring the bell."))

    @property
    def approver_email(self) -> str:
        """The headteacher's address."""
        return f"head@{self.domain}.example"


@dataclass(frozen=True, slots=True)
class DemoSupplier:
    """A supplier of the first catalogue, with the name of its user."""

    name: str
    domain: str
    vat_number: str
    user: str
    street: str
    town: str
    postcode: str
    endpoint: Endpoint
    company_number: str | None
    telephone: str
    school_urn: int | None = None

    @property
    def email(self) -> str:
        """Where the supplier gets its orders, and who signs in."""
        return f"orders@{self.domain}.example"

    @property
    def record(self) -> Supplier:
        """The supplier as the members service is to keep it; its id is given there."""
        return Supplier(
            "",
            self.name,
            self.email,
            self.vat_number,
            Address((self.street,), self.town, self.postcode),
            self.endpoint,
            self.company_number,
            self.telephone,
            self.school_urn,
        )


@dataclass(frozen=True, slots=True)
class DemoColleague:
    """Somebody who acts for a supplier as well; `beside` is the name of its user."""

    name: str
    email: str
    beside: str


# fmt: off
SCHOOLS: Final = (
    DemoSchool(900001, "Hop Garden Primary School", "primary", "1", (4, 11), 271,
               "Millhaven", "hopgarden", "Ada Okafor", "Helen Brandt"),
    DemoSchool(900002, "St Mildred's Church of England Primary School", "primary", "2", (4, 11), 153,
               "Lower Stourfield", "stmildreds", "Ben Ashdown", "Grace Achebe"),
    DemoSchool(900003, "Oast Hill Infant School", "primary", "1", (4, 7), 178,
               "Millhaven", "oasthillinfants", "Carol Weir", "Imran Shah"),
    DemoSchool(900004, "Oast Hill Junior School", "primary", "1", (7, 11), 242,
               "Millhaven", "oasthilljuniors", "Dai Prosser", "Judith Lang"),
    DemoSchool(900005, "Marsh Lane Primary Academy", "primary", "34", (3, 11), 418,
               "Saltmarsh", "marshlane", "Eve Tully", "Kofi Mensah"),
    DemoSchool(900006, "Downsview Nursery School", "nursery", "15", (2, 5), 91,
               "Chalkdown", "downsview", "Farah Aziz", "Lena Novak"),
    DemoSchool(900007, "Weald Edge Primary School", "primary", "3", (4, 11), 352,
               "Great Wealding", "wealdedge", "George Pike", "Maria Santos"),
    DemoSchool(900008, "Stour Valley School", "secondary", "34", (11, 18), 1247,
               "Lower Stourfield", "stourvalley", "Hana Kim", "Nigel Frost"),
    DemoSchool(900009, "Priory Down Academy", "secondary", "28", (11, 18), 1503,
               "Chalkdown", "priorydown", "Ivor Lloyd", "Olive Grant"),
    DemoSchool(900010, "Chalk Pit Lane Special School", "all_through", "7", (3, 19), 126,
               "Chalkdown", "chalkpitlane", "Jess Moran", "Peter Vance"),
    DemoSchool(900011, "Eastling Middle School", "middle_deemed_secondary", "1", (9, 13), 486,
               "Great Wealding", "eastling", "Kit Farrow", "Queenie Hart"),
    DemoSchool(900012, "Harbour Free School", "all_through", "35", (4, 18), 1034,
               "Saltmarsh", "harbourfree", "Lou Bishop", "Ravi Menon"),
)

SUPPLIERS: Final = (
    DemoSupplier("Fenwright Paper", "fenwright", "GB999010001", "Sam Fenwright",
                 "Unit 4, Paper Mill Lane", "Millhaven", "ZZ10 4PM",
                 Endpoint("0088", "9520000000011"), "00999101", "01632 960101"),
    DemoSupplier("Kiln & Copper Hygiene", "kilnandcopper", "GB999181706", "Tess Copper",
                 "7 Kiln Road", "Saltmarsh", "ZZ11 7KR",
                 Endpoint("0088", "9520000000028"), "00999102", "01632 960102"),
    DemoSupplier("Tidewell Computers", "tidewell", "GB999353408", "Uma Tidewell",
                 "Harbour House, 3 Quay Street", "Saltmarsh", "ZZ12 3QS",
                 Endpoint("0060", "999353408"), "00999103", "01632 960103"),
    DemoSupplier("Marlstone Business Services", "marlstone", "GB999525110", "Vic Marlow",
                 "Marlstone Court", "Great Wealding", "ZZ13 1MC",
                 Endpoint("9932", "GB999525110"), "00999104", "01632 960104"),
    DemoSupplier("Weald Estates", "wealdestates", "GB999696802", "Will Coppice",
                 "Coppice Farm, Long Lane", "Great Wealding", "ZZ14 9LL",
                 Endpoint("9932", "GB999696802"), "00999105", "01632 960105"),
    DemoSupplier("Priory Down Academy Shared Services", "priorydownshared", "GB999868504", "Xenia Clarke",
                 "Priory Down Academy, Abbey Way", "Chalkdown", "ZZ9 1AA",
                 Endpoint("9932", "GB999868504"), None, "01632 960106", 900009),
)
# fmt: on

COLLEAGUES: Final = (
    DemoColleague("Theo Marsh", "accounts@tidewell.example", "Uma Tidewell"),
    DemoColleague("Petra Fenwright", "petra@fenwright.example", "Sam Fenwright"),
)
"""Second people of suppliers, each beside its user: for what one person does not do alone."""

ALLIANCE_STAFF: Final = (
    ("Mara Quill", "manager@alliance.example", ("alliance_manager",)),
    ("Noor Rahman", "administrator@alliance.example", ("administrator", "alliance_manager")),
    ("Oscar Bell", "board@alliance.example", ("board_member",)),
)

APPROVED_BY_TWO: Final = 900002
"""The URN of the school whose larger orders are approved by two people."""

GOVERNORS: Final = (
    (APPROVED_BY_TWO, "Una Hale", "chair@stmildreds.example"),
    (900001, "Ines Calder", "chair@hopgarden.example"),
    (900005, "Tom Averill", "chair@marshlane.example"),
    (900008, "Bea Lorne", "chair@stourvalley.example"),
)

SHOWN: Final = (
    ("buyer at Hop Garden Primary School, whose order is begun", "office@hopgarden.example"),
    ("approver at Hop Garden Primary School", "head@hopgarden.example"),
    ("approver at St Mildred's, where an order waits", "head@stmildreds.example"),
    ("governor at St Mildred's, who approves it as well and answers for the fund", "chair@stmildreds.example"),
    ("supplier Tidewell Computers, whose changes wait for the manager", "orders@tidewell.example"),
    ("colleague at Tidewell, who confirms its bank details", "accounts@tidewell.example"),
    ("the alliance's business manager", "manager@alliance.example"),
)
"""(who it is, e-mail address) of the sign-ins that are shown at the start."""
