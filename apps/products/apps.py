"""Configuration of the products app."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """Master batch records: versions, approval, and the rules they are written in."""

    name = "apps.products"
    label = "products"
