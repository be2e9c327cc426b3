from django.urls import path

from approvals import views

urlpatterns = [
    path("", views.desk, name="approvals_desk"),
    path("auflagen/<int:pk>/", views.condition, name="condition"),
    path("<int:pk>/", views.approval_page, name="approval"),
    path("<int:pk>/entscheiden/", views.decide_page, name="approval_decide"),
    path("<int:pk>/vorlage.pdf", views.pdf, name="approval_pdf"),
    path("<int:pk>/vorlage.docx", views.word, name="approval_word"),
    path("<int:approval_pk>/anlagen/<int:pk>/", views.attachment, name="approval_attachment"),
]
