"""Demo data: real plans, measures, dialogues, visits and coverage plus an invented present."""

# The change reason that the history of every real record shows.
TAKEN_OVER = "Aus früheren Unterlagen übernommen"
