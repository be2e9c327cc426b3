"""URLs below /barrierefreiheit/."""

from django.urls import path

from accessibility import views

urlpatterns = [
    path("", views.statement, name="accessibility"),
    path("hinweise/", views.barrier_list, name="barriers"),
    path("hinweise/<int:pk>/", views.barrier, name="barrier"),
    path("hinweise/<int:pk>/beantwortet/", views.answer, name="barrier_answer"),
    path("hinweise/<int:pk>/wieder-oeffnen/", views.reopen, name="barrier_reopen"),
]
