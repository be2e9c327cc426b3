from media_visits.models.coverage import Coverage
from media_visits.models.press import PressSlot
from media_visits.models.visits import Visit

__all__ = ["Coverage", "PressSlot", "Visit"]
