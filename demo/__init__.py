"""The demo: real plans, measures, dialogues, visits and clippings, and an invented present."""

TAKEN_OVER = "Aus früheren Unterlagen übernommen"  # the reason in the history of real records
