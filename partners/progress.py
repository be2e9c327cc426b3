"""Who is in charge of a record, as pages and lists show it, and what is stored about a person."""

import datetime as dt
from collections.abc import Collection, Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_date, format_moment
from core.errors import Concern
from core.html import draw_badge
from core.roles import OFFICE, SENATOR_OFFICE
from outbox.models import Mail
from outbox.queries.mails import hold_calendar_entries, mails_gone_to
from outbox.registry import Addressed
from outbox.rendering.preview import preview_text
from partners.enums import NOBODY, role_names
from partners.models import Assignable, Deputy, FormerPerson, Person, User
from partners.permissions import borrowed_roles, can_assign, can_see_responsible
from partners.queries import open_records_in_charge
from partners.registry import PersonData, Section, kind_limit_text, person_data
from partners.services.expiry import needs_in_partners
from partners.services.merges import move_person
from partners.services.people import FIELDS, AddressChange
from partners.services.traces import addresses_of, numbers_of

MAILS_NAMED = 3


def account_label(account: User) -> str:
    """Return the name, marked if the account is closed or, as far as `is_office` tells, no longer
    one of the office.
    """
    if not account.is_active:
        return _("%(name)s (Konto deaktiviert)") % {"name": account}
    if not getattr(account, "is_office", True):
        return _("%(name)s (nicht mehr in der Geschäftsstelle)") % {"name": account}
    return str(account)


def accounts_with_absences(accounts: Iterable[User], today: dt.date) -> dict[int, str]:
    """Return by key what to read about each of `accounts` that is or will be away: `Referat
    (vertreten vom 01.12.2026 bis 02.12.2026 durch Leitung)`; one query.
    """
    by_person = {account.person_id: account for account in accounts}
    absences = Deputy.objects.absences(today).filter(principal__in=by_person)
    labels: dict[int, str] = {}
    for absence in absences.select_related("deputy"):
        account = by_person[absence.principal_id]
        values = {
            "name": account_label(account),
            "period": absence.period,
            "deputy": absence.deputy,
        }
        # The earliest absence is the one that matters for what is handed over now.
        labels.setdefault(
            account.pk, _("%(name)s (vertreten %(period)s durch %(deputy)s)") % values
        )
    return labels


def responsible_label(record: Assignable) -> str:
    """Return who is in charge, as text. Querysets need `select_related("responsible__person")`."""
    return account_label(record.responsible) if record.responsible else str(NOBODY)


def responsible_note(record: Assignable) -> str | SafeString:
    """Return who is in charge for a cell of a list. Nobody stands out as a badge where work goes
    on.
    """
    if record.responsible:
        return responsible_label(record)
    return draw_badge(NOBODY, "warning") if record.needs_somebody else "–"


def handover_url(account: User) -> str:
    return f"{reverse('partners:handover')}?von={account.pk}"


def open_records_note(account: User) -> str | SafeString:
    """Return what `account` is still in charge of, with the link that hands it over; empty if
    nothing.
    """
    counts = open_records_in_charge(account)
    if not counts:
        return ""
    text = _("%(name)s ist noch zuständig: %(what)s.") % {
        "name": account,
        "what": ", ".join(f"{label} {count}" for label, count in counts.items()),
    }
    return format_html(
        '{} <a href="{}">{}</a>', text, handover_url(account), _("Aufgaben übergeben")
    )


def concern_lines(concerns: Iterable[Concern]) -> list[SafeString]:
    """Return `concerns` as lines of a confirmation page, with their links."""
    return [
        format_html(
            '<a href="{}">{}</a>: {}. {}',
            concern.url,
            concern.label,
            concern.text,
            format_html('<a href="{}">{}</a>', concern.action_url, concern.action)
            if concern.action
            else "",
        )
        for concern in concerns
    ]


def saved_message(done: str, change: AddressChange, now: dt.datetime) -> SafeString:
    """Return `done` and what follows from a new address: mails that wait go there; what went to the
    former one may have to be sent again.
    """
    text = ngettext(
        "%(count)d wartende E-Mail geht jetzt an die neue Adresse.",
        "%(count)d wartende E-Mails gehen jetzt an die neue Adresse.",
        change.readdressed,
    )
    waited = text % {"count": change.readdressed} if change.readdressed else ""
    gone = _gone_to(change.former, now) if change.former else ""
    entry = _entry_left_at(change.former, now) if gone else ""
    return format_html_join(" ", "{}", ((line,) for line in (done, waited, entry, gone) if line))


def _entry_left_at(former: Addressed, now: dt.datetime) -> str:
    # Mails that cancel go to the present address, so nothing removes that entry later.
    if not hold_calendar_entries(mails_gone_to(former, now)):
        return ""
    return _(
        "Ein Kalendereintrag an der bisherigen Adresse bleibt stehen, auch wenn der Termin "
        "ausfällt: Absagen gehen nur an die neue."
    )


