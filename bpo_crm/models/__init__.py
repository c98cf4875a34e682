from . import (
    base,
    lead,
    customer,
    pipeline,
    pool,
    follow_up,
    call,
    visit,
    response,
    dealer,
    intake,
    feed,
)
