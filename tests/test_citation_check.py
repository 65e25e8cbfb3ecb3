"""Clause references and quotes of any text, checked: through the command, the API and the engine."""

from datetime import date

import pytest

from tests.conftest import run

ON = date(2026, 11, 24)


def verdicts(engine, text, on=ON):
    return [(i.kind, i.words, i.verdict) for i in engine.verify(text, on).items]


@pytest.mark.parametrize("text, expected", [
    ("依据《生态环境法典》第九十五条第一款", [("clause", "第九十五条第一款", "found")]),
    ("依据中华人民共和国生态环境法典第九十五条第二款第（一）项", [("clause", "第九十五条第二款第（一）项", "found")]),
    ("生态环境法典第九十五条第五款", [("clause", "第九十五条第五款", "invented")]),
    ("《生态环境法典》第二千条规定，第107条也规定", [("clause", "第二千条", "invented"), ("clause", "第107条", "found")]),
    ("《环境影响评价法》第十六条", [("clause", "第十六条", "repealed")]),
    ("名录第55项、第300项", [("clause", "第55项", "found"), ("clause", "第300项", "invented")]),
    ("工作方案第二部分（四），第九部分", [("clause", "第二部分（四）", "found"), ("clause", "第九部分", "invented")]),
    ("见限制类农林牧渔业第2项", [("clause", "限制类农林牧渔业第2项", "found")]),
    ("见鼓励类农林牧渔业第99项", [("clause", "鼓励类农林牧渔业第99项", "not_held")]),  # the edition is held in part
    ("《某某管理办法》第三条", [("document", "《某某管理办法》", "not_held")]),
    ("今天天气很好。", []),
])
def test_references(engine, text, expected):
    assert verdicts(engine, text) == expected


@pytest.mark.parametrize("text, verdict, true", [
    ("生态环境法典第一百零七条：“建设单位不得开工建设”。", "found", None),
    ("生态环境法典第一百零七条：“建设单位可以先行开工建设”。", "misquoted", "不得开工建设"),
    ("生态环境法典第九十五条：“未予批准的，或者未经原审批部门重新审核同意的，建设单位不得开工建设”。", "misplaced", "第一百零七条"),
    ("有规定说“审批、审核建设项目生态环境影响报告书、生态环境影响报告表以及备案生态环境影响登记表，不得收取任何费用”。", "found", None),
    ("有规定说“本市所有企业一律发给每月八千元的住房补贴并免费供应早餐”。", "not_held", None),
    ("《生态环境法典》第一千零九十五条第一款，“处二十万元以上\n一百万元以下的罚款”", "found", None),
])
def test_quotes(engine, text, verdict, true):
    quote = engine.verify(text, ON).items[-1]
    assert quote.kind == "quote" and quote.verdict == verdict
    if true:
        assert true in (quote.true_text or "") + (quote.label or "")


def test_a_true_text_is_the_store_s_own_words(engine):
    item = engine.verify("生态环境法典第一百零七条：“建设单位可以先行开工建设”。", ON).items[-1]
    assert item.true_text in engine.clause(item.clause_id).text


def test_the_date_decides_what_is_in_force(engine):
    text = "《环境影响评价法》第十六条"
    assert verdicts(engine, text, date(2025, 3, 1))[0][2] == "found"
    repealed = engine.verify(text, ON).items[0]
    assert repealed.replaced_by == "中华人民共和国生态环境法典" and "2026年8月15日失效" in repealed.said
    assert verdicts(engine, "《生态环境法典》第九十五条", date(2025, 3, 1))[0][2] == "repealed"  # not yet in force


def test_every_citation_of_our_own_answers_is_found(engine):
    for question in ("没办环评就开工怎么处罚", "总投资1亿元的项目入园要走什么程序？"):
        for c in engine.ask(question, ON).citations:
            quote = c.quote.split("\n")[0]
            report = engine.verify(f"《{c.doc_title}》{c.label}：“{quote}”", ON)
            assert [i.verdict for i in report.items if i.kind == "quote"] in ([], ["found"]), report
            assert not report.wrong


def test_the_command_checks_a_file(shipped, tmp_path):
    file = tmp_path / "材料.txt"
    file.write_text("依据生态环境法典第二千条，应当停工。", encoding="utf-8")
    done = run("verify", str(file))
    assert done.returncode == 1 and "没有第二千条" in done.stdout and "1处有问题" in done.stdout
    file.write_text("依据生态环境法典第一百零七条，不得开工建设。", encoding="utf-8")
    assert run("verify", str(file), "--json").returncode == 0
    assert run("verify", str(tmp_path / "没有.txt")).returncode == 1
