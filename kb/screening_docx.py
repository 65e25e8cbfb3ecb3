"""The sheet as a DOCX file in the form an office files: title, table of facts, numbered sections, citations, notes."""

from kb.composing import sentence
from kb.office_docx import as_bytes, block, new_document, plain, table
from kb.screening import Screening


def as_docx(sheet: Screening) -> bytes:
    """The file's bytes."""
    document = new_document(sheet.title)
    document.add_heading(sentence("screen.facts"), level=1)
    table(document, [[fact.name, fact.value] for fact in sheet.facts])
    for section in sheet.sections:
        document.add_heading(section.heading, level=1)
        for line in section.lines:
            block(document, line)
    document.add_heading(sentence("screen.citations"), level=1)
    for reference in sheet.references:
        document.add_paragraph(reference)
    document.add_heading(sentence("screen.notes"), level=1)
    for note in sheet.notes:
        document.add_paragraph(plain(note))
    return as_bytes(document)
