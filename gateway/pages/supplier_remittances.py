"""What the alliance paid a supplier: each payment with the invoices it covers."""

from flask import render_template

from gateway.pages import ask
from gateway.pages.doors import for_supplier, supplier


@supplier.get("/remittances")
@for_supplier
def remittances() -> str:
    """Every payment, the newest first, and the advices of those that came and come by a payment run."""
    found = ask.items("billing", "/remittances")
    found.sort(key=lambda each: (each["paid_on"], each["number"]), reverse=True)
    advices = [each for each in ask.items("billing", "/remittance-advices") if not each["withdrawn"]]
    return render_template("supplier/remittances.html", remittances=found, advices=advices)
