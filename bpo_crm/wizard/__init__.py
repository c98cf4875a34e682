from . import (
    base,
    customer,
    follow_up,
    lead,
    call,
    pipeline,
    dealer,
    intake,
)
