from . import (
    crm_lead_visit,
    calendar_attendee,
    calendar_event,
    calendar_event_cancel,
    calendar_event_clock,
    calendar_event_privacy,
    calendar_recurrence,
)
