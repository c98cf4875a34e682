from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

#: What is new, and an update leaves out as if somebody had deleted it.
NEW_FILES = (
    "data/crm_call_answer.xml",
    "data/crm_call_scorecard.xml",
    "data/crm_call_script.xml",
)

#: The results of calls that did not reach the customer.
IN_VAIN = ("busy", "no_answer", "voicemail", "wrong_number")


def migrate(cr, version):
    """Offer answers and scripts, and a mail to customers who were not reached."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in NEW_FILES:
        convert_file(env, "bpo_crm", name, None, mode="init", noupdate=True)
    outcomes = env["crm.call.outcome"].search([("result", "in", IN_VAIN)])
    mail = env.ref("bpo_crm.mail_template_not_reached", raise_if_not_found=False)
    outcomes.filtered(lambda row: not row.mail_template_id).mail_template_id = mail
