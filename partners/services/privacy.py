"""Delete or anonymise people whom the portal no longer needs (docs/adr/0022)."""

import datetime as dt
import hashlib
from collections import Counter
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_seen, version_of
from core.dates import add_months, format_date, local_date
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import save_as
from core.texts import Traces
from outbox.services import anonymise_mails, clean_mails, mails_mentioning
from partners.enums import Salutation
from partners.models import ANONYMOUS, FormerPerson, Person, TidyRun
from partners.permissions import require_can_manage_partners
from partners.registry import ExpiryRule, person_data
from partners.services.expiry import expiries, people_without_function, running_needs
from partners.services.people import FIELDS
from partners.services.traces import clean_texts, describe_mails, numbers_of, traces_of

EXPIRED = gettext_lazy("Frist abgelaufen")
ON_REQUEST = gettext_lazy("Auf Wunsch der Person oder durch die Geschäftsstelle")
CHANGED_MEANWHILE = gettext_lazy(
    "Zu dieser Person hat sich inzwischen etwas geändert. Bitte prüfen Sie noch einmal, was "
    "gelöscht wird."
)
KEPT_FIELDS = ("kept_until", "kept_reason")
# Keys of `TidyRun.counts`; each expiry rule adds its own.
DUE, ANONYMISED, DELETED, PUT_OFF = "due", "anonymised", "deleted", "put_off"
# What says nothing about anybody, in an entry and in each line of its history.
BLANK: dict[str, Any] = {
    "salutation": Salutation.NEUTRAL,
    "title": "",
    "given_name": "",
    "letter_salutation": "",
    "function": "",
    "email": "",
    "phone": "",
    "notes": "",
    "kept_until": None,
    "kept_reason": "",
}


class Erasure(NamedTuple):
    """German lines about what is removed, and a fingerprint of them and of the entry."""

    lines: list[str]
    version: str


def tidy_people(
    *, now: dt.datetime, by=None, limit: int | None = None, dry_run: bool = False
) -> dict[str, list[int]]:
    """Delete or anonymise everybody who is due, or the first `limit` of them, and details about
    people without an entry.

    Return the keys of what was done by what it was, as `TidyRun.counts` counts them. Safe to run
    again and at the same time: each person is checked again under a lock, in a transaction of its
    own. A dry run returns who is due and changes nothing.
    """
    if by is not None:
        require_can_manage_partners(by)
    today = local_date(now)
    # Only the keys: each entry is read again under its own lock.
    due = [expiry.person.pk for expiry in expiries(today)]
    if dry_run:
        return {DUE: due} | {rule.key: _keys_due(rule, today) for rule in expiry_rules()}
    done: dict[str, list[int]] = {ANONYMISED: [], DELETED: [], PUT_OFF: []}
    for key in due:
        # Those put off do not count, or they could keep the others from ever being reached.
        if limit is not None and len(done[ANONYMISED]) + len(done[DELETED]) >= limit:
            break
        if outcome := _tidy_person(key, today, by=by, now=now):
            done[outcome].append(key)
    for rule in expiry_rules():
        done[rule.key] = _remove_details(rule, today, done[PUT_OFF])
    _record(Counter({name: len(keys) for name, keys in done.items()}), by=by, now=now)
    return done


def expiry_rules() -> list[ExpiryRule]:
    return [rule for data in person_data() for rule in data.expiry]


def count_labels() -> dict[str, str]:
    """Return the German labels of the keys that `tidy_people` returns and counts."""
    return {
        DUE: _("Personen"),
        ANONYMISED: _("Personen anonymisiert"),
        DELETED: _("Personen gelöscht"),
        **{rule.key: str(rule.label) for rule in expiry_rules()},
        PUT_OFF: _("aufgeschoben, weil eine E-Mail noch nicht versandt ist"),
    }


def _last_day(today: dt.date) -> dt.date:
    """Return the latest end of a matter whose details are due."""
    return add_months(today, -settings.PERSONAL_DATA_MONTHS)


def _keys_due(rule: ExpiryRule, today: dt.date) -> list[int]:
    return list(rule.due(_last_day(today)).order_by("pk").values_list("pk", flat=True))


