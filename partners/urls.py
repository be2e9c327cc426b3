"""URLs of *Partner* and of deputies in *Konto*."""

from django.urls import path

from partners.views import (
    accounts,
    deputies,
    lists,
    merges,
    organisations,
    people,
    privacy,
    responsibility,
)

app_name = "partners"
urlpatterns = [
    path("konto/vertretung/neu/", deputies.own_deputy_add, name="own_deputy_add"),
    path("konto/vertretung/<int:pk>/beenden/", deputies.deputy_end, name="deputy_end"),
    path("partner/", organisations.organisation_list, name="list"),
    path("partner/export/", organisations.organisation_export, name="organisation_export"),
    path("partner/organisationen/neu/", organisations.organisation_add, name="organisation_add"),
    path("partner/organisationen/<int:pk>/", organisations.organisation_page, name="organisation"),
    path(
        "partner/organisationen/<int:pk>/bearbeiten/",
        organisations.organisation_edit,
        name="organisation_edit",
    ),
    path("partner/personen/", people.people_list, name="people"),
    path("partner/personen/export/", people.people_export, name="people_export"),
    path("partner/personen/neu/", people.person_add, name="person_add"),
    path("partner/personen/<int:pk>/", people.person_page, name="person"),
    path("partner/personen/<int:pk>/bearbeiten/", people.person_edit, name="person_edit"),
    path(
        "partner/personen/<int:pk>/konto/einladen/", accounts.account_invite, name="account_invite"
    ),
    path(
        "partner/personen/<int:pk>/konto/erneut-einladen/",
        accounts.account_resend,
        name="account_resend",
    ),
    path("partner/personen/<int:pk>/konto/bearbeiten/", accounts.account_edit, name="account_edit"),
    path(
        "partner/personen/<int:pk>/konto/deaktivieren/",
        accounts.account_deactivate,
        name="account_deactivate",
    ),
    path(
        "partner/personen/<int:pk>/konto/aktivieren/",
        accounts.account_activate,
        name="account_activate",
    ),
    path("partner/personen/<int:pk>/vertretung/neu/", deputies.deputy_add, name="deputy_add"),
    path("zustaendig/<str:kind>/<int:pk>/", responsibility.responsible_edit, name="responsible"),
    path("partner/aufgaben-uebergeben/", responsibility.handover, name="handover"),
    path(
        "partner/aufgaben-uebergeben/zuruecknehmen/",
        responsibility.handover_take_back,
        name="handover_take_back",
    ),
    path("partner/personen/<int:pk>/zusammenfuehren/", merges.merge_choose, name="merge_choose"),
    path("partner/personen/<int:pk>/zusammenfuehren/<int:other>/", merges.merge, name="merge"),
    path("partner/datenschutz/", privacy.overview, name="privacy"),
    path("partner/personen/<int:pk>/behalten/", privacy.keep, name="keep"),
    path("partner/personen/<int:pk>/anonymisieren/", privacy.erase, name="erase"),
    path("partner/personen/<int:pk>/daten/", privacy.export, name="person_data"),
    path("partner/verteiler/", lists.list_overview, name="lists"),
    path("partner/verteiler/neu/", lists.list_add, name="list_add"),
    path("partner/verteiler/<int:pk>/", lists.list_page, name="distribution_list"),
    path("partner/verteiler/<int:pk>/bearbeiten/", lists.list_edit, name="list_edit"),
    path("partner/verteiler/<int:pk>/personen/", lists.list_members, name="list_members"),
    path("partner/verteiler/<int:pk>/entfernen/", lists.list_remove, name="list_remove"),
    path("partner/verteiler/<int:pk>/export/", lists.list_export, name="list_export"),
]
