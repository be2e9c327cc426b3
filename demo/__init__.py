"""The demo: the real plans, measures, dialogues, visits and clippings, and an invented present
around them.
"""
