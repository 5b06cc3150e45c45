"""Invariants of the gateway's database."""

from bursar.verify.check import Check, Link, parents

LINKS = (
    Link("session", "person", ("person_id",)),
    Link("pending_form", "person", ("person_id",)),
)

CHECKS = (
    parents(LINKS),
    Check(
        "addresses_are_one_persons",
        "No two people sign in with the same e-mail address.",
        """
        SELECT format('%s is the address of %s people', email, count(*)) FROM person
        GROUP BY email HAVING count(*) > 1
        """,
    ),
    # A new person's password may come a moment before the event that tells of the person.
    Check(
        "passwords_belong_to_people",
        "Everybody who has had a password for a minute is a person that the members service told of.",
        """
        SELECT format('nobody is person %s', person_id) FROM credential LEFT JOIN person USING (person_id)
        WHERE person.name IS NULL AND changed_at < now() - interval '1 minute'
        """,
    ),
)
