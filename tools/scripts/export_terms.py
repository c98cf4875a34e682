# Run in Odoo's shell: the terms of the addons, each addon's in a file of its own.
import os
import pathlib

from odoo import release
from odoo.tools.translate import trans_export

folder = pathlib.Path(os.environ["BPO_TERMS"])
cursor_or_env = env if release.version_info >= (19,) else env.cr  # noqa: F821
for module in os.environ["BPO_MODULES"].split():
    with (folder / f"{module}.po").open("wb") as file:
        trans_export(False, [module], file, "po", cursor_or_env)
