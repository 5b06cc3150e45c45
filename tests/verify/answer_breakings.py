"""Ways to break what holds of suppliers' answers: the round "Winter" has one for paper and one for soap."""

from typing import Final

_PAPER = "(SELECT answer_id FROM purchase_order_answer WHERE lines @> '[{\"quantity\": 15}]')"
_SOAP = '(SELECT answer_id FROM purchase_order_answer WHERE lines @> \'[{"unit_price": "19.9900"}]\')'

# check, SQL, what is said, checks broken besides
ANSWER_BREAKINGS: Final = (
    (
        "no_school_pays_more_unasked",
        f"""
        ALTER TABLE amendment DROP CONSTRAINT nobody_pays_more_unasked;
        UPDATE amendment SET school_agreed_by_id = NULL, school_agreed_by = NULL, school_agreed_at = NULL
        WHERE answer_id = {_SOAP}
        """,
        "without the school's agreement",
        (),
    ),
    (
        "answers_make_the_revision_they_name",
        f"UPDATE purchase_order_answer SET made_revision = 3 WHERE answer_id = {_PAPER}",
        "an answer that is taken names revision 3, its changes are of {2}",
        (),
    ),
    (
        "accepted_orders_have_no_open_answer",
        f"UPDATE purchase_order_answer SET state = 'waiting', made_revision = NULL WHERE answer_id = {_PAPER}",
        "is accepted at revision 2 and has an answer that is waiting to revision 1",
        ("orders.answers_make_the_revision_they_name",),
    ),
)
