from . import access_log, chatter, come_again, intake

access_log.add_filter()
