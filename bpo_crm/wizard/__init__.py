from . import (
    base,
    customer,
    pool,
    follow_up,
    lead,
    call,
    pipeline,
    dealer,
    intake,
)
