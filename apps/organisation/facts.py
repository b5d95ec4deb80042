"""Words about people and places that come in both languages."""

from collections.abc import Iterable
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

ROLE_DUTIES = {
    Role.AUTHOR: Words("writes master records", "编写工艺规程"),
    Role.OPERATOR: Words("fills in batch records, thaws units", "填写批记录，复苏单元"),
    Role.CHECKER: Words("checks steps and doses as the second person", "作为第二人复核步骤和剂量"),
    Role.ANALYST: Words("tests samples", "检验样品"),
    Role.QC_HEAD: Words("approves the certificate of analysis", "批准检验报告书"),
    Role.QA: Words("reviews batches, decides on deviations and excursions", "审核批次，裁定偏差和温度超限"),
    Role.CERTIFIER: Words("certifies and releases batches", "批准放行批次"),
    Role.STOREKEEPER: Words("keeps lots and stored units, ships them", "管理物料批和库存单元，负责发运"),
    Role.SITE_ADMIN: Words("grants access, enters no data", "管理权限，不录入数据"),
    Role.INSPECTOR: Words("reads everything, changes nothing", "查阅全部记录，不作更改"),
    Role.PHYSICIAN: Words("decides on donors, orders treatments", "判定供者合格性，开具治疗医嘱"),
    Role.NURSE: Words("gives doses and watches the patient", "给药并观察患者"),
    Role.COLLECTOR: Words("records consents and collections", "记录知情同意和采集"),
    Role.COURIER: Words("carries shipments", "运输货物"),
}


def roles_wanted(roles: Iterable[Role]) -> dict[str, str]:
    """The roles that a refusal asks for, as facts of its sentence: as codes, and in Chinese words."""
    wanted = sorted(roles)
    return {"roles": ", ".join(wanted), "roles_zh": "、".join(ROLE_NAMES[role].zh for role in wanted)}
