from media_visits.progress.lifecycle import visit_tasks
from media_visits.progress.press import listed_coverage
from media_visits.progress.visits import listed_visits, visit_page

__all__ = ["listed_coverage", "listed_visits", "visit_page", "visit_tasks"]
