from . import chatter, come_again, intake
