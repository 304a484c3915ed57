"""Transcripts of one small interview of our own making, written as each program writes them."""

from __future__ import annotations

from pathlib import Path

import docx

ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:04.000
Helen Li: Tell me about a project that you led.

2
00:00:05.000 --> 00:00:09.500
Sam O'Neil: There are three things: I planned it, I built it,

3
00:00:10.000 --> 00:00:12.000
Sam O'Neil: and it worked.
"""
TEAMS_VTT = """WEBVTT\r
\r
4f1c/17-0\r
00:00:01.000 --> 00:00:04.000\r
<v Jane Doe>Hello &amp; welcome, tell me about a project.</v>\r
\r
4f1c/18-0\r
00:00:05.000 --> 00:00:09.000\r
<v John Doe (Guest)>I planned it and\r
I built it.</v>\r
"""
FEISHU_SRT = """1
00:00:01,000 --> 00:00:04,000
说话人 1: 请介绍一下你自己。

2
00:00:05,000 --> 00:00:09,500
说话人 2: 我叫王伟，做过三个 App 项目。
"""
TENCENT = """张三(00:00:01): 请介绍一个你负责的项目。

李四(00:00:08): 我负责了增长项目，
用户数翻了一倍。
"""
TENCENT_ABOVE = """发言人1 00:01
请介绍一个你负责的项目。
发言人2 00:08
我负责了增长项目，我们约在10:30上线。
"""
FEISHU = """产品经理面试
2026-05-01 10:00:00 CST|34分钟 20秒

关键词:
项目、增长

说话人 1 00:00:01.230
请介绍一个你负责的项目。

说话人 2 00:00:08.100
我负责了增长项目，用户数翻了一倍。
"""
DATED = """李雷 2026-05-01 10:00:12
请介绍一个你负责的项目。
韩梅梅 2026-05-01 10:00:20
我负责了增长项目。
"""


def teams_docx(path: Path, *, spans: bool = False) -> Path:
    """A paragraph a passage: name and time, or, as older ones have it, times, name and words on lines of their own."""
    document = docx.Document()
    document.add_paragraph("Interview-20260501_100000-Meeting Recording")
    document.add_paragraph("Jane Doe started transcription")
    passages = [
        ("Jane Doe", "0:03", "Tell me about a project."),
        ("John Doe", "1:02:04", "I built it, and it worked."),
    ]
    for number, (name, time, words) in enumerate(passages):
        lines = (
            [f"{name}   {time}", words]
            if not spans
            else [f"0:0:{number}.5 --> 0:0:{number}.950", name, words]
        )
        run = document.add_paragraph().add_run()
        for place, line in enumerate(lines):
            if place:
                run.add_break()
            run.add_text(line)
    document.add_paragraph("Jane Doe stopped transcription")
    document.save(str(path))
    return path
