"""The addresses of the desk below /freigaben/."""

from django.urls import path

from masterplan import conditions, desk, desk_documents

urlpatterns = [
    path("", desk.desk, name="approvals_desk"),
    path("auflagen/<int:pk>/", conditions.condition, name="condition"),
    path("<int:pk>/", desk.request_page, name="approval"),
    path("<int:pk>/entscheiden/", desk.decide_request, name="approval_decide"),
    path("<int:pk>/vorlage.pdf", desk_documents.pdf, name="approval_pdf"),
    path("<int:pk>/vorlage.docx", desk_documents.word, name="approval_word"),
    path(
        "<int:request_pk>/anlagen/<int:pk>/", desk_documents.attachment, name="approval_attachment"
    ),
]
