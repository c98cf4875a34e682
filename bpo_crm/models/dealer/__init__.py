from . import (
    crm_dealership,
    crm_dealer_push,
    crm_lead_win,
)
