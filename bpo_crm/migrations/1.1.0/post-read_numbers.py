from odoo import SUPERUSER_ID, api

from odoo.addons.bpo_crm.domains import OPEN_LEAD

#: What the earlier reader did not read: a number among words, an address with what
#: nobody sees in it. In both, most characters are others.
UNREAD = """
    SELECT id FROM crm_lead
     WHERE active AND (
        phone_sanitized IS NULL AND phone ~ '[[:digit:]].*[[:digit:]]'
        OR email_from ~ '[^[:ascii:]]|[.,;]\\s*$|xn--'
     )
"""


def migrate(cr, version):
    """Let open leads be known by the numbers and addresses that are read now.

    And by nothing that says *none*, or that is our own.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(UNREAD)
    unread = [lead_id for (lead_id,) in cr.fetchall()]
    leads = env["crm.lead"].search([("id", "in", unread), *OPEN_LEAD])
    for name in ("phone_sanitized", "email_normalized"):
        env.add_to_compute(leads._fields[name], leads)
    env.flush_all()
    leads._hold_existing_customers()
    env["crm.placeholder"]._let_go_of_all()
