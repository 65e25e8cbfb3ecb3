"""How is a file of an old office program read? Word 97, WPS and RTF are turned into DOCX by LibreOffice where it is installed.

LibreOffice runs by itself in a folder that is thrown away, without network or macros of the file's own (a document that is
only converted runs none), and no longer than a minute and a half.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kb.errors import IngestError

SECONDS = 90
PROGRAMS = ("soffice", "libreoffice")


def to_docx(name: str, suffix: str, data: bytes, kind: str) -> bytes:
    """The same document as DOCX; IngestError where there is no LibreOffice, or it cannot read the file."""
    program = next((found for p in PROGRAMS if (found := shutil.which(p))), None)
    if program is None:
        raise IngestError(f"{name} 实为{' ' if kind[0].isascii() else ''}{kind}，读它需要 LibreOffice，本机没有安装；请另存为 DOCX 或 PDF 后再导入，或安装 LibreOffice 后再试。")
    with tempfile.TemporaryDirectory(prefix="zhengwen-office-") as folder:
        source = Path(folder) / f"source{suffix}"
        source.write_bytes(data)
        environment = {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        try:
            subprocess.run([program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless", "--norestore", "--nolockcheck",
                            "--convert-to", "docx", "--outdir", folder, str(source)],
                           env=environment, cwd=folder, timeout=SECONDS, capture_output=True, check=True)
            return source.with_suffix(".docx").read_bytes()
        except subprocess.TimeoutExpired as error:
            raise IngestError(f"{name} 是{kind}，LibreOffice 在{SECONDS}秒内没有转换完，请自行另存为 DOCX 或 PDF 后再导入。") from error
        except (OSError, subprocess.CalledProcessError) as error:
            raise IngestError(f"{name} 是{kind}，LibreOffice 转换不了，文件可能已损坏，请自行另存为 DOCX 或 PDF 后再导入。") from error
