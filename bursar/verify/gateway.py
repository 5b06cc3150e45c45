"""Invariants of the gateway's database."""

from bursar.verify.check import Check, Link, parents

LINKS = (
    Link("session", "person", ("person_id",)),
    Link("link_session", "access_link", ("link_id",)),
    Link("pending_form", "person", ("person_id",)),
    Link("mail", "mail", ("digest_id = mail_id",), ("to_person_id",)),
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
    Check(
        "invitations_take_each_other_back",
        "Nobody has two invitations that can be used: a new one takes the earlier one back.",
        """
        SELECT format('person %s has %s open invitations', person_id, count(*)) FROM invitation
        WHERE purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL
        GROUP BY person_id HAVING count(*) > 1
        """,
    ),
    Check(
        "link_sessions_come_of_used_links",
        "Whoever is in by a link used the link of an order that nobody has taken back.",
        """
        SELECT format('session of %s, of a link that %s', s.name, CASE WHEN used_at IS NULL THEN 'was never used'
            WHEN revoked_at IS NOT NULL THEN 'was taken back' ELSE 'opens no order' END)
        FROM link_session s JOIN access_link USING (link_id)
        WHERE used_at IS NULL OR revoked_at IS NOT NULL OR purpose <> 'purchase_order'
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
    Check(
        "no_mail_is_a_dead_letter",
        "No mail waits for a decision because it could not be sent.",
        """
        SELECT format('mail %s, %s of %s: %s', mail_id, kind, queued_at, coalesce(error, 'no worker could finish it'))
        FROM mail WHERE state = 'failed'
        """,
    ),
    Check(
        "nobody_is_reminded_twice_a_day",
        "Nobody was reminded of the same round for the same school twice on one day.",
        """
        WITH reminder AS (
            SELECT regexp_replace(key, ':[0-9TZ:-]{20}:', ':') AS about,
                (queued_at AT TIME ZONE 'Europe/London')::date AS day
            FROM mail WHERE kind = 'round_reminder'
        )
        SELECT format('%s on %s: %s times', about, day, count(*)) FROM reminder GROUP BY about, day HAVING count(*) > 1
        """,
    ),
)
