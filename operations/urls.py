"""URLs of the health checks."""

from django.urls import path

from operations import views

urlpatterns = [
    path("healthz", views.container_health, name="healthz"),
    path("healthz/betrieb", views.operation_health, name="healthz_operation"),
]
