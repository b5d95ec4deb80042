"""Filters of lists whose things are made of units."""

import django_filters


class OfUnits(django_filters.FilterSet):
    """`?batch=CT-0042&unit=CT-0042-U01`, for what has a line for each of its units."""

    batch = django_filters.CharFilter(field_name="lines__unit__batch__number", distinct=True)
    unit = django_filters.CharFilter(field_name="lines__unit__number")
