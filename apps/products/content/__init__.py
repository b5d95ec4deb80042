"""What people sign about a master record, and the readable document of it."""

from apps.products.content.master import Chapter, master_blocks, master_chapters, master_document, readable_hash
from apps.products.content.signed import version_content

__all__ = ["Chapter", "master_blocks", "master_chapters", "master_document", "readable_hash", "version_content"]
