"""What does a file say? PDF, DOCX, HTML, TXT or MD → its lines by page, its title, and its tables on demand.

The kind of file is read off its content and must agree with its suffix. The text stays verbatim (NFC, full-width
punctuation kept): only what is no part of the document goes — control characters, page numbers and running heads
at the edge of a page (GB/T 9704 sets — 3 —), marks of Markdown. `pdf` reads PDF, `word` DOCX, `web_page` HTML, `scans`
pictures; what old programs of offices wrote is converted first (`office`). A text in traditional characters is written
in simplified ones, and says so.
"""

import logging
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from ingest.characters import simplified
from ingest.office import to_docx
from ingest.pdf import Progress, read_pdf
from ingest.scans import SURE, read_image
from ingest.source import Loaded, Media, Page
from ingest.text import CONTROL, clean
from ingest.web_page import read_html
from ingest.word import read_docx
from kb.errors import IngestError

SUFFIXES: dict[str, Media] = {".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".txt": "txt",
                              ".md": "md", ".markdown": "md"}
PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
OLD = {".doc", ".wps", ".rtf"}
LARGEST, UNPACKED, MEMBERS = 200 * 2 ** 20, 500 * 2 ** 20, 5000  # bytes of a file, of a DOCX unpacked; its parts
ACCEPTED = tuple(sorted({*SUFFIXES, *PICTURES, *OLD}))
NAMES = {"pdf": "PDF 文件", "docx": "DOCX 文档", "html": "网页（HTML）", "txt": "纯文字"}
FOREIGN = ((b"\x89PNG", "PNG 图片"), (b"\xff\xd8\xff", "JPEG 图片"), (b"GIF8", "GIF 图片"), (b"II*\0", "TIFF 图片"),
           (b"MM\0*", "TIFF 图片"), (b"BM", "BMP 图片"), (b"RIFF", "WEBP 图片"), (b"Rar!", "RAR 压缩包"), (b"7z\xbc\xaf", "7z 压缩包"), (b"\x1f\x8b", "GZIP 压缩包"),
           (b"{\\rtf", "RTF 文档"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧格式的 Office 或 WPS 文件（.doc、.wps、.xls 等）"))
ZIPPED = (("word/", "docx"), ("xl/", "Excel 表格"), ("ppt/", "PPT 演示文稿"), ("OFD.xml", "OFD 版式文件"),
          ("mimetype", "OpenDocument 文档"))
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
HTML_START = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
HTML_TAG = re.compile(r"<(p|div|table|h[1-6]|span|br|article|section|ul|ol|center|font|strong|b)\b[^>]*>", re.I)

IMPRINT_LINES = 8  # that an imprint takes at most
COPIES = re.compile(r"\s*(?:抄送|分送|抄报|主题词)\s*[：:]")
PRINTED = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*印发\s*$")
IMPRINT = re.compile(rf"{COPIES.pattern}|\s*[（(]此件[^）)]*[）)]\s*$|.{{2,40}}{PRINTED.pattern}")

BOLD = re.compile(r"(?<![\\*])(\*{2,3})(?=[^\s*])(.+?)(?<=[^\s*])\1(?!\*)"
                  r"|(?<!\w)(__)(?=[^\s_])(.+?)(?<=[^\s_])__(?!\w)")
ITALIC = re.compile(r"(?<![\\*\d])\*(?=[\w“《（〔])([^*\n]+?)(?<=[\w”》）〕。%％])\*(?!\*)"  # 135*；其他* marks no emphasis
                    r"|(?<!\w)_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?!\w)")

for _library in ("pypdf", "pdfminer"):  # what they complain of is told in one sentence, or does not matter
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


def load(path: Path, progress: Progress = lambda done, total: None) -> Loaded:
    """Read a file; IngestError with one sentence when it cannot be read or says nothing. `progress` is told of pages that
    must be recognised, which takes seconds each."""
    data = _bytes(path)
    if path.suffix.lower() in OLD and (kind := _old_kind(data)):
        data = to_docx(path.name, path.suffix.lower(), data, kind)
        with _guarded(path, "docx"):
            return _told(path, read_docx(path, _bounded(path, data)))
    if path.suffix.lower() in PICTURES and "图片" in _kind(data):
        with _guarded(path, "图片"):
            return _told(path, read_image(path, data, progress))
    media, text = _recognise(path, data)
    loaders: dict[str, Callable[[Path, Any], Loaded]] = {
        "pdf": lambda path, data: read_pdf(path, data, progress), "docx": lambda path, data: read_docx(path, _bounded(path, data)),
        "html": read_html, "txt": _plain, "md": _markdown}
    with _guarded(path, media):
        loaded = loaders[media](path, data if text is None else text)
    return _told(path, loaded)


def _told(path: Path, loaded: Loaded) -> Loaded:
    """What was read, in simplified characters, with what a person should mind; refused where it says nothing."""
    if not loaded.text.strip():
        if loaded.media == "pdf":
            raise IngestError(f"{path.name} 没有文字层，可能是扫描件，也没有识别出文字，请换一份清楚的扫描件再导入。")
        raise IngestError(f"{path.name} 里没有文字，请确认给出的是正文文件。")
    if loaded.recognised:
        doubtful = [n for n, score in loaded.recognised.items() if score < SURE]
        loaded.notes.append(f"{len(loaded.recognised)}页由图像识别，平均可信度{min(loaded.recognised.values()):.0%}以上，引用前请对照原件"
                            + (f"；第{'、'.join(map(str, doubtful))}页不够清楚，请逐字核对" if doubtful else ""))
    return simplified(replace(loaded, pages=_without_imprint(loaded.pages)))


def _without_imprint(pages: list[Page]) -> list[Page]:
    """The pages without the imprint that ends an official paper: 抄送 and 印发 (GB/T 9704), which are no part of its text."""
    last = max(n for n, page in enumerate(pages) if page.text.strip())
    lines = pages[last].text.rstrip().split("\n")
    start = next((n for n in range(max(0, len(lines) - IMPRINT_LINES), len(lines)) if IMPRINT.match(lines[n])), None)
    if start is None or start == 0 or not (COPIES.match(lines[start]) or PRINTED.search(lines[-1])):
        return pages
    return [*pages[:last], Page(pages[last].number, "\n".join(lines[:start])), *pages[last + 1:]]


def _bounded(path: Path, data: bytes) -> bytes:
    """A DOCX that unpacks to no more than a document can be."""
    members = zipfile.ZipFile(BytesIO(data)).infolist()
    if len(members) > MEMBERS or sum(m.file_size for m in members) > UNPACKED:
        raise IngestError(f"{path.name} 解压后大得不合常理，没有读取，请重新获取原件。")
    return data


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise IngestError(f"{path.name or path} 是文件夹，请给出其中的文件。")
        if path.exists() and not path.is_file():
            raise IngestError(f"{path.name} 不是普通文件，请给出文档文件。")
        if path.stat().st_size > LARGEST:
            raise IngestError(f"{path.name} 超过{LARGEST // 2 ** 20}MB，请拆分后再导入。")
        data = path.read_bytes()
    except PermissionError as error:
        raise IngestError(f"没有读取 {path.name} 的权限，请修改文件权限后再试。") from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise IngestError(f"找不到文件 {path.name}，请检查路径。") from error
    except OSError as error:
        raise IngestError(f"读不出文件 {path.name}，请检查路径和磁盘后再试。") from error
    if not data.strip():
        what = "里没有文字" if data else "是空文件（0 字节）"
        raise IngestError(f"{path.name} {what}，请重新获取原件。")
    return data


# --- what kind of file it is ---

def _recognise(path: Path, data: bytes) -> tuple[Media, str | None]:
    """The medium on which content and suffix agree, and the decoded text of a text file."""
    name, suffix = path.name, path.suffix.lower()
    wanted = SUFFIXES.get(suffix)
    kind, text = _kind(data), None
    if kind == "encrypted":
        raise IngestError(f"{name} 设有打开密码，请取消密码并另存为 DOCX 或 PDF 后再导入。")
    if kind == "text":
        text = _decode(data)
        if text is None:
            raise IngestError(_unreadable(name, wanted, data))
        if not clean(text).strip():
            raise IngestError(f"{name} 里没有文字，请确认给出的是正文文件。")
        kind = "html" if HTML_START.match(text[:5000]) or wanted == "html" and HTML_TAG.search(text) else "txt"
    if kind not in NAMES:
        remedy = ("请重新获取原件" if "损坏" in kind else
                  f"请把后缀改为 .{kind.split()[0].lower()} 后再导入，程序会识别其中的文字" if "图片" in kind else
                  "请解压后给出其中的文件" if "压缩包" in kind else "请另存为 DOCX 或 PDF 后再导入")
        raise IngestError(f"{name} 实为{' ' if kind[0].isascii() else ''}{kind}，{remedy}。")
    if wanted == kind or (wanted == "md" and kind == "txt"):
        return wanted, text
    if wanted is None and kind == "txt":
        raise IngestError(f"{name} 的后缀不在支持之列，请另存为 PDF、DOCX、HTML、TXT 或 MD 后再导入。")
    raise IngestError(f"{name} 的内容实为{' ' if kind in ('pdf', 'docx') else ''}{NAMES[kind]}，请把后缀改为 .{kind} 后再导入。")


def _kind(data: bytes) -> str:
    """"pdf", "docx", "text", "encrypted", or the Chinese name of a kind that is not taken in."""
    if re.match(rb"(\xef\xbb\xbf)?\s*%PDF-", data) or (b"%PDF-" in data[:1024] and b"%%EOF" in data[-2048:]):
        return "pdf"
    if ENCRYPTED_OFFICE in data and data.startswith(FOREIGN[-1][0]):
        return "encrypted"
    if data.startswith(b"PK\x03\x04"):
        try:
            members = zipfile.ZipFile(BytesIO(data)).namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            return "已损坏的 DOCX 文档或压缩包"
        return next((kind for part, kind in ZIPPED if any(m.startswith(part) for m in members)), "ZIP 压缩包")
    return next((kind for magic, kind in FOREIGN if data.startswith(magic)), "text")


def _old_kind(data: bytes) -> str | None:
    """The Chinese name of what LibreOffice can turn into DOCX; None of what needs no help, or gets none."""
    kind = _kind(data)
    return kind if kind.startswith(("旧格式", "RTF")) else None


def _unreadable(name: str, wanted: Media | None, data: bytes) -> str:
    if wanted in ("pdf", "docx"):
        return f"{name} 的内容不是 {NAMES[wanted]}，可能已损坏或没有下载完整，请重新获取原件。"
    if len(CONTROL.findall(data.decode("ascii", "ignore"))) > len(data) // 50:
        return f"{name} 含有二进制内容，不是文字文件，请确认选对了文件。"
    return f"{name} 的文字编码无法识别，请用记事本或 WPS 另存为 UTF-8 编码后再导入。"


def _decode(data: bytes) -> str | None:
    """By byte order mark; else UTF-8, the charset a web page declares, UTF-16 where zero bytes stand, GB18030."""
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", data[:4096], re.I)
    guesses = ["utf-8", declared[1].decode() if declared else "utf-8", "utf-16-le", "utf-16-be", "gb18030"]
    for encoding in [e for bom, e in BOMS if data.startswith(bom)][:1] or guesses:
        encoding = "gb18030" if encoding.lower() in ("gb2312", "gbk") else encoding
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        usual = len(re.findall(r"[\s!-~\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", text))
        if encoding.startswith("utf-16-") and (b"\0" not in data or usual < 0.9 * len(text)):
            continue
        if len(CONTROL.findall(text)) > len(text) / 20 or encoding == "gb18030" and _broken_utf8(data):
            continue
        return text
    return None


def _broken_utf8(data: bytes) -> bool:
    """Does all but a little of it read as UTF-8? Then it is a damaged UTF-8 file, not GB18030."""
    high = len(re.findall(rb"[\x80-\xff]", data))
    return len(re.findall(rb"[\x80-\xff]", data.decode("utf-8", "ignore").encode())) > 0.9 * high


@contextmanager
def _guarded(path: Path, media: str) -> Iterator[None]:
    """Whatever a library says about a defective file becomes one sentence; its warnings stay unsaid."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except IngestError:
            raise
        except Exception as error:
            raise IngestError(f"{path.name} 已损坏，无法按 {media.upper()} 读取，请重新获取原件，或打开后另存为新文件再导入。") from error


# --- text files ---

def _plain(path: Path, text: str) -> Loaded:
    return Loaded(path, "txt", [Page(None, clean(text))])


def _markdown(path: Path, text: str) -> Loaded:
    text = re.sub(r"<!--.*?-->", "", clean(text), flags=re.S)
    text = ITALIC.sub(lambda m: m[1] or m[2], BOLD.sub(lambda m: m[2] or m[4], text))
    title = re.search(r"^# +(.+?)[ #]*$", text, re.M)
    text = re.sub(r"^ {0,3}#{1,6} +(.*?)(?: +#+)? *$", r"\1", text, flags=re.M)
    return Loaded(path, "md", [Page(None, text)], title[1] if title else None)
