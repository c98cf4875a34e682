from . import come_again, intake
