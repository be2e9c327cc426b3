"""Optimistic locking for forms: two people edit the same object, and nothing typed is lost.

A form based on `VersionedForm` carries a fingerprint of the values it showed. The service locks the
object and calls `require_unchanged`, which raises ChangedMeanwhile when somebody else saved first.
`core.views.run_service` then calls `show_conflict`: the form shows both versions and adopts the
fingerprint of the saved one, so that saving again overwrites it deliberately.

A form that does something with an object, such as cancelling it, is based on `SeenForm` instead,
and its service calls `require_seen`: nobody acts on a state that they have not seen. A button
without a form has the version in its address (`with_version`). Where a service compares nothing
itself, the view names what its page showed: `run_service(…, seen=[topic])`.
"""

from core.conflicts.forms import Conflict, SeenForm, VersionedForm
from core.conflicts.versions import (
    NO_RECORD,
    apply_values,
    lock_present,
    nothing_shown,
    own_fields,
    require_seen,
    require_unchanged,
    require_version,
    unless_changed,
    version_of,
    version_of_all,
    with_version,
)

__all__ = [
    "Conflict",
    "NO_RECORD",
    "SeenForm",
    "VersionedForm",
    "apply_values",
    "lock_present",
    "nothing_shown",
    "own_fields",
    "require_seen",
    "require_unchanged",
    "require_version",
    "unless_changed",
    "version_of",
    "version_of_all",
    "with_version",
]
