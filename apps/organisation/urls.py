"""Pages of signing in and of one's own account; mounted at the root, for they belong to no stage."""

from django.urls import path

from apps.organisation import views

app_name = "organisation"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("lock/", views.lock_page, name="lock"),
    path("lock/resume/", views.resume, name="resume"),
    path("account/", views.me, name="me"),
    path("account/password/", views.secret, name="secret"),
    path("account/display/", views.display, name="display"),
    path("account/declaration/", views.declaration, name="declaration"),
    path("account/trainings/<int:pk>/", views.acknowledge, name="acknowledge"),
    path("trainings/", views.trainings, name="trainings"),
    path("sites/<str:site>/", views.site_page, name="site"),
    path("account/views/", views.views, name="views"),
    path("account/site/", views.choose_site, name="choose_site"),
]
