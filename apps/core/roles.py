"""The roles a person can hold at a site."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do at a site. Administrators manage access and enter no data; inspectors only read."""

    AUTHOR = "AUTHOR"
    OPERATOR = "OPERATOR"
    CHECKER = "CHECKER"
    ANALYST = "ANALYST"
    QC_HEAD = "QC_HEAD"
    QA = "QA"
    CERTIFIER = "CERTIFIER"
    STOREKEEPER = "STOREKEEPER"
    SITE_ADMIN = "SITE_ADMIN"
    INSPECTOR = "INSPECTOR"
    PHYSICIAN = "PHYSICIAN"
    NURSE = "NURSE"
    COLLECTOR = "COLLECTOR"
    COURIER = "COURIER"
