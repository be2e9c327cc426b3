from media_visits.models.press import Coverage, PressSlot
from media_visits.models.visits import Visit

__all__ = ["Coverage", "PressSlot", "Visit"]
