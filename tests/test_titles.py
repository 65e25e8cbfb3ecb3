"""Which document does a question name, and which does it name that the library does not hold?"""

from datetime import date

import pytest

from kb.references import named_documents, unknown_titles

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("question, named, unknown", [
    ("环境保护税法实施条例第三条", [], ["环境保护税法实施条例"]), ("《环境保护税法实施条例》第三条怎么解释", [], ["环境保护税法实施条例"]),
    ("环境保护税法第三条", ["env-tax-law"], []), ("《中华人民共和国环境影响评价法（2018修正）》第二十五条", ["eia-law"], []),
    ("请问城镇排水与污水处理条例第二十一条", [], ["城镇排水与污水处理条例"]), ("按照建设项目环境保护管理条例要验收吗", ["construction-env-regulation"], []),
    ("国家危险废物名录第5项", [], ["国家危险废物名录"]), ("建设项目环境影响评价分类管理名录第5项", ["eia-2017"], []), ("有什么办法处理垃圾", [], []), ("这个条例怎么说", [], []), ("名录第55项", ["eia-2021"], []), ("依据《广元市招商办法》和土地管理法", ["land-law"], ["广元市招商办法"])])
def test_titles(shipped, question, named, unknown):
    documents = shipped.documents()
    assert [d.doc_id for d in named_documents(question, documents)] == named
    assert unknown_titles(question, documents) == unknown


def test_a_regulation_that_is_not_held_is_never_answered_from_another(engine):
    answer = engine.ask("环境保护税法实施条例第三条怎么规定", TODAY)
    assert answer.status == "not_found" and not answer.citations and "没有收录《环境保护税法实施条例》" in answer.text
    answer = engine.ask("城镇排水与污水处理条例对排水许可怎么规定", TODAY)
    assert answer.text.startswith("注意：本库没有收录《城镇排水与污水处理条例》")
