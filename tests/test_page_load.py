"""Twenty people ask at the same moment, over the network, as the page does: each gets an answer of their own."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx

PEOPLE = 20


def ask(url: str, function: int, question: str) -> tuple[float, float, str]:
    """(seconds to the first words of the answer, to its end, the answer's HTML) of one person's question."""
    session = uuid.uuid4().hex
    with httpx.Client(base_url=url, timeout=60) as client:
        started = time.perf_counter()
        client.post("gradio_api/queue/join", json={"data": [question, "", None], "fn_index": function, "session_hash": session}).raise_for_status()
        first, shown = 0.0, ""
        with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as events:
            for line in events.iter_lines():
                if not line.startswith("data:"):
                    continue
                event = json.loads(line[5:])
                if event["msg"] in ("process_generating", "process_completed"):
                    assert event.get("success", True), event
                    shown = json.dumps(event["output"].get("data"), ensure_ascii=False)
                    first = first or (time.perf_counter() - started if "md" in shown else 0.0)
                if event["msg"] == "process_completed":
                    return first, time.perf_counter() - started, shown
    raise AssertionError("no answer")


def test_twenty_people_at_once(url):
    config = httpx.get(url + "config", timeout=30).json()
    box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
    function = next(d["id"] for d in config["dependencies"] if [box, "submit"] in d["targets"])
    questions = [f"名录第{n}项" for n in range(1, PEOPLE // 2 + 1)] + [f"年产{n}万立方米刨花板，环评做什么？" for n in range(1, PEOPLE // 2 + 1)]
    ask(url, function, questions[-1])
    with ThreadPoolExecutor(PEOPLE) as people:
        answers = list(people.map(lambda q: ask(url, function, q), questions))
    for question, (_, _, shown) in zip(questions, answers, strict=True):
        assert question in shown and "citation" not in shown.lower(), shown[:300]
        assert ("环境影响" in shown or "项目类别" in shown) and "class=\\\"actions\\\"" in shown
    first, whole = (sorted(a[k] for a in answers) for k in (0, 1))
    print(f"{PEOPLE}人同时提问：开头最慢 {first[-1]:.2f} 秒，全文中位 {whole[len(whole) // 2]:.2f} 秒、最慢 {whole[-1]:.2f} 秒")
    assert whole[-1] < 30
