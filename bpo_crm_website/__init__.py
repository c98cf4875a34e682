from . import controllers, models
from .hooks import change_contact_pages

__all__ = ["change_contact_pages", "controllers", "models"]
