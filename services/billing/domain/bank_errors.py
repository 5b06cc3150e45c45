"""Rules about bank accounts and matching bank lines that a request can break, each with its stable code."""

from contracts.errors import BrokenRule


class BankAccountKnown(BrokenRule):
    """Whose account it is has been said before."""

    code = "bank_account_known"


class BankAccountUnknown(BrokenRule):
    """Nobody has said whose account the money is on, so nothing of it is matched."""

    code = "bank_account_unknown"


class BankAccountInUse(BrokenRule):
    """What an account is for stands once money on it is matched."""

    code = "bank_account_in_use"


class PayIntoUnknown(BrokenRule):
    """Schools can only be told to pay into an account of which sort code and number are known."""

    code = "pay_into_unknown"


class StatementInUse(BrokenRule):
    """The statement stays: a line of it is or was matched, or a later one counts on its lines."""

    code = "bank_statement_in_use"


class LineMatched(BrokenRule):
    """The bank line is matched already."""

    code = "bank_line_matched"


class LineNotMatched(BrokenRule):
    """Nothing is matched to the bank line that could be undone."""

    code = "bank_line_not_matched"


class NothingUndone(BrokenRule):
    """No match of the bank line was undone that could be made again."""

    code = "nothing_undone"


class MatchUnbalanced(BrokenRule):
    """What a line is matched to adds up to its amount, to the penny."""

    code = "match_unbalanced"


class NotOpen(BrokenRule):
    """The document is settled, is paid on another account, or has less open than is matched to it."""

    code = "document_not_open"


class LineInOtherCurrency(BrokenRule):
    """The books are kept in pounds."""

    code = "bank_line_currency"


class LineSettles(BrokenRule):
    """The bank line moves money in pounds, so it is matched and not set aside."""

    code = "bank_line_settles"


class NothingOnAccount(BrokenRule):
    """The bank line left nothing, or less, on account of a school or supplier."""

    code = "nothing_on_account"


class StatementDiffers(BrokenRule):
    """A statement is reconciled when every line is matched and the difference is £0.00."""

    code = "statement_differs"


class RefundStands(BrokenRule):
    """What a school was paid back of a bill, or a bank gave back of a payment, is undone before the payment is."""

    code = "refund_stands"
