from . import models, remote_odoo, wizard
from .hooks import post_init_hook
