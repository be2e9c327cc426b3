"""The steps of a visit. Each asks for confirmation, and shows the mails before it sends any."""

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import ApprovalKind
from approvals.registry import Briefing
from approvals.views import submit_briefing
from core.views import redirect_unless_possible
from media_visits.enums import VISIT_MOVES
from media_visits.facts import VISIT_FACTS
from media_visits.forms import AnnounceForm, VisitReasonForm
from media_visits.models import Visit
from media_visits.progress import submission_notes
from media_visits.services import (
    announce_visit,
    cancel_visit,
    postpone_visit,
    resume_visit,
    submit_visit,
    withdraw_visit,
)
from media_visits.services.visits import SEEN_FIELDS
from media_visits.views import confirm_step, seen_form
from media_visits.views.visits import form_page, visit_for_office
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back

# The help texts of the shared form are about topics and dates; these fit a visit.
BRIEFING_HELP_TEXTS = {
    "occasion": gettext_lazy("Warum jetzt, warum dieses Unternehmen?"),
    "assessment": "",
    "vote": gettext_lazy("Worum bitten Sie? Zum Beispiel: Zustimmung zum Besuch."),
}


def submit(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "submit"):
        return back
    return submit_briefing(
        request,
        visit,
        partial(submit_visit, visit=visit),
        kind=ApprovalKind.VISIT,
        facts=VISIT_FACTS,
        # The facts are listed beside the briefing; why this company, and why now, only the office
        # knows.
        suggest=lambda _shown: Briefing("", "", "", ""),
        form_options={
            "needs_occasion": True,
            "help_texts": BRIEFING_HELP_TEXTS,
            "starts_at": visit.starts_at,
        },
        title=_("Zur Freigabe vorlegen"),
        submit_label=_("Zur Freigabe vorlegen"),
        intro=_("%(visit)s – %(when)s") % {"visit": visit, "when": visit.date_text},
        done=_("Der Besuch ist vorgelegt."),
        notes=submission_notes(visit),
        template="media_visits/form.html",
    )


def withdraw(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "withdraw"):
        return back
    form = seen_form(request, visit)
    # The page of the mails is the only one here, so it carries the version itself.
    seen = form.version_carried
    return confirm_mails(
        request,
        partial(withdraw_visit, visit=visit, seen=seen, by=request.user, now=timezone.now()),
        target=visit,
        done=_("Die Vorlage ist zurückgezogen."),
        title=_("Vorlage zurückziehen"),
        question=_("Soll die Bitte um Freigabe zurückgezogen werden?"),
        submit_label=_("Zurückziehen"),
        cancel_url=visit.get_absolute_url(),
        hidden=[("version", seen)],
    )


