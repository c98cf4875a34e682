"""Replace Odoo's well-known first password of the login "admin".

Run by ``odoo shell``. A password that somebody has chosen already is kept.
"""

import os

from odoo.exceptions import AccessDenied

admin = env.ref("base.user_admin")
credential = {"login": admin.login, "password": "admin", "type": "password"}
try:
    admin.with_user(admin)._check_credentials(credential, {"interactive": True})
except AccessDenied:
    print("The password of admin is chosen already.")
else:
    admin.password = os.environ["ADMIN_PASSWORD"]
    env.cr.commit()
    print("The password of admin is set.")
