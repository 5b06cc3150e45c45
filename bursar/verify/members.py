"""Invariants of the members' database."""

from bursar.verify.check import Check, Link, parents
from bursar.verify.told import ACCOUNT, ALLIANCE, ALLIANCE_FACTS, as_told, kept, last_told
from contracts.roles import ROLE_SEATS
from services.members.domain.person import ALLIANCE_NAME

_SCHOOL = (
    "name", "phase", "type_code", "la_code", "establishment_number", "low_age", "high_age", "pupils", "pupils_on",
    "postcode", "town", "joined_on", "left_on", "membership_class",
)  # fmt: skip
_SITES = """
    (SELECT coalesce(jsonb_agg(jsonb_build_object('site_id', site_id, 'name', site.name, 'address', address,
        'postcode', site.postcode, 'instructions', instructions, 'main', main) ORDER BY position), '[]')
    FROM site WHERE school_urn = urn)
"""
_SUPPLIER = ("name", "email", "vat_number", "address", "endpoint", "company_number", "telephone", "school_urn")
_SEATS = ", ".join(f"('{role}', '{seat}')" for role, seat in ROLE_SEATS.items())
_PEOPLE = f"""
    SELECT p.person_id::text AS subject, jsonb_build_array(p.name, p.email, coalesce(held.roles, '[]')) AS facts
    FROM person p LEFT JOIN (
        SELECT r.person_id, jsonb_agg(jsonb_build_object('role', r.role, 'school_urn', r.school_urn,
            'supplier_id', r.supplier_id, 'organisation', coalesce(school.name, supplier.name, '{ALLIANCE_NAME}'),
            'starts_on', r.starts_on, 'ends_on', r.ends_on)
            || CASE WHEN r.delegated_from IS NULL THEN '{{}}'
                ELSE jsonb_build_object('delegated_from', r.delegated_from) END ORDER BY r.position) AS roles
        FROM person_role r LEFT JOIN school ON school.urn = r.school_urn LEFT JOIN supplier USING (supplier_id)
        GROUP BY r.person_id
    ) held USING (person_id)
"""  # noqa: S608 -- the alliance's name is a constant

LINKS = (
    Link("membership", "school", ("school_urn = urn",)),
    Link("pupil_count", "school", ("school_urn = urn",)),
    Link("site_list", "school", ("school_urn = urn",)),
    Link("site", "site_list", ("school_urn",)),
    Link("person_role", "person", ("person_id",)),
    Link("person_role", "school", ("school_urn = urn",)),
    Link("person_role", "supplier", ("supplier_id",)),
    Link("supplier", "school", ("school_urn = urn",)),
    Link("supplier_change", "supplier", ("supplier_id",)),
    Link("supplier_bank_details", "supplier", ("supplier_id",)),
    Link("person_role", "person", ("delegated_from = person_id",)),
    Link("approval_limits", "school", ("school_urn = urn",)),
)

