from . import controllers, intake, models, remote_odoo, wizard
from .hooks import post_init_hook, pre_init_hook
from .leaving import uninstall_hook
