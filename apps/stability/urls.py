"""Pages of stability."""

from django.urls import path

from apps.stability import views

EXTENSION = "extensions/<str:number>/"
app_name = "stability"
urlpatterns = [
    path("", views.studies, name="list"),
    path("batches/<str:number>/open/", views.begin, name="open"),
    path(EXTENSION, views.extension, name="extension"),
    path(f"{EXTENSION}endorse/", views.endorse, name="endorse"),
    path(f"{EXTENSION}authorise/", views.authorise, name="authorise"),
    path(f"{EXTENSION}relabel/", views.relabel, name="relabel"),
    path(f"{EXTENSION}confirm/", views.confirm, name="confirm"),
    path(f"{EXTENSION}complete/", views.complete, name="complete"),
    path(f"{EXTENSION}withdraw/", views.withdraw, name="withdraw"),
    path("<str:number>/", views.study, name="study"),
    path("<str:number>/results.csv", views.results, name="results"),
    path("<str:number>/pulls/<int:month>/", views.pull, name="pull"),
    path("<str:number>/close/", views.close, name="close"),
    path("<str:number>/extensions/", views.propose, name="propose"),
]