CHECKS = (
    parents(LINKS),
    Check(
        "roles_have_their_seats",
        "A role at a school names a school, one at a supplier a supplier, one in the alliance neither.",
        f"""
        SELECT format('person %s is %s of school %s, supplier %s', r.person_id, r.role,
            coalesce(r.school_urn::text, 'none'), coalesce(r.supplier_id::text, 'none'))
        FROM person_role r LEFT JOIN (VALUES {_SEATS}) AS known (role, seat) USING (role)
        WHERE CASE seat WHEN 'school' THEN r.school_urn IS NULL OR r.supplier_id IS NOT NULL
            WHEN 'supplier' THEN r.supplier_id IS NULL OR r.school_urn IS NOT NULL
            WHEN 'alliance' THEN num_nonnulls(r.school_urn, r.supplier_id) > 0
            ELSE true END
        """,  # noqa: S608 -- roles of the contracts
    ),
    Check(
        "schools_are_members_once",
        "A school's memberships do not overlap, and its row shows one of them.",
        """
        SELECT format('school %s joined on %s while it was a member from %s to %s', later.school_urn, later.joined_on,
            earlier.joined_on, coalesce(earlier.left_on::text, 'no end'))
        FROM membership earlier JOIN membership later USING (school_urn)
        WHERE earlier.joined_on < later.joined_on AND later.joined_on <= coalesce(earlier.left_on, 'infinity')
        UNION ALL
        SELECT format('the row of school %s shows a membership from %s to %s that it never had', urn, joined_on,
            coalesce(left_on::text, 'no end'))
        FROM school WHERE NOT EXISTS (
            SELECT 1 FROM membership held
            WHERE held.school_urn = urn AND ROW(held.joined_on, held.left_on, held.membership_class)
                IS NOT DISTINCT FROM ROW(school.joined_on, school.left_on, school.membership_class))
        """,
    ),
    Check(
        "newest_counts_stand",
        "A school's number of pupils is its newest count.",
        """
        SELECT format('school %s has %s pupils, its newest count says %s of %s', urn, coalesce(pupils::text, 'no'),
            coalesce(counted::text, 'nothing'), coalesce(counted_on::text, 'no day'))
        FROM school LEFT JOIN (
            SELECT DISTINCT ON (school_urn) school_urn, counted_on, pupils AS counted, source FROM pupil_count
            ORDER BY school_urn, counted_on DESC NULLS LAST
        ) newest ON school_urn = urn
        WHERE ROW(pupils, pupils_on) IS DISTINCT FROM ROW(counted, counted_on)
            OR (counted IS NOT NULL AND pupils_source <> source)
        """,
    ),
    Check(
        "sites_have_one_that_is_the_main_one",
        "Of a school's delivery sites exactly one is the main one.",
        """
        SELECT format('school %s has %s main sites', school_urn, count(*) FILTER (WHERE main))
        FROM site GROUP BY school_urn HAVING count(*) FILTER (WHERE main) <> 1
        """,
    ),
    as_told(
        "schools_are_told",
        "The last SchoolRecorded of each school says what its row says.",
        kept("school", "urn", *_SCHOOL, "nullif(pupils_source, '')", _SITES),
        last_told("SchoolRecorded", "urn", *_SCHOOL, "pupils_source", "sites"),
    ),
    as_told(
        "alliance_is_told",
        "The last AllianceRecorded says what the alliance's row says.",
        kept("alliance", "'alliance'", *ALLIANCE_FACTS),
        ALLIANCE,
    ),
    as_told(
        "suppliers_are_told",
        "The last SupplierRecorded of each supplier says what its row says.",
        kept("supplier", "supplier_id", *_SUPPLIER),
        last_told("SupplierRecorded", "supplier_id", *_SUPPLIER),
    ),
    Check(
        "bank_details_waited",
        "Bank details count from the day they were to wait for, which is later than the second person's word.",
        """
        SELECT format('account %s of supplier %s counts since %s, was to wait until %s and was confirmed on %s',
            account_number, supplier_id, (in_force_at AT TIME ZONE 'Europe/London')::date, effective_on,
            (confirmed_at AT TIME ZONE 'Europe/London')::date)
        FROM supplier_bank_details
        WHERE in_force_at IS NOT NULL AND ((in_force_at AT TIME ZONE 'Europe/London')::date < effective_on
            OR (confirmed_at AT TIME ZONE 'Europe/London')::date >= effective_on)
        """,
    ),
    as_told(
        "bank_details_are_told",
        "The last SupplierBankDetailsRecorded of each supplier is the account that counts.",
        kept("supplier_bank_details", "supplier_id", *ACCOUNT, where="in_force_at IS NOT NULL AND replaced_at IS NULL"),
        last_told("SupplierBankDetailsRecorded", "supplier_id", *ACCOUNT),
    ),
    as_told(
        "people_are_told",
        "The last PersonRecorded of each person says what the person's row and roles say.",
        _PEOPLE,
        last_told("PersonRecorded", "person_id", "name", "email", "roles"),
    ),
    Check(
        "stand_ins_stand_in_for_approvers",
        "Whoever is stood in for now, or will be, is an approver of that school in their own right on all those days.",
        """
        SELECT format('person %s stands in for %s at school %s, who is no approver there by right', r.person_id,
            r.delegated_from, r.school_urn)
        FROM person_role r
        WHERE r.delegated_from IS NOT NULL AND r.ends_on >= current_date AND NOT EXISTS (
            SELECT FROM person_role own
            WHERE own.person_id = r.delegated_from AND own.delegated_from IS NULL AND own.role = r.role
                AND own.school_urn = r.school_urn AND own.starts_on <= greatest(r.starts_on, current_date)
                AND (own.ends_on IS NULL OR own.ends_on >= r.ends_on))
        """,
    ),
    as_told(
        "approval_limits_are_told",
        "The last ApprovalLimitsRecorded of each school says what its row says.",
        kept("approval_limits", "school_urn", "limits", "second_above_pence"),
        last_told("ApprovalLimitsRecorded", "school_urn", "limits", "second_above_pence"),
    ),
)
