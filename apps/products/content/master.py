"""The readable document of a master record (21 CFR 211.186): what the author signs and the second person approves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings

from apps.documents.facts import (
    Bilingual,
    Block,
    DocumentContent,
    DocumentKind,
    SignatureBlock,
    Signatures,
    read_content,
)
from apps.organisation.models import Site
from apps.products.content.giving import donation_blocks
from apps.products.content.making import identity_blocks, preparation_blocks, units_blocks
from apps.products.content.studying import stability_blocks
from apps.products.content.using import (
    disposal_blocks,
    dosing_blocks,
    release_blocks,
    source_blocks,
    storage_blocks,
    testing_blocks,
    transport_blocks,
)
from apps.products.definition import Definition
from apps.products.facts import VersionVerb
from apps.products.loader import load_text
from apps.products.models import ProductVersion
from apps.signatures.models import Signature

TITLES = {
    VersionVerb.SIGN: Bilingual("Author", "起草人"),
    VersionVerb.APPROVE: Bilingual("Quality assurance", "质量保证"),
}
MEANINGS = {
    VersionVerb.SIGN: Bilingual("Author", "起草"),
    VersionVerb.APPROVE: Bilingual("Approved", "批准"),
}


@dataclass(frozen=True)
class Chapter:
    """One chapter of the document: the word that names the stage everywhere, its title and its blocks."""

    key: str
    title: Bilingual
    blocks: tuple[Block, ...]


@lru_cache(maxsize=16)
def master_chapters(text: str) -> tuple[Chapter, ...]:
    """The record of this text chapter by chapter, in the order of the stages; written once, for it never changes."""
    definition = load_text(text)
    parts = (
        ("product", Bilingual("Product", "产品"), identity_blocks(definition)),
        ("donation", Bilingual("Donation", "捐献"), donation_blocks(definition.collected)),
        ("preparation", Bilingual("Preparation", "制备"), preparation_blocks(definition)),
        ("units", Bilingual("Units", "成品单元"), units_blocks(definition.units)),
        ("testing", Bilingual("Testing", "检验"), testing_blocks(definition.testing)),
        ("release", Bilingual("Release", "放行"), release_blocks(definition.release)),
        ("storage", Bilingual("Storage", "贮存"), storage_blocks(definition.storage)),
        *_studied(definition),
        ("transport", Bilingual("Transport", "运输"), transport_blocks(definition.transport)),
        ("dosing", Bilingual("Dosing", "给药"), dosing_blocks(definition.given)),
        ("disposal", Bilingual("Disposal", "处置"), disposal_blocks(definition.disposal)),
        ("sources", Bilingual("Sources", "依据"), source_blocks(definition)),
    )
    return tuple(Chapter(key, title, tuple(blocks)) for key, title, blocks in parts)


def _studied(definition: Definition) -> list[tuple[str, Bilingual, Iterable[Block]]]:
    """No chapter where no protocol is: what was signed without one reads as it was signed."""
    protocol = definition.stability
    return [("stability", Bilingual("Stability", "稳定性"), stability_blocks(definition, protocol))] if protocol else []


def master_blocks(text: str) -> tuple[Block, ...]:
    """Everything the record says, in the order of the stages."""
    return tuple(block for chapter in master_chapters(text) for block in chapter.blocks)


def master_document(version: ProductVersion, site: Site, signed: Sequence[Signature] = ()) -> DocumentContent:
    """The document as it is issued with its signatures, or read before them."""
    return _filled(_frame(version, site), version.text, signed)


def readable_hash(version: ProductVersion, site: Site) -> str:
    """The fingerprint of the readable document before its signatures: what a signer has read."""
    return _hash_of(_frame(version, site).text, version.text)


@lru_cache(maxsize=32)
def _hash_of(frame: str, text: str) -> str:
    # a decision asks several times: for its page, for its challenge, when it is signed
    return _filled(read_content(frame), text).hash


def _filled(frame: DocumentContent, text: str, signed: Sequence[Signature] = ()) -> DocumentContent:
    return replace(frame, blocks=(*master_blocks(text), _signatures(signed)))


def _frame(version: ProductVersion, site: Site) -> DocumentContent:
    """All but the chapters: whose document it is, who issues it."""
    return DocumentContent(
        kind=DocumentKind.MASTER_RECORD,
        number=f"MR-{version.number}".upper().replace("_", "-"),  # one document per version of the master
        version=1,
        title=Bilingual("Master batch record", "工艺规程与批生产记录母本"),
        issuer=Bilingual(site.name_en, site.name_zh),
        issuer_address=Bilingual(site.address_en, site.address_zh),
        timezone=site.timezone,
        subject=version.record.address,
        caption=f"{version.number} · {version.sha256[:12]}",
        demo=settings.QCS_MODE != "server",
        data={"product": version.key, "version": version.version, "sha256": version.sha256},
    )


def _signatures(signed: Sequence[Signature]) -> Signatures:
    awaited = tuple(MEANINGS.values())[len(signed) :]
    blocks = tuple(_block(signature) for signature in signed)
    return Signatures(Bilingual("Signatures", "签名"), blocks, awaited=awaited)


def _block(signature: Signature) -> SignatureBlock:
    verb = VersionVerb(signature.verb.removeprefix("product_").upper())
    return SignatureBlock(
        printed_name=signature.printed_name,
        printed_name_zh=signature.printed_name_zh,
        meaning=MEANINGS[verb],
        signed_at=signature.signed_at,
        title=Bilingual(signature.title_en, signature.title_zh) if signature.title_en else TITLES[verb],
        content_hash=signature.content_hash,
    )
