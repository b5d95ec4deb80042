"""Words about people and places that come in both languages."""

from dataclasses import dataclass

from apps.core.roles import Role


@dataclass(frozen=True)
class Words:
    """One thing's name in English and in Chinese."""

    en: str
    zh: str


ROLE_NAMES = {
    Role.AUTHOR: Words("Author of master records", "主记录编写人"),
    Role.OPERATOR: Words("Operator", "操作员"),
    Role.CHECKER: Words("Checker", "复核员"),
    Role.ANALYST: Words("Analyst", "检验员"),
    Role.QC_HEAD: Words("Head of quality control", "质量控制负责人"),
    Role.QA: Words("Quality assurance", "质量保证"),
    Role.CERTIFIER: Words("Authorised person", "质量受权人"),
    Role.STOREKEEPER: Words("Storekeeper", "仓储管理员"),
    Role.SITE_ADMIN: Words("Site administrator", "站点管理员"),
    Role.INSPECTOR: Words("Inspector", "检查员"),
    Role.PHYSICIAN: Words("Physician", "医师"),
    Role.NURSE: Words("Nurse", "护士"),
    Role.COLLECTOR: Words("Collector", "采集人员"),
    Role.COURIER: Words("Courier", "运输人员"),
}