def count_records_due(today: dt.date) -> list[tuple[str, int]]:
    """Return how many records the next run removes details from, by German label."""
    return [(str(rule.label), len(_keys_due(rule, today))) for rule in expiry_rules()]


def _remove_details(rule: ExpiryRule, today: dt.date, put_off: list[int]) -> list[int]:
    done = []
    for record in rule.due(_last_day(today)).order_by("pk"):
        try:
            with transaction.atomic():
                if rule.remove(record):
                    done.append(record.pk)
        except Refused:
            put_off.append(record.pk)
    return done


def _tidy_person(key: int, today: dt.date, *, by, now: dt.datetime) -> str:
    """Return what was done, or nothing if somebody else did it or the person is needed again."""
    try:
        # Somebody may refer to the person while the entry is deleted; foreign keys are checked on
        # commit.
        with violation_as(Refused("")), transaction.atomic():
            if not (person := _locked(key)):
                return ""
            if not expiries(today, people_without_function().filter(pk=key)):
                return ""
            _erase(person, by=by, now=now, reason=str(EXPIRED))
            return DELETED if _delete_unless_referred_to(person) else ANONYMISED
    except Refused:
        # The next run tries again.
        return PUT_OFF


def preview_erasure(*, person: Person, by, now: dt.datetime) -> Erasure:
    """Return what `erase_person` would do. Raises Refused as it does. Changes nothing."""
    # The act itself in a transaction that is rolled back, so that preview and act cannot differ.
    with transaction.atomic():
        erasure = _erase_by_hand(person, by=by, now=now)
        transaction.set_rollback(True)
    return erasure


def erase_person(*, person: Person, version: str, by, now: dt.datetime) -> None:
    """Anonymise `person` now, however short ago the last matter was (Article 17 GDPR).

    Raises Refused for people with an account, and while something goes on that needs them;
    ChangedMeanwhile unless `version` is that of a preview that still holds. Mails nobody.
    """
    with violation_as(ChangedMeanwhile(str(CHANGED_MEANWHILE))):
        if _erase_by_hand(person, by=by, now=now).version != version:
            raise ChangedMeanwhile(str(CHANGED_MEANWHILE))


def _erase_by_hand(person: Person, *, by, now: dt.datetime) -> Erasure:
    require_can_manage_partners(by)
    locked = _locked(person.pk)
    if locked is None or locked.anonymised_at:
        raise Refused(_("Die Angaben zu dieser Person sind schon gelöscht."))
    _require_not_needed(locked, local_date(now))
    shown = version_of(locked, FIELDS)
    # A list keeps people from the nightly run, but not those who ask to be forgotten.
    lists = list(locked.distribution_lists.order_by("name", "pk"))
    for distribution_list in lists:
        save_as(distribution_list, by=by, now=now, reason=_("1 entfernt"))
        distribution_list.members.remove(locked)
    lines = [_("Verteiler „%(name)s“") % {"name": each.name} for each in lists]
    lines += _erase(locked, by=by, now=now, reason=str(ON_REQUEST))
    if _delete_unless_referred_to(locked):
        lines.append(_("Der Eintrag selbst, weil nichts auf ihn verweist"))
        _record(Counter({DELETED: 1}), by=by, now=now)
    else:
        _record(Counter({ANONYMISED: 1}), by=by, now=now)
    digest = hashlib.sha256("\n".join([shown, *lines]).encode()).hexdigest()[:20]
    return Erasure(lines, digest)


def _require_not_needed(person: Person, today: dt.date) -> None:
    if hasattr(person, "user"):
        raise Refused(
            _(
                "Diese Person hat ein Konto. Ihr Name bleibt, damit zu sehen ist, wer etwas "
                "eingetragen oder entschieden hat."
            )
        )
    if needs := running_needs(person, today):
        raise Refused(
            _("Die Angaben zu dieser Person werden noch gebraucht: %(why)s.")
            % {"why": "; ".join(dict.fromkeys(need.why for need in needs))}
        )


