"""Progress and next step of a need, and what its page and the lists show."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import add_months, end_of_day, format_date, local_date
from core.html import draw_badge, draw_deadline_day
from core.progress import (
    Button,
    NextStep,
    OpenPoint,
    ProgressStep,
    TextCard,
    WaitingEntry,
    office_step,
    progress_steps,
)
from core.roles import is_inside
from core.states import allowed_actions
from dialogues.enums import NEED_ANSWERS, NEED_MOVES, NEED_SETTLED, NeedState
from dialogues.models import Dialogue, Need
from dialogues.permissions import can_answer_need, can_manage, can_see_contact_of_need
from dialogues.queries.needs import STILL_MONTHS
from measures.models import Measure, Project
from partners.progress import inactive_note, responsible_facts, responsible_note
from partners.queries import recipient_of

S = NeedState


def need_progress(need: Need) -> list[ProgressStep]:
    """Return the progress bar of `need`; the last step but one is how it ended."""
    labels = [_("Aufgenommen"), _("Zugesagt"), _("In Arbeit"), _("Erledigt"), _("z. d. A.")]
    position = {S.RAISED: 0, S.PROMISED: 1, S.IN_PROGRESS: 2, S.DONE: 3, S.IMPOSSIBLE: 3}
    # A filed need keeps the reason only if it was not possible.
    if need.state == S.IMPOSSIBLE or (need.state == S.FILED and not need.outcome):
        labels[3] = _("Nicht möglich")
    return progress_steps(labels, position.get(S(need.state), len(labels)))


def need_next_step(need: Need, user, today: dt.date) -> NextStep | None:
    """Return the box *Nächster Schritt* for `user`, or None when nothing is left to do."""
    step = office_need_step(need, today)
    if step is None or can_manage(user):
        return step
    # Others read who acts; the addressee gets the button to answer.
    step = step._replace(text=_standing(need), points=()).without_button()
    if need.is_open and can_answer_need(user, need):
        url = reverse("dialogues:need_answer", args=[need.pk])
        return step._replace(action=_("Antworten"), url=url)
    return step


def _standing(need: Need) -> str:
    texts = {
        S.RAISED: _("%(addressee)s prüft, was möglich ist."),
        S.PROMISED: _("%(addressee)s hat zugesagt, sich darum zu kümmern."),
        S.IN_PROGRESS: _("%(addressee)s arbeitet daran."),
        S.DONE: _("Der Bedarf ist erledigt."),
        S.IMPOSSIBLE: _("Der Bedarf lässt sich nicht erfüllen."),
    }
    return texts[S(need.state)] % {"addressee": need.addressee_label}


def office_need_step(need: Need, today: dt.date) -> NextStep | None:
    """Return what happens next with `need`, as the office reads it; None once it is filed."""
    if need.is_taken_over or need.state == S.FILED:
        return None
    resubmit_url = reverse("dialogues:need_resubmit", args=[need.pk])
    if need.resubmit_on and need.resubmit_on <= today:
        text = _("Zur Wiedervorlage am %(day)s: %(check)s")
        values = {"day": format_date(need.resubmit_on), "check": need.resubmit_check}
        action = _("Wiedervorlage erledigen")
        return office_step(text % values, action, resubmit_url, due_on=need.resubmit_on)
    if need.state in NEED_SETTLED:
        text = _("Legen Sie den Bedarf zu den Akten, oder bestimmen Sie eine Wiedervorlage.")
        url = reverse("dialogues:need_file", args=[need.pk])
        step = office_step(text, _("Zu den Akten"), url, post=True)
    else:
        step = _open_step(need)
    if need.resubmit_on:
        text = _("Wiedervorlage am %(day)s: %(check)s")
        values = {"day": format_date(need.resubmit_on), "check": need.resubmit_check}
        return step._replace(points=(OpenPoint(text % values, _("Ändern"), resubmit_url),))
    return step


def _open_step(need: Need) -> NextStep:
    url = reverse("dialogues:need_answer", args=[need.pk])
    who = need.addressee_label
    texts = {
        S.RAISED: _("%(addressee)s sagt, was möglich ist und bis wann."),
        S.PROMISED: _("%(addressee)s hält die Zusage ein."),
        S.IN_PROGRESS: _("%(addressee)s arbeitet daran."),
    }
    text = texts[S(need.state)] % {"addressee": who}
    task = (
        _("Über den Bedarf entscheiden") if need.state == S.RAISED else _("Nach dem Bedarf sehen")
    )
    return NextStep(text, who, need.due_on, _("Stand eintragen"), url, task=task)


def need_cards(need: Need) -> list[TextCard]:
    """Return what is needed and what became of it."""
    about = [TextCard(_("Worum es geht"), need.text)] if need.text else []
    return about + standing_cards(need)


def answer_cards(need: Need) -> list[TextCard]:
    """Return what whoever answers has to know."""
    raised = _("Eingebracht von %(organisation)s am %(day)s.") % {
        "organisation": need.raised_by.label,
        "day": format_date(need.raised_on),
    }
    return [TextCard(str(need), need.text, note=raised), *standing_cards(need)]


def standing_cards(need: Need) -> list[TextCard]:
    """Return what was promised, and how the need ended."""
    cards = []
    if need.promise:
        cards.append(TextCard(_("Zugesagt ist"), need.promise))
    if need.outcome:
        cards.append(TextCard(_("Was daraus geworden ist"), need.outcome))
    if need.reason:
        title = _("Warum es nicht möglich ist")
        # Reopening needs a reason too.
        if need.is_open:
            title = _("Warum der Bedarf wieder aufgenommen ist")
        cards.append(TextCard(title, need.reason))
    return cards


def untold_notes(need: Need, user) -> list[SafeString | str]:
    """Return for the office why nobody of the company hears of the need, with the way out."""
    if not can_manage(user) or need.is_taken_over or not (sentence := untold_note(need)):
        return []
    url = reverse("dialogues:need_edit", args=[need.pk])
    return [inactive_note(sentence, _("Ansprechperson eintragen"), url)]


def untold_note(need: Need) -> str:
    """Return a sentence if nobody of the company that raised the need can be told of it."""
    contact = need.contact
    if contact is None:
        text = _(
            "Bei %(organisation)s ist keine Ansprechperson eingetragen; dort wird niemand "
            "benachrichtigt."
        )
        return text % {"organisation": need.raised_by.label}
    to = recipient_of(contact)
    if to.has_left:
        text = _("%(name)s ist nicht mehr aktiv; dort wird niemand benachrichtigt.")
        return text % {"name": contact}
    if not to.email:
        text = _("%(name)s hat keine E-Mail-Adresse; dort wird niemand benachrichtigt.")
        return text % {"name": contact}
    return ""


def need_facts(need: Need, user, seen: Collection) -> list[tuple]:
    """Return *Eckdaten*. `seen` are the related records that `user` may open."""
    raised = need.raised_by.label
    if need.contact and can_see_contact_of_need(user, need):
        raised = f"{raised}, {need.contact}"
    facts = [
        (_("Eingebracht von"), _linked(need.raised_by, raised, seen)),
        (_("Eingebracht am"), format_date(need.raised_on)),
        (_("Gerichtet an"), _linked(need.addressee, need.addressee_label, seen)),
    ]
    place = need.measure or need.section
    if place and place in seen:
        label = _("Maßnahme") if need.measure else _("Abschnitt")
        facts.append((label, _linked(place, place.label, seen)))
    if need.dialogue and need.dialogue in seen:
        facts.append((_("Branchengespräch"), _linked(need.dialogue, str(need.dialogue), seen)))
    if need.became and need.became in seen:
        facts.append((_("Daraus wurde"), _linked(need.became, str(need.became), seen)))
    facts.append((_("Frist"), format_date(need.due_on) if need.due_on else "–"))
    if is_inside(user):
        facts.append((_("Letzte Bewegung"), format_date(local_date(need.moved_at))))
    return facts if need.is_taken_over else facts + responsible_facts(need, "bedarf", user)


def followed_facts(need: Need) -> list[tuple]:
    """Return what the contact reads by personal link, without an account."""
    facts = [
        (_("Stand"), draw_badge(need.get_state_display(), need.badge_colour)),
        (_("Eingebracht von"), need.raised_by.label),
        (_("Eingebracht am"), format_date(need.raised_on)),
        (_("Gerichtet an"), need.addressee_label),
    ]
    if need.is_open and need.due_on:
        facts.append((_("Frist"), format_date(need.due_on)))
    facts.append((_("Letzte Bewegung"), format_date(local_date(need.moved_at))))
    return facts


def _linked(record, label: str, seen: Collection) -> str | SafeString:
    if record is None or record not in seen:
        return label
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), label)


def openable_from(need: Need, user) -> list:
    """Return the records that `need` refers to and `user` may open, one query each at most."""
    inside = is_inside(user)
    organisations = [need.raised_by, need.addressee]
    own = user.organisation_ids
    seen = [found for found in organisations if found and (inside or found.pk in own)]
    related: list[tuple[type, object]] = [
        (Measure, need.measure),
        (Dialogue, need.dialogue),
        (Measure, need.became_measure),
        (Project, need.became_project),
    ]
    for model, record in related:
        if record and (inside or model.objects.visible_to(user).filter(pk=record.pk).exists()):
            seen.append(record)
    section = need.section
    if section and (inside or type(section).objects.visible_to(user).filter(pk=section.pk)):
        seen.append(section)
    return seen


def need_actions(need: Need, user, box: NextStep | None) -> list[Button]:
    """Return what the office can do besides the next step."""
    if not can_manage(user) or need.is_taken_over:
        return []
    allowed = allowed_actions(NEED_MOVES, need)
    actions = []
    if set(allowed).intersection(NEED_ANSWERS):
        actions.append(
            Button(_("Stand eintragen"), reverse("dialogues:need_answer", args=[need.pk]))
        )
    if need.state != S.FILED:
        url = reverse("dialogues:need_resubmit", args=[need.pk])
        actions.append(Button(_("Wiedervorlage"), url))
    if "file" in allowed:
        url = reverse("dialogues:need_file", args=[need.pk])
        actions.append(Button(_("Zu den Akten"), url, is_post=True))
    if "reopen" in allowed:
        actions.append(
            Button(_("Wieder aufnehmen"), reverse("dialogues:need_reopen", args=[need.pk]))
        )
    # The box offers its own step already.
    return [button for button in actions if box is None or button.url != box.url]


def need_tasks(pks: Collection[int], now: dt.datetime) -> dict[int, WaitingEntry]:
    """Return the office's tasks about the needs `pks`, by primary key. One query."""
    needs = Need.objects.filter(pk__in=pks).select_related("addressee")
    steps = ((need, office_need_step(need, local_date(now))) for need in needs)
    return {
        need.pk: step.as_entry(need, _("„%(title)s“") % {"title": need})
        for need, step in steps
        if step
    }


def need_place(need: Need) -> str:
    place = need.measure or need.section
    return place.label if place else ""


def prepare_needs(needs: Iterable[Need], user, today: dt.date) -> None:
    """Note on each of `needs` what its line in the list shows."""
    inside = is_inside(user)
    for need in needs:
        need.in_charge = responsible_note(need)
        # Others may not see the measure.
        need.place = need_place(need) if inside else ""
        need.deadline = "–"
        if need.due_on:
            day = draw_deadline_day(need.due_on, today) if need.is_open else ""
            need.deadline = day or format_date(need.due_on)
        need.note = _attention(need, today) if inside else ""


def _attention(need: Need, today: dt.date) -> str:
    if need.state != S.FILED and need.resubmit_on and need.resubmit_on <= today:
        return _("Wiedervorlage: %(check)s") % {"check": need.resubmit_check}
    if need.is_open and need.moved_at < end_of_day(add_months(today, -STILL_MONTHS)):
        day = format_date(local_date(need.moved_at))
        return _("seit dem %(day)s ohne Bewegung") % {"day": day}
    return ""
