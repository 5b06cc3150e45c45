"""What mail says to suppliers about themselves: their bank details, their record, orders by link."""

from gateway.domain.letters import Body, Words
from gateway.domain.london import day

_FIELDS = {
    "email": "Address for orders",
    "telephone": "Telephone",
    "address": "Address",
    "endpoint": "Electronic address",
    "vat_number": "VAT number",
    "company_number": "Company number",
}


def order_link(number: str, title: str) -> Words:
    """To the order address of a supplier: the order itself, without an account."""
    return Words(
        f"Purchase order {number}: {title}",
        f"The schools have ordered together from you: purchase order {number}, {title}.\n\nThis link opens the order,"
        " also without an account: see what each school ordered, answer, take its documents and tell what you send. It"
        " works once, for 14 days; the page it leads to sends another one to this address whenever you need it.\n\n"
        "Whoever has the link can answer for you, so pass it on only to those who may.",
        None,
    )


def order_link_again(number: str) -> Words:
    """To the same address, because somebody there asked for another link."""
    return Words(
        f"Your new link to purchase order {number}",
        f"Somebody asked for another link to purchase order {number}. It works once, for 14 days.\n\nIf it was nobody"
        " of yours, leave it: the link came to this address only.",
        None,
    )


def bank_details_changing(body: Body) -> Words:
    """To everybody who was ever a contact of the supplier, with a link that stops the change."""
    name, ending = body["supplier_name"], body["account_ending"]
    if body["step"] == "proposed":
        text = (
            f"{body['by']} has proposed other bank details for {name}: an account ending in {ending}. A second person"
        )
        text += " has to confirm them, and they count some working days later. Until then nothing changes."
        subject = f"Other bank details are proposed for {name}"
    elif body["step"] == "confirmed":
        text = f"{body['by']} has confirmed the new bank details of {name}: an account ending in {ending}. We pay to it"
        text += f" from {day(body['effective_on'])} on."
        subject = f"The bank details of {name} change on {day(body['effective_on'])}"
    elif body["step"] == "stopped":
        text = f"{body['by']} has stopped the change of the bank details of {name} to an account ending in {ending}:"
        return Words(
            f"The change of the bank details of {name} is stopped",
            f"{text}\n\n{body['reason']}\n\nNothing changes.",
            None,
        )
    else:
        text = f"From now on we pay {name} to the account ending in {ending}.\n\nIf that is not yours, ring us at once."
        return Words(f"The bank details of {name} have changed", text, None)
    return Words(
        subject, f"{text}\n\nIf this is not of your making, stop it now by the link below. It asks for nothing.", None
    )


def bank_details_to_manager(body: Body) -> Words:
    """To the business managers."""
    words = bank_details_changing(body)
    told = words.text.partition("\n\nIf this is not of your making")[0]
    return Words(words.subject, told, f"/alliance/suppliers/{body['supplier_id']}/bank-details")


def supplier_details_changed(body: Body) -> Words:
    """To the business managers: endpoint and VAT number decide where orders go and what an invoice must show."""
    changes = "\n".join(
        f"{_FIELDS.get(change['field'], change['field'])}: {change['before'] or 'none'} is now"
        f" {change['after'] or 'none'}"
        for change in body["changes"]
    )
    return Words(
        f"{body['supplier_name']} has changed its details",
        f"{body['by']} has changed what is recorded of {body['supplier_name']}:\n\n{changes}\n\nIf you did not expect"
        " it, ring a number that you had before.",
        f"/alliance/suppliers/{body['supplier_id']}",
    )
