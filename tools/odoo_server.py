"""Start Odoo. As a script, since Odoo starts itself again from ``argv[0]``."""

import os

# Before anything imports `time`, as Odoo's own script does.
os.environ["TZ"] = "UTC"

import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
