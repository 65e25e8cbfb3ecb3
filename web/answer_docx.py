"""An answer as a DOCX file 答复意见: the question, the reply, its grounds with verbatim quotes, what is open, what to verify."""

from datetime import date

from kb.composing import sentence
from kb.corpus import chinese_date
from kb.models import Answer
from kb.office_docx import as_bytes, block, new_document, plain, table
from web.transcript import paragraphs


def as_docx(answer: Answer) -> bytes:
    """The file's bytes."""
    document = new_document(sentence("reply.title"))
    table(document, [[sentence("reply.asked"), answer.question], [sentence("reply.as_of"), chinese_date(answer.as_of)],
                     [sentence("reply.made_on"), chinese_date(date.today())]])
    document.add_heading(sentence("reply.answer"), level=1)
    for paragraph in paragraphs(answer):
        block(document, paragraph)
    document.add_heading(sentence("reply.grounds"), level=1)
    for c in answer.citations:
        state = sentence("screen.in_force") if c.in_force else sentence("screen.not_in_force", as_of=chinese_date(answer.as_of))
        head = "，".join(filter(None, [c.doc_number, c.edition, f"第{c.page}页" if c.page else None, state]))
        document.add_paragraph(f"[{c.n}] 《{c.doc_title}》{c.label}（{head}）")
        document.add_paragraph(c.quote, style="Quote")
    if answer.questions:
        document.add_heading(sentence("reply.open"), level=1)
        for question in answer.questions:
            document.add_paragraph(plain(question), style="List Number")
    document.add_heading(sentence("reply.notes"), level=1)
    body = paragraphs(answer)
    for note in [*(n for n in answer.warnings if n not in body), sentence("reply.disclaimer")]:
        document.add_paragraph(plain(note))
    return as_bytes(document)