def _gone_to(former: Addressed, now: dt.datetime) -> SafeString | str:
    # One more than are named, which says whether there are others without counting them.
    mails = list(mails_gone_to(former, now)[: MAILS_NAMED + 1])
    if not mails:
        return ""
    links = [(mail.get_absolute_url(), mail.subject) for mail in mails[:MAILS_NAMED]]
    if len(mails) > MAILS_NAMED:
        url = f"{reverse('outbox:list')}?{urlencode({'q': former.email})}"
        links.append((url, _("alle ansehen")))
    if len(links) == 1:
        return format_html('{} <a href="{}">{}</a>', _("An die bisherige Adresse ging:"), *links[0])
    named = format_html_join("", '<li><a href="{}">{}</a></li>', links)
    heading = _("An die bisherige Adresse gingen:")
    return format_html('{}<ul class="notice__list">{}</ul>', heading, named)


def entry_labels(target: Person, source: Person) -> tuple[str, str]:
    """Return how a page names two entries of a person, so that nobody takes one for the other."""
    labels = target.name_with_organisation, source.name_with_organisation
    if target.name != source.name:
        return labels
    return _detailed(target), _detailed(source)


def _detailed(person: Person) -> str:
    # From the history, because entries carry no day of their own.
    first = person.history.order_by("history_date", "history_id").first()
    added = _("angelegt am %(day)s") % {"day": format_date(first.history_date)} if first else ""
    parts = person.name, person.function, person.organisation, person.email, added
    return ", ".join(str(part) for part in parts if part)


def inactive_note(text: str, action: str, url: str) -> SafeString:
    """Return a sentence about somebody who has left, with the link to choose somebody else."""
    return format_html('{} <a href="{}">{}</a>', text, url, action)


def responsible_facts(record: Assignable, kind: str, user) -> list[tuple[str, SafeString]]:
    """Return *Zuständig* as a line of *Eckdaten*, for the office with the link that changes it.

    Empty for users who may not see it. `kind` is the key registered with `partners.registry`.
    """
    if not can_see_responsible(user):
        return []
    who = format_html("<span>{}</span>", responsible_note(record))
    if can_assign(user):
        label = _("Zuständigkeit ändern") if record.responsible else _("Zuständigkeit vergeben")
        url = reverse("partners:responsible", args=[kind, record.pk])
        who = format_html('{} <a href="{}">{}</a>', who, url, label)
    return [(_("Zuständig"), who)]


def sections_about(person: Person) -> list[Section]:
    """Return everything the portal stores about `person`, without empty parts and values."""
    addresses = addresses_of(person)
    found = [section for data in person_data() for section in data.export(person, addresses)]
    cleaned = [
        Section(section.title, [[pair for pair in row if pair[1] != ""] for row in section.rows])
        for section in found
    ]
    return [section for section in cleaned if section.rows]


def export_in_partners(person: Person, addresses: Collection[str]) -> Iterable[Section]:
    """Return the entry with its history, lists, deputyships and mails
    (`partners.registry.ExportPerson`). Who made a change is left out: it is about somebody else.
    """
    yield Section(_("Angaben zur Person"), [_entry_row(person)])
    past = Person.history.filter(id__in=numbers_of(person)).order_by("history_date", "history_id")
    rows = [
        [
            (_("Zeitpunkt"), format_moment(entry.history_date)),
            (_("Was"), entry.history_change_reason or ""),
            *_entry_row(entry),
        ]
        for entry in past
    ]
    yield Section(_("Verlauf der Angaben"), rows)
    former = FormerPerson.objects.filter(person=person).order_by("pk")
    rows = [
        [(_("Name"), entry.name), (_("bis"), format_moment(entry.merged_at))] for entry in former
    ]
    yield Section(_("Frühere Einträge"), rows)
    lists = person.distribution_lists.order_by("name", "pk")
    yield Section(_("Verteiler"), [[(_("Name"), each.name)] for each in lists])
    deputyships = Deputy.objects.filter(Q(principal=person) | Q(deputy=person)).order_by("pk")
    yield Section(_("Vertretungen"), [_deputyship_row(each, person) for each in deputyships])
    yield Section(_("Konto"), _account_rows(person))
    yield Section(_("E-Mails an die Person"), _mail_rows(addresses))


def _entry_row(entry) -> list[tuple[str, str]]:
    meta = Person._meta
    choices = {"salutation": entry.get_salutation_display()}
    row = [
        (str(meta.get_field(name).verbose_name), str(choices.get(name, getattr(entry, name) or "")))
        for name in FIELDS
        if name not in ("organisation", "is_active")
    ]
    row.append((str(_("Organisation")), str(entry.organisation or "")))
    row.append((str(_("aktiv")), str(_("ja") if entry.is_active else _("nein"))))
    row.append((str(_("wird behalten bis")), format_date(entry.kept_until)))
    return [*row, (str(_("Grund")), entry.kept_reason)]


def _deputyship_row(deputyship: Deputy, person: Person) -> list[tuple[str, str]]:
    # Not with whom: that would be data about somebody else (Article 15(4) GDPR).
    is_deputy = deputyship.deputy_id == person.pk
    what = _("vertritt jemanden") if is_deputy else _("wird vertreten")
    return [(_("Was"), what), (_("Zeitraum"), deputyship.period)]


