from overview.queries.balance import Attention, SectorBalance, sector_balance
from overview.queries.search import (
    HITS_PER_KIND,
    KINDS,
    MAX_WORDS_LENGTH,
    Found,
    Kind,
    find,
    is_too_short,
    ranked,
)

__all__ = [
    "Attention",
    "Found",
    "HITS_PER_KIND",
    "KINDS",
    "Kind",
    "MAX_WORDS_LENGTH",
    "SectorBalance",
    "find",
    "is_too_short",
    "ranked",
    "sector_balance",
]
