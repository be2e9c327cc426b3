"""The portal's URLs, one route per line."""

from django.urls import include, path

from core.views import day_hint
from masterplan import legal
from measures.views import timeline

urlpatterns = [
    path("", include("overview.urls")),
    path("", include("sign_in.urls")),
    path("", include("partners.urls")),
    path("massnahmen/", include("measures.urls")),
    path("zeitplan/", timeline.timeline_page, name="timeline"),
    path("zeitplan/auszug/", timeline.timeline_card, name="timeline_card"),
    path("branchengespraeche/", include("dialogues.urls")),
    path("besuche/", include("media_visits.urls")),
    path("freigaben/", include("approvals.urls")),
    path("postausgang/", include("reminders.urls")),
    path("postausgang/", include("outbox.urls")),
    path("tag/", day_hint, name="day_hint"),
    path("impressum/", legal.imprint, name="imprint"),
    path("datenschutz/", legal.privacy, name="privacy"),
    path("barrierefreiheit/", include("accessibility.urls")),
    path("", include("operations.urls")),
]
handler400 = "core.views.bad_request"
