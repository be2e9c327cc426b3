"""The addresses of the desk below /freigaben/."""

from django.urls import path

from masterplan import conditions, desk

urlpatterns = [
    path("", desk.desk, name="approvals_desk"),
    path("auflagen/<int:pk>/", conditions.condition, name="condition"),
    path("<int:pk>/", desk.request_page, name="approval"),
    path("<int:pk>/entscheiden/", desk.decide_request, name="approval_decide"),
]
