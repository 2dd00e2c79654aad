# Chengyuan (城垣). `make` or `make help` lists the targets.
# Needs Python 3.11 or newer, make and a package mirror; no system Node, no root.

PORT ?= 8501
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PY := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint bench fuzz soak port-free

help: ## 列出可用的命令
	@echo '城垣：可用的命令'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'
	@echo '换端口：make run PORT=8502；只跑部分测试：make test ARGS="tests/test_x.py -k 名称"'

setup: .venv/.ready ## 准备运行环境：.venv、Python 依赖、浏览器端的库与字体
	@$(PY) -m ui.assets

setup-dev: setup .venv/.ready-dev
	@$(PY) tests/ensure_chromium.py
	@$(PY) tests/ensure_postgres.py

run: setup port-free ## 启动（首次自动准备环境与示例数据），默认端口 8501
	@$(PY) manage.py init --if-missing --demo
	@echo '城垣正在启动：http://localhost:$(PORT) （按 Ctrl+C 停止）'
	@exec $(PY) -m streamlit run app.py --server.port=$(PORT) --server.headless=true

test: setup-dev lint ## 代码检查与全部测试（含真实浏览器）
	$(PY) -m pytest -n auto --maxprocesses=4 --dist loadfile $(ARGS)

lint: .venv/.ready-dev ## 只做代码检查：ruff 与 mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: setup-dev ## 性能测量
	-@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	-@$(PY) bench/_ensure_qgis.py
	$(PY) -m bench $(ARGS)

fuzz: setup .venv/.ready-dev ## 用更多的随机样例跑性质测试
	HYPOTHESIS_PROFILE=fuzz $(PY) -m pytest -m property $(ARGS)

soak: setup .venv/.ready-dev ## 耐久测试：5000 次强行终止、长时间多人同时保存（约二十分钟）
	$(PY) -m pytest -m soak $(ARGS)

# Stamp files: installation runs again only when a requirements file is newer than the last success.
.venv/.ready: requirements.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo '需要 Python 3.11 或更新的版本，但没有找到。请先安装，或用 make setup PYTHON=/路径/python3.11 指定。' >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '需要 Python 3.11 或更新的版本；$(PYTHON) 太旧或不能运行。请用 PYTHON=/路径/python3.11 指定另一个。' >&2; exit 1; }
	@$(PY) -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv || { \
		echo '无法建立 .venv。Debian / Ubuntu 请先安装系统软件包 python3-venv，再重试。' >&2; exit 1; }
	@echo '正在安装 Python 依赖（首次约需一到三分钟）……'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt || { \
		echo 'Python 依赖安装失败。请检查 pip 软件包镜像的设置与网络，然后重试。' >&2; exit 1; }
	@touch $@

.venv/.ready-dev: requirements-dev.txt .venv/.ready
	@echo '正在安装测试所需的 Python 依赖……'
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt || { \
		echo '测试依赖安装失败。请检查 pip 软件包镜像的设置与网络，然后重试。' >&2; exit 1; }
	@touch $@

define CHECK_PORT
import socket, sys
text = sys.argv[1]
if not (text.isdecimal() and 0 < int(text) < 65536):
    sys.exit(f"端口 {text} 无效：请给出 1 到 65535 之间的数字，例如 make run PORT=8502")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("", int(text)))
    except PermissionError:
        sys.exit(f"没有权限使用端口 {text}：请选 1024 以上的端口，例如 make run PORT=8502")
    except OSError:
        sys.exit(f"端口 {text} 已被占用：请关闭占用它的程序，或换一个端口，例如 make run PORT={int(text) % 65535 + 1}")
endef
export CHECK_PORT

# Any failure here ends make with exit code 2.
port-free: .venv/.ready
	@$(PY) -c "$$CHECK_PORT" '$(PORT)'
