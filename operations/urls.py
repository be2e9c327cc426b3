"""Addresses of the health checks."""

from django.urls import path

from operations import health

urlpatterns = [
    path("healthz", health.container, name="healthz"),
    path("healthz/betrieb", health.operation, name="healthz_operation"),
]
