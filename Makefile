# 政问：make serve 启动，make test 检查。首次运行会建立 .venv 并安装依赖（约 2 分钟）。
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt
APT := $(shell [ "$$(id -u)" = 0 ] && echo apt-get || echo sudo apt-get)

.PHONY: setup serve test eval bench encoder lint browser screenshots

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) "torch==2.13.0"
	$(PIP) -e ".[dev]"
	touch $@

serve: setup
	$(BIN)/zhengwen index
	$(BIN)/python app.py

# 页面测试用的浏览器与中文字体，只在缺少时安装
browser:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
	  (export DEBIAN_FRONTEND=noninteractive; $(APT) update -qq && $(APT) install -y -qq chromium chromium-driver fonts-noto-cjk >/dev/null)

# 说明里的页面截图，写入 docs/
screenshots: setup browser
	$(BIN)/zhengwen index --quiet
	$(BIN)/python -m tests.screenshots

# 读取 .doc、.wps、.rtf 用的 LibreOffice，只在缺少时安装（约200 MB）
office:
	@command -v soffice >/dev/null || (export DEBIAN_FRONTEND=noninteractive; $(APT) update -qq && $(APT) install -y -qq --no-install-recommends libreoffice-writer-nogui >/dev/null)

test: setup lint browser office
	$(BIN)/python -m pytest

# 全部评测、对照方法和 evals/report.html（两核约4分钟；第一次另需约1分钟计算对照方法的分块向量）
eval: setup
	$(BIN)/zhengwen index --quiet
	$(BIN)/python -m evals.run

# 重新训练编码器、范围判别和随附向量（两核约40分钟），结果写入 corpus/
encoder: setup
	ZHENGWEN_EMBEDDING=none $(BIN)/zhengwen index --quiet
	$(BIN)/python -m evals.encoder.train
	$(BIN)/python -m evals.encoder.train --resume
	$(BIN)/python -m evals.encoder.scope
	$(BIN)/python -m evals.encoder.vectors

# 速度、内存、规模试验，写 evals/bench.json（两核空闲时约10分钟）
bench: setup
	$(BIN)/zhengwen index --quiet
	$(BIN)/python -m evals.bench

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
