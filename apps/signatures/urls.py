"""Pages of access administration; mounted at the root, for they belong to no stage."""

from django.urls import path, re_path

from apps.signatures import views

app_name = "signatures"
_acts = "|".join(views.PLAIN_ACTS)
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_account, name="new_account"),
    path("people/<str:username>/", views.person, name="person"),
    path("people/<str:username>/training/", views.train, name="train"),
    path("people/<str:username>/roles/", views.grant, name="grant"),
    path("people/<str:username>/roles/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<str:username>/password/", views.reset, name="reset"),
    path("people/<str:username>/reactivation/", views.reopen, name="reopen"),
    path("people/<str:username>/unlock/", views.unlock, name="unlock"),
    re_path(rf"^people/(?P<username>[^/]+)/(?P<verb>{_acts})/$", views.act, name="act"),
]