def _account_rows(person: Person) -> list[list[tuple[str, str]]]:
    account = getattr(person, "user", None)
    if account is None:
        return []
    roles = ", ".join(role_names(account.own_roles, is_office_head=account.is_office_head))
    return [
        [
            (_("Anmeldung mit"), account.email),
            (_("Rollen"), roles),
            (_("Stand"), str(account.state.label)),
            (_("Eingeladen"), format_moment(account.invited_at)),
            # No page shows it, because the portal does not watch when people work; but it is
            # stored.
            (_("Letzte Anmeldung"), format_moment(account.last_login)),
        ]
    ]


def _mail_rows(addresses: Collection[str]) -> list[list[tuple[str, str]]]:
    mails = Mail.objects.filter(recipient__in=addresses).order_by("created_at", "pk")
    return [
        [
            (_("Geschrieben"), format_moment(mail.created_at)),
            (_("Versandt"), format_moment(mail.sent_at)),
            (_("Stand"), mail.get_state_display()),
            (_("An"), mail.recipient),
            (_("Betreff"), mail.subject),
            # Without the personal link, which would let anybody who has the file reply.
            (_("Text"), preview_text(mail) if mail.text else ""),
        ]
        for mail in mails
    ]


# Organisations stay in the file; accounts and sessions belong to people who are never due.
NAMELESS = frozenset(
    {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "auth.Group",
        "auth.Permission",
        "contenttypes.ContentType",
        "mfa.Authenticator",
        "outbox.ConnectionSlot",
        "outbox.Wording",
        "partners.CrossCuttingTheme",
        "partners.Deputy",
        "partners.DistributionList",
        "partners.Organisation",
        "partners.Sector",
        "partners.TidyRun",
        "partners.User",
        "sessions.Session",
    }
)
PERSON_DATA = PersonData(
    app="partners",
    moved=frozenset(
        {
            "partners.Deputy.deputy",
            "partners.Deputy.principal",
            "partners.DistributionList.members",
            "partners.FormerPerson.person",
            "partners.User.person",
        }
    ),
    # Those of the apps below, and of packages, too.
    kept=frozenset(
        {
            "account.EmailAddress.user",
            "mfa.Authenticator.user",
            "outbox.Mail.created_by",
            "outbox.MailLog.by",
            "outbox.Wording.changed_by",
            "partners.TidyRun.by",
        }
    ),
    move=move_person,
    needs=needs_in_partners,
    export=export_in_partners,
    # By `services.privacy` itself, for every app.
    cleaned=frozenset(
        {
            "outbox.Mail",
            "outbox.MailLog",
            "partners.FormerPerson",
            "partners.Person",
        }
    ),
    nameless=NAMELESS,
)


# What a deputy of the two offices gets, said in full before anybody grants it.
LENT_RIGHTS = {
    OFFICE: gettext_lazy(
        "alle Rechte der Geschäftsstelle: alles lesen, auch interne Notizen, Entwürfe, Kontakte "
        "und E-Mails, und alles ändern und versenden"
    ),
    SENATOR_OFFICE: gettext_lazy(
        "alle Rechte des Büros %(head)s: alles Interne lesen, auch Kontakte, Leitungsvorlagen und "
        "Anmerkungen"
    ),
}


def _lent_rights(roles: Collection[str], kinds: Collection[str]) -> list[str]:
    rights = [
        str(text) % {"head": settings.HEAD_TITLE_GENITIVE}
        for role, text in LENT_RIGHTS.items()
        if role in roles
    ]
    if SENATOR_OFFICE in roles:
        # The limit is on deciding; reading has none.
        rights.append(_("über Freigaben entscheiden"))
        if limit := kind_limit_text(kinds):
            rights[-1] += f" ({limit})"
    return rights


def rights_in_words(principal: Person) -> str:
    """Return what a deputy of `principal` may do, for the form in which one is chosen."""
    account = getattr(principal, "user", None)
    rights = _lent_rights(account.own_roles, ()) if account else []
    if not rights:
        text = _("Die Vertretung hat in dieser Zeit dieselben Rechte im Portal wie: %(name)s.")
        return text % {"name": principal.name}
    text = _("Die Vertretung für %(name)s hat in dieser Zeit %(rights)s.")
    return text % {"name": principal.name, "rights": "; ".join(rights)}


def rights_of_deputy(deputy: Person, principal: Person, kinds: Collection[str]) -> list[str]:
    """Return what `deputy` gets by acting for `principal`, before it is granted."""
    # Without an account the service refuses; there is nothing to lend.
    borrowed = borrowed_roles(deputy, principal) if hasattr(principal, "user") else ()
    if not borrowed:
        return []
    text = _("%(name)s hat dann %(rights)s.")
    rights = "; ".join(_lent_rights(borrowed, kinds))
    return [text % {"name": deputy.name, "rights": rights}]
