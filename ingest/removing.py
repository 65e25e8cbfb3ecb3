"""A document taken in from a file leaves the library; a shipped document it stood in place of comes back."""

from contextlib import nullcontext

from ingest.amending import SOURCE as AMENDED
from ingest.amending import rebuild
from ingest.originals import drop
from ingest.pipeline import Changing, write
from kb.corpus import manifest_documents
from kb.errors import IngestError
from kb.models import Document
from kb.store import Store


def removable(store: Store) -> list[Document]:
    """The documents taken in from files."""
    return [d for d in store.documents() if store.source(d.doc_id) not in (None, "corpus", AMENDED)]


def remove(store: Store, doc_id: str, changing: Changing = nullcontext) -> Document:
    """Remove one document; IngestError, and no change, where it is shipped with the product or not held."""
    from ingest.shipped import read

    document = next((d for d in removable(store) if d.doc_id == doc_id), None)
    if document is None:
        raise IngestError("这份文件是随附的，或已不在文库，不能移除；不再有效的文件请记录废止（zhengwen corpus repeal）。")
    shipped = next((d for d in manifest_documents() if d.doc_id == doc_id), None)
    with changing():
        store.remove_document(doc_id)
        if shipped:
            write(store, shipped, read(shipped))
        rebuild(store)
    drop(store, document.original)
    return document