def announce(request, pk):
    visit = visit_for_office(request, pk)
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, "announce"):
        return back
    form = AnnounceForm(request.POST or None, instance=visit, seen_fields=SEEN_FIELDS)
    labels = {"title": _("Besuch ankündigen"), "cancel_url": visit.get_absolute_url()}
    if form.is_valid() and not went_back(request):
        call = partial(
            announce_visit,
            visit=visit,
            lists=form.cleaned_data["lists"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        answer = confirm_mails(
            request,
            call,
            target=visit,
            form=form,
            done=_("Der Besuch ist angekündigt."),
            question=_("%(visit)s, %(when)s: jetzt ankündigen?")
            % {"visit": visit, "when": visit.date_text},
            details=_announcement_warnings(visit),
            submit_label=_("Ankündigen"),
            **labels,
        )
        if answer:
            return answer
    intro = _(
        "Die Ankündigung geht an das Unternehmen, an alle, die schon von dem Besuch wissen, und "
        "an das Büro. Im nächsten Schritt sehen Sie Empfänger und Text."
    )
    return form_page(request, form, submit_label=TO_PREVIEW, intro=intro, **labels)


def _announcement_warnings(visit: Visit) -> list[str]:
    # None of this forbids the announcement: the company may have been told by other means.
    warnings = []
    if visit.company is None:
        warnings.append(
            _("Das Unternehmen steht nicht unter Partner; dort bekommt niemand eine Nachricht.")
        )
    elif not visit.company.is_active:
        warnings.append(_("Das Unternehmen ist unter Partner als nicht mehr aktiv vermerkt."))
    # The approval holds when an address is added later, but what is mailed now lacks it.
    if not visit.address:
        warnings.append(
            _("Die Adresse fehlt; die Ankündigung nennt dann keine. Sie lässt sich nachtragen.")
        )
    return warnings


def resume(request, pk):
    visit = visit_for_office(request, pk)
    return confirm_step(
        request,
        visit,
        "resume",
        resume_visit,
        done=_("Der Besuch ist wieder eine Idee."),
        title=_("Besuch wieder aufnehmen"),
        submit_label=_("Wieder aufnehmen"),
        question=_("%(visit)s: die Absage zurücknehmen?") % {"visit": visit},
        details=[
            _("Der Besuch ist dann wieder eine Idee und muss zur Freigabe vorgelegt werden."),
            _("Es wird niemand benachrichtigt."),
        ],
    )


def postpone(request, pk):
    visit = visit_for_office(request, pk)
    effects = [
        _(
            "Der Termin wird frei, und die Freigabe erlischt: der neue muss noch einmal vorgelegt "
            "werden."
        )
    ]
    done = _("Der Besuch ist verschoben. Bitte tragen Sie einen neuen Termin ein.")
    # Warn the office, because postponing unpublishes the visit.
    if visit.is_published:
        effects.append(
            _(
                "Veröffentlicht ist der Besuch dann nicht mehr. Das geht wieder, wenn der neue "
                "Termin freigegeben ist."
            )
        )
        done = _(
            "Der Besuch ist verschoben und nicht mehr veröffentlicht. Bitte tragen Sie einen neuen "
            "Termin ein."
        )
    labels = {"title": _("Besuch verschieben"), "submit_label": _("Verschieben")}
    return _ask_for_reason(request, visit, "postpone", postpone_visit, done, effects, **labels)


def cancel(request, pk):
    visit = visit_for_office(request, pk)
    # Nobody may be told that a visit takes place after being told that it does not.
    if visit.announced_at:
        effects = [_("Eine Absage lässt sich nicht zurücknehmen.")]
    else:
        effects = [_("Sie können den Besuch später wieder aufnehmen.")]
    if visit.is_published:
        effects.append(
            _("Der Besuch bleibt veröffentlicht, damit alle sehen, dass er abgesagt ist.")
        )
    done = _("Der Besuch ist abgesagt.")
    labels = {"title": _("Besuch absagen"), "submit_label": _("Absagen")}
    return _ask_for_reason(request, visit, "cancel", cancel_visit, done, effects, **labels)


def _ask_for_reason(request, visit, action, service, done, effects, *, title, submit_label):
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = VisitReasonForm(
        request.POST or None,
        instance=visit,
        seen_fields=SEEN_FIELDS,
        help_text=_("Steht in der Nachricht an alle, die von dem Besuch wissen."),
    )
    cancel_url = visit.get_absolute_url()
    if form.is_valid() and not went_back(request):
        call = partial(
            service,
            visit=visit,
            reason=form.cleaned_data["reason"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        answer = confirm_mails(
            request,
            call,
            target=visit,
            form=form,
            done=done,
            title=title,
            question=f"{visit}, {visit.date_text}",
            details=[*effects, _("Grund: %(reason)s") % {"reason": form.cleaned_data["reason"]}],
            submit_label=submit_label,
            danger=True,
            cancel_url=cancel_url,
        )
        if answer:
            return answer
    intro = " ".join([f"{visit}, {visit.date_text}.", *effects])
    return form_page(
        request, form, title=title, submit_label=TO_PREVIEW, intro=intro, cancel_url=cancel_url
    )
