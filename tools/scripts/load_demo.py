# Run in Odoo's shell. The manifest's demo data without that of all the other
# modules, whose leads would stand among ours.
from odoo.modules.module import get_manifest
from odoo.tools import convert_file

for filename in get_manifest("bpo_crm")["demo"]:
    convert_file(env, "bpo_crm", filename, {}, mode="init", noupdate=True)  # noqa: F821
env.cr.commit()  # noqa: F821