def keep_person(
    *,
    person: Person,
    until: dt.date | None,
    reason: str,
    seen: str | None = None,
    by,
    now: dt.datetime,
) -> Person:
    """Keep `person` until the end of a day, for a reason; None ends that. `seen` is the fingerprint
    of the day and reason that the page showed.

    Raises Refused for a day that is over, a day without a reason or a reason without a day, and
    once the data is deleted.
    """
    require_can_manage_partners(by)
    with transaction.atomic():
        locked = _locked(person.pk)
        if locked is None or locked.anonymised_at:
            raise Refused(_("Die Angaben zu dieser Person sind schon gelöscht."))
        require_seen(locked, seen, KEPT_FIELDS)
        if until and until < local_date(now):
            raise Refused(_("Der Tag, bis zu dem die Person behalten wird, liegt zurück."))
        reason = reason.strip()
        if bool(until) != bool(reason):
            raise Refused(_("Bitte nennen Sie Tag und Grund, oder lassen Sie beides leer."))
        if (locked.kept_until, locked.kept_reason) != (until, reason):
            locked.kept_until, locked.kept_reason = until, reason
            text = _("Wird behalten bis %(day)s") % {"day": format_date(until)}
            what = text if until else _("Wird nicht länger behalten als andere")
            save_as(locked, by=by, now=now, reason=what)
    return locked


def _locked(key: int) -> Person | None:
    # A full lock, so that nobody is invited meanwhile.
    return Person.objects.select_for_update(of=("self",)).filter(pk=key).first()


def _erase(person: Person, *, by, now: dt.datetime, reason: str) -> list[str]:
    """Remove everything about `person`, and return German lines about it."""
    traces, labels = traces_of(person)
    lines: list[str] = []
    # The apps come first: they find mails by what these are about. What then still mentions the
    # person is found by its text.
    for data in person_data():
        lines += data.anonymise(person=person, traces=traces, labels=labels)
    own = mails_mentioning(traces).filter(recipient__in=traces.addresses)
    count = anonymise_mails(own, traces=labels)
    count += clean_mails(mails_mentioning(traces), traces=traces)
    lines += describe_mails(count)
    lines += clean_texts(traces)
    _blank_entry(person, labels, by=by, now=now, reason=reason)
    return lines


def _blank_entry(person: Person, labels: Traces, *, by, now: dt.datetime, reason: str) -> None:
    numbers = numbers_of(person)
    for name, value in BLANK.items():
        setattr(person, name, value)
    person.family_name, person.is_active, person.anonymised_at = str(ANONYMOUS), False, now
    save_as(person, by=by, now=now, reason=_("Angaben gelöscht: %(why)s") % {"why": reason})
    FormerPerson.objects.filter(person=person).update(name=str(ANONYMOUS))
    # Written directly, because history has no history that could keep the old values.
    past = Person.history.filter(id__in=numbers)
    past.update(**BLANK, family_name=str(ANONYMOUS))
    for entry in past.exclude(history_change_reason=None):
        cleaned = labels.clean(entry.history_change_reason)
        if cleaned != entry.history_change_reason:
            Person.history.filter(pk=entry.pk).update(history_change_reason=cleaned)


def _delete_unless_referred_to(person: Person) -> bool:
    """Delete the anonymised `person` with its history if nothing, past or present, leads to it."""
    if _is_referred_to(person):
        return False
    numbers = numbers_of(person)
    # The line about the deletion would outlive the entry.
    person.skip_history_when_saving = True
    person.delete()
    Person.history.filter(id__in=numbers).delete()
    return True


def _is_referred_to(person: Person) -> bool:
    # All models, not only those with a constraint: history refers to people by number alone.
    references = [
        model._base_manager.filter(**{field.name: person.pk}).order_by().values_list(field.name)
        for model in apps.get_models(include_auto_created=True)
        if model is not FormerPerson
        for field in model._meta.concrete_fields
        if field.related_model is Person
    ]
    return references[0].union(*references[1:]).exists()


def _record(counts: Counter, *, by, now: dt.datetime) -> None:
    # Numbers only: the log must not keep what the run removed.
    TidyRun.objects.create(at=now, by=by, months=settings.PERSONAL_DATA_MONTHS, counts=dict(counts))
