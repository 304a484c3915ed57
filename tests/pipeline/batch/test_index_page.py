"""The page of a batch: complete, escaped, in both languages, and sorted and searched in a real browser."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import get_args

import pytest

from interview_analysis.pipeline.batch.index_page import histogram, render_index
from interview_analysis.pipeline.batch.workers.executor import Kind
from interview_analysis.pipeline.common.messages import load_messages
from interview_analysis.scoring.report.report import Reason
from tests.conftest import ROOT
from tests.pipeline.batch.rows import JOBS, SampleScore, failed, profiles, sample_rows, scored
from tests.pipeline.common.test_messages import FLAGS
from tests.pipeline.report.html_page import ATTACK, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="SKIPPED: no chromium to look at the page with")


def _page(rows, **options) -> str:
    return render_index(rows, profiles(), **{"title": "2026-11", **options})


def _data(html: str):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1])


def _dump(html: str, folder: Path, fragment: str = "", driver: str = "") -> str:
    """The page as the browser has it after its script ran; a `driver` script may press its buttons first."""
    if driver:
        html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
        html = html.replace("</body>", f"<script>{driver}</script></body>")
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
        f"{path.as_uri()}#{fragment}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def _ids(dom: str) -> list[str]:
    body = re.search(r'<tbody id="body">(.*?)</tbody>', dom, re.DOTALL)[1]
    return re.findall(r'<span class="id"><bdi>(.*?)</bdi>', body)


def _head(dom: str) -> str:
    return re.search(r'<thead id="head">(.*?)</thead>', dom, re.DOTALL)[1]


def _heads(dom: str) -> list[tuple[str, str]]:
    return re.findall(r'data-sort="(.*?)">(.*?)<', _head(dom))


THREE = [
    scored(1, 70.0, candidate_id="Zoë"),
    scored(2, None, candidate_id="Adam", partial=True),
    scored(3, 9.0, candidate_id="李雷"),
    failed(4, "observe", "/in/4.mp4: is empty (0 bytes): copy it again", job=JOBS[1]),
    scored(5, 100.0, candidate_id="bob", duration_s=59.6),
]


def test_counts_links_and_order_are_those_of_the_batch():
    html = _page(THREE, total=7)
    root = Page(html).root
    counts = [d.text.strip() for d in root.find("dl", css="counts")[0].find("dd")][:5]
    assert counts == ["7", "4", "1", "1", "2"]
    data = _data(html)
    assert [row[0] for row in data["rows"]] == [f"i-{n}" for n in range(1, 6)]
    assert data["rows"][0][10] == "./interviews/i-1/report.html"
    assert data["rows"][0][5] == [70.0, 4.0]
    assert data["rows"][1][5] == [None, None, "nothing_scored"]
    assert data["rows"][3][11:13] == ["observe", "/in/4.mp4: is empty (0 bytes): copy it again"]
    assert [job["zh"] for job in data["jobs"]] == ["产品经理", "客户成功经理"]
    assert not re.search(r'(?:src|href)="(?!#)', html), (
        "nothing from outside, and no link but to a part of the page"
    )


def test_the_same_rows_give_the_same_page():
    rows = sample_rows(50)
    assert _page(rows) == _page(sample_rows(50))


def test_nothing_of_a_row_is_read_as_html():
    stranger = f"{ATTACK}</script><!--\u2028\u202e"
    rows = [
        scored(1, 50.0, candidate_id=stranger, interview_id=stranger, job=stranger, flags=(stranger,),
               language=stranger, report=f"//evil.example/{stranger}",
               scores={"overall": SampleScore(50.0, 1.0), f"dimension.{stranger}": SampleScore(None, None, stranger)}),
        failed(2, stranger, stranger),
    ]  # fmt: skip
    html = _page(rows, title=stranger)
    assert len(Page(html).root.find("script")) == 2
    assert not Page(html).root.find("img")
    assert "<!--" not in html
    assert "\u202e" not in html
    data = _data(html)
    assert data["rows"][0][1] == f"{ATTACK}</script><!--\ufffd\ufffd"
    assert data["rows"][0][10].startswith("./%2F%2F") or data["rows"][0][10].startswith(
        ".///evil.example/%3Cscript"
    )


def test_a_link_keeps_odd_names_whole():
    row = scored(1, 50.0, report="interviews/a b#%?\"'李:雷/report.html")
    assert (
        _data(_page([row]))["rows"][0][10]
        == "./interviews/a%20b%23%25%3F%22%27%E6%9D%8E%3A%E9%9B%B7/report.html"
    )


LEARNED = [
    scored(1, 70.0, scores={"overall": SampleScore(70.0, 4.0), "learned.Overall": SampleScore(5.234, 0.618)}),
    scored(2, 50.0, scores={"overall": SampleScore(50.0, 4.0), "learned.Overall": SampleScore(None, None, "no_speech")}),
    failed(3, "observe", "/in/3.mp4: is empty (0 bytes): copy it again"),
]  # fmt: skip


BROKEN = [
    failed(1, "probe", "/in/1.mp4: no such file: check the path", code="not_found"),
    failed(2, "observe", "the worker was killed from outside (SIGKILL)", code="worker_lost"),
    failed(3, "score", "unexpected KeyError in x.py:3: 'a'"),
]


def test_kinds_of_failures_are_told_in_both_languages_beside_the_reason():
    root = Page(_page(BROKEN, language="zh")).root
    told = [row.text for row in root.find("table", css="failures")[0].find("tbody")[0].find("tr")]
    assert any("文件不存在。" in text and "no such file" in text for text in told)
    assert any("处理进程意外终止。" in text for text in told)
    assert any("unexpected KeyError" in text for text in told)
    assert [row[14] for row in _data(_page(BROKEN))["rows"]] == ["not_found", "worker_lost", ""]


def test_every_kind_of_failure_has_a_text():
    calls = [
        node
        for path in (ROOT / "pipeline").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MediaError" and len(node.args) == 2
    ]
    codes = {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}
    assert len(codes) > 8
    assert codes | set(get_args(Kind)) - {"error"} <= set(load_messages()["failure_reasons"])


def test_learned_scores_stand_with_their_standard_errors():
    data = _data(_page(LEARNED))
    assert data["learned"] == ["Overall"]
    assert [row[13] for row in data["rows"]] == [[[5.23, 0.62]], [[None, None, "no_speech"]], [None]]
    assert _data(_page(THREE))["learned"] == []
    told = [
        "as a model predicts it" in html.partition("<script")[0] for html in (_page(LEARNED), _page(THREE))
    ]
    assert told == [True, False]


def test_a_histogram_counts_every_score_once():
    assert histogram([0, 9.9, 10, 55, 99.9, 100]) == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2]
    html = _page(THREE)
    assert "0 to 10: 1, 70 to 80: 1, 90 to 100: 1" in html
    assert "3 scored, median 70; 1 without a score" in html
    assert "No overall score yet." in html


def test_a_batch_without_rows_is_a_page():
    assert _data(_page([], total=3))["rows"] == []


def test_every_reason_and_flag_has_a_short_name():
    table = load_messages()
    assert set(table["short_reasons"]) == {reason.value for reason in Reason}
    assert set(table["short_flags"]) == set(FLAGS)


def test_the_texts_of_the_script_exist():
    script = (Path(__file__).parents[3] / "pipeline" / "report" / "templates" / "batch.js").read_text(
        encoding="utf-8"
    )
    used = set(re.findall(r'say\("(\w+)"', script))
    assert used
    assert used <= set(load_messages()["batch"])


def test_five_thousand_interviews_stay_a_small_file():
    assert len(_page(sample_rows(5000)).encode()) < 2_000_000


@needs_browser
def test_the_list_opens_in_the_order_of_the_manifest(tmp_path):
    dom = _dump(_page(THREE), tmp_path)
    assert _ids(dom) == ["i-1", "i-2", "i-3", "i-4", "i-5"]
    assert "aria-sort" not in _head(dom)
    assert "5 of 5 interviews" in dom
    assert ("dimensions", "Dimensions") in _heads(dom)
    assert "is empty (0 bytes)" in dom
    assert re.search(r"<td[^>]*>1:00</td>", dom)


@needs_browser
@pytest.mark.parametrize(
    ("fragment", "ids"),
    [
        ("sort=overall", ["i-3", "i-1", "i-5", "i-2", "i-4"]),
        ("sort=overall&desc=1", ["i-5", "i-1", "i-3", "i-2", "i-4"]),
        ("sort=status&desc=1", ["i-4", "i-2", "i-1", "i-3", "i-5"]),
        ("q=ZO%C3%8B", ["i-1"]),
        ("q=0%20bytes", ["i-4"]),
        ("status=partial", ["i-2"]),
        ("lang=constructor&status=__proto__&job=x&sort=y&page=-1", ["i-1", "i-2", "i-3", "i-4", "i-5"]),
        ("status=complete&job=product-manager&sort=candidate", ["i-5", "i-1", "i-3"]),
    ],
)
def test_the_address_sorts_and_chooses(fragment, ids, tmp_path):
    dom = _dump(_page(THREE), tmp_path, fragment)
    assert _ids(dom) == ids
    if "sort=overall" in fragment:
        assert _head(dom).count("aria-sort=") == 1
        assert ('aria-sort="descending"' in _head(dom)) == ("desc" in fragment)


@needs_browser
def test_a_learned_score_has_a_column_that_sorts(tmp_path):
    dom = _dump(_page(LEARNED), tmp_path, "lang=zh&sort=learned.Overall")
    assert ("learned.Overall", "Overall（由人工评分学得）") in _heads(dom)
    assert _ids(dom) == ["i-1", "i-2", "i-3"]
    assert '<strong>5.23</strong> <span class="pm">标准误 0.62</span>' in dom
    assert "未评分：无人说话" in dom


@needs_browser
def test_the_other_language_and_the_columns_of_one_job(tmp_path):
    dom = _dump(_page(sample_rows(30)), tmp_path, "lang=zh&job=product-manager")
    names = [d.name.zh for d in profiles()["product-manager"].dimensions]
    assert [name for _, name in _heads(dom)][3 : 3 + len(names)] == names
    assert '<html lang="zh-CN"' in dom
    assert "各岗位综合得分分布</span>" in dom


@needs_browser
def test_strangers_run_nothing_in_a_browser(tmp_path):
    evil = "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>\"'"
    rows = [
        scored(1, 50.0, candidate_id=evil, interview_id=evil, job=evil, flags=(evil,)),
        failed(2, evil, evil),
    ]
    dom = _dump(_page(rows, title="batch"), tmp_path)
    assert "<title>batch · Batch of interviews</title>" in dom
    assert "<img" not in dom
    assert dom.count("<script") == 2


@needs_browser
def test_pressing_the_buttons_works_and_is_remembered(tmp_path):
    driver = """
    const press = (e) => e.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const sort = () => press(document.querySelector('[data-sort="overall"]'));
    const log = [];
    sort(); log.push(location.hash, document.activeElement.dataset.sort);
    sort(); log.push(location.hash);
    sort(); log.push(location.hash);
    press(document.querySelector('[data-language="zh"]')); log.push(location.hash);
    press(document.getElementById("next")); log.push(document.getElementById("page").textContent);
    const find = document.getElementById("find");
    find.value = "张伟 101"; find.dispatchEvent(new Event("input")); log.push(document.getElementById("found").textContent);
    find.value = ""; find.dispatchEvent(new Event("input"));
    window.dispatchEvent(new Event("beforeprint")); log.push(String(document.querySelectorAll("#body tr").length));
    document.documentElement.dataset.log = JSON.stringify(log);
    """
    dom = _dump(_page(sample_rows(250)), tmp_path, driver=driver)
    log = json.loads(unescape(re.search(r'data-log="(.*?)"', dom)[1]))
    assert log[0].startswith("#lang=en&sort=overall")
    assert log[1] == "overall"
    assert "desc=1" in log[2]
    assert "sort" not in log[3]
    assert "lang=zh" in log[4]
    assert log[5:] == ["第 2 页，共 3 页", "1 / 250 场面试", "250"]
